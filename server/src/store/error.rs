//! What can go wrong with the database or the raw files.
//!
//! Invariant: the text is for the log; the edge decides what a client may read.

/// A failure of the database or of the storage of raw files.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or is away.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The storage of raw files failed.
    #[error("raw files: {0}")]
    Raw(#[from] object_store::Error),
    /// The folder of raw files failed.
    #[error("raw files: {0}")]
    RawFolder(#[from] std::io::Error),
}

impl Error {
    /// Name of the constraint that a statement violated. The names stand in the migrations and are an interface.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Error::Database(sqlx::Error::Database(error)) => error.constraint(),
            _ => None,
        }
    }

    /// Whether the database cannot be reached at the moment, as opposed to having refused a statement.
    pub fn is_away(&self) -> bool {
        let Error::Database(error) = self else { return false };
        match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => true,
            // Class 57P: shut down, crashed or starting; 53300: too many connections.
            sqlx::Error::Database(error) => {
                error.code().is_some_and(|code| code.starts_with("57P0") || code == "53300")
            }
            _ => false,
        }
    }
}
