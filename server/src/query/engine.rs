//! The engine: cells to partials, partials to sums and pages, each computed once and kept.
//!
//! Invariant: a partial's key names all that it depends on (query, engine, blocks, group versions), so it cannot be
//! stale; the head only says which keys to ask for.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use allelecast_protocol::Version;
use allelecast_protocol::chart::ChartKind;
use futures::{FutureExt, StreamExt, TryStreamExt};
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::catalogue::{Catalogue, CatalogueCache, Dataset};
use super::columns::{Columns, Members, wanted};
use super::cursor::Cursor;
use super::error::QueryError;
use super::evaluate::{self, Partial};
use super::frame::absent::Absence;
use super::frame::{Frame, FrameBlock, FrameGroup, FrameInput, FramePart, PartSize};
use super::genes::GenesCache;
use super::resolve::{self, Request};
use super::resolved::{QueryKey, Resolved};
use super::rows::ResultRow;
use super::sums::Sums;
use crate::domain::cell::CellId;
use crate::domain::genes::Genes;
use crate::store::head::Head;
use crate::store::pins::{Held, Pins};
use crate::store::pool::PgPool;

/// Cells evaluated side by side for one question.
const CELLS_AT_ONCE: usize = 4;
/// Rows from which a cell is evaluated on a blocking thread.
const ROWS_INLINE: usize = 4_096;

/// How much the engine may keep and do.
#[derive(Debug, Clone, Copy)]
pub struct EngineLimits {
    /// Bytes of decoded columns.
    pub column_bytes: u64,
    /// Bytes of partials.
    pub partial_bytes: u64,
    /// Cells evaluated at one time, all questions together.
    pub evaluations: usize,
}

impl Default for EngineLimits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            column_bytes: 512 << 20,
            partial_bytes: 128 << 20,
            evaluations: cores,
        }
    }
}

/// A page of a result.
#[derive(Debug, Clone)]
pub struct Page {
    /// The rows, in genome order.
    pub rows: Vec<ResultRow>,
    /// Cursor of the next page; `None` at the end.
    pub next: Option<String>,
    /// Alleles looked at.
    pub scanned: u64,
}

/// A version to answer at.
#[derive(Debug)]
pub struct At {
    /// Knows the version, and perhaps later ones.
    pub catalogue: Arc<Catalogue>,
    /// The version.
    pub version: Version,
    /// Keeps it readable.
    pub held: Held,
}

type PartialKey = (QueryKey, [u8; 16]);

/// Answers queries.
#[derive(Debug)]
pub struct Engine {
    catalogue: CatalogueCache,
    pins: Arc<Pins>,
    pub(super) columns: Columns,
    partials: Cache<PartialKey, Arc<Partial>>,
    genes: GenesCache,
    gate: Semaphore,
    evaluations: AtomicU64,
}

impl Engine {
    /// An engine on a database.
    pub async fn open(pool: PgPool, head: Arc<Head>, limits: EngineLimits) -> Result<Self, QueryError> {
        let weigh = |_: &PartialKey, partial: &Arc<Partial>| {
            let bins: usize = partial.charts.iter().flatten().map(Vec::len).sum();
            u32::try_from(partial.rows.len() * 4 + bins * 8 + 128).unwrap_or(u32::MAX)
        };
        Ok(Self {
            genes: GenesCache::open(pool.clone(), head.known().epoch).await?,
            pins: Pins::open(pool.clone(), head.clone()).await?,
            catalogue: CatalogueCache::open(pool.clone(), head).await?,
            columns: Columns::new(pool, limits.column_bytes),
            partials: Cache::builder()
                .max_capacity(limits.partial_bytes)
                .weigher(weigh)
                .build(),
            gate: Semaphore::new(limits.evaluations.max(1)),
            evaluations: AtomicU64::new(0),
        })
    }

    /// The catalogue, and the version to answer at: the newest, or the one asked for if it is still kept.
    pub async fn at(&self, version: Option<Version>) -> Result<At, QueryError> {
        let catalogue = self.catalogue.newest().await?;
        let newest = catalogue.version;
        let version = version.unwrap_or(newest);
        if version.epoch != newest.epoch || !(catalogue.floor..=newest.seq).contains(&version.seq) {
            return Err(QueryError::VersionGone(version.to_string()));
        }
        let held = self.hold(version).await?;
        Ok(At {
            catalogue,
            version,
            held,
        })
    }

    /// Keeps a version of this epoch readable, if it still is.
    pub async fn hold(&self, version: Version) -> Result<Held, QueryError> {
        let held = self.pins.hold(version.seq).await?;
        held.ok_or_else(|| QueryError::VersionGone(version.to_string()))
    }

    /// What keeps versions readable.
    pub fn pins(&self) -> &Arc<Pins> {
        &self.pins
    }

    /// A catalogue that knows a version.
    pub async fn knowing(&self, version: Version) -> Result<Arc<Catalogue>, QueryError> {
        Ok(self.catalogue.at_least(version).await?)
    }

