//! Why a file is not imported, as its uploader reads it.
//!
//! Invariant: a sentence, and the line where there is one; never text of ours from inside.

use super::decompress::DecompressError;
use super::header::HeaderError;
use super::lines::LineTooLong;
use super::record::RecordError;
use super::validate::ContainerFault;
use crate::domain::reference::Unreadable;

/// The reason that a file is refused for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// In a sentence.
    pub message: String,
    /// The line at fault, from 1.
    pub line: Option<u64>,
    /// The container's fault, if it is one.
    pub fault: Option<ContainerFault>,
}

/// Why a thread of an import stops before the end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The file cannot be imported.
    Refused(Refused),
    /// The reference sequence cannot be read.
    Unreadable(Unreadable),
    /// Nobody listens, or nobody sends: the import was stopped.
    Abandoned,
}

impl<E: Into<Refused>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl Refused {
    /// A reason that is not a line's.
    pub fn of_file(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            line: None,
            fault: None,
        }
    }
}

impl From<DecompressError> for Refused {
    fn from(error: DecompressError) -> Self {
        Self {
            fault: Some(ContainerFault::of(&error)),
            ..Self::of_file(error.to_string())
        }
    }
}

impl From<LineTooLong> for Refused {
    fn from(error: LineTooLong) -> Self {
        Self {
            message: error.to_string(),
            line: Some(error.line),
            fault: None,
        }
    }
}

impl From<HeaderError> for Refused {
    fn from(error: HeaderError) -> Self {
        Self {
            message: error.problem.to_string(),
            line: Some(error.line),
            fault: None,
        }
    }
}

impl From<RecordError> for Refused {
    fn from(error: RecordError) -> Self {
        Self {
            message: error.problem.to_string(),
            line: Some(error.line),
            fault: None,
        }
    }
}
