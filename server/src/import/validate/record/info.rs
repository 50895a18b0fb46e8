//! INFO.
//!
//! Invariant: one key of one record yields at most one finding about its value.

use std::collections::HashMap;

use super::key::{self, Demand, Source, describe};
use super::structural::Structural;
use super::{Record, Shared};
use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::header::is_key;
use crate::import::validate::reserved::{self, Domain};
use crate::import::validate::rules::{Rule, info as rules};
use crate::import::validate::value::{Misfit, Number, Type};

/// Keys met so far, and the order in which the last record had them.
#[derive(Debug, Default)]
pub(super) struct Memory {
    keys: Vec<Key>,
    index: HashMap<Box<[u8]>, usize>,
    order: Vec<usize>,
    record: u64,
}

#[derive(Debug)]
struct Key {
    name: Box<[u8]>,
    demand: Demand,
    well_formed: bool,
    said_undeclared: bool,
    said_bit: bool,
    said_equals: bool,
    /// The record that had the key last.
    last: u64,
}

impl Memory {
    /// Index of the key; records tend to have the same keys in the same order.
    fn find(&mut self, shared: &Shared, at: usize, name: &[u8]) -> usize {
        if let Some(&guess) = self.order.get(at)
            && *self.keys[guess].name == *name
        {
            return guess;
        }
        let found = self.index.get(name).copied();
        let found = found.unwrap_or_else(|| {
            if self.keys.len() >= shared.limits.distinct_texts {
                self.keys.clear();
                self.index.clear();
                self.order.clear();
            }
            let demand = Demand::new(
                shared.header.info.get(name),
                reserved::info(shared.header.version, name),
            );
            self.keys.push(Key {
                name: name.into(),
                demand,
                well_formed: is_key(name, shared.grammar.info_key, true),
                said_undeclared: false,
                said_bit: false,
                said_equals: false,
                last: 0,
            });
            self.index.insert(name.into(), self.keys.len() - 1);
            self.keys.len() - 1
        });
        if at < self.order.len() {
            self.order[at] = found;
        } else if at == self.order.len() {
            self.order.push(found);
        }
        found
    }
}

pub(super) fn check(
    shared: &Shared,
    memory: &mut Memory,
    field: &[u8],
    record: &Record<'_>,
    sink: &mut Sink<'_>,
) {
    let mut structural = Structural::concerns(record).then(Structural::default);
    if !field.is_empty() && field != b"." {
        memory.record += 1;
        whitespace(shared, field, sink);
        let mut said_empty = false;
        for (at, part) in field.split(|&b| b == b';').enumerate() {
            let equals = memchr::memchr(b'=', part);
            let (name, value) = match equals {
                Some(equals) => (&part[..equals], Some(&part[equals + 1..])),
                None => (part, None),
            };
            if name.is_empty() {
                if !std::mem::replace(&mut said_empty, true) {
                    let message = if part.is_empty() {
                        "a key is empty; a semicolon is superfluous"
                    } else {
                        "a value has no key"
                    };
                    sink.add(&rules::INFO_KEY_EMPTY, part, message);
                }
                continue;
            }
            let index = memory.find(shared, at, name);
            let stamp = memory.record;
            one(shared, &mut memory.keys[index], stamp, name, value, record, sink);
            if let Some(structural) = &mut structural {
                structural.note(name, value);
            }
        }
    }
    if let Some(structural) = structural {
        structural.check(record, field, sink);
    }
}

/// White space in values; in a key it is the key's fault.
fn whitespace(shared: &Shared, field: &[u8], sink: &mut Sink<'_>) {
    if shared.grammar.info_spaces {
        return;
    }
    let Some(at) = memchr::memchr(b' ', field) else {
        return;
    };
    let part = field[..at]
        .iter()
        .rposition(|&b| b == b';')
        .map_or(0, |at| at + 1);
    if field[part..at].contains(&b'=') {
        sink.add(&rules::INFO_WHITESPACE, &field[at..], "INFO has white space");
    }
}

fn one(
    shared: &Shared,
    key: &mut Key,
    stamp: u64,
    name: &[u8],
    value: Option<&[u8]>,
    record: &Record<'_>,
    sink: &mut Sink<'_>,
) {
    if std::mem::replace(&mut key.last, stamp) == stamp {
        return sink.add(
            &rules::INFO_KEY_REPEATED,
            name,
            format!("the key {} stands twice", quoted(name)),
        );
    }
    if !key.well_formed {
        sink.add(
            &rules::INFO_KEY_CHARACTERS,
            name,
            format!("{} is no INFO key", quoted(name)),
        );
    } else if key.demand.source != Source::Declared && !std::mem::replace(&mut key.said_undeclared, true) {
        sink.add(
            &rules::INFO_UNDECLARED,
            name,
            format!("no INFO line declares {}", quoted(name)),
        );
    }
    let Some(value) = value else {
        if key.demand.ty != Type::Flag
            && key.demand.number != Number::Fixed(0)
            && key.demand.source != Source::Unknown
        {
            let rule = by_source(&key.demand, &rules::INFO_VALUE_MISSING);
            sink.add(rule, name, format!("{} has no value", quoted(name)));
        }
        return;
    };
    if value.is_empty() {
        return sink.add(
            &rules::INFO_VALUE_EMPTY,
            name,
            format!("the value of {} is empty", quoted(name)),
        );
    }
    if key.demand.ty == Type::Flag {
        return flag(key, name, value, sink);
    }
    if value != b"." {
        values(shared, &key.demand, name, value, record, sink);
    }
    if matches!(key.demand.ty, Type::String | Type::Character) {
        text(shared, key, name, value, sink);
    }
}

