//! Samples of a dataset.
//!
//! Invariant: a dataset names each sample once.

use sqlx::{PgConnection, Row};

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
