//! The connection pool and the schema.
//!
//! Invariant: migrations are only added, never edited, so that a database is at worst newer than the program.

use std::time::Duration;

pub use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::time::Instant;

use super::StoreError;

/// Connects, tries again until `patience` is over while the database is away.
pub async fn connect(url: &str, connections: u32, patience: Duration) -> Result<PgPool, StoreError> {
    let options: PgConnectOptions = url.parse()?;
    let options = options.application_name("allelecast");
    let deadline = Instant::now() + patience;
    let mut delay = Duration::from_millis(100);
    loop {
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.clone())
            .await;
        match pool.map_err(StoreError::from) {
            Ok(pool) => return Ok(pool),
            Err(error) if error.is_away() && Instant::now() + delay < deadline => {
                tracing::warn!(%error, "the database is away; trying again in {delay:?}");
                tokio::time::sleep(delay).await;
                delay = (delay * 2).min(Duration::from_secs(2));
            }
            Err(error) => return Err(error),
        }
    }
}

/// Brings the schema up to date. Several instances may start at once: the migrator holds an advisory lock.
pub async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    // The release before this one must survive an upgrade that is under way.
    let mut migrator = sqlx::migrate!("../migrations");
    migrator.set_ignore_missing(true).run(pool).await?;
    Ok(())
}

/// Whether the database answers.
pub async fn ping(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::query("SELECT 1").execute(pool).await?;
    Ok(())
}
