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
    /// The file, where it belongs to a dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub file_id: Option<i64>,
    /// Its name.
    pub filename: String,
    /// The rule.
    pub rule: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Line of the uncompressed file, from 1.
    pub line: i64,
    /// Byte of the line at which the text begins, from 1; 0 where it concerns the whole line.
    pub column: i32,
    /// The offending text, clipped.
    pub text: String,
    /// What is wrong, in a sentence.
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
    /// The section of the specification, up to 4.2 / since 4.3; absent where it does not speak of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub section: Option<String>,
    /// What the specification says.
    pub says: String,
    /// How to mend a file that breaks the rule.
    pub mend: String,
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
