//! Why an export is not written, or not yet.

use allelecast_protocol::{ApiError, ErrorCode};

use crate::query::QueryError;
use crate::store::StoreError;

/// An export that was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The question cannot be answered.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file.
    #[error("file of an export: {0}")]
    File(#[from] std::io::Error),
}

impl ExportError {
    /// Whether another try may succeed: the database is away, or the lease went to somebody else.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Query(QueryError::Store(error)) | Self::Store(error) => {
                error.is_away() || matches!(error, StoreError::LeaseLost)
            }
            _ => false,
        }
    }

    /// The error as the asker sees it; internal text stays here.
    pub fn to_api(&self) -> ApiError {
        match self {
            Self::Query(error) => error.to_api(),
            Self::File(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                ApiError::new(ErrorCode::StorageFull, "The server's disk is full.")
                    .with_hint("Ask its operator to make room, then export again.")
            }
            Self::Store(_) | Self::File(_) => ApiError::new(
                ErrorCode::Internal,
                "The file could not be written. It was logged.",
            ),
        }
    }
}
