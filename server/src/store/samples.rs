//! Samples of a dataset.
//!
//! Invariant: a name is unique within its dataset, in the file's own spelling.

use sqlx::PgPool;

use super::Error;

/// A sample with its groups.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Sample {
    /// Identifies it.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// `female`, `male` or unknown.
    pub sex: Option<String>,
    /// Ids of the groups that it belongs to at present.
    pub groups: Vec<i64>,
}

/// Samples of a dataset in the order of their ids, those after `after`, at most `limit`.
pub async fn list(pool: &PgPool, dataset_id: i64, after: i64, limit: i64) -> Result<Vec<Sample>, Error> {
    let samples = sqlx::query_as(
        "SELECT s.id, s.name, s.sex,
                ARRAY (SELECT g.id FROM sample_group g JOIN group_version v ON v.group_id = g.id
                       WHERE g.dataset_id = s.dataset_id AND v.published_seq IS NOT NULL
                         AND v.superseded_seq IS NULL AND s.id = ANY (v.members)
                       ORDER BY g.id) AS groups
         FROM sample s WHERE s.dataset_id = $1 AND s.id > $2 ORDER BY s.id LIMIT $3",
    )
    .bind(dataset_id)
    .bind(after)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    Ok(samples)
}

/// Number of samples of each of some datasets, as (dataset, number); datasets without samples are left out.
pub async fn counts(pool: &PgPool, dataset_ids: &[i64]) -> Result<Vec<(i64, i64)>, Error> {
    let counts =
        sqlx::query_as("SELECT dataset_id, count(*) FROM sample WHERE dataset_id = ANY ($1) GROUP BY dataset_id")
            .bind(dataset_ids)
            .fetch_all(pool)
            .await?;
    Ok(counts)
}
