//! Adding a FASTA to storage, and taking it away.
//!
//! Invariant: a reference is in use once all its parts are stored, and its parts stay while an import reads them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::fasta::{self, FastaError, FastaProblem, Sequence};
use crate::domain::build::Build;
use crate::store::pool::PgPool;
use crate::store::raw::RawStore;
use crate::store::sequences::{self, NewContig, Removal};
use crate::store::{StoreError, imports, reference};

/// Why a reference was not added or removed.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file is refused.
    #[error("{}: {error}", path.display())]
    Fasta {
        /// The file.
        path: PathBuf,
        /// Why.
        error: FastaError,
    },
    /// The build has one.
    #[error("{0} has a reference: remove it first with “reference remove {0}”")]
    Present(Build),
    /// The build has none.
    #[error("{0} has no reference")]
    Missing(Build),
    /// Imports are reading it.
    #[error(
        "{files} files are being imported with the reference of {build}: wait until they are ready, or cancel them"
    )]
    InUse {
        /// The build.
        build: Build,
        /// How many.
        files: i64,
    },
    /// A contig outside the build's table is known with another length.
    #[error("{name} has {length} bases, but another reference of {build} had {known}")]
    OtherLength {
        /// As the FASTA has it.
        name: String,
        /// Its bases.
        length: u32,
        /// Those known.
        known: i32,
        /// The build.
        build: Build,
    },
    /// The build has too many contigs.
    #[error("{0} cannot have so many contigs")]
    TooManyContigs(Build),
    /// The thread that read the file died.
    #[error("the file could not be read to its end")]
    Died,
}

/// What was added.
#[derive(Debug, Clone)]
pub struct Added {
    /// Sequences read.
    pub sequences: usize,
    /// Bases read.
    pub bases: u64,
    /// Chromosomes of the build that the file does not have.
    pub missing: Vec<&'static str>,
    /// Whether an index lay beside the file, which was compared with it.
    pub indexed: bool,
}

/// Reads a FASTA, plain or gzip, into storage and makes it the build's reference.
pub async fn add(pool: &PgPool, raw: &RawStore, build: Build, path: &Path) -> Result<Added, AddError> {
    let of_path = |error| AddError::Fasta {
        path: path.to_owned(),
        error,
    };
    let index = match std::fs::read_to_string(index_of(path)) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(of_path(error.into())),
    };
    let index = index.map(|text| fasta::read_index(&text, build)).transpose();
    let index = index.map_err(|problem| of_path(problem.into()))?;
    let indexed = index.is_some();
    let file = File::open(path).map_err(|error| of_path(error.into()))?;
    let build_id = reference::build_id(pool, build.as_str()).await?;
    let build_id = build_id.ok_or(AddError::Missing(build))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let raw_id = Uuid::new_v4();
    let Some(id) = sequences::begin(pool, build_id, &name, raw_id).await? else {
        return Err(AddError::Present(build));
    };
    let (to, handle) = (raw.clone(), Handle::current());
    let read = tokio::task::spawn_blocking(move || {
        let mut source = BufReader::with_capacity(1 << 20, Hashed::new(file));
        let is_gzip = source
            .fill_buf()
            .map_err(FastaError::from)?
            .starts_with(&[0x1f, 0x8b]);
        let store = |number: u32, part: Vec<u8>| {
            let stored = handle.block_on(to.put_part(raw_id, number.cast_signed(), part.into()));
            stored.map_err(ReadError::Store)
        };
        let sequences = if is_gzip {
            fasta::read(MultiGzDecoder::new(&mut source), build, index.as_ref(), store)
        } else {
            fasta::read(&mut source, build, index.as_ref(), store)
        }?;
        Ok((sequences, source.into_inner().finish().map_err(FastaError::from)?))
    });
    let finished = match read.await {
        Ok(Ok((sequences, sha256))) => finish(pool, (id, build_id, build), sequences, &sha256).await,
        Ok(Err(ReadError::Fasta(error))) => Err(of_path(error)),
        Ok(Err(ReadError::Store(error))) => Err(error.into()),
        Err(_) => Err(AddError::Died),
    };
    if finished.is_err() {
        sequences::forget(pool, id).await?;
        raw.delete_all(raw_id).await?;
    }
    Ok(Added { indexed, ..finished? })
}

