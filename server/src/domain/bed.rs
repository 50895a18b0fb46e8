//! BED text to intervals: the regions of a genome in which a file was called.
//!
//! Invariant: only this module knows 0-based half-open coordinates; what leaves it is 1-based and inclusive.

use super::build::ContigRef;
use super::intervals::{Interval, Intervals};

/// Most bytes of BED text, uncompressed.
pub const MAX_BED_BYTES: usize = 64 << 20;
/// Most regions, overlapping and touching ones merged.
pub const MAX_REGIONS: usize = 1_000_000;

/// A BED that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BedError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: BedProblem,
}

/// What can be wrong with a BED.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BedProblem {
    /// Fewer than three columns.
    #[error("a region needs three columns (chromosome, start, end), and there are {0}")]
    Columns(usize),
    /// Not UTF-8.
    #[error("the line is no UTF-8 text")]
    NotUtf8,
    /// A contig that nobody knows.
    #[error("the contig {0:?} is neither a chromosome of the build nor named by an imported file")]
    UnknownContig(String),
    /// Start or end is no number.
    #[error("{0:?} is no position: a whole number from 0 on")]
    Position(String),
    /// The end stands before the start.
    #[error("the region ends at {end}, before its start at {start}")]
    Backwards {
        /// Start as written.
        start: u32,
        /// End as written.
        end: u32,
    },
    /// The end lies behind the contig's.
    #[error("the region ends at {end}, but {contig} has {length} bases: is the BED of another build?")]
    BeyondEnd {
        /// Contig as written.
        contig: String,
        /// End as written.
        end: u32,
        /// Length of the contig.
        length: u32,
    },
    /// More regions than are kept.
    #[error("the BED has more than {MAX_REGIONS} regions that do not touch")]
    TooManyRegions,
}

/// The regions of a BED, merged where they overlap or touch. Only the first three columns are read; blank lines,
/// comments, `track` and `browser` lines are passed over, and so are regions without a base. `contig` finds a contig by
/// its exact name or alias.
///
/// # Errors
/// The first line that cannot be read.
pub fn parse(text: &[u8], contig: impl Fn(&str) -> Option<ContigRef>) -> Result<Intervals, BedError> {
    let mut regions = Vec::new();
    let mut line_number = 0;
    for line in text.split(|&byte| byte == b'\n') {
        line_number += 1;
        let region = region(line, &contig).map_err(|problem| BedError {
            line: line_number,
            problem,
        })?;
        regions.extend(region);
        if regions.len() > 2 * MAX_REGIONS {
            regions = Intervals::new(regions).iter().copied().collect();
            if regions.len() > MAX_REGIONS {
                break;
            }
        }
    }
    let merged = Intervals::new(regions);
    if merged.len() > MAX_REGIONS {
        return Err(BedError {
            line: line_number,
            problem: BedProblem::TooManyRegions,
        });
    }
    Ok(merged)
}

fn region(line: &[u8], contig: impl Fn(&str) -> Option<ContigRef>) -> Result<Option<Interval>, BedProblem> {
    let text = std::str::from_utf8(line).map_err(|_| BedProblem::NotUtf8)?.trim();
    let mut fields = text.split_ascii_whitespace();
    let Some(name) = fields.next() else {
        return Ok(None);
    };
    if name.starts_with('#') || matches!(name, "track" | "browser") {
        return Ok(None);
    }
    let (Some(start), Some(end)) = (fields.next(), fields.next()) else {
        return Err(BedProblem::Columns(text.split_ascii_whitespace().count()));
    };
    let (start, end) = (position(start)?, position(end)?);
    if end < start {
        return Err(BedProblem::Backwards { start, end });
    }
    let found = contig(name).ok_or_else(|| BedProblem::UnknownContig(name.to_owned()))?;
    if let Some(length) = found.length.filter(|&length| end > length) {
        return Err(BedProblem::BeyondEnd {
            contig: name.to_owned(),
            end,
            length,
        });
    }
    // From 0-based half-open to 1-based inclusive: the start moves by one, the end stays.
    Ok((start < end).then_some(Interval {
        contig: found.ordinal,
        start: start + 1,
        end,
    }))
}

fn position(text: &str) -> Result<u32, BedProblem> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| text.parse::<i32>().ok()).flatten();
    number
        .map(i32::cast_unsigned)
        .ok_or_else(|| BedProblem::Position(text.chars().take(40).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::build::{Build, ContigIndex};

    fn read(text: &str) -> Result<Vec<(i16, u32, u32)>, BedError> {
        let contigs = ContigIndex::new(Build::Grch37);
        let regions = parse(text.as_bytes(), |name| contigs.get(name))?;
        Ok(regions
            .iter()
            .map(|region| (region.contig, region.start, region.end))
            .collect())
    }

    #[test]
    fn regions_become_one_based_and_merge() {
        for (text, want) in [
            ("", vec![]),
            ("1\t0\t10\n", vec![(1, 1, 10)]),
            ("chr1 99 100 name 0 +\r\n", vec![(1, 100, 100)]),
            ("NC_000023.10\t0\t155270560", vec![(23, 1, 155_270_560)]),
            ("1\t10\t20\n1\t20\t30\n1\t5\t12\n", vec![(1, 6, 30)]),
            ("1\t10\t20\n1\t21\t30\n", vec![(1, 11, 20), (1, 22, 30)]),
            ("2\t0\t5\n1\t0\t5\n", vec![(1, 1, 5), (2, 1, 5)]),
            (
                "track name=x\nbrowser position 1\n# 1\t0\t5\n\n1\t0\t5\n",
                vec![(1, 1, 5)],
            ),
            ("1\t7\t7\n", vec![]),
        ] {
            assert_eq!(read(text), Ok(want), "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        use BedProblem::*;
        for (text, line, problem) in [
            ("1\t0\t5\n1\t5\n", 2, Columns(2)),
            ("1\n", 1, Columns(1)),
            ("\n\nchrUn\t0\t5\n", 3, UnknownContig("chrUn".into())),
            ("CHR1\t0\t5\n", 1, UnknownContig("CHR1".into())),
            ("1\t-1\t5\n", 1, Position("-1".into())),
            ("1\t0\t5.5\n", 1, Position("5.5".into())),
            ("1\t0\t1e6\n", 1, Position("1e6".into())),
            ("1\t0\t2147483648\n", 1, Position("2147483648".into())),
            ("1\t9\t5\n", 1, Backwards { start: 9, end: 5 }),
            (
                "MT\t0\t16570\n",
                1,
                BeyondEnd {
                    contig: "MT".into(),
                    end: 16_570,
                    length: 16_569,
                },
            ),
        ] {
            assert_eq!(read(text), Err(BedError { line, problem }), "{text:?}");
        }
        let contigs = ContigIndex::new(Build::Grch37);
        let found = parse(b"1\t0\t5\n\xff\t0\t5\n", |name| contigs.get(name));
        assert_eq!(
            found,
            Err(BedError {
                line: 2,
                problem: NotUtf8
            })
        );
    }
}
