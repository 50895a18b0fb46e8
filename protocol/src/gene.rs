//! Genes.

use serde::{Deserialize, Serialize};

/// `GET /genes/{symbol}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gene {
    /// Reference build.
    pub build: String,
    /// Its symbol; the Ensembl id where distant genes share a symbol.
    pub symbol: String,
    /// Ensembl gene id without version, `null` where the source does not tell it.
    pub ensembl_id: Option<String>,
    /// What it is, in words.
    pub description: Option<String>,
    /// Where it lies, in genome order; several stretches where its annotation is disjoint.
    pub intervals: Vec<GeneInterval>,
    /// Other names.
    pub aliases: Vec<String>,
    /// Who published the annotation.
    pub source: String,
    /// In which release.
    pub release: String,
}

/// A stretch of a gene, 1-based inclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GeneInterval {
    /// Chromosome.
    pub chrom: String,
    /// First position.
    pub start: u32,
    /// Last position.
    pub end: u32,
    /// `+` or `-`; `null` where the source does not tell it.
    pub strand: Option<String>,
}
