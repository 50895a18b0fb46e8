//! The catalogue in memory: datasets, groups and blocks, with the versions between which each counts.
//!
//! Invariant: one catalogue answers for every version from its floor to its own; it is never changed, only replaced.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use allelecast_protocol::Version;

use crate::domain::build::Build;
use crate::domain::cell::CellId;
use crate::domain::groups::Sex;
use crate::domain::intervals::{Interval, Intervals};
use crate::store::blocks::BlockRecord;

mod load;

pub use load::CatalogueCache;

/// All datasets as of a version.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The newest version that it knows.
    pub version: Version,
    /// The oldest version that it can answer for.
    pub floor: i64,
    /// The version that last replaced a gene annotation.
    pub(super) genes_seq: i64,
    pub(super) datasets: HashMap<i64, Arc<Dataset>>,
    pub(super) contigs: Arc<Contigs>,
}

/// Contigs of all builds by name and by ordinal.
#[derive(Debug, Default)]
pub struct Contigs {
    by_name: HashMap<(Build, String), i16>,
    by_ordinal: HashMap<(Build, i16), ContigInfo>,
}

/// A contig.
#[derive(Debug, Clone)]
pub struct ContigInfo {
    /// Its name in its build.
    pub name: Arc<str>,
    /// Its length, where known.
    pub length: Option<u32>,
}

/// A dataset and its blocks.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Identifies it.
    pub id: i64,
    /// Names it in queries.
    pub slug: Arc<str>,
    /// Its reference build.
    pub build: Build,
    /// Whether a site that its files leave out means the reference.
    pub absent_is_reference: bool,
    /// Whether its uploader said that no file follows.
    pub completed: bool,
    pub(super) removed_seq: Option<i64>,
    pub(super) files: HashMap<i64, File>,
    /// Its groups, in the order of their making.
    pub groups: Vec<Group>,
    /// Its samples by id.
    pub samples: Arc<HashMap<i64, Sample>>,
    pub(super) blocks: HashMap<i16, Arc<ContigBlocks>>,
    /// Where its files were called, oldest first.
    pub(super) callable: Vec<Callable>,
}

/// Callable regions of a dataset, and the versions between which they hold.
#[derive(Debug, Clone)]
pub(super) struct Callable {
    pub(super) id: i64,
    pub(super) created_seq: i64,
    pub(super) removed_seq: Option<i64>,
    pub(super) regions: Arc<Intervals>,
}

/// The callable regions that reach into a cell, first and last position.
#[derive(Debug, Clone)]
pub(super) struct CallableHere {
    /// Names the whole set.
    pub(super) id: i64,
    pub(super) regions: Arc<[(u32, u32)]>,
}

/// Where the files of a dataset speak for sites that they leave out, within a cell.
#[derive(Debug, Clone, Default)]
pub(super) struct Covered {
    /// Stretches that the blocks speak for that are of no gVCF: sorted, first and last position.
    pub(super) whole: Vec<(u32, u32)>,
    /// Blocks of gVCFs, which say for themselves whom they cover where.
    pub(super) stated: Vec<Arc<BlockRecord>>,
    /// The callable regions that reach into the cell; none where all is callable.
    pub(super) callable: Option<CallableHere>,
}

/// A file of a dataset.
#[derive(Debug, Clone)]
pub struct File {
    pub(super) removed_seq: Option<i64>,
    /// Whether all of it is committed.
    pub is_ready: bool,
    /// Samples in the order of its genotype planes.
    pub sample_ids: Arc<[i64]>,
}

/// A sample.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its name.
    pub name: String,
    /// Its sex.
    pub sex: Sex,
}

/// A group and its versions.
#[derive(Debug, Clone)]
pub struct Group {
    /// Identifies it.
    pub id: i64,
    /// `dataset.family.value`; `dataset.all` for everybody.
    pub name: Arc<str>,
    /// The panel column.
    pub family: Arc<str>,
    /// The value within it.
    pub value: Arc<str>,
    /// Its counts are those that its file states in INFO.
    pub is_stated: bool,
    /// Its versions, oldest first.
    pub versions: Vec<GroupVersion>,
}

