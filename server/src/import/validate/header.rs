//! What the header declares, gathered line by line.
//!
//! Invariant: a declaration that was refused still counts as far as it can be read, so that the records are not
//! blamed for it again.

mod columns;
mod contig;
mod definition;
mod form;
mod people;
mod structured;
mod url;

use std::collections::{HashMap, HashSet};

use super::finding::{Sink, quoted};
use super::limits::Limits;
use super::rules::{file, header as rules, meta};
use super::value::{Number, Type};
use super::version::{Grammar, Version};
pub(crate) use columns::FIXED;
pub(crate) use contig::is_contig_name;
pub(crate) use definition::is_key;
use form::Form;
use structured::{Fault, Pair};

/// Number and Type of a declared key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Declaration {
    pub number: Number,
    pub ty: Type,
}

/// Everything the records are judged by.
#[derive(Debug)]
pub(crate) struct Header {
    pub version: Version,
    pub info: HashMap<Box<[u8]>, Declaration>,
    pub format: HashMap<Box<[u8]>, Declaration>,
    pub filters: HashSet<Box<[u8]>>,
    pub alts: HashSet<Box<[u8]>>,
    /// Declared contigs with their lengths.
    pub contigs: HashMap<Box<[u8]>, Option<u64>>,
    /// Fields that each record has; `None` where the header line could not be read.
    pub columns: Option<usize>,
    pub samples: Vec<String>,
    ids: HashMap<Box<[u8]>, HashSet<Box<[u8]>>>,
    continues: bool,
}

impl Header {
    pub fn new() -> Self {
        Header {
            version: Version::ASSUMED,
            info: HashMap::new(),
            format: HashMap::new(),
            filters: HashSet::new(),
            alts: HashSet::new(),
            contigs: HashMap::new(),
            columns: None,
            samples: Vec::new(),
            ids: HashMap::new(),
            continues: false,
        }
    }

    fn grammar(&self) -> &'static Grammar {
        self.version.grammar()
    }

    /// Whether the line above broke off inside a quotation, so that this one is its rest and was reported with it.
    pub fn take_continuation(&mut self) -> bool {
        std::mem::take(&mut self.continues)
    }

    /// Reads one meta-information line other than fileformat.
    pub fn meta(&mut self, line: &[u8], sink: &mut Sink<'_>) {
        if let Some(&bad) = line.iter().find(|&&b| b < 0x20 && b != b'\t') {
            sink.add(
                &file::CONTROL_CHARACTER,
                line,
                format!("the line holds the control character 0x{bad:02x}"),
            );
        }
        let body = &line[2..];
        let Some(equals) = body.iter().position(|&b| b == b'=').filter(|&at| at > 0) else {
            return sink.add(
                &meta::META_NOT_KEY_VALUE,
                line,
                "the line is not of the form ##key=value",
            );
        };
        let (kind, value) = (&body[..equals], &body[equals + 1..]);
        if value.is_empty() || (kind == b"pedigreeDB" && value == b"<>") {
            return sink.add(
                &meta::META_VALUE_EMPTY,
                line,
                format!("{} has no value", quoted(kind)),
            );
        }
        if kind == b"assembly" || kind == b"pedigreeDB" {
            return url::check(kind, value, sink);
        }
        let known = form::of(kind);
        if !value.starts_with(b"<") {
            if let Some(form) = known.first() {
                let message = format!("the value of {} is not <key=value,…>", form.kind);
                sink.add(&meta::META_NOT_STRUCTURED, value, message);
            }
            return;
        }
        match structured::parse(value) {
            Ok(parsed) => self.structured(kind, value, &parsed, known, sink),
            Err(_) if known.is_empty() => {
                sink.add(
                    &meta::META_FREE_FORM,
                    value,
                    "the text in angle brackets is not a list of key=value pairs",
                );
            }
            Err(fault) => self.broken(fault, value, sink),
        }
    }

    fn broken(&mut self, fault: Fault<'_>, value: &[u8], sink: &mut Sink<'_>) {
        match fault {
            Fault::NotClosed { in_quotation } => {
                self.continues = in_quotation;
                let message = if in_quotation {
                    "the line ends inside a quotation"
                } else {
                    "the line does not end with >"
                };
                sink.add(&meta::META_NOT_CLOSED, value, message);
            }
            Fault::QuoteNotClosed(text) => {
                sink.add(
                    &meta::META_QUOTE_NOT_CLOSED,
                    text,
                    "the quotation is not closed before the >",
                );
            }
            Fault::NoPair(text) => {
                let message = format!("{} is not of the form key=value", quoted(text));
                sink.add(&meta::META_PAIR_MALFORMED, text, message);
            }
        }
    }

    fn structured(
        &mut self,
        kind: &[u8],
        value: &[u8],
        parsed: &structured::Parsed<'_>,
        known: &'static [Form],
        sink: &mut Sink<'_>,
    ) {
        if let Some(inner) = parsed.inner_quote
            && !known.is_empty()
        {
            sink.add(
                &meta::META_QUOTE_NOT_ESCAPED,
                inner,
                "a double quote inside the quoted value is not escaped",
            );
        }
        let pairs = &parsed.pairs;
        if let Some(twice) = structured::repeated_key(pairs) {
            sink.add(
                &meta::META_KEY_REPEATED,
                twice,
                format!("the key {} stands twice", quoted(twice)),
            );
        }
        for form in known {
            let missing: Vec<&str> = form
                .required
                .iter()
                .copied()
                .filter(|key| structured::get(pairs, key).is_none())
                .collect();
            if !missing.is_empty() {
                sink.add(
                    form.missing,
                    value,
                    format!("{} lacks {}", form.kind, missing.join(", ")),
                );
            }
        }
        let id = structured::get(pairs, "ID");
        if known.is_empty() && id.is_none() {
            sink.add(&meta::OTHER_ID_MISSING, value, "the structured line has no ID");
        }
        let first = id.is_none_or(|id| self.is_first(kind, id, sink));
        match kind {
            b"INFO" | b"FORMAT" | b"FILTER" | b"ALT" => self.definition(kind, pairs, first, sink),
            b"contig" => self.contig(pairs, first, sink),
            b"SAMPLE" => people::sample(pairs, sink),
            b"PEDIGREE" => people::pedigree(pairs, sink),
            _ => {}
        }
    }

    /// Remembers the ID; reports one that stood before.
    fn is_first(&mut self, kind: &[u8], id: &Pair<'_>, sink: &mut Sink<'_>) -> bool {
        if self.ids.entry(kind.into()).or_default().insert(id.value.into()) {
            return true;
        }
        let rule = if kind == b"contig" {
            &meta::CONTIG_REPEATED
        } else {
            &meta::ID_REPEATED
        };
        sink.add(
            rule,
            id.value,
            format!("{} was declared before", quoted(id.value)),
        );
        false
    }

    /// Reads the line that names the columns.
    pub fn column_line(&mut self, line: &[u8], limits: &Limits, sink: &mut Sink<'_>) {
        columns::read(self, line, limits, sink);
    }

    /// Takes a first record for want of a header line.
    pub fn assume_columns(&mut self, line: &[u8], sink: &mut Sink<'_>) {
        sink.add(
            &rules::HEADER_LINE_MISSING,
            line,
            "records begin before a header line",
        );
        self.columns = Some(line.split(|&b| b == b'\t').count());
    }
}
