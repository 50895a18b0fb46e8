//! Joining neighbouring blocks, for compaction.
//!
//! Invariant: the joined block says what its parts said, row by row.

use super::Block;
use crate::domain::columns::{
    CountColumns, CoverageColumns, FrequencyColumns, GenotypeColumns, HighQualityColumns, QualityColumns,
    SiteColumns,
};
use crate::domain::planes::Counts;
use crate::domain::stated::Tallied;

/// Why blocks cannot be joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConcatError {
    /// There is no block to join.
    #[error("there is no block to join")]
    Nothing,
    /// A block does not begin where the one before it ends.
    #[error("the blocks are not neighbours")]
    Apart,
    /// The blocks have other groups or samples.
    #[error("the blocks have other groups or samples")]
    Unlike,
}

/// One block out of neighbours in order.
///
/// # Errors
/// The blocks are not neighbours on one contig of one file.
pub fn concat(blocks: &[Block]) -> Result<Block, ConcatError> {
    let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else {
        return Err(ConcatError::Nothing);
    };
    for pair in blocks.windows(2) {
        if pair[0].contig != pair[1].contig || pair[0].span_end.checked_add(1) != Some(pair[1].span_start) {
            return Err(ConcatError::Apart);
        }
    }
    let shape = |block: &Block| {
        let covered = block.coverage.as_ref().map(CoverageColumns::samples);
        (block.frequencies.len(), block.genotypes.samples(), covered)
    };
    if blocks.iter().any(|block| shape(block) != shape(first)) {
        return Err(ConcatError::Unlike);
    }
    let group =
        |group| FrequencyColumns::concat(blocks.iter().map(move |block: &Block| &block.frequencies[group]));
    // Blocks without alleles lend their bounds only where no block has any.
    let with_alleles = || blocks.iter().filter(|block| !block.is_empty());
    let coverage = |covered: &CoverageColumns| {
        let parts = blocks.iter().filter_map(|block| block.coverage.as_ref());
        CoverageColumns::concat(covered.samples(), parts)
    };
    Ok(Block {
        contig: first.contig,
        first_position: with_alleles().next().unwrap_or(first).first_position,
        last_position: with_alleles().next_back().unwrap_or(last).last_position,
        span_start: first.span_start,
        span_end: last.span_end,
        sites: SiteColumns::concat(blocks.iter().map(|block| &block.sites)),
        frequencies: (0..first.frequencies.len()).map(group).collect(),
        genotypes: GenotypeColumns::concat(
            first.genotypes.samples(),
            blocks.iter().map(|block| &block.genotypes),
        ),
        coverage: first.coverage.as_ref().map(coverage),
    })
}

impl SiteColumns {
    /// The rows of all parts, in order.
    pub fn concat<'a>(parts: impl Iterator<Item = &'a SiteColumns> + Clone) -> Self {
        SiteColumns::from_rows(parts.flat_map(SiteColumns::rows))
    }
}

impl GenotypeColumns {
    /// The rows of all parts, which are of that many samples, in order.
    pub fn concat<'a>(samples: usize, parts: impl Iterator<Item = &'a GenotypeColumns>) -> Self {
        let mut joined = GenotypeColumns::new(samples);
        for part in parts {
            (0..part.len()).for_each(|row| joined.push(&part.row(row)));
        }
        joined
    }
}

impl FrequencyColumns {
    /// The rows of all parts, in order.
    pub fn concat<'a>(parts: impl Iterator<Item = &'a FrequencyColumns> + Clone) -> Self {
        let rows = || {
            parts
                .clone()
                .flat_map(|part| (0..part.len()).map(move |row| (part, row)))
        };
        let known = rows().map(|(part, row)| part.tallied(row, true));
        let hq = parts
            .clone()
            .any(|part| part.hq.is_some())
            .then(|| HighQualityColumns {
                counts: CountColumns::from_tallied(
                    known
                        .clone()
                        .map(|counts| counts.unwrap_or_else(|| Tallied::from(Counts::default()))),
                ),
                known: known.map(|counts| counts.is_some()).collect(),
            });
        let figure = |get: fn(&QualityColumns) -> &Option<Vec<f32>>| {
            let is_there = parts.clone().any(|part| get(&part.quality).is_some());
            let value = |(part, row): (&FrequencyColumns, usize)| {
                get(&part.quality).as_ref().map_or(f32::NAN, |v| v[row])
            };
            is_there.then(|| rows().map(value).collect())
        };
        FrequencyColumns {
            raw: CountColumns::from_tallied(rows().map(|(part, row)| part.raw.tallied(row))),
            hq,
            quality: QualityColumns {
                mean_dp: figure(|quality| &quality.mean_dp),
                over_20x: figure(|quality| &quality.over_20x),
                mean_gq: figure(|quality| &quality.mean_gq),
            },
            af_given: parts.clone().any(|part| part.af_given.is_some()).then(|| {
                let given = |(part, row): (&FrequencyColumns, usize)| {
                    part.af_given.as_ref().map_or(f32::NAN, |af| af[row])
                };
                rows().map(given).collect()
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(contig: i16, span_start: u32, span_end: u32, groups: usize) -> Block {
        Block {
            contig,
            first_position: span_start,
            last_position: span_end,
            span_start,
            span_end,
            sites: SiteColumns::from_rows([].into_iter()),
            frequencies: vec![FrequencyColumns::default(); groups],
            genotypes: GenotypeColumns::new(2),
            coverage: None,
        }
    }

    #[test]
    fn only_neighbours_join() {
        for (blocks, want) in [
            (vec![], Err(ConcatError::Nothing)),
            (vec![block(1, 1, 9, 1)], Ok((1, 9))),
            (vec![block(1, 1, 9, 1), block(1, 10, 20, 1)], Ok((1, 20))),
            (
                vec![block(1, 1, 9, 1), block(1, 11, 20, 1)],
                Err(ConcatError::Apart),
            ),
            (
                vec![block(1, 1, 9, 1), block(2, 10, 20, 1)],
                Err(ConcatError::Apart),
            ),
            (
                vec![block(1, 1, u32::MAX, 1), block(1, 0, 20, 1)],
                Err(ConcatError::Apart),
            ),
            (
                vec![block(1, 1, 9, 1), block(1, 10, 20, 2)],
                Err(ConcatError::Unlike),
            ),
        ] {
            assert_eq!(
                concat(&blocks).map(|block| (block.span_start, block.span_end)),
                want
            );
        }
    }
}
