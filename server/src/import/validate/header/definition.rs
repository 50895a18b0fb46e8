//! INFO, FORMAT, FILTER and ALT lines.
//!
//! Invariant: a key whose Number or Type cannot be read is kept as a list of strings.

use super::structured::{Pair, get};
use super::{Declaration, Header};
use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::reserved;
use crate::import::validate::rules::{header as rules, meta};
use crate::import::validate::value::{Number, Type};
use crate::import::validate::version::{KeyGrammar, is_customary_alt};

/// Keys in the order that the specification gives them.
const ORDER: [&str; 4] = ["ID", "Number", "Type", "Description"];

impl Header {
    pub(super) fn definition(&mut self, kind: &[u8], pairs: &[Pair<'_>], first: bool, sink: &mut Sink<'_>) {
        let typed = matches!(kind, b"INFO" | b"FORMAT");
        quotation(pairs, typed, sink);
        order(pairs, typed, sink);
        let Some(id) = get(pairs, "ID") else { return };
        match kind {
            b"FILTER" => {
                if id.value == b"0" || id.value.iter().any(|b| b.is_ascii_whitespace() || *b == b';') {
                    let message = format!("{} cannot stand in FILTER", quoted(id.value));
                    sink.add(&rules::FILTER_ID_CHARACTERS, id.value, message);
                }
                self.filters.insert(id.value.into());
            }
            b"ALT" => {
                self.alternate(id.value, sink);
                self.alts.insert(id.value.into());
            }
            _ => {
                let declaration = self.key(kind, id.value, pairs, sink);
                if first {
                    let keys = if kind == b"INFO" {
                        &mut self.info
                    } else {
                        &mut self.format
                    };
                    keys.insert(id.value.into(), declaration);
                }
            }
        }
    }

    fn key(&self, kind: &[u8], id: &[u8], pairs: &[Pair<'_>], sink: &mut Sink<'_>) -> Declaration {
        let (is_info, grammar) = (kind == b"INFO", self.grammar());
        // What may be declared is wider than what FORMAT may name up to 4.2: the records are told, not the header.
        let strict = if is_info {
            grammar.info_key
        } else {
            grammar.format_key
        };
        let allowed = if strict == KeyGrammar::Alphanumeric {
            KeyGrammar::Loose
        } else {
            strict
        };
        if !is_key(id, allowed, is_info) {
            sink.add(
                &rules::ID_CHARACTERS,
                id,
                format!("{} has characters that no key may have", quoted(id)),
            );
        }
        let ty = get(pairs, "Type").and_then(|pair| self.ty(is_info, pair, sink));
        let number = get(pairs, "Number").and_then(|pair| self.number(is_info, pair, sink));
        if let (Some(Type::Flag), Some(given)) = (ty, get(pairs, "Number")) {
            flag(id, is_info, number, given, self, sink);
        }
        if let (Some(number), Some(ty)) = (number, ty) {
            self.compare_reserved(is_info, id, number, ty, sink);
        }
        if number == Some(Number::Modifications) && !id.last().is_some_and(|base| b"ACGTUN".contains(base)) {
            sink.add(
                &rules::MODIFICATION_ID,
                id,
                format!("{} does not end with a base", quoted(id)),
            );
        }
        Declaration {
            number: number.unwrap_or(Number::Unknown),
            ty: ty.unwrap_or(Type::String),
        }
    }

    fn ty(&self, is_info: bool, pair: &Pair<'_>, sink: &mut Sink<'_>) -> Option<Type> {
        let ty = Type::parse(pair.value);
        if ty.is_none() {
            sink.add(
                &rules::TYPE_UNKNOWN,
                pair.value,
                format!("there is no type {}", quoted(pair.value)),
            );
        } else if ty == Some(Type::Flag) && !is_info {
            sink.add(&rules::FORMAT_FLAG, pair.value, "a FORMAT field cannot be a Flag");
        }
        ty
    }

    fn number(&self, is_info: bool, pair: &Pair<'_>, sink: &mut Sink<'_>) -> Option<Number> {
        let number = Number::parse(pair.value);
        let grammar = self.grammar();
        let symbols = if is_info {
            grammar.info_numbers
        } else {
            grammar.format_numbers
        };
        match number {
            Some(Number::Fixed(_)) => {}
            Some(_) if symbols.iter().any(|symbol| symbol.as_bytes() == pair.value) => {}
            Some(Number::Alleles) => newer(pair, sink),
            Some(_) if !is_info => newer(pair, sink),
            _ => {
                let message = format!(
                    "{} is neither an integer nor one of {}",
                    quoted(pair.value),
                    symbols.join(" ")
                );
                sink.add(&rules::NUMBER_UNKNOWN, pair.value, message);
                return None;
            }
        }
        number
    }

    fn compare_reserved(&self, is_info: bool, id: &[u8], number: Number, ty: Type, sink: &mut Sink<'_>) {
        let reserved = if is_info {
            reserved::info(self.version, id)
        } else {
            reserved::format(self.version, id)
        };
        let Some(reserved) = reserved else { return };
        let other_number =
            reserved.number != Number::Unknown && reserved.number != number && ty != Type::Flag;
        let flag_number = reserved.ty == Type::Flag && number != Number::Fixed(0) && ty != Type::Flag;
        if reserved.ty != ty || other_number || flag_number {
            let expected = super::super::record::describe(reserved.number);
            let message = format!(
                "{} is reserved with {expected} of Type {}",
                quoted(id),
                reserved.ty.name()
            );
            sink.add(&rules::RESERVED_REDEFINED, id, message);
        }
    }

    fn alternate(&self, id: &[u8], sink: &mut Sink<'_>) {
        if id.is_empty() || id.iter().any(|b| b.is_ascii_whitespace() || b"<>,".contains(b)) {
            return sink.add(
                &rules::ALT_ID_CHARACTERS,
                id,
                format!("{} is no name of an allele", quoted(id)),
            );
        }
        let grammar = self.grammar();
        let first = id.split(|&b| b == b':').next().unwrap_or(id);
        let listed = grammar.alt_types.iter().any(|ty| ty.as_bytes() == first);
        let ambiguity = grammar.alt_ambiguity && id.len() == 1 && b"RYSWKMBDHVNACGTU".contains(&id[0]);
        if listed || ambiguity {
            return;
        }
        if is_customary_alt(id) {
            sink.add(
                &rules::ALT_TYPE_CUSTOMARY,
                id,
                format!("{} is customary, not of the specification", quoted(id)),
            );
        } else {
            let message = format!("{} is none of {}", quoted(first), grammar.alt_types.join(", "));
            sink.add(&rules::ALT_TYPE_UNKNOWN, id, message);
        }
    }
}

fn newer(pair: &Pair<'_>, sink: &mut Sink<'_>) {
    let message = format!(
        "Number={} came with a later version than the file's",
        quoted(pair.value)
    );
    sink.add(&rules::NUMBER_NEWER, pair.value, message);
}

fn flag(
    id: &[u8],
    is_info: bool,
    number: Option<Number>,
    given: &Pair<'_>,
    header: &Header,
    sink: &mut Sink<'_>,
) {
    match number {
        Some(Number::Fixed(0)) | None => {}
        _ if !is_info => {}
        Some(Number::Fixed(_)) => {
            sink.add(
                &rules::FLAG_NUMBER,
                given.value,
                format!("the Flag {} has values", quoted(id)),
            );
        }
        // A reserved flag with a number of values is a redefinition as well; it is said once, as such.
        Some(_) if reserved::info(header.version, id).is_some() => {
            sink.add(
                &rules::RESERVED_REDEFINED,
                id,
                format!("{} is reserved with Number=0", quoted(id)),
            );
        }
        Some(_) => {
            sink.add(
                &rules::FLAG_NUMBER_SYMBOL,
                given.value,
                format!("the Flag {} has values", quoted(id)),
            );
        }
    }
}

/// Description in quotes, and every optional field as well; IDX is written by htslib without.
fn quotation(pairs: &[Pair<'_>], typed: bool, sink: &mut Sink<'_>) {
    for pair in pairs.iter().filter(|pair| !pair.quoted) {
        match pair.key {
            b"ID" | b"IDX" => {}
            b"Number" | b"Type" if typed => {}
            b"Description" => sink.add(
                &rules::DESCRIPTION_UNQUOTED,
                pair.value,
                "the Description is not quoted",
            ),
            key => {
                let message = format!("the optional field {} is not quoted", quoted(key));
                sink.add(&meta::OPTIONAL_UNQUOTED, pair.value, message);
            }
        }
    }
}

fn order(pairs: &[Pair<'_>], typed: bool, sink: &mut Sink<'_>) {
    let expected = ORDER
        .iter()
        .filter(|key| typed || matches!(**key, "ID" | "Description"));
    let found = expected.filter_map(|key| pairs.iter().position(|pair| pair.key == key.as_bytes()));
    let found: Vec<usize> = found.collect();
    if let Some(at) = found.windows(2).find(|pair| pair[0] > pair[1]) {
        let key = pairs[at[1]].key;
        sink.add(
            &meta::META_ORDER,
            key,
            format!("{} stands before what should precede it", quoted(key)),
        );
    }
}

/// Whether a key has only characters that its column allows.
pub(crate) fn is_key(key: &[u8], grammar: KeyGrammar, is_info: bool) -> bool {
    let Some(&first) = key.first() else { return false };
    match grammar {
        KeyGrammar::Loose => !key.iter().any(|b| b.is_ascii_whitespace() || b";=,".contains(b)),
        KeyGrammar::Alphanumeric => key.iter().all(u8::is_ascii_alphanumeric),
        KeyGrammar::Identifier => {
            (is_info && key == b"1000G")
                || ((first.is_ascii_alphabetic() || first == b'_')
                    && key.iter().all(|b| b.is_ascii_alphanumeric() || b"_.".contains(b)))
        }
    }
}
