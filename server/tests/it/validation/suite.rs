//! The test suite of the specification for version 4.2, with the answers that its manifest gives.

use std::path::Path;

use allelecast_server::app::check::check_file;
use allelecast_server::import::validate::{Limits, Profile, Report, Severity, Verdict};

use super::is_note;
use crate::support::data::shared;

/// What a report answers, in the words of the manifest.
fn answer(report: &Report) -> &'static str {
    let faults = report.findings().iter().any(|finding| !is_note(finding.rule));
    match (report.verdict(), faults) {
        (Verdict::Refused, _) => "refuse",
        (Verdict::Accepted, false) => "accept",
        (Verdict::Accepted, true) => "accept with warning",
    }
}

#[test]
fn every_answer_is_that_of_the_manifest() {
    let Some(suite) = shared("vcf-suite") else { return };
    let manifest = std::fs::read_to_string(suite.join("MANIFEST.tsv")).unwrap();
    let mut wrong = Vec::new();
    for row in manifest.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [status, file, class, spec, strict] = columns[..] else {
            panic!("{row}")
        };
        let path = suite.join(status).join(file);
        for (profile, expected) in [(Profile::Spec, spec), (Profile::Strict, strict)] {
            let report = check_file(&path, profile, Limits::default()).unwrap();
            if expected != "unscored" && answer(&report) != expected {
                let rules: Vec<_> = report
                    .findings()
                    .iter()
                    .map(|f| format!("{}:{}", f.rule, f.line))
                    .collect();
                wrong.push(format!(
                    "{file} ({class}) {profile:?}: {} not {expected} {rules:?}",
                    answer(&report)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where the fault of a failed file is: the record, or the only meta-information line but the first.
fn evident_line(path: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(path).ok()?;
    let name = path.file_name()?.to_str()?;
    let numbered = || text.lines().enumerate().map(|(at, line)| (at as u64 + 1, line));
    let only = |mut lines: Box<dyn Iterator<Item = (u64, &str)> + '_>| {
        let first = lines.next()?.0;
        lines.next().is_none().then_some(first)
    };
    if name.starts_with("failed_body_") && !name.contains("_sample_011") {
        only(Box::new(
            numbered().filter(|(_, line)| !line.starts_with('#') && !line.is_empty()),
        ))
    } else if name.starts_with("failed_meta_") {
        only(Box::new(
            numbered().filter(|(at, line)| *at > 1 && line.starts_with("##")),
        ))
    } else {
        None
    }
}

#[test]
fn the_finding_is_on_the_right_line() {
    let Some(suite) = shared("vcf-suite") else { return };
    let mut wrong = Vec::new();
    let mut asked = 0;
    for entry in std::fs::read_dir(suite.join("failed")).unwrap() {
        let path = entry.unwrap().path();
        let Some(line) = evident_line(&path) else { continue };
        asked += 1;
        let report = check_file(&path, Profile::Strict, Limits::default()).unwrap();
        let errors = report.findings();
        let mut errors = errors
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        if !errors.any(|finding| finding.line == line) {
            let found: Vec<_> = report
                .findings()
                .iter()
                .map(|f| format!("{}:{}", f.rule, f.line))
                .collect();
            wrong.push(format!("{}: line {line}, found {found:?}", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {asked}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
