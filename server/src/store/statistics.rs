//! Runs of statistical tools.
//!
//! Invariant: a run ends once, by the holder of its lease or by somebody who cancels it; at most one run of a key is
//! under way or ready.

use std::time::Duration;

use allelecast_protocol::Version;
use allelecast_protocol::statistics::{RunState, StatisticRequest, StatisticRun};
use sqlx::types::Json;
use sqlx::{PgPool, Row};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::{StoreError, Word, head};

/// How long a lease holds without a heartbeat.
pub const LEASE: Duration = Duration::from_secs(15);

/// A run that is to be begun.
#[derive(Debug)]
pub struct NewRun<'a> {
    /// The tool.
    pub tool: &'a str,
    /// What was asked.
    pub request: &'a StatisticRequest,
    /// Digest of all that the result depends on.
    pub key: [u8; 32],
    /// What it is computed from.
    pub version: Version,
    /// Who asks.
    pub user: Uuid,
}

/// Begins a run under a new lease, or finds the one of the same key: then there is no lease.
pub async fn begin(pool: &PgPool, run: &NewRun<'_>) -> Result<(i64, Option<Uuid>), StoreError> {
    fail_abandoned(pool).await?;
    let lease = Uuid::new_v4();
    loop {
        let begun: Option<i64> = sqlx::query_scalar(
            "INSERT INTO statistic (tool, inputs, key, epoch, seq, lease, leased_until, created_by)
             VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7), $8)
             ON CONFLICT (key) WHERE state IN ('running', 'ready') DO NOTHING RETURNING id",
        )
        .bind(run.tool)
        .bind(Json(run.request))
        .bind(run.key)
        .bind(run.version.epoch)
        .bind(run.version.seq)
        .bind(lease)
        .bind(LEASE.as_secs_f64())
        .bind(run.user)
        .fetch_optional(pool)
        .await?;
        if let Some(id) = begun {
            return Ok((id, Some(lease)));
        }
        let known = "SELECT id FROM statistic WHERE key = $1 AND state IN ('running', 'ready')";
        // It may have ended in between, and then the insertion finds room.
        if let Some(id) = sqlx::query_scalar(known)
            .bind(run.key)
            .fetch_optional(pool)
            .await?
        {
            return Ok((id, None));
        }
    }
}

/// Renews a lease and says how far the run is.
pub async fn heartbeat(pool: &PgPool, id: i64, lease: Uuid, progress: f64) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE statistic SET leased_until = now() + make_interval(secs => $3), progress = $4
         WHERE id = $1 AND lease = $2 AND state = 'running'",
    )
    .bind(id)
    .bind(lease)
    .bind(LEASE.as_secs_f64())
    .bind(progress.clamp(0.0, 1.0))
    .execute(pool)
    .await?;
    held(done.rows_affected())
}

/// Ends a run with its result.
pub async fn finish(
    pool: &PgPool,
    id: i64,
    lease: Uuid,
    result: &[u8],
    warnings: &[String],
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE statistic SET state = 'ready', progress = 1, result = $3, warnings = $4, finished_at = now()
         WHERE id = $1 AND lease = $2 AND state = 'running'",
    )
    .bind(id)
    .bind(lease)
    .bind(result)
    .bind(warnings)
    .execute(pool)
    .await?;
    held(done.rows_affected())
}

/// Ends a run without one.
pub async fn fail(pool: &PgPool, id: i64, lease: Uuid, error: &str) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE statistic SET state = 'failed', error = $3, finished_at = now()
         WHERE id = $1 AND lease = $2 AND state = 'running'",
    )
    .bind(id)
    .bind(lease)
    .bind(error)
    .execute(pool)
    .await?;
    held(done.rows_affected())
}

/// What [`stop`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It was under way and is cancelled.
    Cancelled,
    /// It had ended and is deleted.
    Deleted,
    /// There is no such run.
    Unknown,
}

/// Cancels a run that is under way; deletes one that has ended.
pub async fn stop(pool: &PgPool, id: i64) -> Result<Stopped, StoreError> {
    let cancelled = sqlx::query(
        "UPDATE statistic SET state = 'cancelled', finished_at = now() WHERE id = $1 AND state = 'running'",
    )
    .bind(id)
    .execute(pool)
    .await?;
    if cancelled.rows_affected() > 0 {
        return Ok(Stopped::Cancelled);
    }
    let deleted = sqlx::query("DELETE FROM statistic WHERE id = $1 AND state <> 'running'");
    let deleted = deleted.bind(id).execute(pool).await?;
    Ok(if deleted.rows_affected() > 0 {
        Stopped::Deleted
    } else {
        Stopped::Unknown
    })
}

/// A run and its result, an Arrow IPC stream.
pub async fn find(pool: &PgPool, id: i64) -> Result<Option<(StatisticRun, Option<Vec<u8>>)>, StoreError> {
    fail_abandoned(pool).await?;
    let row = sqlx::query(
        "SELECT id, tool, inputs, epoch, seq, state, progress, result, warnings, error, created_at, finished_at
         FROM statistic WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Word::<RunState>(state) = row.try_get("state")?;
    let Json::<StatisticRequest>(request) = row.try_get("inputs")?;
    let finished_at: Option<OffsetDateTime> = row.try_get("finished_at")?;
    let run = StatisticRun {
        id: row.try_get("id")?,
        tool: row.try_get("tool")?,
        state,
        progress: row.try_get("progress")?,
        error: row.try_get("error")?,
        warnings: row.try_get("warnings")?,
        version: head::version(&row)?,
        request,
        created_at: rfc3339(row.try_get("created_at")?)?,
        finished_at: finished_at.map(rfc3339).transpose()?,
        result: None,
    };
    Ok(Some((run, row.try_get("result")?)))
}

/// Runs whose instance is gone have failed.
async fn fail_abandoned(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE statistic SET state = 'failed', finished_at = now(),
                error = 'The server that computed this was stopped. Run it again.'
         WHERE state = 'running' AND leased_until < now()",
    )
    .execute(pool)
    .await?;
    Ok(())
}

fn rfc3339(at: OffsetDateTime) -> Result<String, StoreError> {
    at.format(&Rfc3339).map_err(|error| StoreError::Malformed {
        what: "a time",
        message: error.to_string(),
    })
}

fn held(rows: u64) -> Result<(), StoreError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(StoreError::LeaseLost)
    }
}
