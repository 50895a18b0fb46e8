//! The validator against real files and the test suite of the specification.

use std::path::{Path, PathBuf};

use allelecast_server::app::check::check_file;
use allelecast_server::import::validate::{Limits, Profile, Report, Severity, Verdict};

/// Data that is not committed; its tests say what they skip where it is missing.
fn shared(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data")
        .join(part);
    if !path.exists() {
        println!("skipped: {part} is not here");
        return None;
    }
    Some(path)
}

fn check(path: &Path, profile: Profile) -> Report {
    check_file(path, profile, Limits::default()).unwrap()
}

/// What a report answers, in the words of the manifest.
fn answer(report: &Report) -> &'static str {
    match (report.verdict(), report.total(Severity::Warning)) {
        (Verdict::Refused, _) => "refuse",
        (Verdict::Accepted, 0) => "accept",
        (Verdict::Accepted, _) => "accept with warning",
    }
}

/// Rules whose warnings an accepted file may have: they are notes under every profile.
fn is_note(rule: &str) -> bool {
    rule.starts_with("undeclared-")
        || matches!(
            rule,
            "info-flag-bit"
                | "info-equals-sign"
                | "flag-number-symbol"
                | "filter-pass-in-list"
                | "contig-id-repeated"
                | "meta-free-form"
                | "gt-allele-without-alt"
                | "info-quoted-comma"
        )
}

/// The answers for each file of the suite.
#[test]
fn the_suite_is_answered_as_its_manifest_says() {
    let Some(suite) = shared("vcf-suite") else { return };
    let manifest = std::fs::read_to_string(suite.join("MANIFEST.tsv")).unwrap();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for row in manifest.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [status, file, class, spec, strict] = columns[..] else {
            panic!("{row}")
        };
        let path = suite.join(status).join(file);
        for (profile, expected) in [(Profile::Spec, spec), (Profile::Strict, strict)] {
            if expected == "unscored" {
                continue;
            }
            asked += 1;
            let report = check(&path, profile);
            let given = answer(&report);
            let notes_only = report.findings().iter().all(|finding| is_note(finding.rule));
            if given != expected && !(expected == "accept" && given == "accept with warning" && notes_only) {
                let rules: Vec<_> = report
                    .findings()
                    .iter()
                    .map(|f| format!("{}:{}", f.rule, f.line))
                    .collect();
                wrong.push(format!(
                    "{file} ({class}) {profile:?}: {given} instead of {expected} {rules:?}"
                ));
            }
            let faults = report
                .findings()
                .iter()
                .filter(|finding| !is_note(finding.rule))
                .count();
            if expected == "accept with warning" && faults == 0 {
                wrong.push(format!("{file} ({class}) {profile:?}: nothing but notes"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {asked} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
