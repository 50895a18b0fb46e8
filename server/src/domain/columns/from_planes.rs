//! Frequencies of any set of samples, from the genotype planes.
//!
//! Invariant: the counts are those that the import made of the same samples; depth and quality are not known here.

use super::frequencies::{CountColumns, FrequencyColumns, HighQualityColumns};
use super::genotypes::GenotypeColumns;
use crate::domain::build::Build;
use crate::domain::planes::SampleMask;

impl FrequencyColumns {
    /// Counts `members` in every row of a block. `males` are the file's male samples, `positions` those of the rows.
    pub fn from_planes(
        genotypes: &GenotypeColumns,
        members: &SampleMask,
        males: &SampleMask,
        build: Build,
        contig: i16,
        positions: &[u32],
    ) -> Self {
        let rows = 0..genotypes.len();
        let raw: Vec<_> = rows
            .clone()
            .map(|row| genotypes.row(row).counts(members))
            .collect();
        let hq: Vec<_> = rows
            .map(|row| {
                let haploid = build.haploid_in_males(contig, positions[row]);
                genotypes
                    .row(row)
                    .high_quality_counts(members, haploid.then_some(males))
            })
            .collect();
        let is_known = hq.iter().any(Option::is_some);
        FrequencyColumns {
            raw: CountColumns::from_rows(raw.into_iter()),
            hq: is_known.then(|| HighQualityColumns {
                counts: CountColumns::from_rows(hq.iter().map(|counts| counts.unwrap_or_default())),
                known: hq.iter().map(Option::is_some).collect(),
            }),
            quality: Default::default(),
            af_given: None,
        }
    }
}
