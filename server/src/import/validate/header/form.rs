//! Which keys each kind of structured line must have, as data.
//!
//! Invariant: whether a missing key is a fault in some version is decided by the rule's class, not here.

use crate::import::validate::rules::{Rule, header, meta};

/// One demand on a kind of line.
#[derive(Debug)]
pub(super) struct Form {
    pub kind: &'static str,
    pub required: &'static [&'static str],
    /// The rule that is broken when a key is missing.
    pub missing: &'static Rule,
}

const fn form(kind: &'static str, required: &'static [&'static str], missing: &'static Rule) -> Form {
    Form {
        kind,
        required,
        missing,
    }
}

static INFO: [Form; 1] = [form(
    "INFO",
    &["ID", "Number", "Type", "Description"],
    &header::DEFINITION_KEY_MISSING,
)];
static FORMAT: [Form; 1] = [form(
    "FORMAT",
    &["ID", "Number", "Type", "Description"],
    &header::DEFINITION_KEY_MISSING,
)];
static FILTER: [Form; 1] = [form(
    "FILTER",
    &["ID", "Description"],
    &header::DEFINITION_KEY_MISSING,
)];
static ALT: [Form; 1] = [form(
    "ALT",
    &["ID", "Description"],
    &header::DEFINITION_KEY_MISSING,
)];
static CONTIG: [Form; 1] = [form("contig", &["ID"], &header::CONTIG_ID_MISSING)];
static SAMPLE: [Form; 2] = [
    form("SAMPLE", &["ID"], &meta::ID_MISSING),
    form(
        "SAMPLE",
        &["ID", "Genomes", "Mixture", "Description"],
        &header::SAMPLE_KEY_MISSING,
    ),
];
static PEDIGREE: [Form; 1] = [form("PEDIGREE", &["ID"], &meta::ID_MISSING)];
static META: [Form; 2] = [
    form("META", &["ID"], &meta::ID_MISSING),
    form("META", &["Type", "Number", "Values"], &header::META_KEY_MISSING),
];

/// The demands on a kind of line; none for kinds that the specification does not define.
pub(super) fn of(kind: &[u8]) -> &'static [Form] {
    match kind {
        b"INFO" => &INFO,
        b"FORMAT" => &FORMAT,
        b"FILTER" => &FILTER,
        b"ALT" => &ALT,
        b"contig" => &CONTIG,
        b"SAMPLE" => &SAMPLE,
        b"PEDIGREE" => &PEDIGREE,
        b"META" => &META,
        _ => &[],
    }
}
