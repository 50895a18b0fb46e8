//! From an annotation file to a release in the database.
//!
//! Invariant: a release is replaced whole in one transaction, or not at all.

use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::{Source, settle};
use crate::domain::build::Build;
use crate::domain::genes::annotation::Annotation;
use crate::store::StoreError;
use crate::store::genes::{self, ReleaseRecord};
use crate::store::head::Head;
use crate::store::pool::PgPool;

/// Largest annotation that is read, inflated.
const MAX_BYTES: u64 = 1 << 30;

/// Why an annotation was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// It is of another form.
    #[error("this is not a file of that source: {0}")]
    Format(String),
    /// It is of another build.
    #[error("this file is not of {0}")]
    OtherBuild(Build),
    /// Nothing of it could be taken.
    #[error("the file holds no gene")]
    Empty,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportError {
    pub(super) fn format(message: &str) -> Self {
        Self::Format(message.to_owned())
    }
}

/// Reads a file, plain or gzip, and decides conflicting names. Slow: call it on a blocking thread.
pub fn read(build: Build, source: Source, path: &Path) -> Result<Annotation, ImportError> {
    let text = read_text(path).map_err(|error| ImportError::File {
        path: path.to_owned(),
        error,
    })?;
    let annotation = settle(build, source.parse(build, &text)?);
    if annotation.genes.is_empty() {
        return Err(ImportError::Empty);
    }
    Ok(annotation)
}

fn read_text(path: &Path) -> std::io::Result<String> {
    let bytes = std::fs::read(path)?;
    if !bytes.starts_with(b"\x1f\x8b") {
        return String::from_utf8(bytes).map_err(std::io::Error::other);
    }
    let mut text = String::new();
    MultiGzDecoder::new(&bytes[..])
        .take(MAX_BYTES)
        .read_to_string(&mut text)?;
    Ok(text)
}

/// Replaces what a source says of a build by what the file says.
pub async fn import(
    head: &Head,
    pool: &PgPool,
    build: Build,
    source: Source,
    annotation: &Annotation,
) -> Result<ReleaseRecord, ImportError> {
    Ok(genes::replace(head, pool, build, source.as_str(), annotation).await?)
}

/// Imports what `deploy/genes` fetched of a source, unless the build has an annotation already or the file is not
/// there. Several instances may do so at once: one imports.
pub async fn import_missing(
    head: &Head,
    pool: &PgPool,
    source: Source,
    folder: &Path,
) -> Result<Option<ReleaseRecord>, ImportError> {
    let (build, path) = (source.cached_build(), folder.join(source.cached_file()));
    if genes::has_release(pool, build).await? || !path.is_file() {
        return Ok(None);
    }
    let reading = path.clone();
    let read = tokio::task::spawn_blocking(move || read(build, source, &reading)).await;
    let annotation = read.map_err(|error| ImportError::File {
        path,
        error: std::io::Error::other(error),
    })??;
    Ok(genes::add_first(head, pool, build, source.as_str(), &annotation).await?)
}
