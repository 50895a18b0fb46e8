//! Contigs that files name and that their build's table does not list.
//!
//! Invariant: a name is registered once, exactly as it is written.

use sqlx::PgPool;

use crate::store::StoreError;

/// Contigs of a build that its table does not list: name, ordinal, length.
pub async fn extra_contigs(
    pool: &PgPool,
    build_id: i16,
) -> Result<Vec<(String, i16, Option<i32>)>, StoreError> {
    let contigs =
        sqlx::query_as("SELECT name, ordinal, length FROM contig WHERE build_id = $1 AND ordinal > 25")
            .bind(build_id)
            .fetch_all(pool)
            .await?;
    Ok(contigs)
}

/// Most contigs of one build.
pub const MAX_CONTIGS: i16 = i16::MAX;

/// Registers a contig that the build's table does not list; its ordinal, or `None` where there are too many.
pub async fn register_contig(
    pool: &PgPool,
    build_id: i16,
    name: &str,
    length: Option<i32>,
) -> Result<Option<i16>, StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT 1 FROM reference_build WHERE id = $1 FOR UPDATE")
        .bind(build_id)
        .execute(&mut *transaction)
        .await?;
    let ordinal: Option<i16> = sqlx::query_scalar(
        "WITH known AS (SELECT ordinal FROM contig WHERE build_id = $1 AND name = $2),
              added AS (INSERT INTO contig (build_id, ordinal, name, length)
                        SELECT $1, (SELECT greatest(max(ordinal), 25) + 1 FROM contig WHERE build_id = $1), $2, $3
                        WHERE NOT EXISTS (SELECT 1 FROM known)
                          AND (SELECT max(ordinal) FROM contig WHERE build_id = $1) < $4
                        RETURNING ordinal)
         SELECT ordinal FROM known UNION ALL SELECT ordinal FROM added",
    )
    .bind(build_id)
    .bind(name)
    .bind(length)
    .bind(MAX_CONTIGS)
    .fetch_optional(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(ordinal)
}
