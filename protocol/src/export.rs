//! Exports: a query's result as a file, of one version.

use serde::{Deserialize, Serialize};

use crate::{ApiError, Version};

/// Names as a list, or as one text with commas between them; `{a, b}` in it is one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Names {
    /// One entry a name.
    List(Vec<String>),
    /// Divided by commas.
    Text(String),
}

impl Default for Names {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// `POST /exports`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewExport {
    /// Query text; all alleles of the scope where it is empty.
    #[serde(default)]
    pub query: String,
    /// `GRCh37`, `GRCh38` or `T2T-CHM13`.
    pub build: String,
    /// Datasets in scope, by slug or id; all of the build without it.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<Names>"))]
    pub dataset: Names,
    /// Groups to show; all groups of the scope without it.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<Names>"))]
    pub groups: Names,
    /// Count high-quality calls only.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub hq: bool,
    /// The version to read at, as `epoch.seq`; the newest without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub version: Option<String>,
    /// `csv`.
    pub format: String,
}

/// Where an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// It waits or is being written.
    Running,
    /// Its file can be fetched.
    Ready,
    /// It cannot be written; `error` says why.
    Failed,
}

/// `GET /exports/{id}`: where it stands, and where its figures come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Export {
    /// Identifies it.
    pub id: String,
    /// Where it stands.
    pub state: ExportState,
    /// How much of it is written, 0 to 1.
    pub progress: f64,
    /// Rows written.
    pub rows: i64,
    /// Bytes written.
    pub bytes: i64,
    /// `csv`.
    pub format: String,
    /// Name of the file.
    pub filename: String,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub error: Option<ApiError>,
    /// The state that every figure is of.
    pub version: Version,
    /// What the figures are, and of what.
    pub provenance: Provenance,
    /// When it was asked for, RFC 3339 UTC.
    pub created_at: String,
    /// When it is deleted, RFC 3339 UTC.
    pub expires_at: String,
}

/// What an export answers, and from which files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Provenance {
    /// Reference build.
    pub build: String,
    /// The query as it was understood, fully qualified.
    pub query: String,
    /// The groups shown, fully qualified.
    pub groups: Vec<String>,
    /// Whether the query counted high-quality calls only.
    pub hq: bool,
    /// The datasets in scope.
    pub datasets: Vec<ExportedDataset>,
    /// Name and release of the server.
    pub software: String,
}

/// A dataset in the scope of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedDataset {
    /// Identifies it.
    pub id: i64,
    /// Names it in queries.
    pub slug: String,
    /// Name shown.
    pub name: String,
    /// Its files.
    pub files: Vec<ExportedFile>,
}

/// A file of such a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedFile {
    /// Name it was uploaded under.
    pub filename: String,
    /// SHA-256 of its bytes as uploaded, in hexadecimal; `null` while it is being imported.
    pub sha256: Option<String>,
}