fn flag(key: &mut Key, name: &[u8], value: &[u8], sink: &mut Sink<'_>) {
    if value == b"0" || value == b"1" {
        if !std::mem::replace(&mut key.said_bit, true) {
            sink.add(
                &rules::INFO_FLAG_BIT,
                name,
                format!("the Flag {} has a value", quoted(name)),
            );
        }
        return;
    }
    let rule = by_source(&key.demand, &rules::INFO_FLAG_VALUE);
    sink.add(
        rule,
        value,
        format!("the Flag {} has the value {}", quoted(name), quoted(value)),
    );
}

fn values(
    shared: &Shared,
    demand: &Demand,
    name: &[u8],
    value: &[u8],
    record: &Record<'_>,
    sink: &mut Sink<'_>,
) {
    let list = key::list(value, demand, shared.grammar.float_ends_in_digit);
    let fits = list.misfit.is_none() && fits_number(demand.number, list.count, record.alternates());
    if !fits
        && let Some(reserved) = demand.as_reserved()
        && is_in_order(shared, &reserved, value, record)
    {
        return;
    }
    if !fits
        && demand.ty == Type::String
        && value.len() > 1
        && value.starts_with(b"\"")
        && value.ends_with(b"\"")
    {
        let message = format!("a quoted value of {} holds commas", quoted(name));
        return sink.add(&rules::INFO_QUOTED_COMMA, name, message);
    }
    if let Some((element, misfit)) = list.misfit {
        let rule = match misfit {
            // Strings may be empty where the version says that this means missing; other types never.
            Misfit::Empty if matches!(demand.ty, Type::String | Type::Character) => {
                &rules::INFO_ELEMENT_EMPTY
            }
            Misfit::Empty | Misfit::Type => &rules::INFO_VALUE_TYPE,
            Misfit::Float => &rules::INFO_FLOAT_IN_INTEGER,
            Misfit::Range => &rules::INFO_INTEGER_RANGE,
        };
        let message = format!(
            "a value of {} is {}, not of Type {}",
            quoted(name),
            quoted(element),
            demand.ty.name()
        );
        return sink.add(by_source(demand, rule), element, message);
    }
    if !fits {
        let message = format!(
            "{} has {} values instead of {}",
            quoted(name),
            list.count,
            describe(demand.number)
        );
        return sink.add(by_source(demand, &rules::INFO_VALUE_COUNT), value, message);
    }
    if let Some(element) = list.outside {
        let message = format!("{} cannot be {}", quoted(name), quoted(element));
        return sink.add(&rules::INFO_RESERVED_VALUE, element, message);
    }
    if let (Domain::PerAlternate(each), Some(alternates)) = (demand.domain, record.alternates())
        && list.count != u64::from(each) * u64::from(alternates)
    {
        let message = format!(
            "{} has {} values instead of {each} for each alternate allele",
            quoted(name),
            list.count
        );
        // Where the header says otherwise it was told, and its word counts.
        let rule = if demand.as_reserved().is_none() {
            &rules::INFO_PER_ALLELE
        } else {
            &rules::INFO_RESERVED_VALUE
        };
        return sink.add(rule, value, message);
    }
    if let Some(end) = record
        .pos
        .filter(|_| name == b"END")
        .and_then(|pos| Some((pos, end(value)?)))
        && end.1 < end.0
    {
        sink.add(
            &rules::END_BEFORE_POS,
            value,
            format!("END {} lies before POS {}", end.1, end.0),
        );
    }
}

fn is_in_order(shared: &Shared, demand: &Demand, value: &[u8], record: &Record<'_>) -> bool {
    let list = key::list(value, demand, shared.grammar.float_ends_in_digit);
    list.misfit.is_none() && fits_number(demand.number, list.count, record.alternates())
}

fn end(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// Whether a list has the right number of values. The number of genotypes is not known to INFO.
fn fits_number(number: Number, count: u64, alternates: Option<u32>) -> bool {
    match (number, alternates.map(u64::from)) {
        (Number::Fixed(0), _) => true,
        (Number::Fixed(n), _) => count == u64::from(n),
        (Number::Alternates, Some(alternates)) => count == alternates,
        (Number::Alleles, Some(alternates)) => count == alternates + 1,
        _ => true,
    }
}

/// A fault against a reserved meaning is one of advice.
fn by_source(demand: &Demand, rule: &'static Rule) -> &'static Rule {
    if demand.source == Source::Reserved {
        &rules::INFO_RESERVED_VALUE
    } else {
        rule
    }
}

/// Characters with a special meaning in a string.
fn text(shared: &Shared, key: &mut Key, name: &[u8], value: &[u8], sink: &mut Sink<'_>) {
    if !key.said_equals && memchr::memchr(b'=', value).is_some() {
        key.said_equals = true;
        sink.add(
            &rules::INFO_EQUALS_SIGN,
            name,
            format!("the value of {} has an equals sign", quoted(name)),
        );
    }
    if !shared.grammar.percent_encoding {
        return;
    }
    let hex = |byte: Option<&u8>| byte.is_some_and(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    let bad = memchr::memchr_iter(b'%', value).find(|at| !(hex(value.get(at + 1)) && hex(value.get(at + 2))));
    if let Some(at) = bad {
        let message = format!("a percent sign in {} is not encoded", quoted(name));
        sink.add(&rules::PERCENT_ENCODING, &value[at..], message);
    }
}
