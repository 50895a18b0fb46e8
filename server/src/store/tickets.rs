//! One-time tickets for the WebSocket.
//!
//! Invariant: a ticket is taken at most once, on whichever instance; only its SHA-256 is stored.

use sha2::{Digest, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use super::StoreError;
use super::users::User;

/// For whom a ticket was made, and by which sign-in: revoking that ends the socket too.
#[derive(Debug, Clone)]
pub struct TicketOwner {
    /// The account.
    pub user: User,
    /// The login session that asked for it.
    pub session_id: Option<String>,
    /// The API token that asked for it.
    pub token_id: Option<Uuid>,
}

/// Stores a ticket that is good for `seconds`.
pub async fn create(
    pool: &PgPool,
    ticket: &str,
    user_id: Uuid,
    session_id: Option<&str>,
    token_id: Option<Uuid>,
    seconds: u32,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO ws_ticket (ticket_sha256, user_id, session_id, token_id, expires_at)
         VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))",
    )
    .bind(digest(ticket))
    .bind(user_id)
    .bind(session_id)
    .bind(token_id)
    .bind(f64::from(seconds))
    .execute(pool)
    .await?;
    Ok(())
}

/// Takes a ticket: it is gone afterwards. `None` if it is unknown, was taken, has expired, or its sign-in has ended.
pub async fn take(pool: &PgPool, ticket: &str) -> Result<Option<TicketOwner>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct Taken {
        session_id: Option<String>,
        token_id: Option<Uuid>,
        #[sqlx(flatten)]
        user: User,
    }
    let taken: Option<Taken> = sqlx::query_as(
        "WITH taken AS (
             DELETE FROM ws_ticket WHERE ticket_sha256 = $1
             RETURNING user_id, session_id, token_id, expires_at)
         SELECT t.session_id, t.token_id, u.id, u.email, u.name, u.created_at
         FROM taken t JOIN app_user u ON u.id = t.user_id
         WHERE t.expires_at > now() AND u.disabled_at IS NULL",
    )
    .bind(digest(ticket))
    .fetch_optional(pool)
    .await?;
    let Some(Taken {
        session_id,
        token_id,
        user,
    }) = taken
    else {
        return Ok(None);
    };
    let owner = TicketOwner {
        user,
        session_id,
        token_id,
    };
    Ok(is_signed_in(pool, &owner).await?.then_some(owner))
}

/// Whether the sign-in that a ticket came from still holds; sockets ask again from time to time.
pub async fn is_signed_in(pool: &PgPool, owner: &TicketOwner) -> Result<bool, StoreError> {
    let holds = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM app_user WHERE id = $1 AND disabled_at IS NULL)
            AND ($2::text IS NULL
                 OR EXISTS (SELECT FROM tower_sessions.session WHERE id = $2 AND user_id = $1 AND expiry_date > now()))
            AND ($3::uuid IS NULL
                 OR EXISTS (SELECT FROM api_token WHERE id = $3 AND user_id = $1 AND revoked_at IS NULL))",
    )
    .bind(owner.user.id)
    .bind(&owner.session_id)
    .bind(owner.token_id)
    .fetch_one(pool)
    .await?;
    Ok(holds)
}

/// Deletes what has expired; returns how many.
pub async fn sweep(pool: &PgPool) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM ws_ticket WHERE expires_at < now()")
        .execute(pool)
        .await?;
    Ok(done.rows_affected())
}

fn digest(ticket: &str) -> Vec<u8> {
    Sha256::digest(ticket.as_bytes()).to_vec()
}
