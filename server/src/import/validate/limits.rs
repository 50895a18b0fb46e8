//! The bounds that keep one file from taking the machine's memory.
//!
//! Invariant: every limit on what a file may hold stands here, with its name and its default, and the operator may set
//! it; passing one is a finding that names it, never a panic.

use allelecast_protocol::size::parse_size;
use clap::Args;
use serde::{Deserialize, Serialize};

/// Bounds of one file. Sizes take a suffix: `64MiB`, `10G`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
#[command(next_help_heading = "Limits of files")]
#[group(skip)]
pub struct Limits {
    /// Longest line
    #[arg(long = "max-line", env = "ALLELECAST_MAX_LINE", default_value = "64MiB", value_parser = parse_bytes, value_name = "SIZE")]
    pub line_bytes: usize,
    /// Longest header
    #[arg(long = "max-header", env = "ALLELECAST_MAX_HEADER", default_value = "32MiB", value_parser = parse_size, value_name = "SIZE")]
    pub header_bytes: u64,
    /// Longest file, decompressed: what ends a decompression bomb of sound records
    #[arg(long = "max-expanded", env = "ALLELECAST_MAX_EXPANDED", default_value = "16TiB", value_parser = parse_size, value_name = "SIZE")]
    pub expanded_bytes: u64,
    /// Most samples in the header line
    #[arg(
        long = "max-samples",
        env = "ALLELECAST_MAX_SAMPLES",
        default_value_t = 1_000_000,
        value_name = "N"
    )]
    pub samples: usize,
    /// Most alternate alleles in one record
    #[arg(long = "max-alternates", env = "ALLELECAST_MAX_ALTERNATES", default_value_t = 10_000, value_name = "N", value_parser = parse_alternates)]
    pub alternates: usize,
    /// Most alternate alleles times samples in one record
    #[arg(
        long = "max-genotypes",
        env = "ALLELECAST_MAX_GENOTYPES",
        default_value_t = 100_000_000,
        value_name = "N"
    )]
    pub genotypes: usize,
    /// Most keys in one INFO or FORMAT, IDs or filters in one record, or fields in one header line
    #[arg(
        long = "max-entries",
        env = "ALLELECAST_MAX_ENTRIES",
        default_value_t = 100_000,
        value_name = "N"
    )]
    pub entries: usize,
    /// Most alleles in one genotype
    #[arg(
        long = "max-ploidy",
        env = "ALLELECAST_MAX_PLOIDY",
        default_value_t = 255,
        value_name = "N"
    )]
    pub ploidy: usize,
    /// Records whose REF differs from the reference sequence before the file may be taken to be of another one
    #[arg(
        long = "reference-differences",
        env = "ALLELECAST_REFERENCE_DIFFERENCES",
        default_value_t = 100,
        value_name = "N"
    )]
    pub reference_differences: u64,
    /// The same at the end of the file
    #[arg(
        long = "reference-differences-at-end",
        env = "ALLELECAST_REFERENCE_DIFFERENCES_AT_END",
        default_value_t = 10,
        value_name = "N"
    )]
    pub reference_differences_at_end: u64,
    /// Percentage of the compared records that must differ for that
    #[arg(
        long = "reference-percent",
        env = "ALLELECAST_REFERENCE_PERCENT",
        default_value_t = 10,
        value_name = "N"
    )]
    pub reference_percent: u64,
    /// Findings kept for each rule; totals stay exact beyond it
    #[arg(
        long = "max-findings",
        env = "ALLELECAST_MAX_FINDINGS",
        default_value_t = 1_000,
        value_name = "N"
    )]
    pub findings_per_rule: usize,
    /// Findings listed for one line; a line with more says so in its last one
    #[arg(
        long = "max-findings-per-line",
        env = "ALLELECAST_MAX_FINDINGS_PER_LINE",
        default_value_t = 1_000,
        value_name = "N"
    )]
    pub findings_per_line: usize,
    /// Distinct texts remembered for rules that speak once (undeclared keys and the like)
    #[arg(
        long = "max-distinct-texts",
        env = "ALLELECAST_MAX_DISTINCT_TEXTS",
        default_value_t = 10_000,
        value_name = "N"
    )]
    pub distinct_texts: usize,
    /// Bytes of the offending text that a finding shows
    #[arg(
        long = "finding-text",
        env = "ALLELECAST_FINDING_TEXT",
        default_value_t = 80,
        value_name = "N"
    )]
    pub text_bytes: usize,
    /// Alleles ahead of the current position that the search for duplicates remembers
    #[arg(
        long = "duplicate-window",
        env = "ALLELECAST_DUPLICATE_WINDOW",
        default_value_t = 65_536,
        value_name = "N"
    )]
    pub duplicate_window: usize,
    /// Contigs that the check for contiguous blocks remembers
    #[arg(
        long = "contig-window",
        env = "ALLELECAST_CONTIG_WINDOW",
        default_value_t = 100_000,
        value_name = "N"
    )]
    pub contigs: usize,
}

/// Alternates are numbered in 16 bits.
const MOST_ALTERNATES: usize = 65_534;

fn parse_bytes(text: &str) -> Result<usize, String> {
    usize::try_from(parse_size(text)?).map_err(|error| error.to_string())
}

fn parse_alternates(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| "write a number".to_owned())?;
    if number > MOST_ALTERNATES {
        return Err(format!("at most {MOST_ALTERNATES} can be counted"));
    }
    Ok(number)
}

/// A longer text is not remembered: it is said again rather than kept.
const REMEMBERED_BYTES: usize = 1 << 10;

/// Whether a text is short enough to be remembered.
pub(crate) fn is_memorable(text: &[u8]) -> bool {
    text.len() <= REMEMBERED_BYTES
}

impl Limits {
    /// Most alternates of one record of a file with that many samples.
    pub(crate) fn alternates_of(&self, samples: usize) -> usize {
        self.alternates.min(self.genotypes / samples.max(1)).max(1)
    }
}

impl Default for Limits {
    /// What the command line gives when it says nothing of limits.
    fn default() -> Self {
        Limits {
            line_bytes: 64 << 20,
            header_bytes: 32 << 20,
            expanded_bytes: 16 << 40,
            samples: 1_000_000,
            alternates: 10_000,
            genotypes: 100_000_000,
            entries: 100_000,
            ploidy: 255,
            findings_per_rule: 1_000,
            findings_per_line: 1_000,
            distinct_texts: 10_000,
            text_bytes: 80,
            duplicate_window: 65_536,
            contigs: 100_000,
            reference_differences: 100,
            reference_differences_at_end: 10,
            reference_percent: 10,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        limits: Limits,
    }

    #[test]
    fn the_command_line_has_the_same_defaults() {
        assert_eq!(Alone::parse_from(["check"]).limits, Limits::default());
    }

    #[test]
    fn more_alternates_than_can_be_numbered_are_refused() {
        for (text, fits) in [("65534", true), ("65535", false), ("x", false)] {
            assert_eq!(
                Alone::try_parse_from(["check", "--max-alternates", text]).is_ok(),
                fits
            );
        }
    }

    #[test]
    fn many_samples_leave_room_for_fewer_alternates() {
        let limits = Limits::default();
        for (samples, most) in [(0, 10_000), (2_504, 10_000), (1_000_000, 100), (1 << 40, 1)] {
            assert_eq!(limits.alternates_of(samples), most);
        }
    }
}
