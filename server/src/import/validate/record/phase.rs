//! The alleles of a genotype with their phase, and what hangs on it: phase set lists and base modifications.
//!
//! Invariant: read from a GT that was found to be well-formed; anything else gives `None`.

use super::Record;
use super::alt::Kind;

/// An allele of a genotype: its number, `None` where it is missing, and whether it is phased.
pub(super) type Called = (Option<usize>, bool);

/// Reads GT. The mark before the first allele may be left out: it is `/` where any mark is.
pub(super) fn alleles(genotype: &[u8]) -> Option<Vec<Called>> {
    let is_mark = |byte: &u8| b"/|".contains(byte);
    let (first, rest) = match genotype.first() {
        Some(mark) if is_mark(mark) => (*mark == b'|', &genotype[1..]),
        _ => (!genotype.contains(&b'/'), genotype),
    };
    let marks = rest.iter().filter(|byte| is_mark(byte)).map(|mark| *mark == b'|');
    let mut phases = std::iter::once(first).chain(marks);
    rest.split(is_mark)
        .map(|text| {
            let phased = phases.next()?;
            if text == b"." {
                return Some((None, phased));
            }
            Some((Some(std::str::from_utf8(text).ok()?.parse().ok()?), phased))
        })
        .collect()
}

/// The first value of a phase set list that belongs to an unphased allele.
pub(super) fn set_of_unphased<'a>(called: &[Called], list: &'a [u8]) -> Option<&'a [u8]> {
    list.split(|&b| b == b',')
        .zip(called)
        .find(|(value, (_, phased))| !phased && !value.is_empty() && *value != b".")
        .map(|(value, _)| value)
}

/// How many bases of the called alleles can carry the modification that `key` names by its last letter; `None` where
/// the record does not tell.
pub(super) fn modifications(key: &[u8], called: &[Called], record: &Record<'_>) -> Option<u64> {
    let base = key.last()?.to_ascii_uppercase();
    let mut counted = Vec::new();
    let mut sum = 0;
    for &(allele, phased) in called {
        let Some(number) = allele else { continue };
        // Unphased copies of an allele share their values.
        if !phased {
            if counted.contains(&number) {
                continue;
            }
            counted.push(number);
        }
        sum += match number.checked_sub(1) {
            None if record.alts.iter().any(|alt| alt.kind == Kind::Symbolic) => return None,
            None => sites(base, record.reference)?,
            Some(at) => match record.alts.get(at)?.kind {
                Kind::Bases => sites(base, record.alts[at].text)?,
                Kind::Symbolic => 0,
                _ => return None,
            },
        };
    }
    Some(sum)
}

/// Bases on either strand that are `base`; for N both strands of each count.
fn sites(base: u8, sequence: &[u8]) -> Option<u64> {
    let pair: &[u8] = match base {
        b'C' | b'G' => b"CG",
        b'A' | b'T' | b'U' => b"AT",
        b'N' => return Some(2 * sequence.len() as u64),
        _ => return None,
    };
    let upper = sequence.to_ascii_uppercase();
    if upper.contains(&b'N') {
        return None;
    }
    Some(upper.iter().filter(|byte| pair.contains(byte)).count() as u64)
}

#[cfg(test)]
mod tests {
    use super::super::alt::Allele;
    use super::*;

    #[test]
    fn the_first_mark_may_be_left_out() {
        let both = |text: &str| alleles(text.as_bytes()).unwrap();
        assert_eq!(both("0/1"), [(Some(0), false), (Some(1), false)]);
        assert_eq!(both("1|."), [(Some(1), true), (None, true)]);
        assert_eq!(
            both("0|1/2"),
            [(Some(0), false), (Some(1), true), (Some(2), false)]
        );
        assert_eq!(both("|0/1"), [(Some(0), true), (Some(1), false)]);
        assert_eq!(alleles(b"0/x"), None);
    }

    #[test]
    fn the_modifications_of_the_examples_are_counted() {
        for (reference, alts, genotype, key, want) in [
            ("C", "A", "0/1", "M5mC", Some(1)),
            ("C", "CTAG", "0/1", "M5mC", Some(3)),
            ("C", "", "0|0", "M5hmC", Some(2)),
            ("C", "A,T,G,ACG", "/3|1/0|4|0/0/3/1", "M5mC", Some(5)),
            ("CGA", "", "0", "M5mC", Some(2)),
            ("CGA", "", "0", "MXaoN", Some(6)),
            ("CN", "", "0", "M5mC", None),
        ] {
            let record = Record {
                reference: reference.as_bytes(),
                alts: alts
                    .split(',')
                    .filter(|alt| !alt.is_empty())
                    .map(|alt| Allele {
                        text: alt.as_bytes(),
                        kind: Kind::Bases,
                    })
                    .collect(),
                ..Record::default()
            };
            let called = alleles(genotype.as_bytes()).unwrap();
            assert_eq!(
                modifications(key.as_bytes(), &called, &record),
                want,
                "{genotype}"
            );
        }
    }
}
