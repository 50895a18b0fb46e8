//! Gene annotation from the command line, and at the first start.
//!
//! Invariant: the server answers while annotation is being loaded; without any, queries by gene say so.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use time::format_description::well_known::Rfc3339;

use super::config::{AnnotationArgs, DatabaseConfig, GenesCommand};
use super::{Database, StartError};
use crate::knowledge::{self, ImportError, Source};
use crate::store::StoreError;
use crate::store::genes::{self, ReleaseRecord};
use crate::store::head::Head;
use crate::store::pool::PgPool;

/// Why a command about gene annotation failed.
#[derive(Debug, thiserror::Error)]
pub enum GenesError {
    /// The database.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The file, or the import.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The output.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<StoreError> for GenesError {
    fn from(error: StoreError) -> Self {
        StartError::from(error).into()
    }
}

/// Carries out `genes …`.
pub async fn run(command: GenesCommand) -> Result<(), GenesError> {
    match command {
        GenesCommand::Import {
            file,
            annotation,
            database,
        } => import(&database, annotation, &file).await,
        GenesCommand::List { database } => list(&database).await,
        GenesCommand::Refused { annotation, database } => refused(&database, annotation).await,
    }
}

async fn import(config: &DatabaseConfig, which: AnnotationArgs, file: &Path) -> Result<(), GenesError> {
    let annotation = knowledge::read(which.build, which.source, file)?;
    let database = Database::open(config).await?;
    let head = Head::open(database.pool.clone()).await?;
    let release = knowledge::import(&head, &database.pool, which.build, which.source, &annotation).await?;
    database.close().await.map_err(StartError::from)?;
    print(&[release])
}

async fn list(config: &DatabaseConfig) -> Result<(), GenesError> {
    let database = Database::open(config).await?;
    let releases = genes::releases(&database.pool).await?;
    database.close().await.map_err(StartError::from)?;
    print(&releases)
}

async fn refused(config: &DatabaseConfig, which: AnnotationArgs) -> Result<(), GenesError> {
    let database = Database::open(config).await?;
    let refusals = genes::refusals(&database.pool, which.build, which.source.as_str()).await?;
    database.close().await.map_err(StartError::from)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "reason\tsymbol\tensembl_id\tplace\tmessage")?;
    for refusal in refusals {
        let id = refusal.ensembl_id.unwrap_or_default();
        let (reason, symbol, place) = (refusal.reason, refusal.symbol, refusal.place);
        writeln!(out, "{reason}\t{symbol}\t{id}\t{place}\t{}", refusal.message)?;
    }
    Ok(())
}

fn print(releases: &[ReleaseRecord]) -> Result<(), GenesError> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "build\tsource\trelease\tgenes\tintervals\trefused\timported_at"
    )?;
    for release in releases {
        let at = release.imported_at.format(&Rfc3339).unwrap_or_default();
        let (build, source, name) = (&release.build, &release.source, &release.release);
        let (genes, intervals, refused) = (release.genes, release.intervals, release.refused);
        writeln!(
            out,
            "{build}\t{source}\t{name}\t{genes}\t{intervals}\t{refused}\t{at}"
        )?;
    }
    Ok(())
}

/// Loads what `deploy/genes` fetched for builds that have no annotation.
pub(super) async fn load_missing(head: Arc<Head>, pool: PgPool, folder: PathBuf) {
    for source in Source::ALL {
        let build = source.cached_build();
        match knowledge::import_missing(&head, &pool, source, &folder).await {
            Ok(Some(release)) => tracing::info!(
                %build,
                source = source.as_str(),
                genes = release.genes,
                refused = release.refused,
                "genes loaded"
            ),
            Ok(None) => {}
            Err(error) => tracing::warn!(%build, source = source.as_str(), %error, "genes were not loaded"),
        }
        if let Ok(false) = genes::has_release(&pool, build).await {
            tracing::info!(%build, "no genes are loaded; deploy/genes fetches them for the next start");
        }
    }
}
