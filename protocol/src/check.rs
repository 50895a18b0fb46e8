//! A file judged without being stored.

use serde::{Deserialize, Serialize};

use crate::dataset::Profile;
use crate::finding::{Finding, RuleTotal};

/// WebSocket subprotocol of a check: the client sends the file as binary messages and the text `end`, the server
/// answers with [`CheckProgress`] until it says a verdict.
pub const CHECK_SUBPROTOCOL: &str = "allelecast.check.v1";

/// Largest piece of a file in one message of a check, in bytes.
pub const MAX_CHECK_PIECE: usize = 256 * 1024;

/// The answer to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It would be imported.
    Accepted,
    /// It would not.
    Refused,
}

/// `POST /check`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckReport {
    /// Name of the file.
    pub filename: String,
    /// What it was judged by.
    pub profile: Profile,
    /// The version of the specification whose rules were applied; `null` where no line could be read.
    pub vcf_version: Option<String>,
    /// The answer.
    pub verdict: Verdict,
    /// Bytes of the file, as it came.
    pub bytes: i64,
    /// Lines judged.
    pub lines: i64,
    /// Errors, all of them.
    pub errors: i64,
    /// Warnings, all of them.
    pub warnings: i64,
    /// Every rule that found something: errors first, then by the first line.
    pub totals: Vec<RuleTotal>,
    /// Findings in the order of the file; the first thousand of each rule.
    pub findings: Vec<Finding>,
}

/// How far a check over a WebSocket has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CheckProgress {
    /// Bytes judged.
    pub bytes: i64,
    /// Lines judged.
    pub lines: i64,
    /// The version of the specification, once it is known.
    pub vcf_version: Option<String>,
    /// Every rule that found something so far, where one found more since the last message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub totals: Option<Vec<RuleTotal>>,
    /// Findings since the last message; the first thousand of each rule are told.
    pub findings: Vec<Finding>,
    /// The answer; the last message has it.
    pub verdict: Option<Verdict>,
}
