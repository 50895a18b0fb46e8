//! Prints a report for people or as JSON.
//!
//! Invariant: one JSON object on one line for each file.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::import::validate::{Finding, Profile, Report, Rules, Severity, Verdict, Version};

/// Findings that the printed report shows of each rule.
const SHOWN: usize = 5;

#[derive(Serialize)]
struct FileReport<'a> {
    file: String,
    verdict: Verdict,
    profile: Profile,
    version: Option<&'static str>,
    errors: u64,
    warnings: u64,
    findings: Vec<&'a Finding>,
}

pub(super) fn file(path: &Path, report: &Report, json: bool, out: &mut impl Write) -> io::Result<()> {
    let file = path.display().to_string();
    let (errors, warnings) = (report.total(Severity::Error), report.total(Severity::Warning));
    let (verdict, profile) = (report.verdict(), report.profile);
    let version = report.version.map(Version::number);
    if json {
        let findings = report.findings();
        let object = FileReport {
            file,
            verdict,
            profile,
            version,
            errors,
            warnings,
            findings,
        };
        serde_json::to_writer(&mut *out, &object)?;
        return writeln!(out);
    }
    let verdict = match verdict {
        Verdict::Accepted => "accepted",
        Verdict::Refused => "refused",
    };
    writeln!(out, "{file}: {verdict} ({errors} errors, {warnings} warnings)")?;
    for (id, group) in report.groups() {
        let severity = match group.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        writeln!(out, "\n  {severity} {id}: {}", group.total)?;
        for finding in group.findings.iter().take(SHOWN) {
            writeln!(
                out,
                "    line {}, column {}: {}",
                finding.line, finding.column, finding.message
            )?;
        }
        if let Some(rule) = Rules::find(id) {
            let section = report.version.and_then(|version| rule.section.number(version));
            let section = section
                .map(|number| format!(" (section {number})"))
                .unwrap_or_default();
            writeln!(out, "    The specification{section}: {}", rule.says)?;
            writeln!(out, "    To mend it: {}", rule.mend)?;
        }
    }
    if errors + warnings > 0 {
        writeln!(out)?;
    }
    Ok(())
}
