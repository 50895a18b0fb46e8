//! How the file states an allele that was moved or cut.
//!
//! Invariant: a block in which nothing was moved or cut has neither column.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};

use super::super::integers::{narrow, optional};
use super::super::ipc::{self, ColumnError};
use super::SiteRow;
use crate::domain::allele::Alignment;

/// The columns `alignment` and `original`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OriginColumns {
    /// What left alignment did; empty where it did nothing.
    alignment: Vec<Alignment>,
    /// POS, REF and the one alternate allele, separated by tabs; null where these are the row's own.
    original: Option<StringArray>,
}

/// POS, REF and one alternate allele as the record states them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of VCF")]
pub struct Original<'a> {
    pub pos: u32,
    pub reference: &'a str,
    pub alternate: &'a str,
}

impl OriginColumns {
    pub(super) fn from_rows<'a>(rows: impl Iterator<Item = SiteRow<'a>> + Clone) -> Self {
        let is_aligned = rows.clone().any(|row| row.alignment != Alignment::Trimmed);
        let is_changed = rows.clone().any(|row| row.original.is_some());
        let text = |original: Original<'_>| {
            let Original {
                pos,
                reference,
                alternate,
            } = original;
            format!("{pos}\t{reference}\t{alternate}")
        };
        OriginColumns {
            alignment: if is_aligned {
                rows.clone().map(|row| row.alignment).collect()
            } else {
                Vec::new()
            },
            original: is_changed.then(|| rows.map(|row| row.original.map(text)).collect()),
        }
    }

    /// What left alignment did with a row.
    pub fn alignment(&self, row: usize) -> Alignment {
        self.alignment.get(row).copied().unwrap_or_default()
    }

    /// How the file states a row, where that is different.
    pub fn original(&self, row: usize) -> Option<Original<'_>> {
        let texts = self.original.as_ref().filter(|texts| texts.is_valid(row))?;
        let mut parts = texts.value(row).splitn(3, '\t');
        Some(Original {
            pos: parts.next()?.parse().ok()?,
            reference: parts.next()?,
            alternate: parts.next()?,
        })
    }

    pub(super) fn encode(&self) -> Vec<(&'static str, ArrayRef)> {
        let mut columns: Vec<(&'static str, ArrayRef)> = Vec::new();
        if !self.alignment.is_empty() {
            let codes: Vec<u32> = self.alignment.iter().map(|&code| code as u32).collect();
            columns.push(("alignment", narrow(&codes)));
        }
        if let Some(original) = &self.original {
            columns.push(("original", Arc::new(original.clone())));
        }
        columns
    }

    pub(super) fn decode(batch: &RecordBatch) -> Result<Self, ColumnError> {
        let alignment = |code: u32| {
            let known = u8::try_from(code).ok().and_then(Alignment::from_code);
            known.ok_or(ColumnError::Value("alignment"))
        };
        let codes = optional(batch, "alignment")?.into_iter();
        Ok(OriginColumns {
            alignment: codes.map(alignment).collect::<Result<_, _>>()?,
            original: ipc::optional_text(batch, "original")?,
        })
    }
}
