//! Terms that need no field name: variants as geneticists type them, regions, positions, rsIDs, gene symbols.
//!
//! Invariant: a chromosome is taken as typed and matched exactly later; `1` never means chromosome 19.

use super::cursor::Cursor;
use crate::domain::ast::Term;

/// Recognises the bare term `chunk`, which ended at the cursor; may read on (`chr1:55051215 G>GA`).
pub(super) fn recognise(chunk: &str, cursor: &mut Cursor) -> Option<Term> {
    if is_rs_id(chunk) {
        return Some(Term::Id(chunk.to_ascii_lowercase()));
    }
    if let Some(term) = variant(chunk) {
        return Some(term);
    }
    if let Some((chrom, range)) = region(chunk) {
        if range.0 == range.1
            && let Some((reference_bases, alternate_bases)) = bases_after(cursor)
        {
            return Some(Term::Variant {
                chrom,
                pos: range.0,
                reference_bases,
                alternate_bases,
            });
        }
        return Some(Term::Region {
            chrom,
            range: Some(range),
        });
    }
    let is_name = chunk.starts_with(|c: char| c.is_ascii_alphabetic())
        && chunk
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@'));
    is_name.then(|| Term::Gene(chunk.to_owned()))
}

fn is_rs_id(chunk: &str) -> bool {
    let number = chunk
        .strip_prefix("rs")
        .or_else(|| chunk.strip_prefix("RS"))
        .or_else(|| chunk.strip_prefix("Rs"));
    number.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// `chrom pos ref alt` with any of `-:.>/_` between them.
pub(super) fn variant(chunk: &str) -> Option<Term> {
    let parts: Vec<&str> = chunk.split(['-', ':', '.', '>', '/', '_']).collect();
    let [chrom, pos, reference, alternate] = parts[..] else {
        return None;
    };
    let pos = position(pos)?;
    let is_chrom = !chrom.is_empty() && chrom.chars().all(|c| c.is_ascii_alphanumeric());
    let alternate_is_valid = is_bases(alternate) || alternate == "*" || is_symbolic(alternate);
    (is_chrom && is_bases(reference) && alternate_is_valid).then(|| Term::Variant {
        chrom: chrom.to_owned(),
        pos,
        reference_bases: reference.to_ascii_uppercase(),
        alternate_bases: if is_symbolic(alternate) {
            alternate.to_owned()
        } else {
            alternate.to_ascii_uppercase()
        },
    })
}

/// `chrom:start-end`, `chrom:pos`, `chrom-start-end`; positions may carry commas.
pub(super) fn region(chunk: &str) -> Option<(String, (u32, u32))> {
    let (chrom, rest) = chunk.split_once(':').or_else(|| {
        let (chrom, rest) = chunk.split_once('-')?;
        rest.contains('-').then_some((chrom, rest))
    })?;
    let is_chrom = !chrom.is_empty()
        && chrom
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    if !is_chrom {
        return None;
    }
    let range = match rest.split_once('-') {
        Some((start, end)) => (position(start)?, position(end)?),
        None => {
            let pos = position(rest)?;
            (pos, pos)
        }
    };
    Some((chrom.to_owned(), range))
}

/// A position with or without thousands separators.
fn position(text: &str) -> Option<u32> {
    let starts_with_digit = text.starts_with(|c: char| c.is_ascii_digit());
    let digits: String = text.chars().filter(|c| *c != ',').collect();
    if starts_with_digit {
        digits.parse().ok().filter(|pos| *pos > 0)
    } else {
        None
    }
}

fn is_bases(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| matches!(b.to_ascii_uppercase(), b'A' | b'C' | b'G' | b'T' | b'N'))
}

fn is_symbolic(text: &str) -> bool {
    text.len() > 2 && text.starts_with('<') && text.ends_with('>')
}

/// `G>GA`, `G GA` or `G/GA` after a position; the cursor stays where there is none.
fn bases_after(cursor: &mut Cursor) -> Option<(String, String)> {
    let start = cursor.at();
    cursor.skip_space();
    let chunk = cursor.take_while(|c| c.is_ascii_alphabetic() || matches!(c, '>' | '/'));
    let pair = chunk
        .split_once(['>', '/'])
        .filter(|(left, right)| is_bases(left) && is_bases(right));
    if pair.is_none() {
        cursor.go(start);
    }
    pair.map(|(left, right)| (left.to_ascii_uppercase(), right.to_ascii_uppercase()))
}
