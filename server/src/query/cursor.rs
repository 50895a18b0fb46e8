//! Keyset cursors: the allele that a page ended with.
//!
//! Invariant: opaque to clients; a cursor that was not made here is refused, never misread.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::error::QueryError;
use super::frame::Frame;
use crate::domain::allele::AlleleKey;
use crate::domain::cell::CellId;

/// A row's place in the genome order of a result.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Cursor {
    key: AlleleKey,
    /// Tells repeated alleles of several datasets apart: the slot of the dataset, 0 for the first of its kind.
    slot: usize,
}

impl Cursor {
    pub(super) fn of(frame: &Frame, row: usize) -> Self {
        let (sites, at) = frame.site(row);
        let key = sites.key(frame.input.cell.contig, at);
        let slot = if key.ordinal == 0 {
            0
        } else {
            frame.slots_of(row).next().unwrap_or(0)
        };
        Self { key, slot }
    }

    pub(super) fn cell(&self) -> CellId {
        CellId::of(self.key.contig, self.key.position)
    }

    pub(super) fn print(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    pub(super) fn read(text: &str) -> Result<Self, QueryError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(|| QueryError::Field {
                field: "cursor",
                message: "This is not a cursor of ours.".into(),
            })
    }
}