    /// Reads a query and binds its names.
    pub async fn resolve(
        &self,
        request: Request<'_>,
        catalogue: &Catalogue,
        seq: i64,
    ) -> Result<Resolved, QueryError> {
        let genes = self.genes(catalogue).await?;
        resolve::resolve(request, catalogue, &genes, seq)
    }

    /// The gene annotation that a catalogue knows of, or a later one.
    pub async fn genes(&self, catalogue: &Catalogue) -> Result<Arc<Genes>, QueryError> {
        let version = Version {
            epoch: catalogue.version.epoch,
            seq: catalogue.genes_seq,
        };
        Ok(self.genes.at_least(version).await?)
    }

    /// Cells evaluated since the start, for metrics and tests.
    pub fn evaluations(&self) -> u64 {
        self.evaluations.load(Ordering::Relaxed)
    }

    /// The cells in which a query can match at a version, in genome order.
    pub fn cells(&self, query: &Resolved, catalogue: &Catalogue, seq: i64) -> Vec<CellId> {
        let datasets = query.datasets.iter().filter_map(|id| catalogue.dataset(*id, seq));
        let possible = |cell: &CellId| {
            let within = query.within.as_ref();
            within.is_none_or(|within| within.overlaps(cell.contig, cell.first(), cell.last()))
        };
        let cells: BTreeSet<CellId> = datasets
            .flat_map(|dataset| dataset.cells(None, seq))
            .filter(possible)
            .collect();
        cells.into_iter().collect()
    }

    /// Sums of a query over cells; `progress` hears of each that is done.
    pub async fn sums(
        &self,
        query: &Resolved,
        charts: &[ChartKind],
        catalogue: &Catalogue,
        seq: i64,
        cells: &[CellId],
        mut progress: impl FnMut(usize),
    ) -> Result<Sums, QueryError> {
        let mut waiting = Vec::with_capacity(cells.len());
        for &cell in cells {
            waiting.push(self.partial(query, charts, catalogue, seq, cell).boxed());
        }
        let mut partials = futures::stream::iter(waiting).buffer_unordered(CELLS_AT_ONCE);
        let mut sums = Sums::zero(charts, query.shown.len());
        let mut done = 0;
        while let Some(partial) = partials.try_next().await? {
            sums.add(&partial);
            done += 1;
            progress(done);
        }
        Ok(sums)
    }

    /// What leads from the sums of cells at one version to those at another.
    pub async fn difference(
        &self,
        query: &Resolved,
        charts: &[ChartKind],
        catalogue: &Catalogue,
        (before, after): (i64, i64),
        cells: &[CellId],
    ) -> Result<Sums, QueryError> {
        let mut sums = Sums::zero(charts, query.shown.len());
        for cell in cells {
            sums.add(&*self.partial(query, charts, catalogue, after, *cell).await?);
            sums.subtract(&*self.partial(query, charts, catalogue, before, *cell).await?);
        }
        Ok(sums)
    }

