//! All genes, read for the memory of an instance.
//!
//! Invariant: one reading is of one moment, and names the version of its newest release.

use std::collections::HashMap;
use std::sync::Arc;

use futures::TryStreamExt;
use sqlx::{PgConnection, PgPool, Row};

use crate::domain::build::Build;
use crate::domain::genes::{Gene, Genes};
use crate::domain::intervals::{Interval, Intervals};
use crate::store::StoreError;

/// The genes, and the version that last replaced some of them.
#[derive(Debug, Clone, Default)]
pub struct GenesAt {
    /// The version; 0 while there is no annotation.
    pub seq: i64,
    /// The genes.
    pub genes: Arc<Genes>,
}

/// The version that last replaced an annotation; 0 while there is none.
pub async fn newest_seq(pool: &PgPool) -> Result<i64, StoreError> {
    let seq = sqlx::query_scalar("SELECT coalesce(max(created_seq), 0) FROM gene_release");
    Ok(seq.fetch_one(pool).await?)
}

/// Reads all genes.
pub async fn load(pool: &PgPool) -> Result<GenesAt, StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .execute(&mut *transaction)
        .await?;
    let releases: Vec<(i64, i64, String)> = sqlx::query_as(
        "SELECT r.id, r.created_seq, b.name FROM gene_release r JOIN reference_build b ON b.id = r.build_id
         ORDER BY r.created_seq DESC",
    )
    .fetch_all(&mut *transaction)
    .await?;
    let seq = releases.first().map_or(0, |(_, seq, _)| *seq);
    let mut genes = Vec::with_capacity(releases.len());
    for (id, _, build) in releases {
        let build: Build = build.parse().map_err(|error| StoreError::Malformed {
            what: "reference_build.name",
            message: format!("{error}"),
        })?;
        genes.push((build, of_release(&mut transaction, id).await?));
    }
    transaction.commit().await?;
    Ok(GenesAt {
        seq,
        genes: Arc::new(Genes::new(genes)),
    })
}

async fn of_release(connection: &mut PgConnection, release_id: i64) -> Result<Vec<Gene>, StoreError> {
    let mut intervals: HashMap<i64, Vec<Interval>> = HashMap::new();
    let mut rows = sqlx::query(
        "SELECT i.gene_id, i.contig, i.start_pos, i.end_pos
         FROM gene_interval i JOIN gene g ON g.id = i.gene_id WHERE g.release_id = $1",
    )
    .bind(release_id)
    .fetch(&mut *connection);
    while let Some(row) = rows.try_next().await? {
        // The table holds positions from 1.
        let position = |column| Ok::<u32, sqlx::Error>(row.try_get::<i32, _>(column)?.max(1) as u32);
        intervals
            .entry(row.try_get("gene_id")?)
            .or_default()
            .push(Interval {
                contig: row.try_get("contig")?,
                start: position("start_pos")?,
                end: position("end_pos")?,
            });
    }
    drop(rows);
    let mut aliases: HashMap<i64, Vec<Arc<str>>> = HashMap::new();
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "SELECT a.gene_id, a.alias FROM gene_alias a JOIN gene g ON g.id = a.gene_id
         WHERE g.release_id = $1 ORDER BY a.gene_id, a.alias",
    )
    .bind(release_id)
    .fetch_all(&mut *connection)
    .await?;
    for (id, alias) in rows {
        aliases.entry(id).or_default().push(alias.into());
    }
    let genes: Vec<(i64, String, Option<String>)> =
        sqlx::query_as("SELECT id, symbol, ensembl_id FROM gene WHERE release_id = $1 ORDER BY id")
            .bind(release_id)
            .fetch_all(connection)
            .await?;
    let gene = |(id, symbol, ensembl_id): (i64, String, Option<String>)| Gene {
        id,
        symbol: symbol.into(),
        ensembl_id: ensembl_id.map(Into::into),
        aliases: aliases.remove(&id).unwrap_or_default(),
        intervals: Intervals::new(intervals.remove(&id).unwrap_or_default()),
    };
    Ok(genes.into_iter().map(gene).collect())
}
