//! Judges one record by the header.
//!
//! Invariant: [`RecordValidator::check`] depends on the line and the header alone; [`ChunkState`] only remembers
//! what was worked out before, and gathers the sites for [`super::OrderCheck`].

#[cfg(test)]
mod agreement;
mod alt;
mod column;
mod fast;
mod format;
mod info;
mod key;
mod local;
mod phase;
mod repeats;
mod sample;
mod site;
mod sites;
mod structural;

use std::sync::Arc;

use super::finding::{Finding, Judge, Sink};
use super::header::Header;
use super::limits::Limits;
use super::rules::{file, header as header_rules, meta, site as rules};
use super::version::Grammar;
use crate::import::cells::Cells;

pub(crate) use key::describe;
pub use sites::{AlleleKey, Site, Sites};

/// The rules for records, fixed once the header was read; cheap to clone and shared by threads.
#[derive(Clone, Debug)]
pub struct RecordValidator {
    shared: Arc<Shared>,
}

/// What all checks of a record need.
#[derive(Debug)]
pub(crate) struct Shared {
    pub judge: Judge,
    pub limits: Limits,
    pub grammar: &'static Grammar,
    pub header: Header,
}

/// What one thread remembers between the records of a chunk.
#[derive(Debug, Default)]
pub struct ChunkState {
    site: site::Memory,
    info: info::Memory,
    format: format::Memory,
    sites: Sites,
}

impl ChunkState {
    /// Takes the sites of the records checked since the last call, in order.
    pub fn take_sites(&mut self) -> Sites {
        std::mem::take(&mut self.sites)
    }

    /// The samples of the last record checked, as far as checking read them.
    pub fn cells(&self) -> &Cells {
        &self.format.cells
    }
}

/// What the columns of one record say to each other.
#[derive(Debug, Default)]
pub(crate) struct Record<'a> {
    pub pos: Option<u64>,
    pub reference: &'a [u8],
    /// FORMAT, empty where there is none.
    pub format: &'a [u8],
    pub alts: Vec<alt::Allele<'a>>,
}

impl Record<'_> {
    /// Number of alternate alleles; `None` where ALT is missing and lists by allele cannot be counted.
    pub fn alternates(&self) -> Option<u32> {
        (!self.alts.is_empty()).then(|| u32::try_from(self.alts.len()).unwrap_or(u32::MAX))
    }
}

impl RecordValidator {
    pub(crate) fn new(judge: Judge, limits: Limits, header: Header) -> Self {
        let grammar = header.version.grammar();
        RecordValidator {
            shared: Arc::new(Shared {
                judge,
                limits,
                grammar,
                header,
            }),
        }
    }

    /// Names of the samples in the order of their columns.
    pub fn samples(&self) -> &[String] {
        &self.shared.header.samples
    }

    /// Length of a contig, where the header declares it.
    pub fn contig_length(&self, contig: &str) -> Option<u64> {
        self.shared
            .header
            .contigs
            .get(contig.as_bytes())
            .copied()
            .flatten()
    }

    /// Contigs that the header declares with a length.
    pub fn contig_lengths(&self) -> impl Iterator<Item = (&str, u64)> {
        let contigs = self.shared.header.contigs.iter();
        contigs.filter_map(|(name, length)| Some((std::str::from_utf8(name).ok()?, (*length)?)))
    }

    /// Reports that REF, from `bases` on, is not what the reference sequence has there; `stated` is none at its end.
    pub(crate) fn reference_differs(
        &self,
        line_number: u64,
        line: &[u8],
        bases: &[u8],
        stated: Option<char>,
        findings: &mut Vec<Finding>,
    ) {
        let base = bases.first().map_or('.', |&base| char::from(base));
        let message = match stated {
            Some(stated) => format!("REF has {base} where the reference has {stated}"),
            None => format!("REF has {base} where the contig of the reference has ended"),
        };
        let mut sink = Sink::new(self.shared.judge, line_number, line, findings);
        sink.add(&rules::REF_DIFFERS, bases, message);
    }

    /// Reports that REF agrees with the reference sequence only because one of them has N.
    pub(crate) fn reference_open(
        &self,
        line_number: u64,
        line: &[u8],
        bases: &[u8],
        findings: &mut Vec<Finding>,
    ) {
        let mut sink = Sink::new(self.shared.judge, line_number, line, findings);
        let message = "REF or the reference has N, which agrees with any base";
        sink.add(&rules::REF_OPEN, bases, message);
    }

