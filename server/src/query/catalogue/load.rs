//! Keeping the catalogue up to date by reading only what changed.
//!
//! Invariant: what was read for a version contains every change up to it, since versions are in commit order.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use allelecast_protocol::Version;
use tokio::sync::{Mutex, RwLock};

use super::{
    Callable, Catalogue, ContigBlocks, ContigInfo, Contigs, Dataset, File, Group, GroupVersion, Sample,
};
use crate::domain::build::Build;
use crate::domain::cell::CellId;
use crate::domain::groups::Sex;
use crate::domain::panel::group_name;
use crate::store::StoreError;
use crate::store::blocks::{self, BlockRecord};
use crate::store::callable;
use crate::store::catalogue as records;
use crate::store::genes;
use crate::store::head::{self, ChangeKind, Head};
use crate::store::pool::PgPool;

/// The newest catalogue of this instance.
#[derive(Debug)]
pub struct CatalogueCache {
    pool: PgPool,
    head: Arc<Head>,
    current: RwLock<Arc<Catalogue>>,
    /// One refresh at a time; the others wait for its result.
    refreshing: Mutex<()>,
}

impl CatalogueCache {
    /// Reads everything.
    pub async fn open(pool: PgPool, head: Arc<Head>) -> Result<Self, StoreError> {
        let version = head.read().await?;
        let catalogue = load_all(&pool, version).await?;
        Ok(Self {
            pool,
            head,
            current: RwLock::new(Arc::new(catalogue)),
            refreshing: Mutex::new(()),
        })
    }

    /// The catalogue at the head of the database.
    pub async fn newest(&self) -> Result<Arc<Catalogue>, StoreError> {
        let version = self.head.read().await?;
        self.at_least(version).await
    }

    /// A catalogue that knows a version, and perhaps later ones.
    pub async fn at_least(&self, version: Version) -> Result<Arc<Catalogue>, StoreError> {
        if let Some(known) = self.known(version).await {
            return Ok(known);
        }
        let _one_at_a_time = self.refreshing.lock().await;
        if let Some(known) = self.known(version).await {
            return Ok(known);
        }
        let to = self.head.read().await?;
        let current = self.current.read().await.clone();
        let advanced = if to.epoch == current.version.epoch && to.seq >= current.version.seq {
            advance(&self.pool, &current, to).await?
        } else {
            None
        };
        let next = match advanced {
            Some(next) => Arc::new(next),
            None => Arc::new(load_all(&self.pool, to).await?),
        };
        *self.current.write().await = next.clone();
        Ok(next)
    }

    async fn known(&self, version: Version) -> Option<Arc<Catalogue>> {
        let current = self.current.read().await;
        let knows = current.version.epoch == version.epoch && current.version.seq >= version.seq;
        knows.then(|| current.clone())
    }
}

async fn load_all(pool: &PgPool, version: Version) -> Result<Catalogue, StoreError> {
    let mut catalogue = Catalogue {
        version,
        floor: records::floor(pool).await?,
        genes_seq: genes::newest_seq(pool).await?,
        datasets: read_datasets(pool, None).await?,
        contigs: Arc::new(read_contigs(pool).await?),
    };
    add_blocks(
        &mut catalogue.datasets,
        blocks::changed_since(pool, -1, version.seq).await?,
    );
    Ok(catalogue)
}

