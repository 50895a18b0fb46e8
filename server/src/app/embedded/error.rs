//! What can go wrong with the private PostgreSQL; each text says what to do about it.

use std::io;
use std::path::PathBuf;

use super::binaries::OLDEST_MAJOR;

/// Why the private PostgreSQL could not be started or stopped.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are what the texts name")]
pub enum EmbeddedError {
    /// No usable installation of PostgreSQL was found.
    #[error(
        "no PostgreSQL {OLDEST_MAJOR} or newer was found in {}: run `deploy/bootstrap`, or name a database in DATABASE_URL",
        join(looked_in)
    )]
    NoBinaries { looked_in: Vec<PathBuf> },

    /// The files were written by a major version that is not installed.
    #[error(
        "the database in {} was written by PostgreSQL {stored}, which is not installed (found: {found}): \
         install the package postgresql-{stored}",
        data.display()
    )]
    OtherVersion {
        data: PathBuf,
        stored: u32,
        found: String,
    },

    /// Another server runs on the same data folder.
    #[error(
        "the data folder {} is in use by the server with process id {holder}: stop that one, or choose another folder",
        data_dir.display()
    )]
    InUse { data_dir: PathBuf, holder: String },

    /// PostgreSQL refuses to run as root and there is nobody to run it as.
    #[error(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody`: \
         run the server as an ordinary user, or name a database in DATABASE_URL"
    )]
    NoOrdinaryUser,

    /// A file or folder could not be made, read or written.
    #[error("{}: {source}; it must be writable for the user that runs the server", path.display())]
    Folder { path: PathBuf, source: io::Error },

    /// A path is not UTF-8, which a connection URL must be.
    #[error("the path {} is not UTF-8: choose another data folder", path.display())]
    PathText { path: PathBuf },

    /// A program could not be run at all.
    #[error("`{program}` could not be run: {source}; `deploy/bootstrap` installs it (Linux 5.3 or newer)")]
    Launch { program: String, source: io::Error },

    /// `initdb`, or the first statement after it, failed.
    #[error("PostgreSQL could not make a database in {}; it says:\n{output}", data.display())]
    Initialise { data: PathBuf, output: String },

    /// The server process ended before it accepted connections.
    #[error("PostgreSQL did not start; the end of {} says:\n{tail}", log.display())]
    Start { log: PathBuf, tail: String },

    /// The server process lives but does not become ready.
    #[error("PostgreSQL was not ready after {seconds} s; see {}", log.display())]
    Unready { log: PathBuf, seconds: u64 },

    /// A PostgreSQL of an earlier start does not end.
    #[error(
        "a PostgreSQL left by an earlier start (process id {pid}) does not end: end it with `kill -QUIT {pid}`"
    )]
    Leftover { pid: i32 },
}

fn join(paths: &[PathBuf]) -> String {
    paths
        .iter()
        .map(|path| path.display().to_string())
        .collect::<Vec<_>>()
        .join(", ")
}
