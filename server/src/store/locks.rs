//! Advisory locks: who does what alone, across instances, without keeping anybody from a row.
//!
//! Invariant: a lock is held to the end of the transaction that took it, so that nobody can forget to give it back.
//! Where several are taken, then in the order in which they stand in [`Lock`].

use std::fmt;

use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;

/// What is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    /// The parts of one upload.
    Upload(Uuid),
    /// What an account stores.
    Quota(Uuid),
    /// The stretches that the files of a dataset take on a contig.
    Contig(i64, i16),
    /// Deleting what no version needs.
    Sweep,
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upload(raw_id) => write!(f, "upload {raw_id}"),
            Self::Quota(user_id) => write!(f, "quota {user_id}"),
            Self::Contig(dataset_id, contig) => write!(f, "contig {dataset_id} {contig}"),
            Self::Sweep => write!(f, "sweep"),
        }
    }
}

/// Waits until the lock is free and takes it.
pub(super) async fn take(connection: &mut PgConnection, lock: Lock) -> Result<(), StoreError> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('allelecast ' || $1, 0))")
        .bind(lock.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes the lock if it is free; whether it was.
pub(super) async fn try_take(connection: &mut PgConnection, lock: Lock) -> Result<bool, StoreError> {
    let taken =
        sqlx::query_scalar("SELECT pg_try_advisory_xact_lock(hashtextextended('allelecast ' || $1, 0))")
            .bind(lock.to_string())
            .fetch_one(connection)
            .await?;
    Ok(taken)
}