/// The catalogue with what changed since; `None` where that cannot be told any more, as after a long absence.
async fn advance(pool: &PgPool, current: &Catalogue, to: Version) -> Result<Option<Catalogue>, StoreError> {
    let Some(changes) = head::changes(pool, current.version.seq, to.seq).await? else {
        return Ok(None);
    };
    let mut next = Catalogue {
        version: to,
        ..current.clone()
    };
    let replaced = changes
        .iter()
        .rfind(|change| change.kind == ChangeKind::GenesReplaced);
    next.genes_seq = replaced.map_or(current.genes_seq, |change| change.seq);
    let moved: BTreeSet<i64> = changes
        .iter()
        .filter(|change| !matches!(change.kind, ChangeKind::BlockAdded | ChangeKind::BlocksCompacted))
        .filter_map(|change| change.dataset_id)
        .collect();
    if !moved.is_empty() {
        let moved: Vec<i64> = moved.into_iter().collect();
        for (id, dataset) in read_datasets(pool, Some(&moved)).await? {
            let blocks = current
                .datasets
                .get(&id)
                .map(|known| known.blocks.clone())
                .unwrap_or_default();
            next.datasets.insert(
                id,
                Arc::new(Dataset {
                    blocks,
                    ..Arc::unwrap_or_clone(dataset)
                }),
            );
        }
    }
    let added = blocks::changed_since(pool, current.version.seq, to.seq).await?;
    let has_new_contig = |block: &BlockRecord| {
        let build = next.datasets.get(&block.dataset_id).map(|dataset| dataset.build);
        build.is_some_and(|build| next.contigs.get(build, block.contig).is_none())
    };
    if added.iter().any(has_new_contig) {
        next.contigs = Arc::new(read_contigs(pool).await?);
    }
    add_blocks(&mut next.datasets, added);
    next.floor = records::floor(pool).await?;
    if next.floor > current.floor {
        next.forget_below_floor();
    }
    Ok(Some(next))
}

impl Catalogue {
    /// Forgets what no version from the floor on shows, as the sweeper does.
    fn forget_below_floor(&mut self) {
        let gone = |removed: Option<i64>| removed.is_some_and(|removed| removed <= self.floor);
        self.datasets.retain(|_, dataset| !gone(dataset.removed_seq));
        for dataset in self.datasets.values_mut() {
            let is_gone = |block: &BlockRecord| {
                gone(block.removed_seq)
                    || gone(
                        dataset
                            .files
                            .get(&block.file_id)
                            .and_then(|file| file.removed_seq),
                    )
            };
            let stale: Vec<i16> = dataset
                .blocks
                .iter()
                .filter(|(_, contig)| contig.all.values().any(|block| is_gone(block)))
                .map(|(&ordinal, _)| ordinal)
                .collect();
            let mut kept = Vec::with_capacity(stale.len());
            for ordinal in stale {
                let mut contig = ContigBlocks::default();
                let blocks = dataset.blocks[&ordinal].all.values();
                blocks
                    .filter(|block| !is_gone(block))
                    .for_each(|block| contig.insert(block.clone()));
                kept.push((ordinal, Arc::new(contig)));
            }
            if !kept.is_empty() {
                Arc::make_mut(dataset).blocks.extend(kept);
            }
        }
    }
}

fn add_blocks(datasets: &mut HashMap<i64, Arc<Dataset>>, blocks: Vec<BlockRecord>) {
    for block in blocks {
        let Some(dataset) = datasets.get_mut(&block.dataset_id) else {
            continue;
        };
        let contigs = &mut Arc::make_mut(dataset).blocks;
        let contig = Arc::make_mut(contigs.entry(block.contig).or_default());
        contig.insert(Arc::new(block));
    }
}

impl ContigBlocks {
    /// Adds a block, or replaces what was known of it.
    fn insert(&mut self, block: Arc<BlockRecord>) {
        let first = CellId::of(block.contig, block.first_pos.max(0) as u32).index;
        let last = CellId::of(block.contig, block.last_pos.max(0) as u32).index;
        // A block without alleles has no rows for any cell.
        let cells = (block.n > 0).then_some(first..=last);
        for cell in cells.into_iter().flatten() {
            let blocks = self.by_cell.entry(cell).or_default();
            match blocks.iter_mut().find(|known| known.id == block.id) {
                Some(known) => *known = block.clone(),
                None => {
                    let at = blocks
                        .partition_point(|known| (known.first_pos, known.id) < (block.first_pos, block.id));
                    blocks.insert(at, block.clone());
                }
            }
        }
        self.all.insert(block.id, block);
    }
}

