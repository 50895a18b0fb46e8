//! The queue of background work. Any instance claims a job; a lease says whose it is now.
//!
//! Invariant: a job is worked on by the holder of its lease only; a commit under a lost lease fails.

use std::time::Duration;

use sqlx::{PgConnection, PgPool, Row};
use uuid::Uuid;

use super::StoreError;

/// How long a lease holds without a heartbeat, unless the operator says otherwise: another instance takes over within
/// this and one poll.
pub const LEASE: Duration = Duration::from_secs(10);

/// A claimed job.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The job.
    pub job_id: i64,
    /// The proof that it is ours.
    pub lease: Uuid,
    /// How long the lease holds without a heartbeat.
    pub holds: Duration,
    /// File to import or compact.
    pub file_id: Option<i64>,
    /// Group version to count.
    pub group_version_id: Option<i64>,
    /// How often it was begun, this time included.
    pub attempts: i32,
}

/// Kinds of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// Read a file into blocks.
    Import,
    /// Merge a file's small blocks.
    Compact,
    /// Count a group version over the blocks that exist.
    Recount,
}

impl JobKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Compact => "compact",
            Self::Recount => "recount",
        }
    }
}

/// Claims the oldest job of a kind that nobody holds, for that long at a time; an import once its first bytes are there.
pub async fn claim(pool: &PgPool, kind: JobKind, holds: Duration) -> Result<Option<Claim>, StoreError> {
    let lease = Uuid::new_v4();
    let row = sqlx::query(
        "UPDATE job SET state = 'running', lease = $1, leased_until = now() + make_interval(secs => $2),
                        attempts = attempts + 1
         WHERE id = (SELECT j.id FROM job j LEFT JOIN vcf_file f ON f.id = j.file_id
                     WHERE j.kind = $3
                       AND (j.state = 'queued' OR (j.state = 'running' AND j.leased_until < now()))
                       AND (j.kind <> 'import' OR f.received > 0 OR f.received_all)
                     ORDER BY j.id LIMIT 1 FOR UPDATE OF j SKIP LOCKED)
         RETURNING id, file_id, group_version_id, attempts",
    )
    .bind(lease)
    .bind(holds.as_secs_f64())
    .bind(kind.as_str())
    .fetch_optional(pool)
    .await?;
    row.map(|row| {
        Ok(Claim {
            job_id: row.try_get("id")?,
            lease,
            holds,
            file_id: row.try_get("file_id")?,
            group_version_id: row.try_get("group_version_id")?,
            attempts: row.try_get("attempts")?,
        })
    })
    .transpose()
}

/// Renews a lease.
pub async fn heartbeat(pool: &PgPool, claim: &Claim) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE job SET leased_until = now() + make_interval(secs => $3)
         WHERE id = $1 AND lease = $2 AND state = 'running'",
    )
    .bind(claim.job_id)
    .bind(claim.lease)
    .bind(claim.holds.as_secs_f64())
    .execute(pool)
    .await?;
    held(done.rows_affected())
}

/// Checks, inside a transaction, that a lease still holds, and keeps it from being taken until the transaction ends.
pub async fn hold(connection: &mut PgConnection, claim: &Claim) -> Result<(), StoreError> {
    let row = sqlx::query("SELECT 1 FROM job WHERE id = $1 AND lease = $2 AND state = 'running' FOR UPDATE")
        .bind(claim.job_id)
        .bind(claim.lease)
        .fetch_optional(connection)
        .await?;
    held(row.map_or(0, |_| 1))
}

/// Ends a job inside a transaction.
pub async fn finish(
    connection: &mut PgConnection,
    claim: &Claim,
    error: Option<&str>,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE job SET state = CASE WHEN $3::text IS NULL THEN 'done' ELSE 'failed' END, error = $3,
                        finished_at = now(), leased_until = NULL
         WHERE id = $1 AND lease = $2 AND state = 'running'",
    )
    .bind(claim.job_id)
    .bind(claim.lease)
    .bind(error)
    .execute(connection)
    .await?;
    held(done.rows_affected())
}

/// Gives a job back, as at an orderly stop, so that another instance need not wait for the lease to run out.
pub async fn release(pool: &PgPool, claim: &Claim) -> Result<(), StoreError> {
    sqlx::query("UPDATE job SET state = 'queued', lease = NULL, leased_until = NULL WHERE id = $1 AND lease = $2 AND state = 'running'")
        .bind(claim.job_id)
        .bind(claim.lease)
        .execute(pool)
        .await?;
    Ok(())
}

/// Queues work on a file, inside the transaction that makes it necessary.
pub async fn enqueue_for_file(
    connection: &mut PgConnection,
    kind: JobKind,
    dataset_id: i64,
    file_id: i64,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO job (kind, dataset_id, file_id) VALUES ($1, $2, $3)")
        .bind(kind.as_str())
        .bind(dataset_id)
        .bind(file_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Queues the count of a group version.
pub async fn enqueue_recount(
    connection: &mut PgConnection,
    dataset_id: i64,
    group_version_id: i64,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO job (kind, dataset_id, group_version_id) VALUES ('recount', $1, $2)")
        .bind(dataset_id)
        .bind(group_version_id)
        .execute(connection)
        .await?;
    Ok(())
}

fn held(rows: u64) -> Result<(), StoreError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(StoreError::LeaseLost)
    }
}
