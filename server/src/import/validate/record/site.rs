//! CHROM, POS, ID, REF, ALT, QUAL and FILTER.
//!
//! Invariant: each field is judged by itself; an empty one is reported as such and not looked at further.

use std::collections::HashSet;

use super::{Record, Shared, alt};
use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::header::is_contig_name;
use crate::import::validate::limits::is_memorable;
use crate::import::validate::rules::site as rules;
use crate::import::validate::value;

/// What was found to be in order before.
#[derive(Debug, Default)]
pub(super) struct Memory {
    contig: Vec<u8>,
    contig_length: Option<u64>,
    filter: Vec<u8>,
    undeclared_contigs: Said,
    undeclared_alts: Said,
    undeclared_filters: Said,
}

/// What was said by this chunk under a rule that speaks once of each text.
#[derive(Debug, Default)]
struct Said(HashSet<Box<[u8]>>);

impl Said {
    /// Whether this text was not yet said; what was not remembered is said again.
    fn is_news(&mut self, text: &[u8], most: usize) -> bool {
        !self.0.contains(text) && (self.0.len() >= most || !is_memorable(text) || self.0.insert(text.into()))
    }
}

const NAMES: [&str; 8] = ["CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"];

pub(super) fn check<'a>(
    shared: &Shared,
    memory: &mut Memory,
    fields: &[&'a [u8]; 9],
    record: &mut Record<'a>,
    sink: &mut Sink<'_>,
) {
    for (field, name) in fields.iter().zip(NAMES) {
        if field.is_empty() {
            sink.add(&rules::FIELD_EMPTY, field, format!("{name} is empty"));
        }
    }
    let [contig, pos, id, reference, alternates, qual, filter, ..] = *fields;
    if !contig.is_empty() && contig != memory.contig {
        chrom(shared, memory, contig, sink);
    }
    if !pos.is_empty() {
        record.pos = position(memory, pos, sink);
    }
    if !id.is_empty() && id != b"." {
        identifiers(id, sink);
    }
    if !reference.is_empty() {
        record.reference = reference;
        if !reference.iter().copied().all(alt::is_base) {
            sink.add(
                &rules::REF_NOT_BASES,
                reference,
                format!("{} are not bases", quoted(reference)),
            );
        }
    }
    if !alternates.is_empty() {
        record.alts = alt::check(shared, alternates, reference, sink);
        for allele in record
            .alts
            .iter()
            .filter(|allele| allele.kind == alt::Kind::Symbolic)
        {
            declared_alt(shared, memory, allele.text, sink);
        }
    }
    if !qual.is_empty() && qual != b"." {
        quality(shared, qual, sink);
    }
    if !filter.is_empty() && filter != b"PASS" && filter != b"." && filter != memory.filter {
        filters(shared, memory, filter, sink);
    }
}

/// A contig that has nothing against it is remembered, so that the next record need not look.
fn chrom(shared: &Shared, memory: &mut Memory, contig: &[u8], sink: &mut Sink<'_>) {
    memory.contig.clear();
    memory.contig_length = None;
    let before = sink.next();
    let inner = contig.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">"));
    let fits = match inner {
        Some(inner) => is_contig_name(inner, crate::import::validate::version::ContigGrammar::Loose),
        None => contig != b"." && is_contig_name(contig, shared.grammar.contig),
    };
    if !fits {
        sink.add(
            &rules::CHROM_CHARACTERS,
            contig,
            format!("{} is no contig name", quoted(contig)),
        );
    } else if contig.iter().any(|b| b",:".contains(b)) {
        sink.add(
            &rules::CHROM_STYLE,
            contig,
            format!("{} has a colon or a comma", quoted(contig)),
        );
    }
    if sink.next() > before {
        return;
    }
    let contigs = &shared.header.contigs;
    match contigs.get(contig) {
        Some(length) => memory.contig_length = *length,
        None if contigs.is_empty() || inner.is_some() => {}
        None if memory
            .undeclared_contigs
            .is_news(contig, shared.limits.distinct_texts) =>
        {
            sink.add(
                &rules::CONTIG_UNDECLARED,
                contig,
                format!("no contig line declares {}", quoted(contig)),
            );
        }
        None => {}
    }
    memory.contig.extend_from_slice(contig);
}

