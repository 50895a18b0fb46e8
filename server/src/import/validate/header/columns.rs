//! The line that names the columns.
//!
//! Invariant: a wrong name is reported once; the number of columns is taken from the line as it stands.

use std::collections::HashSet;

use super::Header;
use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::limits::Limits;
use crate::import::validate::rules::{file, header as rules};

const NAMES: [&str; 9] = [
    "#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT",
];
/// Columns before the first sample.
pub(crate) const FIXED: usize = 9;

pub(super) fn read(header: &mut Header, line: &[u8], limits: &Limits, sink: &mut Sink<'_>) {
    let fields: Vec<&[u8]> = line
        .split(|&b| b == b'\t')
        .take(limits.samples + FIXED + 1)
        .collect();
    let wrong = NAMES.iter().enumerate().find(|(at, name)| {
        fields
            .get(*at)
            .map_or(*at < FIXED - 1, |field| *field != name.as_bytes())
    });
    if let Some((at, name)) = wrong {
        let found = fields.get(at).copied();
        let message = match found {
            Some(found) => format!("column {} is {} instead of {name}", at + 1, quoted(found)),
            None if fields.len() == 1 => "the columns are not separated by tabs".to_owned(),
            None => format!("column {} ({name}) is missing", at + 1),
        };
        sink.add(&rules::HEADER_COLUMNS, found.unwrap_or(line), message);
        if fields.len() < FIXED - 1 {
            return;
        }
    } else if fields.len() == FIXED {
        sink.add(
            &rules::HEADER_NO_SAMPLES,
            fields[FIXED - 1],
            "no sample follows the FORMAT column",
        );
    }
    header.columns = Some(fields.len());
    let names = fields.get(FIXED..).unwrap_or_default();
    if names.len() > limits.samples {
        let message = format!(
            "the file has more than {} samples, the most that are read",
            limits.samples
        );
        header.columns = None;
        return sink.add(&file::SAMPLES_TOO_MANY, line, message);
    }
    let mut seen = HashSet::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        if name.is_empty() {
            let last = at + 1 == names.len();
            let message = if last {
                "a tab ends the header line"
            } else {
                "a sample has no name"
            };
            sink.add(&rules::SAMPLE_NAME_EMPTY, name, message);
        } else if !seen.insert(*name) {
            sink.add(
                &rules::SAMPLE_REPEATED,
                name,
                format!("the sample {} stands twice", quoted(name)),
            );
        }
        header.samples.push(String::from_utf8_lossy(name).into_owned());
    }
}
