//! The bounds that keep one file from taking the machine's memory.
//!
//! Invariant: every limit of the validator stands here, and passing one is a finding, never a panic.

use serde::{Deserialize, Serialize};

/// Bounds of one validation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Longest line, in bytes.
    pub line_bytes: usize,
    /// Longest header, in bytes.
    pub header_bytes: u64,
    /// Most samples in the header line.
    pub samples: usize,
    /// Most alternate alleles in one record.
    pub alternates: usize,
    /// Findings kept for each rule; totals stay exact beyond it.
    pub findings_per_rule: usize,
    /// Findings listed for one line; a line with more says so in its last one.
    pub findings_per_line: usize,
    /// Distinct texts remembered for rules that speak once (undeclared keys and the like).
    pub distinct_texts: usize,
    /// Bytes of the offending text that a finding shows.
    pub text_bytes: usize,
    /// Alleles ahead of the current position that the search for duplicates remembers.
    pub duplicate_window: usize,
    /// Contigs that the check for contiguous blocks remembers.
    pub contigs: usize,
    /// Most alleles in one genotype.
    pub ploidy: usize,
    /// Records whose REF differs from the reference sequence before the file may be taken to be of another one.
    pub reference_differences: u64,
    /// The same at the end of the file.
    pub reference_differences_at_end: u64,
    /// Percentage of the compared records that must differ for that.
    pub reference_percent: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            line_bytes: 64 << 20,
            header_bytes: 100 << 20,
            samples: 1_000_000,
            alternates: 10_000,
            findings_per_rule: 1_000,
            findings_per_line: 1_000,
            distinct_texts: 10_000,
            text_bytes: 80,
            duplicate_window: 65_536,
            contigs: 1_000_000,
            ploidy: 255,
            reference_differences: 100,
            reference_differences_at_end: 10,
            reference_percent: 10,
        }
    }
}
