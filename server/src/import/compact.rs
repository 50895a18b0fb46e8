//! Compaction: the small neighbours that a live import left become full blocks, which say the same.
//!
//! Invariant: no reader notices; a version before the compaction still finds the blocks that it replaced.

use super::encode::new_block;
use super::run::{ImportError, Workbench};
use crate::domain::block::{Block, BlockLimits, concat};
use crate::domain::columns::{CoverageColumns, FrequencyColumns, GenotypeColumns, SiteColumns};
use crate::store::StoreError;
use crate::store::blocks::{self, BlockRecord};
use crate::store::imports;
use crate::store::jobs::{self, Claim};
use crate::store::pool::PgPool;

/// Merges the blocks of a claimed job's file.
pub(super) async fn compact(bench: &Workbench, claim: &Claim) -> Result<(), ImportError> {
    let file = imports::load(&bench.pool, claim.file_id.unwrap_or_default()).await?;
    if let Some(file) = file {
        let samples = file.sample_ids.len();
        for run in runs(
            &blocks::of_file(&bench.pool, file.file_id).await?,
            bench.limits,
            samples,
        ) {
            merge(bench, claim, &run, samples).await?;
        }
    }
    let mut transaction = bench.pool.begin().await.map_err(StoreError::from)?;
    jobs::finish(&mut transaction, claim, None).await?;
    transaction.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// Most stored bytes that blocks with coverage come to when they are merged: their runs have no such bound as alleles do.
const COVERAGE_BYTES: i32 = 2 << 20;

/// Runs of neighbours that fit one block together, each of two or more.
fn runs(blocks: &[BlockRecord], limits: BlockLimits, samples: usize) -> Vec<Vec<BlockRecord>> {
    let row_bytes = samples.div_ceil(64) * 8 * 3;
    let most = limits.alleles.min(limits.plane_bytes / row_bytes.max(1)).max(1);
    let mut runs: Vec<Vec<BlockRecord>> = Vec::new();
    let (mut rows, mut bytes) = (0, 0);
    for block in blocks {
        let n = block.n as usize;
        let fits = runs
            .last()
            .and_then(|run| run.last())
            .is_some_and(|last: &BlockRecord| {
                last.contig == block.contig
                    && last.span_end.checked_add(1) == Some(block.span_start)
                    && last.has_coverage == block.has_coverage
                    && rows + n <= most
                    && (!block.has_coverage || block.bytes.saturating_add(bytes) <= COVERAGE_BYTES)
            });
        match runs.last_mut() {
            Some(run) if fits => {
                run.push(block.clone());
                rows += n;
                bytes += block.bytes;
            }
            _ => {
                runs.push(vec![block.clone()]);
                (rows, bytes) = (n, block.bytes);
            }
        }
    }
    runs.retain(|run| run.len() > 1);
    runs
}

async fn merge(
    bench: &Workbench,
    claim: &Claim,
    run: &[BlockRecord],
    samples: usize,
) -> Result<(), ImportError> {
    // A group version that some block lacks is answered from the genotypes, in the merged block too.
    let mut versions: Option<Vec<i64>> = None;
    for block in run.iter().filter(|block| block.n > 0) {
        let counted = blocks::counted_versions(&bench.pool, block.bucket, block.id).await?;
        versions = Some(match versions {
            None => counted,
            Some(known) => known
                .into_iter()
                .filter(|id| counted.binary_search(id).is_ok())
                .collect(),
        });
    }
    let versions = versions.unwrap_or_default();
    let mut parts = Vec::with_capacity(run.len());
    for block in run {
        parts.push(read(&bench.pool, block, &versions, samples).await?);
    }
    let (dataset_id, file_id) = (run[0].dataset_id, run[0].file_id);
    let joined = tokio::task::spawn_blocking(move || {
        let block = concat(&parts).map_err(|error| malformed(&error.to_string()))?;
        new_block(&block, dataset_id, file_id, &versions).map_err(ImportError::from)
    });
    let block = joined.await.map_err(|_| ImportError::Died)??;
    let replaced: Vec<i64> = run.iter().map(|block| block.id).collect();
    let mut transaction = bench.pool.begin().await.map_err(StoreError::from)?;
    jobs::hold(&mut transaction, claim).await?;
    let version = blocks::insert(&mut transaction, &block, &replaced).await?;
    transaction.commit().await.map_err(StoreError::from)?;
    bench.head.announce(version);
    Ok(())
}

/// A stored block, decoded, with the frequencies of those group versions.
async fn read(
    pool: &PgPool,
    block: &BlockRecord,
    versions: &[i64],
    samples: usize,
) -> Result<Block, ImportError> {
    let sites = blocks::sites(pool, &[(block.bucket, block.id)]).await?;
    let (_, sites) = sites.first().ok_or_else(|| malformed("the sites are missing"))?;
    let keys: Vec<_> = versions
        .iter()
        .map(|version| (block.bucket, block.id, *version))
        .collect();
    let mut stored = blocks::frequencies(pool, &keys).await?;
    stored.sort_by_key(|((_, version), _)| *version);
    let frequencies: Result<Vec<_>, _> = stored
        .iter()
        .map(|(_, data)| FrequencyColumns::decode(data))
        .collect();
    let frequencies = match block.n {
        0 => vec![FrequencyColumns::default(); versions.len()],
        _ => frequencies?,
    };
    let coverage = if block.has_coverage {
        let frames = blocks::coverage(pool, block.bucket, block.id).await?;
        Some(CoverageColumns::decode(
            samples,
            frames.iter().map(Vec::as_slice),
        )?)
    } else {
        None
    };
    let genotypes = if samples == 0 {
        (0..block.n).fold(GenotypeColumns::new(0), |mut empty, _| {
            empty.push(&crate::domain::planes::GenotypeRow {
                p0: &[],
                p1: &[],
                p2: None,
                hq: None,
                exceptions: &[],
            });
            empty
        })
    } else {
        let frames = blocks::genotypes(pool, block.bucket, block.id).await?;
        GenotypeColumns::decode(samples, frames.iter().map(Vec::as_slice))?
    };
    let position = |position: i32| position.max(0) as u32;
    Ok(Block {
        contig: block.contig,
        first_position: position(block.first_pos),
        last_position: position(block.last_pos),
        span_start: position(block.span_start),
        span_end: position(block.span_end),
        sites: SiteColumns::decode(sites)?,
        frequencies,
        genotypes,
        coverage,
    })
}

fn malformed(message: &str) -> ImportError {
    StoreError::Malformed {
        what: "block",
        message: message.to_owned(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(id: i64, contig: i16, span: (i32, i32), n: i32) -> BlockRecord {
        BlockRecord {
            id,
            dataset_id: 1,
            file_id: 1,
            contig,
            first_pos: span.0,
            last_pos: span.1,
            span_start: span.0,
            span_end: span.1,
            n,
            bucket: 0,
            bytes: 1 << 20,
            has_coverage: false,
            created_seq: 1,
            removed_seq: None,
        }
    }

    #[test]
    fn neighbours_are_merged_as_long_as_they_fit() {
        let blocks = [
            block(1, 1, (1, 10), 40),
            block(2, 1, (11, 20), 50),
            block(3, 1, (21, 30), 50),
            block(4, 1, (32, 40), 1),
            block(5, 2, (41, 50), 1),
        ];
        let limits = BlockLimits {
            alleles: 100,
            plane_bytes: 1 << 20,
        };
        let ids = |run: &Vec<BlockRecord>| run.iter().map(|block| block.id).collect::<Vec<_>>();
        assert_eq!(
            runs(&blocks, limits, 10).iter().map(ids).collect::<Vec<_>>(),
            [[1, 2]]
        );
        let covered = |has_coverage| {
            let mut blocks = [
                block(1, 1, (1, 10), 0),
                block(2, 1, (11, 20), 5),
                block(3, 1, (21, 30), 0),
            ];
            blocks.iter_mut().for_each(|block| block.has_coverage = true);
            blocks[1].has_coverage = has_coverage;
            runs(&blocks, limits, 10).iter().map(ids).collect::<Vec<_>>()
        };
        assert_eq!(covered(true), [[1, 2]], "three of them hold too many bytes");
        assert_eq!(covered(false), Vec::<Vec<i64>>::new());
    }
}
