//! Blocks: runs of sorted alleles of one contig of one file, the unit of storage.
//!
//! Invariant: all alleles of a position are in one block, and the spans of a file's blocks tile each contig.

use super::{
    build::Build,
    columns::{CoverageColumns, FrequencyColumns, GenotypeColumns, SiteColumns},
};

mod bucket;
mod concat;

pub use bucket::{BUCKETS, bucket};
pub use concat::{ConcatError, concat};

/// End of the span of a contig whose length nobody knows.
pub const UNKNOWN_LENGTH: u32 = i32::MAX as u32;

/// When a block is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockLimits {
    /// Most alleles, unless one position alone has more.
    pub alleles: usize,
    /// Most bytes of genotype planes in memory, likewise.
    pub plane_bytes: usize,
}

impl Default for BlockLimits {
    fn default() -> Self {
        BlockLimits {
            alleles: 8192,
            plane_bytes: 8 << 20,
        }
    }
}

/// A block, decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Ordinal of the contig.
    pub contig: i16,
    /// Position of the first allele; without alleles, the first that is covered.
    pub first_position: u32,
    /// Position of the last allele; alleles may reach beyond it. Without alleles, the last that is covered.
    pub last_position: u32,
    /// First position that the block speaks for: 1, or the one after its predecessor's last.
    pub span_start: u32,
    /// Last position that the block speaks for; the contig's length in the last block of a contig.
    pub span_end: u32,
    /// The alleles, in order of their keys.
    pub sites: SiteColumns,
    /// Counts of each group, in the order of the file's groups.
    pub frequencies: Vec<FrequencyColumns>,
    /// Genotypes of all samples.
    pub genotypes: GenotypeColumns,
    /// What a gVCF says between its alleles; none where the file is no gVCF.
    pub coverage: Option<CoverageColumns>,
}

impl Block {
    /// Number of alleles.
    pub fn len(&self) -> usize {
        self.sites.len()
    }

    /// Whether the block has no alleles: a gVCF may say something of a stretch without.
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty()
    }

    /// The block's shard key.
    pub fn bucket(&self, dataset: i64) -> u8 {
        bucket(dataset, self.contig, self.first_position)
    }

    /// For each allele whether males have one chromosome there; none where that holds for no allele. Goes with
    /// [`GenotypeRow::high_quality_counts`](super::planes::GenotypeRow::high_quality_counts).
    pub fn haploid_in_males(&self, build: Build) -> Option<Vec<bool>> {
        let rows: Vec<bool> = self
            .sites
            .pos
            .iter()
            .map(|&position| build.haploid_in_males(self.contig, position))
            .collect();
        rows.contains(&true).then_some(rows)
    }
}
