//! Exports and the pins that keep their versions readable.
//!
//! Invariant: an export is written by the holder of its lease only, and its file is named by that lease; so a file that
//! no row names is a leftover, and a row that is `ready` names a whole file.

use std::time::Duration;

use allelecast_protocol::export::{ExportState, ExportedDataset, ExportedFile, Provenance};
use allelecast_protocol::{ApiError, Version};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{StoreError, Word, jobs, pins};

/// The question as it was asked; at one version it means the same for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Query text.
    pub query: String,
    /// Reference build.
    pub build: String,
    /// Datasets in scope, by slug or id; empty for all.
    pub datasets: Vec<String>,
    /// Groups to show; empty for all of the scope.
    pub groups: Vec<String>,
    /// Count high-quality calls only.
    pub hq: bool,
}

/// A new export.
#[derive(Debug, Clone)]
pub struct NewExport<'a> {
    /// Who asks.
    pub user_id: Uuid,
    /// `csv`.
    pub format: &'a str,
    /// Name of the file for the one who fetches it.
    pub filename: &'a str,
    /// The question.
    pub asked: &'a Asked,
    /// What the file will say of itself.
    pub provenance: &'a Provenance,
    /// The version to read at.
    pub version: Version,
    /// When it is deleted.
    pub expires_after_seconds: u32,
    /// Exports that an account may keep.
    pub limit: i64,
}

/// The answer to [`create`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// The export.
    Export(Uuid),
    /// The version was let go meanwhile.
    VersionGone,
    /// The account has as many as it may.
    TooMany,
}

/// Makes an export and pins its version.
pub async fn create(pool: &PgPool, new: NewExport<'_>) -> Result<Created, StoreError> {
    let mut tx = pool.begin().await?;
    let time = Duration::from_secs(new.expires_after_seconds.into());
    let Some(pin_id) = pins::take(&mut tx, None, new.version.seq, time).await? else {
        return Ok(Created::VersionGone);
    };
    let id = sqlx::query_scalar(
        "WITH room AS (SELECT 1 WHERE (SELECT count(*) FROM export WHERE user_id = $1 AND expires_at > now()) < $9)
         INSERT INTO export (user_id, format, filename, request, provenance, epoch, seq, pin_id, expires_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $10, now() + make_interval(secs => $8) FROM room RETURNING id",
    )
    .bind(new.user_id)
    .bind(new.format)
    .bind(new.filename)
    .bind(Json(new.asked))
    .bind(Json(new.provenance))
    .bind(new.version.epoch)
    .bind(new.version.seq)
    .bind(f64::from(new.expires_after_seconds))
    .bind(new.limit)
    .bind(pin_id)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(id) = id else {
        return Ok(Created::TooMany);
    };
    tx.commit().await?;
    Ok(Created::Export(id))
}

/// An export as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Export {
    /// Identifies it.
    pub id: Uuid,
    /// `csv`.
    pub format: String,
    /// Name of the file for the one who fetches it.
    pub filename: String,
    /// What it answers, and from which files.
    pub provenance: Json<Provenance>,
    /// First half of its version.
    pub epoch: i64,
    /// Second half of its version.
    pub seq: i64,
    /// Where it stands.
    pub state: Word<ExportState>,
    /// How much is written, 0 to 1.
    pub progress: f64,
    /// Rows written.
    pub rows: i64,
    /// Bytes written.
    pub bytes: i64,
    /// Why it failed.
    pub error: Option<Json<ApiError>>,
    /// Names its file.
    pub lease: Option<Uuid>,
    /// When it was asked for.
    pub created_at: OffsetDateTime,
    /// When it is deleted.
    pub expires_at: OffsetDateTime,
}

/// An account's export; one that has expired is not there.
pub async fn find(pool: &PgPool, user_id: Uuid, id: Uuid) -> Result<Option<Export>, StoreError> {
    let export = sqlx::query_as(
        "SELECT id, format, filename, provenance, epoch, seq, state, progress, rows, bytes, error, lease,
                created_at, expires_at
         FROM export WHERE id = $1 AND user_id = $2 AND expires_at > now()",
    )
    .bind(id)
    .bind(user_id)
    .fetch_optional(pool)
    .await?;
    Ok(export)
}

/// Deletes an account's export and its pin; whoever writes it loses the lease. `false` if there is none.
pub async fn delete(pool: &PgPool, user_id: Uuid, id: Uuid) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "WITH gone AS (DELETE FROM export WHERE id = $1 AND user_id = $2 RETURNING pin_id),
              unpinned AS (DELETE FROM pin WHERE id IN (SELECT pin_id FROM gone))
         SELECT 1 FROM gone",
    )
    .bind(id)
    .bind(user_id)
    .fetch_optional(pool)
    .await?;
    Ok(done.is_some())
}

/// Deletes what has expired; returns how many exports that were.
pub async fn sweep(pool: &PgPool) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM export WHERE expires_at <= now()")
        .execute(pool)
        .await?;
    sqlx::query("DELETE FROM pin WHERE expires_at <= now()")
        .execute(pool)
        .await?;
    Ok(done.rows_affected())
}

/// Which of these leases no export holds: their files are leftovers.
pub async fn without_export(pool: &PgPool, leases: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let leftovers = sqlx::query_scalar(
        "SELECT lease FROM unnest($1::uuid[]) AS lease
         WHERE NOT EXISTS (SELECT FROM export WHERE export.lease = lease.lease)",
    )
    .bind(leases)
    .fetch_all(pool)
    .await?;
    Ok(leftovers)
}

