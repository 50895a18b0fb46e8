//! Faults of the container and lengths beyond the limits, which the reader tells the validator.
//!
//! Invariant: each fault has one rule.

use super::rules::{Rule, file};
use crate::import::decompress::DecompressError;

/// Why a container could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerFault {
    /// Not one that is read.
    Unknown,
    /// Its end is missing.
    Truncated,
    /// Its checksum or its structure is wrong.
    Corrupt,
    /// A bgzip file without the marker of its end.
    NoEofMarker,
    /// A line does not end within the limit.
    LongLine,
    /// The header does not end within the limit.
    LongHeader,
    /// It expands to more than the limit.
    LongFile,
}

impl ContainerFault {
    /// The fault of a container that cannot be decompressed.
    pub fn of(error: &DecompressError) -> Self {
        match error {
            DecompressError::Container(_) => Self::Unknown,
            DecompressError::Corrupt { .. } => Self::Corrupt,
            DecompressError::Truncated { .. } => Self::Truncated,
        }
    }

    pub(super) fn rule(self) -> &'static Rule {
        match self {
            ContainerFault::Unknown => &file::CONTAINER_UNKNOWN,
            ContainerFault::Truncated => &file::CONTAINER_TRUNCATED,
            ContainerFault::Corrupt => &file::CONTAINER_CORRUPT,
            ContainerFault::NoEofMarker => &file::BGZIP_EOF_MISSING,
            ContainerFault::LongLine => &file::LINE_TOO_LONG,
            ContainerFault::LongHeader => &file::HEADER_TOO_LONG,
            ContainerFault::LongFile => &file::FILE_TOO_LONG,
        }
    }
}
