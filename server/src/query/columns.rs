//! Decoded columns of blocks, read when a query first names them and kept by size.
//!
//! Invariant: blocks are immutable, so what is cached is never stale; several readers of one column wait for one read.

use std::collections::HashMap;
use std::sync::Arc;

use moka::sync::Cache;

use super::catalogue::Dataset;
use super::error::QueryError;
use super::frame::absent::Stated;
use super::resolved::PartSource;
use crate::domain::columns::{CoverageColumns, FrequencyColumns, GenotypeColumns, SiteColumns};
use crate::domain::groups::Sex;
use crate::domain::planes::SampleMask;
use crate::store::blocks::{self, BlockRecord};
use crate::store::pool::PgPool;

/// Identifies the frequencies of one set of samples in one block.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Members {
    /// A group version.
    Version(i64),
    /// Samples by id.
    Samples(Arc<[i64]>),
}

/// The caches.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    pool: PgPool,
    sites: Cache<i64, Arc<SiteColumns>>,
    frequencies: Cache<(i64, Members), Arc<FrequencyColumns>>,
    genotypes: Cache<i64, Arc<GenotypeColumns>>,
    coverage: Cache<i64, Arc<CoverageColumns>>,
}

/// A set of samples in a dataset, whose frequencies are wanted.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) members: Members,
    /// Ids of the samples.
    pub(super) sample_ids: Arc<[i64]>,
    /// Its counts are those that the file states in INFO.
    pub(super) is_stated: bool,
}

impl Columns {
    pub(super) fn new(pool: PgPool, bytes: u64) -> Self {
        let size = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        Self {
            pool,
            sites: Cache::builder()
                .max_capacity(bytes / 4)
                .weigher(move |_, sites: &Arc<SiteColumns>| size(sites.memory() + 256))
                .build(),
            frequencies: Cache::builder()
                .max_capacity(bytes / 2)
                .weigher(move |_, columns: &Arc<FrequencyColumns>| size(columns.memory() + 256))
                .build(),
            genotypes: Cache::builder()
                .max_capacity(bytes / 8)
                .weigher(move |_, columns: &Arc<GenotypeColumns>| size(columns.plane_bytes() + 256))
                .build(),
            coverage: Cache::builder()
                .max_capacity(bytes / 8)
                .weigher(move |_, columns: &Arc<CoverageColumns>| size(columns.bytes() + 256))
                .build(),
        }
    }

    /// The sites of blocks, in their order.
    pub(super) async fn sites(
        &self,
        blocks: &[Arc<BlockRecord>],
    ) -> Result<Vec<Arc<SiteColumns>>, QueryError> {
        let missing: Vec<(i16, i64)> = blocks
            .iter()
            .filter(|block| !self.sites.contains_key(&block.id))
            .map(|block| (block.bucket, block.id))
            .collect();
        let mut read = HashMap::new();
        if !missing.is_empty() {
            for (id, data) in blocks::sites(&self.pool, &missing).await? {
                let sites = Arc::new(SiteColumns::decode(&data).map_err(|error| damaged(id, error))?);
                self.sites.insert(id, sites.clone());
                read.insert(id, sites);
            }
        }
        let mut all = Vec::with_capacity(blocks.len());
        for block in blocks {
            all.push(
                match read.remove(&block.id).or_else(|| self.sites.get(&block.id)) {
                    Some(sites) => sites,
                    // Evicted between the look and the take: read it alone.
                    None => {
                        let data = blocks::sites(&self.pool, &[(block.bucket, block.id)])
                            .await?
                            .pop();
                        let (_, data) = data.ok_or_else(|| absent(block.id))?;
                        Arc::new(SiteColumns::decode(&data).map_err(|error| damaged(block.id, error))?)
                    }
                },
            );
        }
        Ok(all)
    }

    /// The frequencies of sets of samples in blocks of one dataset: by block, then in the order of `wanted`.
    pub(super) async fn frequencies(
        &self,
        dataset: &Dataset,
        blocks: &[Arc<BlockRecord>],
        wanted: &[Wanted],
    ) -> Result<Vec<Vec<Arc<FrequencyColumns>>>, QueryError> {
        let mut missing = Vec::new();
        for block in blocks {
            for want in wanted {
                if let Members::Version(version) = want.members
                    && !self.frequencies.contains_key(&(block.id, want.members.clone()))
                {
                    missing.push((block.bucket, block.id, version));
                }
            }
        }
        let mut read = HashMap::new();
        if !missing.is_empty() {
            for ((block, version), data) in blocks::frequencies(&self.pool, &missing).await? {
                let columns =
                    Arc::new(FrequencyColumns::decode(&data).map_err(|error| damaged(block, error))?);
                let key = (block, Members::Version(version));
                self.frequencies.insert(key.clone(), columns.clone());
                read.insert(key, columns);
            }
        }
        let mut all = Vec::with_capacity(blocks.len());
        for block in blocks {
            let mut columns = Vec::with_capacity(wanted.len());
            for want in wanted {
                let key = (block.id, want.members.clone());
                columns.push(match read.remove(&key).or_else(|| self.frequencies.get(&key)) {
                    Some(known) => known,
                    None => {
                        let counted = self.count(dataset, block, want).await?;
                        self.frequencies.insert(key, counted.clone());
                        counted
                    }
                });
            }
            all.push(columns);
        }
        Ok(all)
    }