    /// Rows after a cursor, in genome order.
    pub async fn page(
        &self,
        query: &Resolved,
        catalogue: &Catalogue,
        seq: i64,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page, QueryError> {
        let after = after.map(Cursor::read).transpose()?;
        let genes = self.genes(catalogue).await?;
        let (mut page, mut last) = (
            Page {
                rows: Vec::new(),
                next: None,
                scanned: 0,
            },
            None,
        );
        for cell in self.cells(query, catalogue, seq) {
            if after.as_ref().is_some_and(|after| cell < after.cell()) {
                continue;
            }
            let partial = self.partial(query, &[], catalogue, seq, cell).await?;
            page.scanned += u64::from(partial.scanned);
            if partial.rows.is_empty() {
                continue;
            }
            let frame = Frame::new(
                self.input(query, catalogue, seq, cell, query.shown.clone())
                    .await?,
            );
            let skip = after.as_ref().map_or(0, |after| {
                partial
                    .rows
                    .partition_point(|&row| Cursor::of(&frame, row as usize) <= *after)
            });
            for &row in &partial.rows[skip..] {
                if page.rows.len() == limit {
                    page.next = last.map(|cursor: Cursor| cursor.print());
                    return Ok(page);
                }
                page.rows
                    .push(ResultRow::of(&frame, row as usize, query, catalogue, seq, &genes));
                if page.rows.len() == limit {
                    last = Some(Cursor::of(&frame, row as usize));
                }
            }
        }
        Ok(page)
    }

    pub(super) async fn partial(
        &self,
        query: &Resolved,
        charts: &[ChartKind],
        catalogue: &Catalogue,
        seq: i64,
        cell: CellId,
    ) -> Result<Arc<Partial>, QueryError> {
        let key = (query.key, content_key(query, charts, catalogue, seq, cell));
        if let Some(known) = self.partials.get(&key) {
            return Ok(known);
        }
        // The gate is never closed.
        let _turn = self.gate.acquire().await.ok();
        if let Some(known) = self.partials.get(&key) {
            return Ok(known);
        }
        let mut groups = Vec::new();
        query.condition.groups(&mut groups);
        if !charts.is_empty() {
            groups.extend(&query.shown);
        }
        let input = self.input(query, catalogue, seq, cell, groups).await?;
        self.evaluations.fetch_add(1, Ordering::Relaxed);
        let rows: usize = input.blocks.iter().map(|block| block.sites.len()).sum();
        let (condition, shown, hq) = (query.condition.clone(), query.shown.clone(), query.hq);
        let charts = charts.to_vec();
        let evaluate = move || evaluate::partial(&Frame::new(input), &condition, &shown, hq, &charts);
        let partial = if rows <= ROWS_INLINE {
            evaluate()
        } else {
            let done = tokio::task::spawn_blocking(evaluate).await;
            done.map_err(|error| QueryError::Damaged {
                block: 0,
                message: error.to_string(),
            })?
        };
        let partial = Arc::new(partial);
        self.partials.insert(key, partial.clone());
        Ok(partial)
    }

    /// Fetches what a cell's frame is made of, with the frequencies of some of the query's groups.
    pub(super) async fn input(
        &self,
        query: &Resolved,
        catalogue: &Catalogue,
        seq: i64,
        cell: CellId,
        mut needed: Vec<usize>,
    ) -> Result<FrameInput, QueryError> {
        needed.sort_unstable();
        needed.dedup();
        let mut wants = vec![Vec::new(); query.datasets.len()];
        let mut groups = vec![FrameGroup { parts: Vec::new() }; query.groups.len()];
        for group in needed {
            for part in &query.groups[group].parts {
                let Some(dataset) = catalogue.dataset(query.datasets[part.slot], seq) else {
                    continue;
                };
                let Some(want) = wanted(dataset, &part.source, seq) else {
                    continue;
                };
                let sexes = want.sample_ids.iter().map(|id| sex(dataset, *id));
                let size = (!want.is_stated).then(|| PartSize::of(sexes));
                let column = wants[part.slot].len();
                wants[part.slot].push(want);
                groups[group].parts.push(FramePart {
                    slot: part.slot,
                    column,
                    size,
                });
            }
        }
        let (mut blocks, mut absent) = (Vec::new(), Vec::new());
        for (slot, id) in query.datasets.iter().enumerate() {
            let Some(dataset) = catalogue.dataset(*id, seq) else {
                absent.push(Absence::default());
                continue;
            };
            let covered = dataset.covered(cell, seq);
            let mut stated = Vec::with_capacity(covered.stated.len());
            for block in &covered.stated {
                stated.push(self.columns.coverage(dataset, block, &wants[slot]).await?);
            }
            absent.push(Absence {
                whole: covered.whole,
                callable: covered.callable.map(|callable| callable.regions),
                stated,
            });
            let records = dataset.blocks_in(cell, seq);
            let sites = self.columns.sites(&records).await?;
            let frequencies = self.columns.frequencies(dataset, &records, &wants[slot]).await?;
            for (sites, frequencies) in sites.into_iter().zip(frequencies) {
                blocks.push(FrameBlock {
                    slot,
                    sites,
                    frequencies: frequencies.into_iter().map(Some).collect(),
                });
            }
        }
        Ok(FrameInput {
            cell,
            build: query.build,
            blocks,
            groups,
            absent,
        })
    }
}

fn sex(dataset: &Dataset, id: i64) -> crate::domain::groups::Sex {
    dataset
        .samples
        .get(&id)
        .map(|sample| sample.sex)
        .unwrap_or_default()
}

/// Digests the data that a cell's partial depends on: blocks, group versions, coverage, and the charts asked for.
fn content_key(
    query: &Resolved,
    charts: &[ChartKind],
    catalogue: &Catalogue,
    seq: i64,
    cell: CellId,
) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(cell.contig.to_le_bytes());
    hasher.update(cell.index.to_le_bytes());
    hasher.update(format!("{charts:?}"));
    for (slot, id) in query.datasets.iter().enumerate() {
        let Some(dataset) = catalogue.dataset(*id, seq) else {
            continue;
        };
        hasher.update(b"dataset");
        hasher.update(slot.to_le_bytes());
        for block in dataset.blocks_in(cell, seq) {
            hasher.update(block.id.to_le_bytes());
        }
        hasher.update(b"covered");
        let covered = dataset.covered(cell, seq);
        for (start, end) in covered.whole {
            hasher.update(start.to_le_bytes());
            hasher.update(end.to_le_bytes());
        }
        hasher.update(b"stated");
        for block in covered.stated {
            hasher.update(block.id.to_le_bytes());
        }
        hasher.update(b"callable");
        let callable = covered.callable.map_or(-1, |callable| callable.id);
        hasher.update(callable.to_le_bytes());
    }
    hasher.update(b"groups");
    for part in query.groups.iter().flat_map(|group| &group.parts) {
        let dataset = catalogue.dataset(query.datasets[part.slot], seq);
        match dataset
            .and_then(|dataset| wanted(dataset, &part.source, seq))
            .map(|want| want.members)
        {
            Some(Members::Version(version)) => hasher.update(version.to_le_bytes()),
            Some(Members::Samples(_)) => hasher.update(b"samples"),
            None => hasher.update(b"nobody"),
        }
    }
    let digest = hasher.finalize();
    let mut key = [0; 16];
    key.copy_from_slice(&digest[..16]);
    key
}
