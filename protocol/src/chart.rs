//! Chart data: additive vectors, so that a change is a small vector too.
//!
//! Invariant: for every chart, `value(after) = value(before) + patch`, element by element.

use serde::{Deserialize, Serialize};

/// The kinds of chart that a query can be summed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Number of alleles per allele-frequency bin, one series a group, with a bin for blank AF.
    AfSpectrum,
}

/// Upper edges (inclusive) of the AF bins of [`ChartKind::AfSpectrum`]. Bin 0 holds blank AF (no data or AN = 0),
/// bin 1 holds AF = 0, bin `2 + k` holds `edge[k - 1] < AF <= edge[k]` (from above 0 for the first).
pub const AF_SPECTRUM_EDGES: &[f64] = &[
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0,
];

/// Number of bins of an AF spectrum: blank, zero, and one for each edge.
pub const AF_SPECTRUM_BINS: usize = AF_SPECTRUM_EDGES.len() + 2;

/// The sums of one chart, or the difference between two states of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChartData {
    /// Which chart.
    pub kind: ChartKind,
    /// Its series; a patch lists only those that changed.
    pub series: Vec<Series>,
}

/// One series of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Series {
    /// The group, fully qualified (`dataset.family.value`).
    pub group: String,
    /// Sums by bin; differences in a patch.
    pub values: Vec<i64>,
}

/// `GET /api/v1/aggregates`: a chart at one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Aggregates {
    /// The state it was computed from.
    pub version: crate::Version,
    /// Number of alleles that the query matches.
    pub total: u64,
    /// Whether a file in the scope is still importing.
    pub provisional: bool,
    /// Upper edges of the AF bins (see [`AF_SPECTRUM_EDGES`]).
    pub edges: Vec<f64>,
    /// The charts asked for.
    pub charts: Vec<ChartData>,
}
