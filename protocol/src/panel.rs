//! Samples, and the panel that puts them into groups.

use serde::{Deserialize, Serialize};

/// `POST /panel/preview`: a panel, and the samples of the file that is about to be uploaded.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PanelPreviewRequest {
    /// The panel's text.
    pub panel: String,
    /// Sample names of the file, in its order; empty where they are not known yet.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<String>>"))]
    pub samples: Vec<String>,
    /// Match without the samples' `…::` prefix.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub ignore_prefix: bool,
}

/// What a panel would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PanelPreview {
    /// Samples that the panel lists.
    pub listed: u64,
    /// Samples of the file.
    pub samples: u64,
    /// The groups it makes, by family; sizes count samples of the file, or of the panel where the file's are not known.
    pub families: Vec<PanelFamily>,
    /// Samples of the file that the panel lists.
    pub matched: u64,
    /// Samples of the file that stay without groups, the first ten.
    pub unmatched: Vec<String>,
    /// A prefix of the samples' names that hides further matches.
    pub prefix: Option<PanelPrefix>,
}

/// A prefix that could be ignored when matching; the stored names keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PanelPrefix {
    /// How it looks: `C…::`.
    pub pattern: String,
    /// Samples that carry one.
    pub carriers: u64,
    /// Samples that match once it is ignored.
    pub matched_without: u64,
}

/// A column of a panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PanelFamily {
    /// Its name.
    pub family: String,
    /// Its groups.
    pub groups: Vec<PanelGroup>,
}

/// A value of a column of a panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PanelGroup {
    /// The value.
    pub value: String,
    /// Number of samples.
    pub samples: u64,
}

/// A sample of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sample {
    /// Identifies it.
    pub id: i64,
    /// Its name in the file.
    pub name: String,
    /// `female` or `male`, `null` where it is not known.
    pub sex: Option<String>,
    /// Ids of its groups.
    pub groups: Vec<i64>,
}

/// `GET /datasets/{id}/samples`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SamplePage {
    /// The samples.
    pub samples: Vec<Sample>,
    /// Cursor of the next page, `null` on the last.
    pub next: Option<String>,
}
