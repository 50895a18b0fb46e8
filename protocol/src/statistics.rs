//! Statistics computed by R: what tools there are, and their runs.
//!
//! Invariant: a run names the version that it was computed from and is never changed once it has ended.

use serde::{Deserialize, Serialize};

use crate::export::Names;
use crate::r::RPackage;

/// `GET /statistics`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Statistics {
    /// Whether R can be used.
    pub r: RState,
    /// How busy the workers are.
    pub workers: WorkerLoad,
    /// The tools.
    pub tools: Vec<StatisticTool>,
}

/// Whether R can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RState {
    /// Whether runs can be started with success.
    pub available: bool,
    /// Why not, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub reason: Option<String>,
    /// Version of R.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub version: Option<String>,
    /// The packages that the tools use.
    pub packages: Vec<RPackage>,
}

/// How busy this instance's R workers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkerLoad {
    /// Workers that may run at once.
    pub size: u32,
    /// Workers at work.
    pub busy: u32,
    /// Calls that wait for one.
    pub waiting: u32,
}

/// A tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatisticTool {
    /// `POST /statistics/{name}` runs it.
    pub name: String,
    /// The question that it answers.
    pub question: String,
    /// The R package that computes it.
    pub package: String,
    /// Most alleles that it takes.
    pub max_alleles: u32,
    /// Most samples of a group that it takes.
    pub max_samples: u32,
}

/// `POST /statistics/{tool}`: what to compute, in the words of `GET /query`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatisticRequest {
    /// Reference build: `GRCh37`, `GRCh38` or `T2T-CHM13`.
    pub build: String,
    /// Query text: which alleles; all of the scope without it.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<String>"))]
    pub q: String,
    /// Datasets in scope, by slug or id; all of the build without it.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<Names>"))]
    pub dataset: Names,
    /// Groups; `{a, b}` is a group of samples; all groups of the scope without it.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<Names>"))]
    pub groups: Names,
    /// Take high-quality calls only.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub hq: bool,
    /// The version to compute from, as `epoch.seq`; the newest without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub version: Option<String>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Waits for a worker or is at work.
    Running,
    /// Its result is there.
    Ready,
    /// It stopped; `error` says why.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// A run of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatisticRun {
    /// Identifies it.
    pub id: i64,
    /// The tool.
    pub tool: String,
    /// How far it is.
    pub state: RunState,
    /// Share that is done, 0 to 1.
    pub progress: f64,
    /// Why it failed, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub error: Option<String>,
    /// What R warned of.
    pub warnings: Vec<String>,
    /// The version that it is computed from.
    pub version: crate::Version,
    /// What was asked; names are written in full.
    pub request: StatisticRequest,
    /// When it was started, RFC 3339.
    pub created_at: String,
    /// When it ended, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub finished_at: Option<String>,
    /// A part of its result, once it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub result: Option<StatisticTable>,
}

/// A part of a result: some rows, by column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatisticTable {
    /// Rows of the whole result.
    pub total: u64,
    /// Rows before this part.
    pub offset: u64,
    /// The columns, each with as many values as the part has rows.
    pub columns: Vec<StatisticColumn>,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatisticColumn {
    /// Its name.
    pub name: String,
    /// Its values; null where there is none.
    pub values: ColumnValues,
}

/// The values of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum ColumnValues {
    /// Numbers.
    Numbers(Vec<Option<f64>>),
    /// Texts.
    Texts(Vec<Option<String>>),
}

impl StatisticTable {
    /// The numbers of a column.
    pub fn numbers(&self, name: &str) -> Option<&[Option<f64>]> {
        match &self.column(name)?.values {
            ColumnValues::Numbers(numbers) => Some(numbers),
            ColumnValues::Texts(_) => None,
        }
    }

    /// The texts of a column.
    pub fn texts(&self, name: &str) -> Option<&[Option<String>]> {
        match &self.column(name)?.values {
            ColumnValues::Texts(texts) => Some(texts),
            ColumnValues::Numbers(_) => None,
        }
    }

    fn column(&self, name: &str) -> Option<&StatisticColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}
