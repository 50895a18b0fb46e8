//! What INFO must say of symbolic structural variants and breakends since 4.4, and END since 4.5.
//!
//! Invariant: says nothing of records without symbolic alleles or breakends; earlier versions drop its rules.

use super::Record;
use super::alt::{Allele, Kind};
use super::repeats::Repeats;
use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::rules::info as rules;
use crate::import::validate::value::float_value;

/// Keys that hold pairs of bounds around a value, which lies between them.
const INTERVALS: [&[u8]; 4] = [b"CIPOS", b"CIEND", b"CIRUC", b"CIRB"];

/// What INFO says of structural variants.
#[derive(Debug, Default)]
pub(super) struct Structural<'a> {
    lengths: Option<&'a [u8]>,
    claims: Option<&'a [u8]>,
    end: Option<&'a [u8]>,
    intervals: [Option<&'a [u8]>; INTERVALS.len()],
    repeats: Repeats<'a>,
}

impl<'a> Structural<'a> {
    /// Whether INFO has to say anything.
    pub fn concerns(record: &Record<'_>) -> bool {
        let is_structural = |allele: &Allele<'_>| matches!(allele.kind, Kind::Symbolic | Kind::Breakend);
        record.alts.iter().any(is_structural)
    }

    pub fn note(&mut self, name: &[u8], value: Option<&'a [u8]>) {
        match name {
            b"SVLEN" => self.lengths = value,
            b"SVCLAIM" => self.claims = value,
            b"END" => self.end = value.filter(|value| *value != b"."),
            _ => {
                if let Some(at) = INTERVALS.iter().position(|key| *key == name) {
                    self.intervals[at] = value;
                }
                self.repeats.note(name, value);
            }
        }
    }

    pub fn check(&self, record: &Record<'_>, field: &[u8], sink: &mut Sink<'_>) {
        self.length(record, field, sink);
        self.claim(record, field, sink);
        for (name, list) in INTERVALS.iter().zip(self.intervals) {
            if let Some(list) = list {
                interval(name, list, sink);
            }
        }
        self.repeats.check(record, sink);
        self.copy_number(record, field, sink);
        self.end(record, sink);
    }

    fn length(&self, record: &Record<'_>, field: &[u8], sink: &mut Sink<'_>) {
        let mut alts = record.alts.iter().enumerate();
        let without = alts.find(|(at, allele)| is_structural(allele) && element(self.lengths, *at).is_none());
        if let Some((_, allele)) = without {
            let rule = if self.end.is_some() {
                &rules::SV_LENGTH_FROM_END
            } else {
                &rules::SV_LENGTH_MISSING
            };
            sink.add(rule, field, format!("{} has no SVLEN", quoted(allele.text)));
        }
    }

    fn claim(&self, record: &Record<'_>, field: &[u8], sink: &mut Sink<'_>) {
        for (at, allele) in record.alts.iter().enumerate() {
            let claim = element(self.claims, at);
            let Some(allowed) = allowed_claims(allele) else {
                continue;
            };
            match claim {
                None if matches!(allele.symbolic_type(), Some(b"DEL" | b"DUP")) => {
                    return sink.add(
                        &rules::SV_CLAIM_MISSING,
                        field,
                        format!("{} has no SVCLAIM", quoted(allele.text)),
                    );
                }
                Some(claim) if !allowed.contains(&claim) => {
                    let message = format!("{} cannot claim {}", quoted(allele.text), quoted(claim));
                    return sink.add(&rules::SV_CLAIM, claim, message);
                }
                _ => {}
            }
        }
    }

    /// A copy number of a sample is that of one region.
    fn copy_number(&self, record: &Record<'_>, field: &[u8], sink: &mut Sink<'_>) {
        if !record.format.split(|&b| b == b':').any(|key| key == b"CN") {
            return;
        }
        let mut lengths = record.alts.iter().enumerate().filter_map(|(at, allele)| {
            matches!(allele.symbolic_type()?, b"CNV" | b"DEL" | b"DUP")
                .then(|| element(self.lengths, at).and_then(number))?
                .map(f64::abs)
        });
        if let Some(first) = lengths.next()
            && lengths.any(|length| length != first)
        {
            let message = "the samples have copy numbers, and the regions have different lengths";
            sink.add(&rules::SV_COPY_NUMBER_REGION, field, message);
        }
    }

    /// END is what REF and SVLEN make it; nothing is said where an allele leaves it open.
    fn end(&self, record: &Record<'_>, sink: &mut Sink<'_>) {
        let (Some(text), Some(pos)) = (self.end, record.pos) else {
            return;
        };
        let Some(end) = number(text) else { return };
        let mut computed = pos as f64 + record.reference.len() as f64 - 1.0;
        for (at, allele) in record.alts.iter().enumerate() {
            match (allele.kind, allele.symbolic_type()) {
                (Kind::Symbolic, Some(b"DEL" | b"DUP" | b"INV" | b"CNV")) => {
                    let Some(length) = element(self.lengths, at).and_then(number) else {
                        return;
                    };
                    computed = computed.max(pos as f64 + length.abs());
                }
                (Kind::Symbolic, _) => return,
                _ => {}
            }
        }
        // An END before POS was reported as that.
        if end != computed && end >= pos as f64 {
            let message = format!("END is {end}, and REF and SVLEN end at {computed}");
            sink.add(&rules::END_COMPUTED, text, message);
        }
    }
}

/// The lower bound is 0 or less, the upper 0 or more.
fn interval(name: &[u8], list: &[u8], sink: &mut Sink<'_>) {
    for (at, bound) in list.split(|&b| b == b',').enumerate() {
        let wrong = number(bound).is_some_and(|n| if at % 2 == 0 { n > 0.0 } else { n < 0.0 });
        if wrong {
            let message = format!("an interval of {} does not span 0", quoted(name));
            return sink.add(&rules::SV_INTERVAL, bound, message);
        }
    }
}

/// The element of a list, unless missing.
fn element(list: Option<&[u8]>, at: usize) -> Option<&[u8]> {
    list?
        .split(|&b| b == b',')
        .nth(at)
        .filter(|element| !element.is_empty() && *element != b".")
}

fn number(text: &[u8]) -> Option<f64> {
    float_value(text).filter(|n| n.is_finite())
}

fn is_structural(allele: &Allele<'_>) -> bool {
    matches!(
        allele.symbolic_type(),
        Some(b"DEL" | b"DUP" | b"INS" | b"INV" | b"CNV")
    )
}

fn allowed_claims(allele: &Allele<'_>) -> Option<&'static [&'static [u8]]> {
    if allele.kind == Kind::Breakend {
        return Some(&[b"J"]);
    }
    match allele.symbolic_type()? {
        b"DEL" | b"DUP" => Some(&[b"D", b"J", b"DJ"]),
        b"CNV" => Some(&[b"D"]),
        b"INV" | b"INS" => Some(&[b"J", b"DJ"]),
        _ => None,
    }
}
