//! The reserved FORMAT keys.

use super::Domain::{Any, Fraction, NonNegative};
use super::Reserved;
use crate::import::validate::value::Number::{
    Alleles, Alternates, Fixed, Genotypes, LocalAlleles, LocalAlternates, LocalGenotypes, Modifications,
    Ploidy, Unknown,
};
use crate::import::validate::value::Type::{Float, Integer, String};
use crate::import::validate::version::Version::{self, V41, V42, V43, V44, V45};

#[rustfmt::skip]
pub(super) static ROWS: &[Reserved] = &[
    Reserved::row("AD", V43, V45, Alleles, Integer, Any),
    Reserved::row("ADF", V43, V45, Alleles, Integer, Any),
    Reserved::row("ADR", V43, V45, Alleles, Integer, Any),
    Reserved::row("DP", V41, V45, Fixed(1), Integer, Any),
    Reserved::row("EC", V41, V45, Alternates, Integer, Any),
    Reserved::row("FT", V41, V45, Fixed(1), String, Any),
    Reserved::row("GL", V41, V45, Genotypes, Float, Any),
    Reserved::row("GLE", V41, V42, Genotypes, String, Any),
    Reserved::row("GP", V41, V45, Genotypes, Float, Any),
    Reserved::row("GQ", V41, V45, Fixed(1), Integer, Any),
    Reserved::row("GT", V41, V45, Fixed(1), String, Any),
    Reserved::row("HQ", V41, V45, Fixed(2), Integer, Any),
    Reserved::row("LA", V45, V45, Unknown, Integer, Any),
    Reserved::row("LAA", V45, V45, Unknown, Integer, Any),
    Reserved::row("LAD", V45, V45, LocalAlleles, Integer, Any),
    Reserved::row("LADF", V45, V45, LocalAlleles, Integer, Any),
    Reserved::row("LADR", V45, V45, LocalAlleles, Integer, Any),
    Reserved::row("LEC", V45, V45, LocalAlternates, Integer, Any),
    Reserved::row("LEN", V45, V45, Fixed(1), Integer, NonNegative),
    Reserved::row("LGL", V45, V45, LocalGenotypes, Float, Any),
    Reserved::row("LGP", V45, V45, LocalGenotypes, Float, Any),
    Reserved::row("LPL", V45, V45, LocalGenotypes, Integer, Any),
    Reserved::row("LPP", V45, V45, LocalGenotypes, Integer, Any),
    Reserved::row("MQ", V41, V45, Fixed(1), Integer, Any),
    Reserved::row("PL", V41, V45, Genotypes, Integer, Any),
    Reserved::row("PP", V43, V45, Genotypes, Integer, Any),
    Reserved::row("PQ", V41, V45, Fixed(1), Integer, Any),
    Reserved::row("PS", V41, V45, Fixed(1), Integer, NonNegative),
    Reserved::row("PSL", V44, V45, Ploidy, String, Any),
    Reserved::row("PSO", V44, V45, Ploidy, Integer, Any),
    Reserved::row("PSQ", V44, V45, Ploidy, Integer, Any),
    Reserved::row("CN", V41, V43, Fixed(1), Integer, Any),
    Reserved::row("CN", V44, V45, Fixed(1), Float, Any),
    Reserved::row("CICN", V44, V45, Fixed(2), Float, Any),
    Reserved::row("CNQ", V41, V45, Fixed(1), Float, Any),
    // Since 4.3 the table says G, the text "for each potential copy number": the number is not that of genotypes.
    Reserved::row("CNL", V41, V45, Unknown, Float, Any),
    Reserved::row("CNP", V43, V45, Unknown, Float, Any),
    Reserved::row("NQ", V41, V45, Fixed(1), Integer, Any),
    Reserved::row("HAP", V41, V45, Fixed(1), Integer, Any),
    Reserved::row("AHAP", V41, V45, Fixed(1), Integer, Any),
];

static FRACTION: Reserved = Reserved::row("M[0-9]+[ACGTUN]", V45, V45, Modifications, Float, Fraction);
static DEPTH: Reserved = Reserved::row(
    "(DP|AD)M[0-9]+[ACGTUN]",
    V45,
    V45,
    Modifications,
    Integer,
    NonNegative,
);

/// Short names of modifications, which stand for a ChEBI number and a base.
const ALIASES: &[&[u8]] = &[
    b"5mC", b"5hmC", b"5fC", b"5caC", b"5hmU", b"5fU", b"5caU", b"6mA", b"8oxoG", b"XaoN",
];

/// The keys of base modifications (4.5): `M` and a ChEBI number with its base or an alias, `DP` or `AD` before it.
pub(super) fn modification(version: Version, key: &[u8]) -> Option<&'static Reserved> {
    let (row, rest) = match key.strip_prefix(b"DPM").or_else(|| key.strip_prefix(b"ADM")) {
        Some(rest) => (&DEPTH, rest),
        None => (&FRACTION, key.strip_prefix(b"M")?),
    };
    let (base, number) = rest.split_last()?;
    let chebi = !number.is_empty() && number.iter().all(u8::is_ascii_digit) && b"ACGTUN".contains(base);
    (row.is_of(version) && (chebi || ALIASES.contains(&rest))).then_some(row)
}