/// Takes a build's reference away; one whose addition was cut off as well.
pub async fn remove(pool: &PgPool, raw: &RawStore, build: Build) -> Result<(), AddError> {
    let build_id = reference::build_id(pool, build.as_str()).await?;
    match sequences::remove(pool, build_id.ok_or(AddError::Missing(build))?).await? {
        Removal::Done(raw_id) => {
            raw.delete_all(raw_id).await?;
            Ok(())
        }
        Removal::Missing => Err(AddError::Missing(build)),
        Removal::InUse(files) => Err(AddError::InUse { build, files }),
    }
}

async fn finish(
    pool: &PgPool,
    (id, build_id, build): (i64, i16, Build),
    sequences: Vec<Sequence>,
    sha256: &[u8],
) -> Result<Added, AddError> {
    let mut contigs = Vec::with_capacity(sequences.len());
    for sequence in &sequences {
        let ordinal = match sequence.ordinal {
            Some(ordinal) => ordinal,
            None => extra(pool, build_id, build, sequence).await?,
        };
        contigs.push(NewContig {
            ordinal,
            name: sequence.name.clone(),
            length: sequence.length.cast_signed(),
            first_part: sequence.first_part.cast_signed(),
        });
    }
    sequences::finish(pool, id, sha256, &contigs).await?;
    let is_missing = |ordinal: i16| contigs.iter().all(|contig| contig.ordinal != ordinal);
    let missing = build.contigs().iter().filter(|contig| is_missing(contig.ordinal));
    Ok(Added {
        sequences: sequences.len(),
        bases: sequences.iter().map(|sequence| u64::from(sequence.length)).sum(),
        missing: missing.map(|contig| contig.name).collect(),
        indexed: false,
    })
}

/// The ordinal of a contig outside the build's table, which files will name exactly so.
async fn extra(pool: &PgPool, build_id: i16, build: Build, sequence: &Sequence) -> Result<i16, AddError> {
    let (name, length) = (&sequence.name, sequence.length);
    let ordinal = imports::register_contig(pool, build_id, name, Some(length.cast_signed())).await?;
    let ordinal = ordinal.ok_or(AddError::TooManyContigs(build))?;
    match sequences::settle_length(pool, build_id, ordinal, length.cast_signed()).await? {
        known if known == length.cast_signed() => Ok(ordinal),
        known => Err(AddError::OtherLength {
            name: name.clone(),
            length,
            known,
            build,
        }),
    }
}

/// `file.fa.gz.fai` beside `file.fa.gz`.
fn index_of(path: &Path) -> PathBuf {
    let mut index = path.as_os_str().to_owned();
    index.push(".fai");
    index.into()
}

enum ReadError {
    Fasta(FastaError),
    Store(StoreError),
}

impl From<FastaError> for ReadError {
    fn from(error: FastaError) -> Self {
        Self::Fasta(error)
    }
}

impl From<FastaProblem> for ReadError {
    fn from(problem: FastaProblem) -> Self {
        Self::Fasta(problem.into())
    }
}

/// Hashes what is read through it.
struct Hashed {
    file: File,
    hash: Sha256,
}

impl Hashed {
    fn new(file: File) -> Self {
        Hashed {
            file,
            hash: Sha256::new(),
        }
    }

    /// SHA-256 of the whole file, whatever of it was left unread.
    fn finish(mut self) -> std::io::Result<Vec<u8>> {
        std::io::copy(&mut self, &mut std::io::sink())?;
        Ok(self.hash.finalize().to_vec())
    }
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.hash.update(&buffer[..n]);
        Ok(n)
    }
}
