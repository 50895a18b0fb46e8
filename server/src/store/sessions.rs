//! Login sessions, in the table that tower-sessions reads.
//!
//! Invariant: `user_id` is set in the session's own row, so that ending a person's sessions is one statement.

use sqlx::PgPool;
use uuid::Uuid;

use super::StoreError;

/// Writes down whose session it is; `false` if the session is gone.
pub async fn assign(pool: &PgPool, session_id: &str, user_id: Uuid) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE tower_sessions.session SET user_id = $2 WHERE id = $1")
        .bind(session_id)
        .bind(user_id)
        .execute(pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Deletes what has expired; returns how many.
pub async fn sweep(pool: &PgPool) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM tower_sessions.session WHERE expiry_date < now()")
        .execute(pool)
        .await?;
    Ok(done.rows_affected())
}
