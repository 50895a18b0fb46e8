//! The validator against a table of rules, its limits, real files and the test suite of the specification.

mod accept;
mod containers;
mod files;
mod limits;
mod properties;
mod rules;
mod suite;
mod versions;

use allelecast_server::import::validate::{Limits, Profile, Report, Validator};

/// Validates a text line by line.
fn validate(text: &[u8], profile: Profile, limits: Limits) -> Report {
    let mut validator = Validator::new(profile, limits);
    let mut report = validator.report();
    for line in text.split_inclusive(|&b| b == b'\n') {
        validator.line(line, &mut report);
        if !line.ends_with(b"\n") {
            validator.last_line_unterminated(&mut report);
        }
    }
    validator.finish(&mut report);
    report
}

/// Rules whose warnings an accepted file may have: they are notes under every profile.
fn is_note(rule: &str) -> bool {
    const NOTES: [&str; 8] = [
        "info-flag-bit",
        "info-equals-sign",
        "info-quoted-comma",
        "flag-number-symbol",
        "filter-pass-in-list",
        "contig-id-repeated",
        "meta-free-form",
        "gt-allele-without-alt",
    ];
    rule.starts_with("undeclared-") || NOTES.contains(&rule)
}