/// A version of a group.
#[derive(Debug, Clone)]
pub struct GroupVersion {
    /// Identifies it.
    pub id: i64,
    pub(super) published_seq: Option<i64>,
    pub(super) superseded_seq: Option<i64>,
    /// Ids of its samples.
    pub members: Arc<[i64]>,
}

/// The blocks of one contig of one dataset.
#[derive(Debug, Clone, Default)]
pub(super) struct ContigBlocks {
    pub(super) all: BTreeMap<i64, Arc<BlockRecord>>,
    /// Blocks by the cells that their alleles lie in.
    pub(super) by_cell: BTreeMap<u32, Vec<Arc<BlockRecord>>>,
}

fn ends(interval: &Interval) -> (u32, u32) {
    (interval.start, interval.end)
}

fn is_visible(created: i64, removed: Option<i64>, seq: i64) -> bool {
    created <= seq && removed.is_none_or(|removed| removed > seq)
}

impl Catalogue {
    /// The dataset with that id, if it exists at a version.
    pub fn dataset(&self, id: i64, seq: i64) -> Option<&Arc<Dataset>> {
        self.datasets
            .get(&id)
            .filter(|dataset| dataset.removed_seq.is_none_or(|removed| removed > seq))
    }

    /// The datasets of a build that exist at a version, by id.
    pub fn datasets_of(&self, build: Build, seq: i64) -> Vec<&Arc<Dataset>> {
        let exists = |dataset: &&Arc<Dataset>| dataset.removed_seq.is_none_or(|removed| removed > seq);
        let mut datasets: Vec<_> = self
            .datasets
            .values()
            .filter(|dataset| dataset.build == build)
            .filter(exists)
            .collect();
        datasets.sort_by_key(|dataset| dataset.id);
        datasets
    }

    /// Contig names and ordinals.
    pub fn contigs(&self) -> &Contigs {
        &self.contigs
    }
}

impl Contigs {
    /// The ordinal of the contig with that name or alias, exactly; letters in any case where that is not ambiguous.
    pub fn ordinal(&self, build: Build, name: &str) -> Option<i16> {
        let exact = |name: &str| self.by_name.get(&(build, name.to_owned())).copied();
        exact(name)
            .or_else(|| exact(&name.to_ascii_uppercase()))
            .or_else(|| exact(&name.to_ascii_lowercase()))
    }

    /// The contig of that ordinal.
    pub fn get(&self, build: Build, ordinal: i16) -> Option<&ContigInfo> {
        self.by_ordinal.get(&(build, ordinal))
    }

    /// The names of a build's contigs, in genome order.
    pub fn names(&self, build: Build) -> Vec<Arc<str>> {
        let of_build = self.by_ordinal.iter().filter(|((of, _), _)| *of == build);
        let mut contigs: Vec<_> = of_build
            .map(|((_, ordinal), contig)| (*ordinal, contig.name.clone()))
            .collect();
        contigs.sort();
        contigs.into_iter().map(|(_, name)| name).collect()
    }

    /// The name of a contig; `?` where it is not known.
    pub fn name(&self, build: Build, ordinal: i16) -> Arc<str> {
        self.get(build, ordinal)
            .map_or_else(|| "?".into(), |contig| contig.name.clone())
    }
}

impl Dataset {
    /// The blocks with alleles in a cell at a version, in genome order.
    pub fn blocks_in(&self, cell: CellId, seq: i64) -> Vec<Arc<BlockRecord>> {
        let Some(contig) = self.blocks.get(&cell.contig) else {
            return Vec::new();
        };
        let Some(blocks) = contig.by_cell.get(&cell.index) else {
            return Vec::new();
        };
        blocks
            .iter()
            .filter(|block| self.shows(block, seq))
            .cloned()
            .collect()
    }

