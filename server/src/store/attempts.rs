//! Attempts to sign in or register, counted for rate limits that hold over all instances.
//!
//! Invariant: attempts of one account, and of one address, are admitted one after the other, so no burst slips past
//! a limit; an attempt that is refused is not counted, so the wait does not grow.

use std::net::IpAddr;

use sqlx::PgPool;

use super::StoreError;

/// What is attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To sign in; successes are forgiven.
    Login,
    /// To make an account; successes count as well.
    Register,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Login => "login",
            Kind::Register => "register",
        }
    }
}

/// How many attempts are admitted within a window.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// For one account (address of mail).
    pub per_account: i64,
    /// For one network address.
    pub per_address: i64,
    /// Length of the window.
    pub window_seconds: u32,
}

/// The answer to [`admit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Go ahead; counted as a failure until [`succeed`] is called with this id.
    Admitted(i64),
    /// Too many; try again after that many seconds.
    Refused {
        /// Until the oldest counted attempt leaves the window.
        retry_after: u32,
    },
}

/// Counts an attempt, or refuses it.
pub async fn admit(
    pool: &PgPool,
    kind: Kind,
    email: &str,
    address: IpAddr,
    allowance: Allowance,
) -> Result<Admission, StoreError> {
    let mut tx = pool.begin().await?;
    // Every attempt locks its account first and its address second, so two never wait for each other.
    for key in [
        format!("account {}", email.to_lowercase()),
        format!("address {address}"),
    ] {
        sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 7))")
            .bind(key)
            .execute(&mut *tx)
            .await?;
    }
    let retry_after: Option<i32> = sqlx::query_scalar(
        "WITH counted AS (
             SELECT email = lower($2) AS of_account, address = $3::inet AS of_address, created_at
             FROM login_attempt
             WHERE kind = $1 AND (email = lower($2) OR address = $3::inet)
               AND ($1 = 'register' OR NOT succeeded)
               AND created_at > now() - make_interval(secs => $4)),
         blocking AS (
             (SELECT created_at FROM counted WHERE of_account ORDER BY created_at DESC OFFSET $5 - 1 LIMIT 1)
             UNION ALL
             (SELECT created_at FROM counted WHERE of_address ORDER BY created_at DESC OFFSET $6 - 1 LIMIT 1))
         SELECT ceil(extract(epoch FROM max(created_at) + make_interval(secs => $4) - now()))::int FROM blocking",
    )
    .bind(kind.as_str())
    .bind(email)
    .bind(address.to_string())
    .bind(f64::from(allowance.window_seconds))
    .bind(allowance.per_account)
    .bind(allowance.per_address)
    .fetch_one(&mut *tx)
    .await?;
    if let Some(seconds) = retry_after {
        return Ok(Admission::Refused {
            retry_after: u32::try_from(seconds).unwrap_or(1).max(1),
        });
    }
    let id = sqlx::query_scalar(
        "INSERT INTO login_attempt (kind, email, address, succeeded) VALUES ($1, lower($2), $3::inet, false) RETURNING id",
    )
    .bind(kind.as_str())
    .bind(email)
    .bind(address.to_string())
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Admission::Admitted(id))
}

/// Notes that an attempt succeeded.
pub async fn succeed(pool: &PgPool, id: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE login_attempt SET succeeded = true WHERE id = $1")
        .bind(id)
        .execute(pool)
        .await?;
    Ok(())
}

/// Deletes attempts older than a day; returns how many.
pub async fn sweep(pool: &PgPool) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM login_attempt WHERE created_at < now() - interval '1 day'")
        .execute(pool)
        .await?;
    Ok(done.rows_affected())
}
