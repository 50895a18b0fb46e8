//! What can go wrong with a worker or a run.
//!
//! Invariant: the text of each error is a sentence that its user can read.

use std::time::Duration;

use crate::query::{MatrixError, QueryError};
use crate::store::StoreError;

/// A call that a worker did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    /// There is no worker to call.
    #[error("R cannot be used on this server: {0}. Everything else works without it.")]
    Missing(String),
    /// The process ended.
    #[error(
        "R stopped in the middle of the work ({0}). It was started anew; try again, with fewer alleles perhaps."
    )]
    Crashed(String),
    /// It took too long.
    #[error("R did not finish within {} seconds and was stopped. Narrow the query and try again.", .0.as_secs())]
    TimedOut(Duration),
    /// What it said was no answer.
    #[error("R gave an answer that cannot be understood ({0}). It was started anew; try again.")]
    Rubbish(String),
    /// The tool refused, in R's words.
    #[error("R refused: {0}.")]
    Refused(String),
    /// What is to be sent is larger than a frame.
    #[error("The question is too large for R. Narrow the query and try again.")]
    TooLarge,
}

/// A run that has no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The worker.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The query matches more than the tool takes.
    #[error(
        "The query matches more than {0} alleles, which is what this tool takes. Narrow it and try again."
    )]
    TooManyAlleles(usize),
    /// A group has more samples than the tool takes.
    #[error("{group} has {found} samples; this tool takes {limit}.")]
    TooManySamples {
        /// The group.
        group: String,
        /// Its samples.
        found: usize,
        /// What is taken.
        limit: usize,
    },
    /// A group has nobody.
    #[error("{0} has no samples with genotypes.")]
    NoSamples(String),
    /// The query could not be answered.
    #[error("The query could not be answered.")]
    Query(#[source] QueryError),
    /// The database.
    #[error("The database could not be reached.")]
    Store(#[from] StoreError),
    /// The server stops.
    #[error("The server was stopped during the run. Run it again.")]
    Stopped,
}

impl RunError {
    /// A matrix that could not be had for a group.
    pub(super) fn of_matrix(error: MatrixError, group: &str) -> Self {
        match error {
            MatrixError::TooManyAlleles(limit) => Self::TooManyAlleles(limit),
            MatrixError::TooManySamples { found, limit } => Self::TooManySamples {
                group: group.to_owned(),
                found,
                limit,
            },
            MatrixError::Query(error) => Self::Query(error),
        }
    }
}
