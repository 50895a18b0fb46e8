//! API tokens.
//!
//! Invariant: only the SHA-256 of a secret is stored.

use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;
use super::users::User;

/// A token as it is listed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Token {
    /// Identifies it.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
}

/// Makes a token unless the account has `limit` of them.
pub async fn create(
    pool: &PgPool,
    user_id: Uuid,
    name: &str,
    sha256: &[u8],
    limit: i64,
) -> Result<Option<Uuid>, StoreError> {
    let id = sqlx::query_scalar(
        "INSERT INTO api_token (user_id, name, token_sha256)
         SELECT $1, $2, $3
         WHERE (SELECT count(*) FROM api_token WHERE user_id = $1 AND revoked_at IS NULL) < $4
         RETURNING id",
    )
    .bind(user_id)
    .bind(name)
    .bind(sha256)
    .bind(limit)
    .fetch_optional(pool)
    .await?;
    Ok(id)
}

/// The account's tokens, oldest first.
pub async fn list(pool: &PgPool, user_id: Uuid) -> Result<Vec<Token>, StoreError> {
    let tokens = sqlx::query_as(
        "SELECT id, name, created_at, last_used_at FROM api_token
         WHERE user_id = $1 AND revoked_at IS NULL ORDER BY created_at",
    )
    .bind(user_id)
    .fetch_all(pool)
    .await?;
    Ok(tokens)
}

/// Ends a token of that account; `false` if there is none.
pub async fn revoke(pool: &PgPool, user_id: Uuid, id: Uuid) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE api_token SET revoked_at = now() WHERE id = $2 AND user_id = $1 AND revoked_at IS NULL",
    )
    .bind(user_id)
    .bind(id)
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Whose token that is; notes its use, at most once a minute.
pub async fn owner(pool: &PgPool, sha256: &[u8]) -> Result<Option<(Uuid, User)>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct Owner {
        token_id: Uuid,
        stale: bool,
        #[sqlx(flatten)]
        user: User,
    }
    let owner: Option<Owner> = sqlx::query_as(
        "SELECT t.id AS token_id, coalesce(t.last_used_at < now() - interval '1 minute', true) AS stale,
                u.id, u.email, u.name, u.created_at
         FROM api_token t JOIN app_user u ON u.id = t.user_id
         WHERE t.token_sha256 = $1 AND t.revoked_at IS NULL AND u.disabled_at IS NULL",
    )
    .bind(sha256)
    .fetch_optional(pool)
    .await?;
    let Some(Owner {
        token_id,
        stale,
        user,
    }) = owner
    else {
        return Ok(None);
    };
    if stale {
        sqlx::query("UPDATE api_token SET last_used_at = now() WHERE id = $1")
            .bind(token_id)
            .execute(pool)
            .await?;
    }
    Ok(Some((token_id, user)))
}
