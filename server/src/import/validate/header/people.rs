//! SAMPLE and PEDIGREE lines.
//!
//! Invariant: they declare nothing that a record is judged by.

use super::structured::{Pair, get};
use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::rules::header as rules;

pub(super) fn sample(pairs: &[Pair<'_>], sink: &mut Sink<'_>) {
    for key in ["Genomes", "Mixture"] {
        if let Some(pair) = get(pairs, key).filter(|pair| pair.quoted) {
            sink.add(
                &rules::SAMPLE_VALUE_QUOTED,
                pair.value,
                format!("{key} is quoted"),
            );
        }
    }
}

pub(super) fn pedigree(pairs: &[Pair<'_>], sink: &mut Sink<'_>) {
    for pair in pairs.iter().filter(|pair| !pair.quoted) {
        if pair.value.is_empty() || pair.value.iter().any(|b| b.is_ascii_whitespace() || *b == b':') {
            let message = format!("{} is not the ID of a genome", quoted(pair.value));
            sink.add(&rules::PEDIGREE_VALUE, pair.value, message);
        }
    }
}
