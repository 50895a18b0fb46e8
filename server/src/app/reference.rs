//! Reference sequences from the command line.
//!
//! Invariant: what the operator gave is said back: what was read, what is missing, and by which hash it is known.

use std::io::Write;
use std::path::Path;

use time::format_description::well_known::Rfc3339;

use super::config::{DatabaseConfig, ReferenceCommand};
use super::{Database, StartError};
use crate::domain::build::Build;
use crate::import::reference::{self, AddError};
use crate::store::StoreError;
use crate::store::raw::RawStore;
use crate::store::sequences;

/// Why a command about references failed.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// The database.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The file, or the storage.
    #[error(transparent)]
    Add(#[from] AddError),
    /// The output.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<StoreError> for ReferenceError {
    fn from(error: StoreError) -> Self {
        StartError::from(error).into()
    }
}

/// Carries out `reference …`.
pub async fn run(command: ReferenceCommand) -> Result<(), ReferenceError> {
    let (ReferenceCommand::Add { database, .. }
    | ReferenceCommand::List { database }
    | ReferenceCommand::Remove { database, .. }) = &command;
    let opened = Database::open(database).await?;
    let done = carry_out(&command, &opened, database).await;
    opened.close().await.map_err(StartError::from)?;
    done
}

async fn carry_out(
    command: &ReferenceCommand,
    database: &Database,
    config: &DatabaseConfig,
) -> Result<(), ReferenceError> {
    let raw = RawStore::local(&config.data_dir.join("raw"))?;
    match command {
        ReferenceCommand::Add { build, file, .. } => {
            add(database, &raw, *build, file).await?;
            list(database).await
        }
        ReferenceCommand::List { .. } => list(database).await,
        ReferenceCommand::Remove { build, .. } => {
            reference::remove(&database.pool, &raw, *build).await?;
            let mut out = std::io::stdout().lock();
            writeln!(
                out,
                "The reference of {build} is removed. Files imported from now on are trimmed only; those that are"
            )?;
            writeln!(out, "there keep their alleles as they were aligned.")?;
            Ok(())
        }
    }
}

async fn add(database: &Database, raw: &RawStore, build: Build, file: &Path) -> Result<(), ReferenceError> {
    let added = reference::add(&database.pool, raw, build, file).await?;
    let mut out = std::io::stdout().lock();
    let (sequences, bases) = (added.sequences, added.bases);
    writeln!(out, "Read {sequences} sequences, {bases} bases.")?;
    if added.indexed {
        writeln!(out, "The index beside the file agrees with it.")?;
    } else {
        writeln!(
            out,
            "There is no .fai index beside the file. None is needed: the file was read to its end."
        )?;
    }
    if !added.missing.is_empty() {
        let missing = added.missing.join(", ");
        writeln!(
            out,
            "Not in the file, so that alleles there are trimmed only: {missing}."
        )?;
    }
    writeln!(out, "Files whose import begins from now on are aligned with it.")?;
    Ok(())
}

async fn list(database: &Database) -> Result<(), ReferenceError> {
    let references = sequences::list(&database.pool).await?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "build\tname\tcontigs\tbases\tsha256\tadded_at")?;
    for reference in references {
        let at = reference.added_at.format(&Rfc3339).unwrap_or_default();
        let (build, name) = (&reference.build, &reference.name);
        let (contigs, bases) = (reference.contigs, reference.bases);
        let sha256 = reference
            .sha256
            .map_or_else(|| "(being added)".to_owned(), hex::encode);
        writeln!(out, "{build}\t{name}\t{contigs}\t{bases}\t{sha256}\t{at}")?;
    }
    Ok(())
}