    /// Every block at a version.
    pub fn blocks_at(&self, seq: i64) -> Vec<Arc<BlockRecord>> {
        let all = self.blocks.values().flat_map(|contig| contig.all.values());
        all.filter(|block| self.shows(block, seq)).cloned().collect()
    }

    /// The cells with alleles at a version, of a contig or of all.
    pub fn cells(&self, contig: Option<i16>, seq: i64) -> Vec<CellId> {
        let contigs = self
            .blocks
            .iter()
            .filter(|(ordinal, _)| contig.is_none_or(|contig| contig == **ordinal));
        contigs
            .flat_map(|(&contig, blocks)| {
                let cells = blocks.by_cell.iter();
                cells
                    .filter(|(_, blocks)| blocks.iter().any(|block| self.shows(block, seq)))
                    .map(move |(&index, _)| CellId { contig, index })
            })
            .collect()
    }

    /// Where the files speak for sites that they leave out, within a cell: nowhere unless their absence means the
    /// reference.
    pub(super) fn covered(&self, cell: CellId, seq: i64) -> Covered {
        let Some(contig) = self.blocks.get(&cell.contig).filter(|_| self.absent_is_reference) else {
            return Covered::default();
        };
        let in_cell = |block: &&Arc<BlockRecord>| {
            i64::from(block.span_start) <= i64::from(cell.last())
                && i64::from(block.span_end) >= i64::from(cell.first())
        };
        let blocks = contig
            .all
            .values()
            .filter(in_cell)
            .filter(|block| self.shows(block, seq));
        let (stated, plain): (Vec<_>, Vec<_>) = blocks.cloned().partition(|block| block.has_coverage);
        let span = |block: &Arc<BlockRecord>| Interval {
            contig: cell.contig,
            start: block.span_start.max(0) as u32,
            end: block.span_end.max(0) as u32,
        };
        let callable = self
            .callable
            .iter()
            .find(|callable| is_visible(callable.created_seq, callable.removed_seq, seq));
        let callable = callable.map(|callable| {
            let regions = callable.regions.touching(cell.contig, cell.first(), cell.last());
            CallableHere {
                id: callable.id,
                regions: regions.iter().map(ends).collect(),
            }
        });
        Covered {
            whole: Intervals::new(plain.iter().map(span).collect())
                .iter()
                .map(ends)
                .collect(),
            stated,
            callable,
        }
    }

    /// The stretches of genome that a file's blocks ever spoke for.
    pub fn spans_of_file(&self, file_id: i64) -> Vec<(i16, u32, u32)> {
        let all = self.blocks.values().flat_map(|contig| contig.all.values());
        all.filter(|block| block.file_id == file_id)
            .map(|block| {
                (
                    block.contig,
                    block.span_start.max(0) as u32,
                    block.span_end.max(0) as u32,
                )
            })
            .collect()
    }

    /// Whether a file is still on its way, or more may follow.
    pub fn is_provisional(&self) -> bool {
        self.files
            .values()
            .any(|file| file.removed_seq.is_none() && !file.is_ready)
    }

    /// A file that its blocks point to.
    pub fn file(&self, id: i64) -> Option<&File> {
        self.files.get(&id)
    }

    /// The group with that id.
    pub fn group(&self, id: i64) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    fn shows(&self, block: &BlockRecord, seq: i64) -> bool {
        let file_removed = self.files.get(&block.file_id).and_then(|file| file.removed_seq);
        is_visible(block.created_seq, block.removed_seq, seq)
            && file_removed.is_none_or(|removed| removed > seq)
    }
}

impl Group {
    /// The version that answers at a version of everything.
    pub fn at(&self, seq: i64) -> Option<&GroupVersion> {
        self.versions.iter().rev().find(|version| {
            version
                .published_seq
                .is_some_and(|from| is_visible(from, version.superseded_seq, seq))
        })
    }
}