    /// Checks one line after the header, with or without its line end, and adds what it finds.
    ///
    /// `line_number` is 1-based. A rule that many samples of the line break is one finding.
    pub fn check(&self, state: &mut ChunkState, line_number: u64, line: &[u8], findings: &mut Vec<Finding>) {
        let shared = &*self.shared;
        let line = strip_line_end(line);
        let mut sink = Sink::new(shared.judge, line_number, line, findings);
        state.format.cells.clear();
        if refuse_whole(shared, line, &mut sink) {
            return;
        }
        let mut fields = [&line[..0]; 9];
        let count = split(line, &mut fields);
        if count < 8 {
            let message = if count == 1 && line.contains(&b' ') {
                "the line has no tabs; are its columns separated by spaces?".to_owned()
            } else {
                format!("the line has {count} of the eight fixed columns")
            };
            return sink.add(&rules::COLUMNS_FEW, line, message);
        }
        let samples = (count == 9).then(|| &line[offset(line, fields[8])..]);
        let fixed = &line[..samples.map_or(line.len(), |text| line.len() - text.len())];
        text(line, fixed, &mut sink);
        let mut record = Record {
            format: if count == 9 { fields[8] } else { &[] },
            ..Record::default()
        };
        site::check(shared, &mut state.site, &fields, &mut record, &mut sink);
        info::check(shared, &mut state.info, fields[7], &record, &mut sink);
        match samples {
            // A header line without samples: what stands there is too much, and no genotype.
            Some(text) if shared.header.columns == Some(8) => {
                column::count(
                    shared,
                    9 + text.iter().skip(fields[8].len()).filter(|&&b| b == b'\t').count(),
                    &mut sink,
                );
            }
            Some(text) => format::check(shared, &mut state.format, fields[8], text, &record, &mut sink),
            None => column::count(shared, 8, &mut sink),
        }
        if let Some(pos) = record.pos {
            state
                .sites
                .push(fields[0], pos, line_number, record.reference, &record.alts);
        }
    }
}

/// Lines that are no records.
fn refuse_whole(shared: &Shared, line: &[u8], sink: &mut Sink<'_>) -> bool {
    if line.is_empty() {
        sink.add(&file::EMPTY_LINE, line, "the line is empty");
    } else if line.len() > shared.limits.line_bytes {
        sink.add(
            &file::LINE_TOO_LONG,
            &line[..0],
            format!("the line has {} bytes", line.len()),
        );
    } else if line[0] == b'#' {
        if line.starts_with(b"#CHROM") {
            sink.add(
                &header_rules::HEADER_LINE_REPEATED,
                line,
                "a header line stands among the records",
            );
        } else {
            sink.add(
                &meta::META_AFTER_HEADER,
                line,
                "a line beginning with # stands among the records",
            );
        }
    } else if let Some(at) = memchr::memchr(0, line) {
        sink.add(&file::NUL_BYTE, &line[at..=at], "the line holds a NUL byte");
    } else {
        return false;
    }
    true
}

/// Faults of the encoding.
fn text(line: &[u8], fixed: &[u8], sink: &mut Sink<'_>) {
    if !line.is_ascii()
        && let Err(error) = std::str::from_utf8(line)
    {
        let bad = &line[error.valid_up_to()..][..1];
        sink.add(
            &file::NOT_UTF8,
            bad,
            format!("the byte 0x{:02x} is not UTF-8", bad[0]),
        );
    }
    // Control characters among the samples fit no number; in their strings they are found there.
    if fixed
        .iter()
        .fold(0, |low, &b| low | u8::from(b < 0x20 && b != b'\t'))
        != 0
        && let Some(at) = fixed.iter().position(|&b| b < 0x20 && b != b'\t')
    {
        sink.add(
            &file::CONTROL_CHARACTER,
            &fixed[at..=at],
            format!("control character 0x{:02x}", fixed[at]),
        );
    }
}

/// The line without LF, CR+LF.
pub(crate) fn strip_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Splits the first columns; the ninth is FORMAT alone. Returns how many there are, at most nine.
fn split<'a>(line: &'a [u8], fields: &mut [&'a [u8]; 9]) -> usize {
    let (mut start, mut count) = (0, 0);
    for tab in memchr::memchr_iter(b'\t', line) {
        fields[count] = &line[start..tab];
        start = tab + 1;
        count += 1;
        if count == 9 {
            return 9;
        }
    }
    fields[count] = &line[start..];
    count + 1
}

/// Where `part` begins in `line`.
fn offset(line: &[u8], part: &[u8]) -> usize {
    part.as_ptr() as usize - line.as_ptr() as usize
}