fn position(memory: &Memory, text: &[u8], sink: &mut Sink<'_>) -> Option<u64> {
    if !text.iter().all(u8::is_ascii_digit) {
        sink.add(
            &rules::POS_NOT_INTEGER,
            text,
            format!("POS is {}, not an integer of 0 or more", quoted(text)),
        );
        return None;
    }
    let value = text
        .iter()
        .try_fold(0_u64, |n, d| n.checked_mul(10)?.checked_add(u64::from(d - b'0')));
    let Some(pos) = value.filter(|&pos| pos <= i32::MAX as u64) else {
        sink.add(
            &rules::POS_OUT_OF_RANGE,
            text,
            format!("POS {} does not fit into 32 bits", quoted(text)),
        );
        return None;
    };
    if let Some(length) = memory.contig_length
        && pos > length + 1
    {
        let message = format!("POS {pos} lies beyond the contig's length of {length}");
        sink.add(&rules::POS_BEYOND_CONTIG, text, message);
    }
    Some(pos)
}

fn identifiers(field: &[u8], sink: &mut Sink<'_>) {
    if let Some(at) = field.iter().position(u8::is_ascii_whitespace) {
        return sink.add(
            &rules::ID_WHITESPACE,
            &field[at..],
            format!("the ID {} has white space", quoted(field)),
        );
    }
    if !field.contains(&b';') {
        return;
    }
    let mut seen = HashSet::new();
    for id in field.split(|&b| b == b';') {
        if id.is_empty() {
            return sink.add(
                &rules::ID_EMPTY,
                field,
                format!("an identifier of {} is empty", quoted(field)),
            );
        }
        if !seen.insert(id) {
            sink.add(
                &rules::ID_REPEATED_IN_LIST,
                id,
                format!("the identifier {} stands twice", quoted(id)),
            );
        }
    }
}

fn declared_alt(shared: &Shared, memory: &mut Memory, text: &[u8], sink: &mut Sink<'_>) {
    let Some(id) = text.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">")) else {
        return;
    };
    if !shared.header.alts.contains(id) && memory.undeclared_alts.is_news(text, shared.limits.distinct_texts)
    {
        sink.add(
            &rules::ALT_UNDECLARED,
            text,
            format!("no ALT line declares {}", quoted(text)),
        );
    }
}

fn quality(shared: &Shared, text: &[u8], sink: &mut Sink<'_>) {
    if text.iter().all(u8::is_ascii_digit) {
        return;
    }
    if !value::is_float(text, shared.grammar.float_ends_in_digit) {
        sink.add(
            &rules::QUAL_NOT_NUMBER,
            text,
            format!("QUAL is {}, not a number", quoted(text)),
        );
    } else if text[0] == b'-' && value::float_value(text).is_none_or(|qual| qual < 0.0) {
        sink.add(
            &rules::QUAL_NEGATIVE,
            text,
            format!("QUAL is negative: {}", quoted(text)),
        );
    }
}

/// A FILTER that has nothing against it is remembered like a contig.
fn filters(shared: &Shared, memory: &mut Memory, field: &[u8], sink: &mut Sink<'_>) {
    memory.filter.clear();
    let before = sink.next();
    if let Some(at) = field.iter().position(u8::is_ascii_whitespace) {
        return sink.add(
            &rules::FILTER_WHITESPACE,
            &field[at..],
            format!("{} has white space", quoted(field)),
        );
    }
    let mut seen = HashSet::new();
    for code in field.split(|&b| b == b';') {
        match code {
            b"" => {
                sink.add(
                    &rules::FILTER_EMPTY,
                    field,
                    format!("a code of {} is empty", quoted(field)),
                );
                break;
            }
            b"." => sink.add(&rules::FILTER_MISSING_IN_LIST, code, "a dot stands among filters"),
            b"0" => sink.add(&rules::FILTER_ZERO, code, "0 is no filter code"),
            b"PASS" => sink.add(&rules::FILTER_PASS_IN_LIST, code, "PASS stands among filters"),
            _ if !shared.header.filters.contains(code)
                && memory
                    .undeclared_filters
                    .is_news(code, shared.limits.distinct_texts) =>
            {
                sink.add(
                    &rules::FILTER_UNDECLARED,
                    code,
                    format!("no FILTER line declares {}", quoted(code)),
                );
            }
            _ => {}
        }
        if !seen.insert(code) {
            sink.add(
                &rules::FILTER_REPEATED,
                code,
                format!("the filter {} stands twice", quoted(code)),
            );
        }
    }
    if sink.next() == before {
        memory.filter.extend_from_slice(field);
    }
}
