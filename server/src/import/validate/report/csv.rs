//! The report as CSV.
//!
//! Invariant: no cell can be taken for a formula, and each record stands on one line.

use std::io::{self, Write};

use super::Report;
use crate::import::validate::profile::Severity;
use crate::import::validate::rules::Rules;
use crate::import::validate::version::Version;

const HEADER: &str = "severity,rule,line,column,text,message,section,specification,how to mend";

pub(super) fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{HEADER}\r\n")?;
    let version = report.version.unwrap_or(Version::ASSUMED);
    for finding in report.findings() {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (section, says, mend) = Rules::find(finding.rule).map_or(("", "", ""), |rule| {
            (rule.section.number(version).unwrap_or(""), rule.says, rule.mend)
        });
        let cells = [
            severity,
            finding.rule,
            &finding.line.to_string(),
            &finding.column.to_string(),
            &finding.text,
            &finding.message,
            section,
            says,
            mend,
        ]
        .map(cell);
        write!(out, "{}\r\n", cells.join(","))?;
    }
    Ok(())
}

/// A cell; one that a spreadsheet would evaluate gets an apostrophe in front.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::validate::{Finding, Limits, Profile};

    #[test]
    fn cells_are_quoted_and_no_formula_survives() {
        for (text, expected) in [
            ("A", "A"),
            ("A,T", "\"A,T\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("-1", "'-1"),
            ("@SUM(A1,B1)", "\"'@SUM(A1,B1)\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn writes_a_line_for_each_finding() {
        let mut report = Report::new(Profile::Spec, &Limits::default());
        report.add(Finding {
            rule: "pos-not-integer",
            severity: Severity::Error,
            line: 7,
            column: 3,
            text: "-1".into(),
            message: "m".into(),
        });
        let mut out = Vec::new();
        report.write_csv(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.lines()
                .nth(1)
                .unwrap()
                .starts_with("error,pos-not-integer,7,3,'-1,m,1.4.1,")
        );
    }
}
