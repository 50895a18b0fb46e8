//! All that is kept of one gene.
//!
//! Invariant: `None` where the gene's release was replaced meanwhile.

use sqlx::PgPool;

use crate::store::StoreError;

/// A gene with its release.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct GeneDetail {
    /// Its symbol.
    pub symbol: String,
    /// Ensembl gene id.
    pub ensembl_id: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Other names.
    pub aliases: Vec<String>,
    /// Who says so.
    pub source: String,
    /// In which release.
    pub release: String,
    /// Where it lies.
    #[sqlx(skip)]
    pub places: Vec<PlaceDetail>,
}

/// A stretch of a gene.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PlaceDetail {
    /// Name of the contig.
    pub chrom: String,
    /// First position.
    pub start_pos: i32,
    /// Last position.
    pub end_pos: i32,
    /// `+` or `-`.
    pub strand: Option<String>,
}

/// Reads a gene by its id.
pub async fn detail(pool: &PgPool, id: i64) -> Result<Option<GeneDetail>, StoreError> {
    let gene: Option<GeneDetail> = sqlx::query_as(
        "SELECT g.symbol, g.ensembl_id, g.description, r.source, r.release,
                ARRAY (SELECT a.alias FROM gene_alias a WHERE a.gene_id = g.id ORDER BY a.alias) AS aliases
         FROM gene g JOIN gene_release r ON r.id = g.release_id WHERE g.id = $1",
    )
    .bind(id)
    .fetch_optional(pool)
    .await?;
    let Some(mut gene) = gene else {
        return Ok(None);
    };
    gene.places = sqlx::query_as(
        "SELECT c.name AS chrom, i.start_pos, i.end_pos, i.strand
         FROM gene_interval i
         JOIN gene g ON g.id = i.gene_id
         JOIN gene_release r ON r.id = g.release_id
         JOIN contig c ON c.build_id = r.build_id AND c.ordinal = i.contig
         WHERE i.gene_id = $1 ORDER BY i.contig, i.start_pos",
    )
    .bind(id)
    .fetch_all(pool)
    .await?;
    Ok(Some(gene))
}
