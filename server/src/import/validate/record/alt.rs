//! ALT: bases, `*`, symbolic alleles, breakends.
//!
//! Invariant: an allele that is malformed is reported once, by the rule of the kind that it looks like.

use super::Shared;
use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::rules::{Rule, file, site as rules};

/// What an alternate allele is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bases,
    Overlap,
    Symbolic,
    Breakend,
    Missing,
    Malformed,
}

/// One alternate allele.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allele<'a> {
    pub text: &'a [u8],
    pub kind: Kind,
}

impl Allele<'_> {
    pub fn is_bases(&self) -> bool {
        self.kind == Kind::Bases
    }

    /// The first type of a symbolic allele: `DUP` of `<DUP:TANDEM>`.
    pub fn symbolic_type(&self) -> Option<&[u8]> {
        if self.kind != Kind::Symbolic {
            return None;
        }
        let id = self.text.strip_prefix(b"<")?.strip_suffix(b">")?;
        id.split(|&b| b == b':').next()
    }
}

/// Reads ALT; a dot alone gives no allele.
pub(super) fn check<'a>(
    shared: &Shared,
    field: &'a [u8],
    reference: &[u8],
    sink: &mut Sink<'_>,
) -> Vec<Allele<'a>> {
    if field == b"." {
        return Vec::new();
    }
    if let [base] = field
        && is_base(*base)
        && !reference.eq_ignore_ascii_case(field)
    {
        return vec![Allele {
            text: field,
            kind: Kind::Bases,
        }];
    }
    let mut alleles = Vec::new();
    for text in split(field) {
        if alleles.len() == shared.limits.alternates {
            let message = format!(
                "the record has more than {} alternate alleles",
                shared.limits.alternates
            );
            sink.add(&file::ALTERNATES_TOO_MANY, field, message);
            break;
        }
        let kind = classify(shared, text, sink);
        if kind == Kind::Bases && text.eq_ignore_ascii_case(reference) {
            sink.add(&rules::ALT_EQUALS_REF, text, "the alternate allele is REF");
        }
        alleles.push(Allele { text, kind });
    }
    repeated(shared, &alleles, sink);
    if alleles.len() > 1
        && let Some(missing) = alleles.iter().find(|allele| allele.kind == Kind::Missing)
    {
        sink.add(
            &rules::ALT_MISSING_IN_LIST,
            missing.text,
            "a missing value stands among alternate alleles",
        );
    }
    alleles
}

/// Splits at commas; those inside a symbolic ID are its fault and found with it.
fn split(field: &[u8]) -> impl Iterator<Item = &[u8]> {
    field.split(|&b| b == b',')
}

fn repeated(shared: &Shared, alleles: &[Allele<'_>], sink: &mut Sink<'_>) {
    if alleles.len() < 2 {
        return;
    }
    let mut texts: Vec<(Vec<u8>, &[u8])> = alleles
        .iter()
        .filter(|allele| match allele.kind {
            Kind::Malformed | Kind::Missing => false,
            Kind::Symbolic => !shared.grammar.alleles_by_length,
            Kind::Bases | Kind::Overlap | Kind::Breakend => true,
        })
        .map(|allele| {
            if allele.is_bases() {
                (allele.text.to_ascii_uppercase(), allele.text)
            } else {
                (allele.text.to_vec(), allele.text)
            }
        })
        .collect();
    texts.sort();
    for pair in texts.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        sink.add(
            &rules::ALT_REPEATED,
            pair[1].1,
            format!("the allele {} stands twice", quoted(pair[1].1)),
        );
    }
}

pub(super) fn is_base(byte: u8) -> bool {
    matches!(
        byte,
        b'A' | b'C' | b'G' | b'T' | b'N' | b'a' | b'c' | b'g' | b't' | b'n'
    )
}

fn are_bases(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().copied().all(is_base)
}

fn classify(shared: &Shared, text: &[u8], sink: &mut Sink<'_>) -> Kind {
    match text {
        b"" => refuse(&rules::ALT_EMPTY, text, "an alternate allele is empty", sink),
        b"." => Kind::Missing,
        b"*" => {
            if !shared.grammar.overlap_allele {
                sink.add(
                    &rules::ALT_OVERLAP_UNKNOWN,
                    text,
                    "the allele * came with version 4.2",
                );
            }
            Kind::Overlap
        }
        _ if are_bases(text) => Kind::Bases,
        _ if text.iter().any(|b| b"[]".contains(b)) => breakend(text, sink),
        _ if text.iter().any(|b| b"<>".contains(b)) => symbolic(text, sink),
        _ if is_single_breakend(text) => Kind::Breakend,
        _ if shared.grammar.overlap_allele && text.iter().all(|&b| is_base(b) || b == b'*') => {
            sink.add(
                &rules::ALT_OVERLAP_MIXED,
                text,
                format!("{} mixes * with bases", quoted(text)),
            );
            Kind::Malformed
        }
        _ => {
            let message = format!("{} is no allele", quoted(text));
            refuse(&rules::ALT_NOT_BASES, text, &message, sink)
        }
    }
}

fn refuse(rule: &'static Rule, text: &[u8], message: &str, sink: &mut Sink<'_>) -> Kind {
    sink.add(rule, text, message);
    Kind::Malformed
}

/// `<ID>`, or bases and the contig that is inserted after them: `C<ctg1>`.
fn symbolic(text: &[u8], sink: &mut Sink<'_>) -> Kind {
    let bases = text.iter().take_while(|&&b| is_base(b)).count();
    let id = text[bases..]
        .strip_prefix(b"<")
        .and_then(|rest| rest.strip_suffix(b">"));
    let fits = |id: &[u8]| !id.is_empty() && !id.iter().any(|b| b.is_ascii_whitespace() || b"<>".contains(b));
    if id.is_some_and(fits) {
        Kind::Symbolic
    } else {
        refuse(
            &rules::ALT_SYMBOLIC_MALFORMED,
            text,
            &format!("{} is no symbolic allele", quoted(text)),
            sink,
        )
    }
}

/// `t[p[`, `t]p]`, `]p]t`, `[p[t`.
fn breakend(text: &[u8], sink: &mut Sink<'_>) -> Kind {
    let fits = || {
        let first = text.iter().position(|b| b"[]".contains(b))?;
        let last = text.iter().rposition(|b| b"[]".contains(b))?;
        let (before, mate, after) = (&text[..first], text.get(first + 1..last)?, &text[last + 1..]);
        let bases = if before.is_empty() { after } else { before };
        let one_sided = before.is_empty() != after.is_empty();
        let colon = mate.iter().rposition(|&b| b == b':')?;
        let (contig, pos) = (&mate[..colon], &mate[colon + 1..]);
        let fits = text[first] == text[last]
            && one_sided
            && (are_bases(bases) || bases == b".")
            && !contig.is_empty()
            && !contig
                .iter()
                .any(|b| b.is_ascii_whitespace() || b"[]".contains(b))
            && contig.starts_with(b"<") == contig.ends_with(b">")
            && !pos.is_empty()
            && pos.iter().all(u8::is_ascii_digit);
        fits.then_some(())
    };
    if fits().is_some() {
        Kind::Breakend
    } else {
        refuse(
            &rules::BREAKEND_MALFORMED,
            text,
            &format!("{} is no breakend", quoted(text)),
            sink,
        )
    }
}

/// `t.` or `.t`.
fn is_single_breakend(text: &[u8]) -> bool {
    text.strip_prefix(b".").is_some_and(are_bases) || text.strip_suffix(b".").is_some_and(are_bases)
}