/// An export that this instance writes.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The export.
    pub id: Uuid,
    /// The proof that it is ours.
    pub lease: Uuid,
    /// The question.
    pub asked: Asked,
    /// The version to read at.
    pub version: Version,
}

/// Claims the oldest export that nobody writes.
pub async fn claim(pool: &PgPool) -> Result<Option<Claim>, StoreError> {
    let lease = Uuid::new_v4();
    let row: Option<(Uuid, Json<Asked>, i64, i64)> = sqlx::query_as(
        "UPDATE export SET lease = $1, leased_until = now() + make_interval(secs => $2), progress = 0, rows = 0, bytes = 0
         WHERE id = (SELECT id FROM export
                     WHERE state = 'running' AND expires_at > now()
                       AND (leased_until IS NULL OR leased_until < now())
                     ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, request, epoch, seq",
    )
    .bind(lease)
    .bind(jobs::LEASE.as_secs_f64())
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|(id, Json(asked), epoch, seq)| Claim {
        id,
        lease,
        asked,
        version: Version { epoch, seq },
    }))
}

/// Notes how far it is, and renews the lease.
pub async fn report(
    pool: &PgPool,
    claim: &Claim,
    progress: f64,
    rows: i64,
    bytes: i64,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE export SET progress = $3, rows = $4, bytes = $5, leased_until = now() + make_interval(secs => $6)
         WHERE id = $1 AND lease = $2 AND state = 'running'",
    )
    .bind(claim.id)
    .bind(claim.lease)
    .bind(progress.clamp(0.0, 1.0))
    .bind(rows)
    .bind(bytes)
    .bind(jobs::LEASE.as_secs_f64())
    .execute(pool)
    .await?;
    held(done.rows_affected())
}

/// How writing an export ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Its file is there.
    Ready {
        /// Rows of it.
        rows: i64,
        /// Its size.
        bytes: i64,
    },
    /// It cannot be written.
    Failed(ApiError),
}

/// Ends an export and lets its version go.
pub async fn finish(pool: &PgPool, claim: &Claim, ending: &Ending) -> Result<(), StoreError> {
    let (state, rows, bytes, error) = match ending {
        Ending::Ready { rows, bytes } => (ExportState::Ready, *rows, *bytes, None),
        Ending::Failed(error) => (ExportState::Failed, 0, 0, Some(Json(error))),
    };
    let done = sqlx::query(
        "WITH before AS (SELECT id, pin_id FROM export WHERE id = $1 AND lease = $2 AND state = 'running' FOR UPDATE),
              ended AS (UPDATE export e SET state = $3, rows = $4, bytes = $5, error = $6, leased_until = NULL,
                            pin_id = NULL, finished_at = now(),
                            progress = CASE WHEN $6::jsonb IS NULL THEN 1 ELSE progress END
                        FROM before b WHERE e.id = b.id),
              unpinned AS (DELETE FROM pin WHERE id IN (SELECT pin_id FROM before))
         SELECT 1 FROM before",
    )
    .bind(claim.id)
    .bind(claim.lease)
    .bind(Word(state))
    .bind(rows)
    .bind(bytes)
    .bind(error)
    .fetch_optional(pool)
    .await?;
    held(done.map_or(0, |_| 1))
}

/// Gives an export back, so that another instance, or this one after its next start, need not wait for the lease.
pub async fn release(pool: &PgPool, claim: &Claim) -> Result<(), StoreError> {
    sqlx::query("UPDATE export SET lease = NULL, leased_until = NULL WHERE id = $1 AND lease = $2 AND state = 'running'")
        .bind(claim.id)
        .bind(claim.lease)
        .execute(pool)
        .await?;
    Ok(())
}

/// Those of the datasets that were there at a version, and their files that have alleles at it.
pub async fn datasets(pool: &PgPool, ids: &[i64], seq: i64) -> Result<Vec<ExportedDataset>, StoreError> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as(
        "SELECT id, slug, name FROM dataset d
         WHERE id = ANY($1) AND NOT EXISTS (
             SELECT FROM change c WHERE c.dataset_id = d.id AND c.kind = 'dataset_created' AND c.seq > $2)
         ORDER BY id",
    )
    .bind(ids)
    .bind(seq)
    .fetch_all(pool)
    .await?;
    let files: Vec<(i64, String, Option<String>)> = sqlx::query_as(
        "SELECT dataset_id, filename, encode(sha256, 'hex') FROM vcf_file f
         WHERE dataset_id = ANY($1) AND (removed_seq IS NULL OR removed_seq > $2)
           AND EXISTS (SELECT FROM block b WHERE b.file_id = f.id AND b.created_seq <= $2)
         ORDER BY id",
    )
    .bind(ids)
    .bind(seq)
    .fetch_all(pool)
    .await?;
    let files_of = |dataset: i64| {
        let own = files.iter().filter(move |(of, _, _)| *of == dataset);
        own.map(|(_, filename, sha256)| ExportedFile {
            filename: filename.clone(),
            sha256: sha256.clone(),
        })
        .collect()
    };
    Ok(rows
        .into_iter()
        .map(|(id, slug, name)| ExportedDataset {
            id,
            slug,
            name,
            files: files_of(id),
        })
        .collect())
}

fn held(rows: u64) -> Result<(), StoreError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(StoreError::LeaseLost)
    }
}
