//! Uploads: raw bytes that arrive part by part.
//!
//! Invariant: `vcf_file.received` is the sum of the upload's parts, and a part's bytes are stored before the row that
//! names it commits. An advisory lock keeps two writers from storing the same part; the file's row is locked only for
//! the commit, so that an import's commits never wait for bytes to be written.

use bytes::Bytes;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::StoreError;
use super::files::File;
use super::locks::{self, Lock};
use super::raw::RawStore;

pub mod expiry;
mod parts;
pub mod same;

pub use same::SameBytes;

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
    /// SHA-256 of its bytes, where the uploader knows it.
    pub sha256: Option<[u8; 32]>,
}

/// The answer to [`create`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// The upload, by the name of its raw bytes.
    Upload(Uuid),
    /// No such dataset.
    NoDataset,
    /// The dataset was completed: no further file follows.
    DatasetCompleted,
    /// The dataset has these bytes already.
    SameBytes(SameBytes),
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
    if let Some(sha256) = &new.sha256
        && let Some(same) = same::known_as(&mut tx, new.dataset_id, sha256).await?
    {
        return Ok(Created::SameBytes(same));
    }
    let raw_id = Uuid::new_v4();
    sqlx::query(
        "WITH file AS (
             INSERT INTO vcf_file (dataset_id, raw_id, filename, size, received_all, expires_at, created_by,
                                   declared_sha256)
             VALUES ($1, $2, $3, $4, coalesce($4 = 0, false), now() + make_interval(secs => $5), $6, $7)
             RETURNING id),
              raw AS (INSERT INTO upload (raw_id, user_id) VALUES ($2, $6))
         INSERT INTO job (kind, dataset_id, file_id) SELECT 'import', $1, id FROM file",
    )
    .bind(new.dataset_id)
    .bind(raw_id)
    .bind(new.filename)
    .bind(new.size)
    .bind(f64::from(new.expires_after_seconds))
    .bind(new.user_id)
    .bind(new.sha256.as_ref().map(<[u8; 32]>::as_slice))
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
    /// Nothing was stored: the account's quota has room for so many bytes.
    OverQuota(u64),
}

/// What an upload may take.
#[derive(Debug, Clone, Copy)]
pub struct UploadLimits {
    /// Bytes that the account may store.
    pub quota: u64,
    /// When it is given up if nothing more arrives.
    pub upload_expiry: u32,
}

/// Stores bytes that begin at `offset` as the next part.
pub async fn append(
    pool: &PgPool,
    raw: &RawStore,
    raw_id: Uuid,
    offset: i64,
    bytes: Bytes,
    limits: UploadLimits,
) -> Result<Appended, StoreError> {
    let mut tx = pool.begin().await?;
    locks::take(&mut tx, Lock::Upload(raw_id)).await?;
    let row: Option<(i64, i64, bool)> = sqlx::query_as(
        "SELECT id, received, state IN ('waiting', 'importing') AND NOT received_all
         FROM vcf_file WHERE raw_id = $1 ORDER BY id DESC LIMIT 1",
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
    let length = bytes.len() as i64;
    let last = last_parts(&mut tx, raw_id).await?;
    let joined = parts::joined(&last, length);
    let (part, bytes) = parts::join(raw, raw_id, &last, joined, bytes).await?;
    raw.put_part(raw_id, part.number, bytes).await?;
    let numbers: Vec<i32> = joined.iter().map(|part| part.number).collect();
    sqlx::query("DELETE FROM upload_part WHERE raw_id = $1 AND number = ANY($2)")
        .bind(raw_id)
        .bind(&numbers)
        .execute(&mut *tx)
        .await?;
    sqlx::query("INSERT INTO upload_part (raw_id, number, start, length) VALUES ($1, $2, $3, $4)")
        .bind(raw_id)
        .bind(part.number)
        .bind(part.start)
        .bind(part.length)
        .execute(&mut *tx)
        .await?;
    if let Some(left) = use_quota(&mut tx, raw_id, length, limits.quota).await? {
        return Ok(Appended::OverQuota(left));
    }
    let received: Option<i64> = sqlx::query_scalar(
        "UPDATE vcf_file SET received = received + $2, received_all = coalesce(received + $2 = size, false),
                expires_at = now() + make_interval(secs => $3)
         WHERE id = $1 AND state IN ('waiting', 'importing') RETURNING received",
    )
    .bind(file_id)
    .bind(length)
    .bind(f64::from(limits.upload_expiry))
    .fetch_optional(&mut *tx)
    .await?;
    let Some(received) = received else {
        return Ok(Appended::Stopped);
    };
    tx.commit().await?;
    for number in numbers {
        // What is left behind here goes with the upload.
        let _ = raw.delete_part(raw_id, number).await;
    }
    Ok(Appended::Received(received))
}

/// The newest parts of an upload, newest first: as many as can be small.
async fn last_parts(connection: &mut PgConnection, raw_id: Uuid) -> Result<Vec<Part>, StoreError> {
    let parts = sqlx::query_as(
        "SELECT number, start, length FROM upload_part WHERE raw_id = $1 ORDER BY start DESC LIMIT $2",
    )
    .bind(raw_id)
    .bind(parts::MOST_SMALL)
    .fetch_all(connection)
    .await?;
    Ok(parts)
}

/// Counts bytes against the quota of the account that uploads; the bytes left, if these are too many.
async fn use_quota(
    connection: &mut PgConnection,
    raw_id: Uuid,
    bytes: i64,
    quota: u64,
) -> Result<Option<u64>, StoreError> {
    let user_id: Option<Uuid> = sqlx::query_scalar("SELECT user_id FROM upload WHERE raw_id = $1")
        .bind(raw_id)
        .fetch_optional(&mut *connection)
        .await?
        .flatten();
    if let Some(user_id) = user_id {
        // The account's other uploads wait until this one's bytes are counted, and are then counted with them.
        locks::take(connection, Lock::Quota(user_id)).await?;
        let left = quota.saturating_sub(stored(&mut *connection, user_id).await?);
        if bytes.unsigned_abs() > left {
            return Ok(Some(left));
        }
    }
    sqlx::query("UPDATE upload SET stored = stored + $2 WHERE raw_id = $1")
        .bind(raw_id)
        .bind(bytes)
        .execute(connection)
        .await?;
    Ok(None)
}

async fn stored(connection: &mut PgConnection, user_id: Uuid) -> Result<u64, StoreError> {
    let bytes: i64 =
        sqlx::query_scalar("SELECT coalesce(sum(stored), 0)::bigint FROM upload WHERE user_id = $1")
            .bind(user_id)
            .fetch_one(connection)
            .await?;
    Ok(bytes.unsigned_abs())
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

impl Part {
    /// What of a part's bytes follows an offset in the upload: it may begin before, since parts are joined.
    pub fn rest(&self, bytes: Bytes, offset: i64) -> Bytes {
        let passed = usize::try_from(offset - self.start).unwrap_or(0).min(bytes.len());
        bytes.slice(passed..)
    }
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

/// Bytes that an account's uploads take up, and will once those under way are complete.
pub async fn claimed_bytes(pool: &PgPool, user_id: Uuid) -> Result<u64, StoreError> {
    let bytes: i64 = sqlx::query_scalar(
        "SELECT coalesce(sum(greatest(u.stored, coalesce(f.size, 0))), 0)::bigint
         FROM upload u LEFT JOIN vcf_file f ON f.raw_id = u.raw_id AND f.state IN ('waiting', 'importing')
         WHERE u.user_id = $1",
    )
    .bind(user_id)
    .fetch_one(pool)
    .await?;
    Ok(bytes.unsigned_abs())
}
