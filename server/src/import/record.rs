//! One record's fixed columns.
//!
//! Invariant: borrowed from the line; a record that cannot be read says in which line and column.

use crate::domain::{allele::Extent, genotype::GenotypeError, reference::Unreadable};

/// Why a record cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct RecordError {
    /// Line in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: RecordProblem,
}

/// What can be wrong with a record, as far as counting minds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordProblem {
    /// Too few or too many columns.
    #[error("the record has {found} columns, the header {expected}")]
    Columns {
        /// Columns of the line.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// A header line after the header.
    #[error("a header line stands among the records")]
    HeaderLine,
    /// A contig that the index does not know. Register it and count the chunk again.
    #[error("the contig {0:?} is not known")]
    UnknownContig(String),
    /// POS is no number, or too large.
    #[error("POS is {0:?}, which is no position")]
    Position(String),
    /// An allele without a letter.
    #[error("{0} is empty")]
    EmptyAllele(&'static str),
    /// QUAL is no number.
    #[error("QUAL is {0:?}, which is no number")]
    Quality(String),
    /// A column is not UTF-8.
    #[error("{0} is not UTF-8")]
    NotUtf8(&'static str),
    /// More alternate alleles than can be numbered.
    #[error("the record has more than 65,534 alternate alleles")]
    TooManyAlleles,
    /// A genotype cannot be read.
    #[error("sample column {sample}: {error}")]
    Genotype {
        /// Sample, from 1.
        sample: usize,
        /// Why.
        error: GenotypeError,
    },
    /// The reference to align with cannot be read: not the record's fault.
    #[error(transparent)]
    Reference(#[from] Unreadable),
    /// A record stands before its predecessor.
    #[error("position {position} comes after {previous}: records must be sorted by position within a contig")]
    Unsorted {
        /// POS.
        position: u32,
        /// POS of the record before.
        previous: u32,
    },
    /// A record beyond the end of its chromosome.
    #[error(
        "position {position} lies beyond the end of the chromosome, which has {length} bases in the dataset's build: \
         is the file of another build?"
    )]
    BeyondContig {
        /// POS.
        position: u32,
        /// The chromosome's length.
        length: u32,
    },
}

/// The columns of a record before FORMAT, split but not parsed, and the rest of the line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fixed<'a> {
    /// CHROM.
    pub chrom: &'a str,
    /// POS.
    pub pos: u32,
    /// ID; none where it is `.`.
    pub id: Option<&'a str>,
    /// REF.
    pub reference: &'a str,
    /// ALT as written, without `.`.
    pub alternates: Option<&'a str>,
    /// QUAL; NaN where it is `.`.
    pub qual: f32,
    /// FILTER.
    pub filter: &'a str,
    /// INFO.
    pub info: &'a str,
    /// FORMAT and the sample columns.
    pub rest: Option<&'a [u8]>,
}

impl<'a> Fixed<'a> {
    /// Splits a line without its end. `expected` is the number of columns of the header.
    ///
    /// # Errors
    /// A fixed column cannot be read.
    pub fn parse(line: &'a [u8], expected: usize) -> Result<Self, RecordProblem> {
        let mut fields: [&[u8]; 8] = [&[]; 8];
        let mut rest = Some(line);
        for (found, field) in fields.iter_mut().enumerate() {
            let text = rest.ok_or(RecordProblem::Columns { found, expected })?;
            let end = memchr::memchr(b'\t', text);
            *field = &text[..end.unwrap_or(text.len())];
            rest = end.map(|end| &text[end + 1..]);
        }
        let text = |i: usize, name| std::str::from_utf8(fields[i]).map_err(|_| RecordProblem::NotUtf8(name));
        let reference = text(3, "REF")?;
        let alternates = text(4, "ALT")?;
        if reference.is_empty() {
            return Err(RecordProblem::EmptyAllele("REF"));
        }
        if alternates.split(',').any(str::is_empty) {
            return Err(RecordProblem::EmptyAllele("ALT"));
        }
        Ok(Fixed {
            chrom: text(0, "CHROM")?,
            pos: position(fields[1]).ok_or_else(|| RecordProblem::Position(lossy(fields[1])))?,
            id: Some(text(2, "ID")?).filter(|&id| id != "."),
            reference,
            alternates: Some(alternates).filter(|&alternates| alternates != "."),
            qual: quality(fields[5]).ok_or_else(|| RecordProblem::Quality(lossy(fields[5])))?,
            filter: text(6, "FILTER")?,
            info: text(7, "INFO")?,
            rest,
        })
    }

