//! The number of columns of a record.
//!
//! Invariant: counted against the header line, and not at all where that could not be read.

use super::Shared;
use crate::import::validate::finding::Sink;
use crate::import::validate::rules::site as rules;

/// Compares the number of columns with that of the header line.
pub(super) fn count(shared: &Shared, found: usize, sink: &mut Sink<'_>) {
    if let Some(expected) = shared.header.columns
        && found != expected
        // FORMAT without samples in the header line was reported there.
        && !(expected == 9 && found == 8)
    {
        let message = format!("the line has {found} columns, the header line {expected}");
        sink.add(&rules::COLUMNS_MISMATCH, &[], message);
    }
}
