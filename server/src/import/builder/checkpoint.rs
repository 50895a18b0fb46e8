//! Where an import goes on.
//!
//! Invariant: everything before a block's checkpoint is in that block or an earlier one.

use serde::{Deserialize, Serialize};

/// Belongs to a block and is stored with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Offset in the uncompressed file of the next record to read.
    pub offset: u64,
    /// Its line.
    pub line: u64,
    /// Records before it.
    pub records: u64,
    /// Alleles in the blocks up to this one.
    pub alleles: u64,
    /// Of these, how many left alignment moved.
    #[serde(default)]
    pub shifted: u64,
    /// Of these, how many it would have moved but for the window or a REF that the reference does not have.
    #[serde(default)]
    pub unshifted: u64,
    /// Ordinals of the contigs that others followed, with the last position of each.
    pub finished: Vec<(i16, u32)>,
    /// The contig amid which the next record stands; none at the start of a contig, or at the end of the file.
    pub open: Option<OpenContig>,
    /// Whether a record before it has shown that the file is a gVCF.
    #[serde(default)]
    pub is_gvcf: bool,
}

/// A contig of which blocks were emitted, and more follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenContig {
    /// Its ordinal.
    pub contig: i16,
    /// All its alleles up to this position are in blocks, and none behind it.
    pub emitted_through: u32,
    /// Where the contig came back, the first position behind its earlier records; else 0. Alleles stay behind it.
    #[serde(default)]
    pub floor: u32,
}
