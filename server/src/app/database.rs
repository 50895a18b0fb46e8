//! Which database: the operator's, or a private one.
//!
//! Invariant: the schema is up to date and the reference tables say what the program says before anything else runs.

use std::time::Duration;

use super::config::DatabaseConfig;
use super::embedded::{Embedded, EmbeddedError};
use super::serve::StartError;
use crate::domain::build::Build;
use crate::store::pool::{self, PgPool};
use crate::store::reference::{self, BuildRow, ContigRow};

/// A connected database, and the private PostgreSQL if there is one.
#[derive(Debug)]
pub struct Database {
    /// Connections.
    pub pool: PgPool,
    /// Stopped when dropped.
    pub embedded: Option<Embedded>,
}

impl Database {
    /// Starts the private database if none was named, connects, migrates.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, StartError> {
        let embedded = match config.database_url {
            Some(_) => None,
            None => Some(start_embedded(config.data_dir.clone()).await?),
        };
        let url = match (&config.database_url, &embedded) {
            (Some(url), _) => url.as_str(),
            (None, Some(embedded)) => embedded.url(),
            (None, None) => unreachable!("without a URL there is a private database"),
        };
        let patience = Duration::from_secs(config.database_patience.into());
        let pool = pool::connect(url, config.database_connections, patience).await?;
        pool::migrate(&pool).await?;
        reference::sync(&pool, &builds()).await?;
        Ok(Self { pool, embedded })
    }

    /// Closes the connections and stops the private database.
    pub async fn close(self) -> Result<(), EmbeddedError> {
        self.pool.close().await;
        let Some(embedded) = self.embedded else {
            return Ok(());
        };
        tokio::task::spawn_blocking(|| embedded.stop())
            .await
            .unwrap_or(Ok(()))
    }
}

async fn start_embedded(data_dir: std::path::PathBuf) -> Result<Embedded, StartError> {
    let started = tokio::task::spawn_blocking(move || Embedded::start(&data_dir)).await;
    Ok(started.map_err(std::io::Error::other)??)
}

/// The program's builds and contigs as rows; a build's id is its place in [`Build::ALL`], from 1.
fn builds() -> Vec<BuildRow<'static>> {
    let rows = (1..).zip(Build::ALL).map(|(id, build)| BuildRow {
        id,
        name: build.as_str(),
        contigs: build
            .contigs()
            .iter()
            .map(|contig| ContigRow {
                ordinal: contig.ordinal,
                name: contig.name,
                length: contig.length as i32,
                aliases: contig.aliases.to_vec(),
            })
            .collect(),
    });
    rows.collect()
}
