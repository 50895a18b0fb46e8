//! Samples of a dataset.
//!
//! Invariant: a dataset names each sample once.

use sqlx::{PgConnection, PgPool, Row};

use super::StoreError;
use super::imports::NewSample;

/// The samples of a dataset: id and name, in the order of their making.
pub async fn of_dataset(
    connection: &mut PgConnection,
    dataset_id: i64,
) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = sqlx::query("SELECT id, name FROM sample WHERE dataset_id = $1 ORDER BY id")
        .bind(dataset_id)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

/// Adds samples; their ids in the order given.
pub async fn insert(
    connection: &mut PgConnection,
    dataset_id: i64,
    samples: &[NewSample],
) -> Result<Vec<i64>, StoreError> {
    let names: Vec<&str> = samples.iter().map(|sample| sample.name.as_str()).collect();
    let sexes: Vec<Option<&str>> = samples.iter().map(|sample| sample.sex).collect();
    let rows = sqlx::query(
        "WITH given AS (SELECT * FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS u (name, sex, at)),
              added AS (INSERT INTO sample (dataset_id, name, sex) SELECT $1, name, sex FROM given ORDER BY at
                        RETURNING id, name)
         SELECT added.id FROM added JOIN given USING (name) ORDER BY given.at",
    )
    .bind(dataset_id)
    .bind(names)
    .bind(sexes)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

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

/// A page of a dataset's samples: those after the id `after`, at most `limit`.
pub async fn page(pool: &PgPool, dataset_id: i64, after: i64, limit: i64) -> Result<Vec<Sample>, StoreError> {
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
pub async fn counts(pool: &PgPool, dataset_ids: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    let counts = sqlx::query_as(
        "SELECT dataset_id, count(*) FROM sample WHERE dataset_id = ANY ($1) GROUP BY dataset_id",
    )
    .bind(dataset_ids)
    .fetch_all(pool)
    .await?;
    Ok(counts)
}

/// Names and ids of a dataset's samples, in the order of their making.
pub async fn names(pool: &PgPool, dataset_id: i64) -> Result<Vec<(String, i64)>, StoreError> {
    let names = sqlx::query_as("SELECT name, id FROM sample WHERE dataset_id = $1 ORDER BY id")
        .bind(dataset_id)
        .fetch_all(pool)
        .await?;
    Ok(names)
}
