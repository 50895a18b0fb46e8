//! The header, from the first line to the one that names the columns.
//!
//! Invariant: cut into pieces of any size it is the same header, profiles differ in severity alone, and what the
//! validator accepts can be counted.

use allelecast_server::import::header::Header;
use allelecast_server::import::lines::{ChunkInput, LineChunker};
use allelecast_server::import::validate::{Limits, Profile, Report, Severity, Validator};

/// Reads the bytes as the beginning of a file.
pub fn header(data: &[u8]) {
    let whole = chunk(data, data.len().max(1));
    for piece in [1, 13] {
        let other = chunk(data, piece);
        assert_eq!(
            (whole.offset, whole.first_line, &whole.text),
            (other.offset, other.first_line, &other.text),
            "in pieces of {piece}"
        );
    }
    let reports =
        [Profile::Spec, Profile::Strict, Profile::Tolerant].map(|profile| judge(&whole.text, profile));
    let found = |report: &Report| {
        let findings = report.findings().into_iter();
        findings
            .map(|finding| (finding.line, finding.rule))
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&reports[0]), found(&reports[1]));
    assert_eq!(found(&reports[0]), found(&reports[2]));
    let parsed = Header::parse(&whole.text);
    for report in &reports {
        if report.total(Severity::Error) == 0 {
            assert!(parsed.is_ok(), "accepted, and then: {parsed:?}");
        }
    }
}

/// The header of a file that arrives in pieces.
fn chunk(data: &[u8], piece: usize) -> ChunkInput {
    let mut lines = LineChunker::new();
    for piece in data.chunks(piece) {
        lines.buffer().extend_from_slice(piece);
        if let Some(header) = lines.header(false).unwrap_or(None) {
            return header;
        }
    }
    let header = lines.header(true).unwrap_or(None);
    header.unwrap_or_else(|| panic!("the end of the file ends the header"))
}

fn judge(text: &[u8], profile: Profile) -> Report {
    let mut validator = Validator::new(profile, Limits::default());
    let mut report = validator.report();
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        validator.header_line(line, &mut report);
    }
    validator.finish(&mut report);
    report
}