    /// Counts samples from the genotype planes of a block.
    pub(super) async fn count(
        &self,
        dataset: &Dataset,
        block: &BlockRecord,
        want: &Wanted,
    ) -> Result<Arc<FrequencyColumns>, QueryError> {
        let file = dataset.file(block.file_id).ok_or_else(|| absent(block.id))?;
        let genotypes = self.genotypes(block, file.sample_ids.len()).await?;
        let (mask, males) = (want.mask(&file.sample_ids), males(dataset, &file.sample_ids));
        let sites = self.sites(&[Arc::new(block.clone())]).await?;
        let positions = &sites[0].pos;
        let counted =
            FrequencyColumns::from_planes(&genotypes, &mask, &males, dataset.build, block.contig, positions);
        Ok(Arc::new(counted))
    }

    /// What a block says between its alleles of sets of samples.
    pub(super) async fn coverage(
        &self,
        dataset: &Dataset,
        block: &BlockRecord,
        wanted: &[Wanted],
    ) -> Result<Stated, QueryError> {
        let file = dataset.file(block.file_id).ok_or_else(|| absent(block.id))?;
        let columns = match self.coverage.get(&block.id) {
            Some(known) => known,
            None => {
                let frames = blocks::coverage(&self.pool, block.bucket, block.id).await?;
                let decoded =
                    CoverageColumns::decode(file.sample_ids.len(), frames.iter().map(Vec::as_slice));
                let columns = Arc::new(decoded.map_err(|error| damaged(block.id, error))?);
                self.coverage.insert(block.id, columns.clone());
                columns
            }
        };
        Ok(Stated {
            columns,
            members: wanted.iter().map(|want| want.mask(&file.sample_ids)).collect(),
            males: males(dataset, &file.sample_ids),
            sample_ids: file.sample_ids.clone(),
        })
    }

    /// The genotype planes of a block.
    pub(super) async fn genotypes(
        &self,
        block: &BlockRecord,
        samples: usize,
    ) -> Result<Arc<GenotypeColumns>, QueryError> {
        if let Some(known) = self.genotypes.get(&block.id) {
            return Ok(known);
        }
        let frames = blocks::genotypes(&self.pool, block.bucket, block.id).await?;
        let decoded = GenotypeColumns::decode(samples, frames.iter().map(Vec::as_slice));
        let genotypes = Arc::new(decoded.map_err(|error| damaged(block.id, error))?);
        if genotypes.len() != block.n as usize {
            return Err(absent(block.id));
        }
        self.genotypes.insert(block.id, genotypes.clone());
        Ok(genotypes)
    }
}

impl Wanted {
    /// The samples among those of a file, in the order of its columns.
    fn mask(&self, sample_ids: &[i64]) -> SampleMask {
        mask(sample_ids, |id| self.sample_ids.binary_search(id).is_ok())
    }
}

fn males(dataset: &Dataset, sample_ids: &[i64]) -> SampleMask {
    let sex = |id: &i64| dataset.samples.get(id).map(|sample| sample.sex);
    mask(sample_ids, |id| sex(id) == Some(Sex::Male))
}

fn mask(sample_ids: &[i64], is_member: impl Fn(&i64) -> bool) -> SampleMask {
    let members = (0u32..).zip(sample_ids).filter(|(_, id)| is_member(id));
    SampleMask::new(sample_ids.len(), members.map(|(index, _)| index))
}

/// What a part of a group wants counted at a version; `None` where the group does not answer yet.
pub(super) fn wanted(dataset: &Dataset, source: &PartSource, seq: i64) -> Option<Wanted> {
    match source {
        PartSource::Group(id) => {
            let version = dataset.group(*id)?.at(seq)?;
            Some(Wanted {
                members: Members::Version(version.id),
                sample_ids: version.members.clone(),
                is_stated: dataset.group(*id)?.is_stated,
            })
        }
        PartSource::Samples(ids) => Some(Wanted {
            members: Members::Samples(ids.clone()),
            sample_ids: ids.clone(),
            is_stated: false,
        }),
    }
}

fn damaged(block: i64, error: crate::domain::columns::ColumnError) -> QueryError {
    QueryError::Damaged {
        block,
        message: error.to_string(),
    }
}

fn absent(block: i64) -> QueryError {
    QueryError::Damaged {
        block,
        message: "a payload is missing".into(),
    }
}
