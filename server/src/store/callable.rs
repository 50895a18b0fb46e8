//! Callable regions of datasets.
//!
//! Invariant: regions are replaced, never changed, so that a version before the replacement still finds its own.

use allelecast_protocol::Version;
use allelecast_protocol::dataset::CallableRegions;
use sqlx::{PgConnection, PgPool, Row};

use super::StoreError;
use super::head::{ChangeKind, Head};
use crate::domain::intervals::Intervals;

/// Callable regions, and the versions between which they hold.
#[derive(Debug, Clone)]
pub struct CallableRecord {
    /// Identifies them.
    pub id: i64,
    /// Their dataset.
    pub dataset_id: i64,
    /// Version from which they hold.
    pub created_seq: i64,
    /// Version from which others hold.
    pub removed_seq: Option<i64>,
    /// The regions.
    pub regions: Intervals,
}

/// Adds the regions that a dataset is made with.
pub(super) async fn insert(
    connection: &mut PgConnection,
    dataset_id: i64,
    regions: &Intervals,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO callable_regions (dataset_id, regions, bases, data, created_seq) VALUES ($1, $2, $3, $4, 0)",
    )
    .bind(dataset_id)
    .bind(i32::try_from(regions.len()).unwrap_or(i32::MAX))
    .bind(regions.bases() as i64)
    .bind(encode(regions)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Replaces a dataset's regions from the next version on; `false` if there is no such dataset.
pub async fn replace(
    head: &Head,
    pool: &PgPool,
    dataset_id: i64,
    regions: &Intervals,
) -> Result<bool, StoreError> {
    let data = encode(regions)?;
    let mut transaction = pool.begin().await?;
    let found: Option<i64> =
        sqlx::query_scalar("SELECT id FROM dataset WHERE id = $1 AND removed_seq IS NULL FOR NO KEY UPDATE")
            .bind(dataset_id)
            .fetch_optional(&mut *transaction)
            .await?;
    if found.is_none() {
        return Ok(false);
    }
    let row = sqlx::query(
        "WITH bumped AS (UPDATE head SET seq = seq + 1 RETURNING epoch, seq),
              hidden AS (UPDATE callable_regions SET removed_seq = bumped.seq FROM bumped
                         WHERE dataset_id = $1 AND removed_seq IS NULL),
              added AS (INSERT INTO callable_regions (dataset_id, regions, bases, data, created_seq)
                        SELECT $1, $3, $4, $5, seq FROM bumped),
              noted AS (INSERT INTO change (seq, kind, dataset_id) SELECT seq, $2, $1 FROM bumped)
         SELECT epoch, seq FROM bumped",
    )
    .bind(dataset_id)
    .bind(ChangeKind::CallableReplaced.as_str())
    .bind(i32::try_from(regions.len()).unwrap_or(i32::MAX))
    .bind(regions.bases() as i64)
    .bind(data)
    .fetch_one(&mut *transaction)
    .await?;
    let version = Version {
        epoch: row.try_get(0)?,
        seq: row.try_get(1)?,
    };
    transaction.commit().await?;
    head.announce(version);
    Ok(true)
}

/// The regions of these datasets, of all of them for `None`, oldest first.
pub async fn of_datasets(pool: &PgPool, ids: Option<&[i64]>) -> Result<Vec<CallableRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, dataset_id, created_seq, removed_seq, data FROM callable_regions
         WHERE $1::bigint[] IS NULL OR dataset_id = ANY($1) ORDER BY id",
    )
    .bind(ids)
    .fetch_all(pool)
    .await?;
    let record = |row: &sqlx::postgres::PgRow| {
        let regions = Intervals::decode(row.try_get("data")?).map_err(malformed)?;
        Ok(CallableRecord {
            id: row.try_get("id")?,
            dataset_id: row.try_get("dataset_id")?,
            created_seq: row.try_get("created_seq")?,
            removed_seq: row.try_get("removed_seq")?,
            regions,
        })
    };
    rows.iter().map(record).collect()
}

/// How much of the genome each dataset says was called, for those that say it.
pub(super) async fn totals(pool: &PgPool, ids: &[i64]) -> Result<Vec<(i64, CallableRegions)>, StoreError> {
    let rows = sqlx::query(
        "SELECT dataset_id, regions, bases FROM callable_regions WHERE dataset_id = ANY($1) AND removed_seq IS NULL",
    )
    .bind(ids)
    .fetch_all(pool)
    .await?;
    let total = |row: &sqlx::postgres::PgRow| {
        let regions: i32 = row.try_get("regions")?;
        let callable = CallableRegions {
            regions: regions.into(),
            bases: row.try_get("bases")?,
        };
        Ok((row.try_get("dataset_id")?, callable))
    };
    rows.iter().map(total).collect()
}

fn encode(regions: &Intervals) -> Result<Vec<u8>, StoreError> {
    regions.encode().map_err(malformed)
}

fn malformed(error: crate::domain::columns::ColumnError) -> StoreError {
    StoreError::Malformed {
        what: "callable_regions.data",
        message: error.to_string(),
    }
}
