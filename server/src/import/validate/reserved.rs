//! Reserved keys of INFO and FORMAT, as the specification of each version gives them.
//!
//! Invariant: a key has at most one row for a version.

mod format;
mod info;

use super::value::{Number, Type};
use super::version::Version;

/// What values a reserved key takes beyond its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Domain {
    /// Anything of the type.
    Any,
    /// 0 or more: counts, depths, positions.
    NonNegative,
    /// From 0 to 1.
    Fraction,
    /// A type of structural variant, with or without a subtype.
    StructuralType,
    /// A CIGAR string.
    Cigar,
    /// So many values for each alternate allele, which Number cannot say.
    PerAlternate(u8),
}

/// One row: key, first and last version, Number, Type, domain.
#[derive(Debug)]
pub(crate) struct Reserved {
    pub key: &'static str,
    first: Version,
    last: Version,
    pub number: Number,
    pub ty: Type,
    pub domain: Domain,
}

impl Reserved {
    const fn row(
        key: &'static str,
        first: Version,
        last: Version,
        number: Number,
        ty: Type,
        domain: Domain,
    ) -> Self {
        Reserved {
            key,
            first,
            last,
            number,
            ty,
            domain,
        }
    }

    fn is_of(&self, version: Version) -> bool {
        self.first <= version && version <= self.last
    }
}

/// The reserved INFO key of this name.
pub(crate) fn info(version: Version, key: &[u8]) -> Option<&'static Reserved> {
    info::ROWS
        .iter()
        .find(|row| row.key.as_bytes() == key && row.is_of(version))
}

/// The reserved FORMAT key of this name, base modifications included.
pub(crate) fn format(version: Version, key: &[u8]) -> Option<&'static Reserved> {
    format::ROWS
        .iter()
        .find(|row| row.key.as_bytes() == key && row.is_of(version))
        .or_else(|| format::modification(version, key))
}

/// Types of structural variants: the values of SVTYPE, and names that no contig may take.
pub(crate) const SYMBOLIC: &[&str] = &["DEL", "INS", "DUP", "INV", "CNV", "BND"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_row_for_a_version() {
        for version in Version::ALL {
            for rows in [info::ROWS, format::ROWS] {
                let mut keys: Vec<_> = rows
                    .iter()
                    .filter(|row| row.is_of(version))
                    .map(|row| row.key)
                    .collect();
                let all = keys.len();
                keys.sort_unstable();
                keys.dedup();
                assert_eq!(keys.len(), all, "{version:?}");
            }
        }
    }

    #[test]
    fn rows_follow_the_versions() {
        assert_eq!(info(Version::V42, b"SVLEN").unwrap().number, Number::Unknown);
        assert_eq!(info(Version::V44, b"SVLEN").unwrap().number, Number::Alternates);
        assert!(info(Version::V42, b"AD").is_none());
        assert_eq!(
            format(Version::V45, b"M27551C").unwrap().number,
            Number::Modifications
        );
        assert_eq!(format(Version::V45, b"DPM27551C").unwrap().ty, Type::Integer);
        assert!(format(Version::V44, b"M27551C").is_none());
        assert!(format(Version::V45, b"MX1C").is_none());
    }
}
