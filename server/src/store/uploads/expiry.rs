//! What becomes of uploads that nobody finishes, and of raw bytes that nobody needs.
//!
//! Invariant: rows go before objects, so no row names bytes that are gone.

use sqlx::PgPool;
use uuid::Uuid;

use crate::store::head::Head;
use crate::store::locks::{self, Lock};
use crate::store::raw::RawStore;
use crate::store::{StoreError, files};

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Unfinished uploads given up.
    pub given_up: usize,
    /// Uploads whose raw bytes were deleted.
    pub deleted: usize,
}

/// Gives up uploads whose time is over, then deletes raw bytes of removed datasets and of files that failed or were
/// cancelled more than `keep_seconds` ago.
pub async fn sweep(
    head: &Head,
    pool: &PgPool,
    raw: &RawStore,
    keep_seconds: u32,
) -> Result<Swept, StoreError> {
    let mut swept = Swept::default();
    for id in abandoned(pool).await? {
        let reason = "The upload was not finished in time.";
        swept.given_up += usize::from(files::cancel(head, pool, id, reason).await?);
    }
    for raw_id in unneeded(pool, keep_seconds).await? {
        delete(pool, raw, raw_id).await?;
        swept.deleted += 1;
    }
    Ok(swept)
}

/// Deletes the raw bytes of an upload whose file failed, was cancelled or is gone, unless it was tried again meanwhile.
pub async fn delete(pool: &PgPool, raw: &RawStore, raw_id: Uuid) -> Result<(), StoreError> {
    let mut tx = pool.begin().await?;
    locks::take(&mut tx, Lock::Upload(raw_id)).await?;
    let gone = sqlx::query(
        "WITH gone AS (DELETE FROM upload u WHERE u.raw_id = $1 AND NOT EXISTS (
                           SELECT FROM vcf_file f JOIN dataset d ON d.id = f.dataset_id
                           WHERE f.raw_id = u.raw_id AND d.removed_seq IS NULL AND f.state NOT IN ('failed', 'cancelled'))
                       RETURNING u.raw_id)
         DELETE FROM upload_part p USING gone WHERE p.raw_id = gone.raw_id",
    );
    gone.bind(raw_id).execute(&mut *tx).await?;
    tx.commit().await?;
    // The objects after the rows; the lock again, since the upload may have been begun anew.
    let mut tx = pool.begin().await?;
    locks::take(&mut tx, Lock::Upload(raw_id)).await?;
    let is_stored: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM upload_part WHERE raw_id = $1)")
        .bind(raw_id)
        .fetch_one(&mut *tx)
        .await?;
    if !is_stored {
        raw.delete_all(raw_id).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn abandoned(pool: &PgPool) -> Result<Vec<i64>, StoreError> {
    let ids = sqlx::query_scalar(
        "SELECT id FROM vcf_file WHERE state IN ('waiting', 'importing') AND NOT received_all AND expires_at < now()",
    )
    .fetch_all(pool)
    .await?;
    Ok(ids)
}

async fn unneeded(pool: &PgPool, keep_seconds: u32) -> Result<Vec<Uuid>, StoreError> {
    let raw_ids = sqlx::query_scalar(
        "SELECT u.raw_id FROM upload u
         WHERE NOT EXISTS (
             SELECT FROM vcf_file f JOIN dataset d ON d.id = f.dataset_id
             WHERE f.raw_id = u.raw_id AND d.removed_seq IS NULL
               AND (f.state NOT IN ('failed', 'cancelled')
                    OR f.finished_at > now() - make_interval(secs => $1)))",
    )
    .bind(f64::from(keep_seconds))
    .fetch_all(pool)
    .await?;
    Ok(raw_ids)
}
