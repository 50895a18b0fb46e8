//! Uploads: raw bytes that arrive part by part.
//!
//! Invariant: `vcf_file.received` is the sum of the upload's parts, and a part's bytes are stored before the row that
//! names it commits. The row of the file is locked meanwhile, so two writers cannot store the same part.

use bytes::Bytes;
use sqlx::PgPool;
use uuid::Uuid;

use super::StoreError;
use super::files::File;
use super::raw::RawStore;

pub mod expiry;

/// A new upload.
#[derive(Debug, Clone)]
pub struct NewUpload<'a> {
    /// The dataset that the file belongs to.
    pub dataset_id: i64,
    /// Its name.
    pub filename: &'a str,
    /// Bytes declared; `None` while deferred.
    pub size: Option<i64>,
    /// Who uploads.
    pub user_id: Uuid,
    /// When it is given up if nothing arrives.
    pub expires_after_seconds: u32,
}

/// The answer to [`create`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// The upload, by the name of its raw bytes.
    Upload(Uuid),
    /// No such dataset.
    NoDataset,
    /// The dataset was completed: no further file follows.
    DatasetCompleted,
}

/// Makes a file and the job that imports it.
pub async fn create(pool: &PgPool, new: NewUpload<'_>) -> Result<Created, StoreError> {
    let mut tx = pool.begin().await?;
    let completed: Option<bool> = sqlx::query_scalar(
        "SELECT completed_at IS NOT NULL FROM dataset WHERE id = $1 AND removed_seq IS NULL FOR SHARE",
    )
    .bind(new.dataset_id)
    .fetch_optional(&mut *tx)
    .await?;
    match completed {
        None => return Ok(Created::NoDataset),
        Some(true) => return Ok(Created::DatasetCompleted),
        Some(false) => {}
    }
    let raw_id = Uuid::new_v4();
    sqlx::query(
        "WITH file AS (
             INSERT INTO vcf_file (dataset_id, raw_id, filename, size, received_all, expires_at, created_by)
             VALUES ($1, $2, $3, $4, coalesce($4 = 0, false), now() + make_interval(secs => $5), $6)
             RETURNING id)
         INSERT INTO job (kind, dataset_id, file_id) SELECT 'import', $1, id FROM file",
    )
    .bind(new.dataset_id)
    .bind(raw_id)
    .bind(new.filename)
    .bind(new.size)
    .bind(f64::from(new.expires_after_seconds))
    .bind(new.user_id)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Created::Upload(raw_id))
}

/// The newest file over these raw bytes.
pub async fn find(pool: &PgPool, raw_id: Uuid) -> Result<Option<File>, StoreError> {
    let file = sqlx::query_as(
        "SELECT id, dataset_id, raw_id, filename, state, size, received, received_all, parsed, records, alleles,
                error, expires_at
         FROM vcf_file WHERE raw_id = $1 ORDER BY id DESC LIMIT 1",
    )
    .bind(raw_id)
    .fetch_optional(pool)
    .await?;
    Ok(file)
}

/// The answer to [`append`] and [`declare_size`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// Committed; so many bytes are there now.
    Received(i64),
    /// Somebody else wrote meanwhile; so many bytes are there.
    OffsetTaken(i64),
    /// The file is not on its way any more: refused, cancelled or gone.
    Stopped,
}

/// Stores bytes that begin at `offset` as the next part.
pub async fn append(
    pool: &PgPool,
    raw: &RawStore,
    raw_id: Uuid,
    offset: i64,
    bytes: Bytes,
    expires_after_seconds: u32,
) -> Result<Appended, StoreError> {
    let mut tx = pool.begin().await?;
    let row: Option<(i64, i64, bool)> = sqlx::query_as(
        "SELECT id, received, state IN ('waiting', 'importing') AND NOT received_all
         FROM vcf_file WHERE raw_id = $1 ORDER BY id DESC LIMIT 1 FOR UPDATE",
    )
    .bind(raw_id)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((file_id, received, open)) = row else {
        return Ok(Appended::Stopped);
    };
    if received != offset {
        return Ok(Appended::OffsetTaken(received));
    }
    if !open {
        return Ok(Appended::Stopped);
    }
    let length = i32::try_from(bytes.len()).map_err(std::io::Error::other)?;
    let number: i32 =
        sqlx::query_scalar("SELECT coalesce(max(number) + 1, 0) FROM upload_part WHERE raw_id = $1")
            .bind(raw_id)
            .fetch_one(&mut *tx)
            .await?;
    raw.put_part(raw_id, number, bytes).await?;
    sqlx::query("INSERT INTO upload_part (raw_id, number, start, length) VALUES ($1, $2, $3, $4)")
        .bind(raw_id)
        .bind(number)
        .bind(offset)
        .bind(length)
        .execute(&mut *tx)
        .await?;
    let received = sqlx::query_scalar(
        "UPDATE vcf_file SET received = received + $2, received_all = coalesce(received + $2 = size, false),
                expires_at = now() + make_interval(secs => $3)
         WHERE id = $1 RETURNING received",
    )
    .bind(file_id)
    .bind(i64::from(length))
    .bind(f64::from(expires_after_seconds))
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Appended::Received(received))
}

/// Declares the size of an upload that was begun without one.
pub async fn declare_size(pool: &PgPool, raw_id: Uuid, size: i64) -> Result<Appended, StoreError> {
    let received: Option<i64> = sqlx::query_scalar(
        "UPDATE vcf_file SET size = $2, received_all = received = $2
         WHERE id = (SELECT max(id) FROM vcf_file WHERE raw_id = $1)
           AND size IS NULL AND received <= $2 AND state IN ('waiting', 'importing')
         RETURNING received",
    )
    .bind(raw_id)
    .bind(size)
    .fetch_optional(pool)
    .await?;
    Ok(received.map_or(Appended::Stopped, Appended::Received))
}

/// Whether all bytes of an upload were received; a file that no longer exists has no more to come.
pub async fn is_complete(pool: &PgPool, raw_id: Uuid) -> Result<bool, StoreError> {
    let open =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM vcf_file WHERE raw_id = $1 AND NOT received_all)");
    let is_open: bool = open.bind(raw_id).fetch_one(pool).await?;
    Ok(!is_open)
}

/// A stored part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Part {
    /// Its number in the storage.
    pub number: i32,
    /// Offset of its first byte in the upload.
    pub start: i64,
    /// Its length.
    pub length: i32,
}

/// The parts that hold bytes from `offset` on, in order; at most `limit`.
pub async fn parts_from(
    pool: &PgPool,
    raw_id: Uuid,
    offset: i64,
    limit: i64,
) -> Result<Vec<Part>, StoreError> {
    let parts = sqlx::query_as(
        "SELECT number, start, length FROM upload_part
         WHERE raw_id = $1 AND start + length > $2 ORDER BY start LIMIT $3",
    )
    .bind(raw_id)
    .bind(offset)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    Ok(parts)
}

/// Bytes that an account's uploads take up.
pub async fn stored_bytes(pool: &PgPool, user_id: Uuid) -> Result<i64, StoreError> {
    let bytes = sqlx::query_scalar(
        "SELECT coalesce(sum(p.length), 0)::bigint FROM upload_part p
         WHERE p.raw_id IN (SELECT raw_id FROM vcf_file WHERE created_by = $1)",
    )
    .bind(user_id)
    .fetch_one(pool)
    .await?;
    Ok(bytes)
}
