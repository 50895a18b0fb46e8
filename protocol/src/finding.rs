//! The validation report.

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Refuses the file.
    Error,
    /// Does not.
    Warning,
}

/// One place where a file departs from the specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// The file.
    pub file_id: i64,
    /// Its name.
    pub filename: String,
    /// The rule.
    pub rule: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Line of the uncompressed file, from 1.
    pub line: i64,
    /// Column of the line (tab-separated field), from 1; 0 where it concerns the whole line.
    pub column: i32,
    /// The offending text, clipped.
    pub text: String,
    /// What the specification says and how to mend it.
    pub message: String,
}

/// Number of findings of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleTotal {
    /// The rule.
    pub rule: String,
    /// How much it weighs.
    pub severity: Severity,
    /// How many there are, also beyond those that are listed.
    pub n: i64,
}

/// `GET /datasets/{id}/findings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FindingsPage {
    /// Every rule that found something.
    pub totals: Vec<RuleTotal>,
    /// Findings in the order in which they were found; the first thousand of each rule and file are kept.
    pub findings: Vec<Finding>,
    /// Cursor of the next page, `null` on the last.
    pub next: Option<String>,
}
