//! SVLEN and SVCLAIM, which versions since 4.4 demand of symbolic structural variants.
//!
//! Invariant: says nothing of records without symbolic alleles or breakends; earlier versions drop its rules.

use super::Record;
use super::alt::{Allele, Kind};
use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::rules::info as rules;

/// What INFO says of structural variants.
#[derive(Debug, Default)]
pub(super) struct Structural<'a> {
    lengths: Option<&'a [u8]>,
    claims: Option<&'a [u8]>,
    has_end: bool,
}

impl<'a> Structural<'a> {
    pub fn note(&mut self, name: &[u8], value: Option<&'a [u8]>) {
        match name {
            b"SVLEN" => self.lengths = value,
            b"SVCLAIM" => self.claims = value,
            b"END" => self.has_end = value.is_some_and(|value| value != b"."),
            _ => {}
        }
    }

    pub fn check(&self, record: &Record<'_>, field: &[u8], sink: &mut Sink<'_>) {
        if !record
            .alts
            .iter()
            .any(|allele| matches!(allele.kind, Kind::Symbolic | Kind::Breakend))
        {
            return;
        }
        let without_length = record
            .alts
            .iter()
            .enumerate()
            .find(|(at, allele)| is_structural(allele) && element(self.lengths, *at).is_none());
        if let Some((_, allele)) = without_length {
            let rule = if self.has_end {
                &rules::SV_LENGTH_FROM_END
            } else {
                &rules::SV_LENGTH_MISSING
            };
            sink.add(rule, field, format!("{} has no SVLEN", quoted(allele.text)));
        }
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
}

/// The element of a list, unless missing.
fn element(list: Option<&[u8]>, at: usize) -> Option<&[u8]> {
    list?
        .split(|&b| b == b',')
        .nth(at)
        .filter(|element| !element.is_empty() && *element != b".")
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
