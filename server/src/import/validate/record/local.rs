//! Fields by local alleles beside the same fields by all alleles, since 4.5.
//!
//! Invariant: only values that both sides give are compared.

use super::key::Demand;
use crate::import::validate::value::Number;

/// Fields by all alleles and their names by local ones.
pub(super) const PAIRS: [(&[u8], &[u8]); 8] = [
    (b"AD", b"LAD"),
    (b"ADF", b"LADF"),
    (b"ADR", b"LADR"),
    (b"EC", b"LEC"),
    (b"GL", b"LGL"),
    (b"GP", b"LGP"),
    (b"PL", b"LPL"),
    (b"PP", b"LPP"),
];

/// The first local value that differs from that of the field by all alleles.
pub(super) fn difference<'a>(
    demand: &Demand,
    all: &[u8],
    local: &'a [u8],
    alleles: &[usize],
    ploidy: Option<u64>,
) -> Option<&'a [u8]> {
    let all: Vec<&[u8]> = all.split(|&b| b == b',').collect();
    places(demand.number, alleles, ploidy)
        .into_iter()
        .zip(local.split(|&b| b == b','))
        .find(|(at, value)| all.get(*at).is_some_and(|other| differ(other, value)))
        .map(|(_, value)| value)
}

fn differ(one: &[u8], other: &[u8]) -> bool {
    let is_missing = |value: &[u8]| value.is_empty() || value == b".";
    one != other && !is_missing(one) && !is_missing(other)
}

/// Where the values of a local list stand in the list by all alleles.
fn places(number: Number, alleles: &[usize], ploidy: Option<u64>) -> Vec<usize> {
    let with_reference: Vec<usize> = std::iter::once(0).chain(alleles.iter().copied()).collect();
    match (number, ploidy) {
        (Number::LocalAlternates, _) => alleles.iter().map(|allele| allele - 1).collect(),
        (Number::LocalAlleles, _) | (Number::LocalGenotypes, Some(1)) => with_reference,
        (Number::LocalGenotypes, Some(2)) => {
            let mut places = Vec::new();
            for (at, &second) in with_reference.iter().enumerate() {
                for &first in &with_reference[..=at] {
                    let (low, high) = (first.min(second), first.max(second));
                    places.push(high * (high + 1) / 2 + low);
                }
            }
            places
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_order_of_genotypes() {
        assert_eq!(places(Number::LocalAlternates, &[2, 4], None), [1, 3]);
        assert_eq!(places(Number::LocalAlleles, &[2, 4], None), [0, 2, 4]);
        // The example of the specification: LPL 90,80,0,100,110,120 beside PL 90,.,.,80,.,0,.,.,.,.,100,.,110,.,120.
        assert_eq!(
            places(Number::LocalGenotypes, &[2, 4], Some(2)),
            [0, 3, 5, 10, 12, 14]
        );
    }
}
