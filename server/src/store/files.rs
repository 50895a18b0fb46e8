//! Uploaded VCF files of a dataset.
//!
//! Invariant: a retried file is a new row over the same raw bytes; only the newest row of an upload is shown.

use allelecast_protocol::dataset::{FileAlignment, FileError, FileState, VcfFile};
use sqlx::PgPool;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::head::Head;
use super::locks::{self, Lock};
use super::{StoreError, Word, imports};

/// A file.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct File {
    /// Identifies it.
    pub id: i64,
    /// Its dataset.
    pub dataset_id: i64,
    /// Names the raw bytes.
    pub raw_id: Uuid,
    /// Name it was uploaded under.
    pub filename: String,
    /// Where it stands.
    pub state: Word<FileState>,
    /// Bytes declared.
    pub size: Option<i64>,
    /// Bytes received.
    pub received: i64,
    /// Whether these are all.
    pub received_all: bool,
    /// Raw bytes read into committed blocks.
    pub parsed: i64,
    /// Records read.
    pub records: i64,
    /// Alleles committed.
    pub alleles: i64,
    /// What its alleles are aligned with, where that is asked for.
    #[sqlx(default)]
    pub alignment: Option<Json<FileAlignment>>,
    /// Why it failed.
    pub error: Option<Json<FileError>>,
    /// When an unfinished upload is given up.
    pub expires_at: Option<OffsetDateTime>,
}

impl From<File> for VcfFile {
    fn from(file: File) -> Self {
        VcfFile {
            id: file.id,
            dataset_id: file.dataset_id,
            filename: file.filename,
            state: file.state.0,
            size: file.size,
            received: file.received,
            parsed: file.parsed,
            records: file.records,
            alleles: file.alleles,
            alignment: file.alignment.map(|alignment| alignment.0),
            error: file.error.map(|error| error.0),
        }
    }
}

/// A file.
pub async fn find(pool: &PgPool, id: i64) -> Result<Option<File>, StoreError> {
    let file = sqlx::query_as(
        "SELECT id, dataset_id, raw_id, filename, state, size, received, received_all, parsed, records, alleles,
                error, expires_at
         FROM vcf_file WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(pool)
    .await?;
    Ok(file)
}

/// The files shown of some datasets, oldest first.
pub async fn of_datasets(pool: &PgPool, dataset_ids: &[i64]) -> Result<Vec<File>, StoreError> {
    let files = sqlx::query_as(
        "SELECT id, dataset_id, raw_id, filename, state, size, received, received_all, parsed, records, alleles,
                error, expires_at,
                (SELECT jsonb_build_object('reference', r.name, 'sha256', encode(r.sha256, 'hex'),
                                           'shifted', f.shifted, 'unshifted', f.unshifted)
                 FROM reference_sequence r WHERE r.id = f.reference_id) AS alignment
         FROM vcf_file f
         WHERE dataset_id = ANY ($1)
           AND NOT EXISTS (SELECT FROM vcf_file newer WHERE newer.raw_id = f.raw_id AND newer.id > f.id)
         ORDER BY id",
    )
    .bind(dataset_ids)
    .fetch_all(pool)
    .await?;
    Ok(files)
}

/// Stops a file that is on its way and takes back what it had shown; `false` if it is not on its way.
///
/// Its job is cancelled in the same transaction: a worker that holds it finds out when it commits.
pub async fn cancel(head: &Head, pool: &PgPool, id: i64, reason: &str) -> Result<bool, StoreError> {
    let mut tx = pool.begin().await?;
    // The job first, as a worker's commit does, so that the two wait for each other and do not deadlock.
    sqlx::query(
        "UPDATE job SET state = 'cancelled', finished_at = now()
         WHERE file_id = $1 AND kind = 'import' AND state IN ('queued', 'running')",
    )
    .bind(id)
    .execute(&mut *tx)
    .await?;
    let dataset_id: Option<i64> = sqlx::query_scalar(
        "SELECT dataset_id FROM vcf_file WHERE id = $1 AND state IN ('waiting', 'importing') FOR UPDATE",
    )
    .bind(id)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(dataset_id) = dataset_id else {
        return Ok(false);
    };
    let error = serde_json::json!({ "message": reason });
    let version = imports::retract(&mut tx, dataset_id, id, "cancelled", Some(error)).await?;
    tx.commit().await?;
    head.announce(version);
    Ok(true)
}

/// The answer to [`retry`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// A new file over the same bytes.
    Started(i64),
    /// It has not failed and was not cancelled, or was retried already.
    NotStopped,
    /// The raw bytes were deleted.
    BytesGone,
}

/// Imports a failed or cancelled file again, from the raw bytes that are there; an unfinished upload may go on.
pub async fn retry(pool: &PgPool, id: i64, expires_after_seconds: u32) -> Result<Retry, StoreError> {
    let mut tx = pool.begin().await?;
    let raw_id: Option<Uuid> = sqlx::query_scalar("SELECT raw_id FROM vcf_file WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(raw_id) = raw_id else {
        return Ok(Retry::NotStopped);
    };
    // Whoever deletes the bytes waits, or has deleted them.
    locks::take(&mut tx, Lock::Upload(raw_id)).await?;
    let stopped: Option<bool> = sqlx::query_scalar(
        "SELECT received = (SELECT coalesce(sum(p.length), 0) FROM upload_part p WHERE p.raw_id = f.raw_id)
         FROM vcf_file f
         WHERE id = $1 AND state IN ('failed', 'cancelled')
           AND NOT EXISTS (SELECT FROM vcf_file newer WHERE newer.raw_id = f.raw_id AND newer.id > f.id)
           AND EXISTS (SELECT FROM dataset d WHERE d.id = f.dataset_id AND d.removed_seq IS NULL)
         FOR UPDATE",
    )
    .bind(id)
    .fetch_optional(&mut *tx)
    .await?;
    match stopped {
        None => return Ok(Retry::NotStopped),
        Some(false) => return Ok(Retry::BytesGone),
        Some(true) => {}
    }
    let new_id: i64 = sqlx::query_scalar(
        "WITH file AS (
             INSERT INTO vcf_file (dataset_id, raw_id, filename, size, received, received_all, expires_at, created_by,
                                   declared_sha256)
             SELECT dataset_id, raw_id, filename, size, received, received_all,
                    now() + make_interval(secs => $2), created_by, declared_sha256
             FROM vcf_file WHERE id = $1
             RETURNING id, dataset_id, raw_id, created_by),
              raw AS (INSERT INTO upload (raw_id, user_id) SELECT raw_id, created_by FROM file ON CONFLICT DO NOTHING)
         INSERT INTO job (kind, dataset_id, file_id) SELECT 'import', dataset_id, id FROM file RETURNING file_id",
    )
    .bind(id)
    .bind(f64::from(expires_after_seconds))
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Retry::Started(new_id))
}