async fn read_datasets(pool: &PgPool, ids: Option<&[i64]>) -> Result<HashMap<i64, Arc<Dataset>>, StoreError> {
    let mut files: HashMap<i64, HashMap<i64, File>> = HashMap::new();
    for file in records::files(pool, ids).await? {
        let entry = File {
            removed_seq: file.removed_seq,
            is_ready: file.state == "ready",
            sample_ids: file.sample_ids.into(),
        };
        files.entry(file.dataset_id).or_default().insert(file.id, entry);
    }
    let mut samples: HashMap<i64, HashMap<i64, Sample>> = HashMap::new();
    for sample in records::samples(pool, ids).await? {
        let sex = match sample.sex.as_deref() {
            Some("male") => Sex::Male,
            Some("female") => Sex::Female,
            _ => Sex::Unknown,
        };
        samples.entry(sample.dataset_id).or_default().insert(
            sample.id,
            Sample {
                name: sample.name,
                sex,
            },
        );
    }
    let mut versions: BTreeMap<i64, Vec<records::GroupVersionRecord>> = BTreeMap::new();
    for version in records::group_versions(pool, ids).await? {
        versions.entry(version.dataset_id).or_default().push(version);
    }
    let mut callable: HashMap<i64, Vec<Callable>> = HashMap::new();
    for record in callable::of_datasets(pool, ids).await? {
        callable.entry(record.dataset_id).or_default().push(Callable {
            id: record.id,
            created_seq: record.created_seq,
            removed_seq: record.removed_seq,
            regions: Arc::new(record.regions),
        });
    }
    let mut datasets = HashMap::new();
    for record in records::datasets(pool, ids).await? {
        let build = read_build(record.build_id)?;
        let groups = groups_of(&record.slug, versions.remove(&record.id).unwrap_or_default());
        let dataset = Dataset {
            id: record.id,
            slug: record.slug.into(),
            build,
            absent_is_reference: record.absent_is_reference,
            completed: record.completed,
            removed_seq: record.removed_seq,
            files: files.remove(&record.id).unwrap_or_default(),
            groups,
            samples: Arc::new(samples.remove(&record.id).unwrap_or_default()),
            blocks: HashMap::new(),
            callable: callable.remove(&record.id).unwrap_or_default(),
        };
        datasets.insert(record.id, Arc::new(dataset));
    }
    Ok(datasets)
}

fn groups_of(slug: &str, records: Vec<records::GroupVersionRecord>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for record in records {
        let version = GroupVersion {
            id: record.id,
            published_seq: record.published_seq,
            superseded_seq: record.superseded_seq,
            members: sorted(record.members),
        };
        match groups.last_mut().filter(|group| group.id == record.group_id) {
            Some(group) => group.versions.push(version),
            None => groups.push(Group {
                id: record.group_id,
                name: group_name(slug, &record.family, &record.value).into(),
                family: record.family.into(),
                value: record.value.into(),
                is_stated: record.is_stated,
                versions: vec![version],
            }),
        }
    }
    groups
}

/// Builds are stored under their place in [`Build::ALL`], from 1.
fn read_build(id: i16) -> Result<Build, StoreError> {
    let index = usize::try_from(id - 1).ok();
    index
        .and_then(|index| Build::ALL.get(index).copied())
        .ok_or_else(|| StoreError::Malformed {
            what: "reference_build.id",
            message: id.to_string(),
        })
}

async fn read_contigs(pool: &PgPool) -> Result<Contigs, StoreError> {
    let mut contigs = Contigs::default();
    for record in records::contigs(pool).await? {
        let build = read_build(record.build_id)?;
        for name in record.aliases.into_iter().chain([record.name.clone()]) {
            contigs.by_name.insert((build, name), record.ordinal);
        }
        let length = record.length.and_then(|length| u32::try_from(length).ok());
        contigs.by_ordinal.insert(
            (build, record.ordinal),
            ContigInfo {
                name: record.name.into(),
                length,
            },
        );
    }
    Ok(contigs)
}

/// Ascending, so that membership is a binary search.
fn sorted(mut ids: Vec<i64>) -> Arc<[i64]> {
    ids.sort_unstable();
    ids.into()
}
