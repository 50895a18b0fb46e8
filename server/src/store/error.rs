//! Failures of the database and of the object storage.

/// Something that the store could not do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused, or is away.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration failed.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The object storage refused, or is away.
    #[error("object storage: {0}")]
    Objects(#[from] object_store::Error),
    /// The folder of raw files failed.
    #[error("raw files: {0}")]
    RawFolder(#[from] std::io::Error),
    /// The job is no longer this worker's: its lease ran out, or somebody cancelled it.
    #[error("the job's lease was lost")]
    LeaseLost,
    /// A stored value does not have the form that it should have.
    #[error("stored value of {what}: {message}")]
    Malformed {
        /// Which value.
        what: &'static str,
        /// What is wrong with it.
        message: String,
    },
}

impl StoreError {
    /// The name of the constraint that was violated, where that is what happened.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Database(sqlx::Error::Database(error)) => error.constraint(),
            _ => None,
        }
    }

    /// Whether an object is not in the storage.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Objects(object_store::Error::NotFound { .. }))
    }

    /// Whether the database cannot be reached at the moment, as opposed to having refused a statement.
    pub fn is_away(&self) -> bool {
        let Self::Database(error) = self else { return false };
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Tls(_) => true,
            // 57P01 to 57P03: shut down, crashed, starting; 53300: too many connections.
            sqlx::Error::Database(error) => error
                .code()
                .is_some_and(|code| code.starts_with("57P0") || code == "53300"),
            _ => false,
        }
    }
}