    /// What INFO says about the extent of the alternate allele of that index (0 for the first). `END` counts where the
    /// record has one alternate; of several each has its own `SVLEN`, and END is but their maximum. Where `CHR2` names
    /// another contig, the allele's other end lies there, at `POS2`, `END2` or, as older callers write it, `END`.
    pub fn extent(&self, alternate: usize, alternates: usize) -> Extent {
        let value = |key: &str| {
            self.info
                .split(';')
                .find_map(|entry| entry.strip_prefix(key)?.strip_prefix('='))
        };
        let length = value("SVLEN").and_then(|lengths| lengths.split(',').nth(alternate));
        let length = length.and_then(|length| length.trim_start_matches('-').parse().ok());
        let other_contig = value("CHR2").filter(|&contig| contig != self.chrom);
        if let Some(contig) = other_contig {
            let place = value("POS2").or_else(|| value("END2")).or_else(|| value("END"));
            let mate = place.map_or_else(|| contig.into(), |place| format!("{contig}:{place}").into());
            return Extent {
                end: None,
                length,
                mate: Some(mate),
            };
        }
        let end = value("END")
            .and_then(|end| end.parse().ok())
            .filter(|_| alternates == 1 || length.is_none());
        Extent {
            end,
            length,
            mate: None,
        }
    }
}

fn lossy(field: &[u8]) -> String {
    String::from_utf8_lossy(&field[..field.len().min(40)]).into_owned()
}

/// A position in 0 to 2^31 - 1.
fn position(field: &[u8]) -> Option<u32> {
    if field.is_empty() || field.len() > 10 {
        return None;
    }
    let mut value = 0u64;
    for byte in field {
        let digit = byte.wrapping_sub(b'0');
        value = value * 10 + u64::from(digit);
        if digit > 9 {
            return None;
        }
    }
    i32::try_from(value).ok().map(i32::cast_unsigned)
}

fn quality(field: &[u8]) -> Option<f32> {
    if field == b"." {
        return Some(f32::NAN);
    }
    std::str::from_utf8(field).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_split() {
        let line = b"1\t100\trs1;rs2\tA\tG,<DEL>\t.\tPASS\tDP=3;END=500;SVLEN=.,-400\tGT\t0/1";
        let fixed = Fixed::parse(line, 10).unwrap();
        assert_eq!((fixed.chrom, fixed.pos, fixed.id), ("1", 100, Some("rs1;rs2")));
        assert_eq!(
            (fixed.reference, fixed.alternates, fixed.filter),
            ("A", Some("G,<DEL>"), "PASS")
        );
        assert!(fixed.qual.is_nan());
        assert_eq!(fixed.rest, Some(&b"GT\t0/1"[..]));
        assert_eq!(
            fixed.extent(1, 2),
            Extent {
                length: Some(400),
                ..Extent::default()
            }
        );
        assert_eq!(
            fixed.extent(0, 1),
            Extent {
                end: Some(500),
                ..Extent::default()
            }
        );
        let mate = |info| {
            let line = format!("1\t100\t.\tA\t<TRA>\t.\t.\t{info}");
            let extent = Fixed::parse(line.as_bytes(), 8).unwrap().extent(0, 1);
            (extent.end, extent.mate.map(String::from))
        };
        assert_eq!(mate("CHR2=2;END=77"), (None, Some("2:77".into())));
        assert_eq!(mate("CHR2=2;END=100;POS2=77"), (None, Some("2:77".into())));
        assert_eq!(mate("CHR2=2"), (None, Some("2".into())));
        assert_eq!(mate("CHR2=1;END=177"), (Some(177), None));
        let sites = Fixed::parse(b"1\t0\t.\tA\t.\t29.5\t.\t.", 8).unwrap();
        assert_eq!(
            (sites.pos, sites.id, sites.alternates, sites.rest, sites.qual),
            (0, None, None, None, 29.5)
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let columns = |found| RecordProblem::Columns { found, expected: 8 };
        for (line, want) in [
            ("", columns(1)),
            ("1 100 . A G", columns(1)),
            ("1\t100\t.\tA\tG\t.\tPASS", columns(7)),
            ("1\tx\t.\tA\tG\t.\tPASS\t.", RecordProblem::Position("x".into())),
            ("1\t-1\t.\tA\tG\t.\tPASS\t.", RecordProblem::Position("-1".into())),
            (
                "1\t2147483648\t.\tA\tG\t.\tPASS\t.",
                RecordProblem::Position("2147483648".into()),
            ),
            ("1\t1\t.\t\tG\t.\tPASS\t.", RecordProblem::EmptyAllele("REF")),
            ("1\t1\t.\tA\tG,\t.\tPASS\t.", RecordProblem::EmptyAllele("ALT")),
            (
                "1\t1\t.\tA\tG\tlow\tPASS\t.",
                RecordProblem::Quality("low".into()),
            ),
        ] {
            assert_eq!(Fixed::parse(line.as_bytes(), 8), Err(want), "{line:?}");
        }
        assert_eq!(
            Fixed::parse(b"1\t1\t\xff\tA\tG\t.\tPASS\t.", 8),
            Err(RecordProblem::NotUtf8("ID"))
        );
    }
}
