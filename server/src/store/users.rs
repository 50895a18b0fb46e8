//! Accounts.
//!
//! Invariant: an address is stored in lower case, folded by the database, so that two spellings are one account.

use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// An account.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct User {
    /// Identifies it.
    pub id: Uuid,
    /// Address to sign in with.
    pub email: String,
    /// Name shown to colleagues.
    pub name: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// Makes an account; `None` if the address has one already.
pub async fn create(
    pool: &PgPool,
    email: &str,
    name: &str,
    password_hash: &str,
) -> Result<Option<User>, StoreError> {
    let user = sqlx::query_as(
        "INSERT INTO app_user (email, name, password_hash) VALUES (lower($1), $2, $3)
         ON CONFLICT (email) DO NOTHING
         RETURNING id, email, name, created_at",
    )
    .bind(email)
    .bind(name)
    .bind(password_hash)
    .fetch_optional(pool)
    .await?;
    Ok(user)
}

/// The account of an address with its password hash; a disabled account counts as absent.
pub async fn for_login(pool: &PgPool, email: &str) -> Result<Option<(Uuid, String)>, StoreError> {
    let found = sqlx::query_as(
        "SELECT id, password_hash FROM app_user WHERE email = lower($1) AND disabled_at IS NULL",
    )
    .bind(email)
    .fetch_optional(pool)
    .await?;
    Ok(found)
}

/// An account that is not disabled.
pub async fn active(pool: &PgPool, id: Uuid) -> Result<Option<User>, StoreError> {
    let user = sqlx::query_as(
        "SELECT id, email, name, created_at FROM app_user WHERE id = $1 AND disabled_at IS NULL",
    )
    .bind(id)
    .fetch_optional(pool)
    .await?;
    Ok(user)
}

/// Whose login session that is, if it has not expired and the account is not disabled.
pub async fn of_session(pool: &PgPool, session_id: &str) -> Result<Option<User>, StoreError> {
    let user = sqlx::query_as(
        "SELECT u.id, u.email, u.name, u.created_at
         FROM tower_sessions.session s JOIN app_user u ON u.id = s.user_id
         WHERE s.id = $1 AND s.expiry_date > now() AND u.disabled_at IS NULL",
    )
    .bind(session_id)
    .fetch_optional(pool)
    .await?;
    Ok(user)
}

/// All accounts, oldest first.
pub async fn list(pool: &PgPool) -> Result<Vec<User>, StoreError> {
    let users = sqlx::query_as("SELECT id, email, name, created_at FROM app_user ORDER BY created_at")
        .fetch_all(pool)
        .await?;
    Ok(users)
}

/// Sets a password and ends the account's login sessions; `false` if there is no such account.
pub async fn set_password(pool: &PgPool, email: &str, password_hash: &str) -> Result<bool, StoreError> {
    let mut tx = pool.begin().await?;
    let id: Option<Uuid> =
        sqlx::query_scalar("UPDATE app_user SET password_hash = $2 WHERE email = lower($1) RETURNING id")
            .bind(email)
            .bind(password_hash)
            .fetch_optional(&mut *tx)
            .await?;
    sqlx::query("DELETE FROM tower_sessions.session WHERE user_id = $1")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(id.is_some())
}
