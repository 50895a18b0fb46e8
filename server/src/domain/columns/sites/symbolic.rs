//! What tells symbolic alleles apart besides END: their length and their mate.
//!
//! Invariant: a block without symbolic alleles that state them has neither column.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};

use super::super::integers::{narrow, optional};
use super::super::ipc::{self, ColumnError};
use super::SiteRow;

/// The columns `svlen` and `mate`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SymbolicColumns {
    /// 0 where it is not stated; empty where it is stated nowhere.
    svlen: Vec<u32>,
    mate: Option<StringArray>,
}

impl SymbolicColumns {
    pub(super) fn from_rows<'a>(rows: impl Iterator<Item = SiteRow<'a>> + Clone) -> Self {
        let has_svlen = rows.clone().any(|row| row.svlen > 0);
        let has_mate = rows.clone().any(|row| row.mate.is_some());
        SymbolicColumns {
            svlen: if has_svlen {
                rows.clone().map(|row| row.svlen).collect()
            } else {
                Vec::new()
            },
            mate: has_mate.then(|| rows.map(|row| row.mate).collect()),
        }
    }

    /// The absolute value of `SVLEN`; 0 where it is not stated.
    pub fn svlen(&self, row: usize) -> u32 {
        self.svlen.get(row).copied().unwrap_or(0)
    }

    /// Where the other end lies, where stated.
    pub fn mate(&self, row: usize) -> Option<&str> {
        let mates = self.mate.as_ref().filter(|mates| mates.is_valid(row))?;
        Some(mates.value(row))
    }

    pub(super) fn encode(&self) -> Vec<(&'static str, ArrayRef)> {
        let mut columns: Vec<(&'static str, ArrayRef)> = Vec::new();
        if !self.svlen.is_empty() {
            columns.push(("svlen", narrow(&self.svlen)));
        }
        if let Some(mate) = &self.mate {
            columns.push(("mate", Arc::new(mate.clone())));
        }
        columns
    }

    pub(super) fn decode(batch: &RecordBatch) -> Result<Self, ColumnError> {
        Ok(SymbolicColumns {
            svlen: optional(batch, "svlen")?,
            mate: ipc::optional_text(batch, "mate")?,
        })
    }
}
