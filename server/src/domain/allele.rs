//! Alleles: one alternate allele of one record, trimmed, typed and ordered.
//!
//! Invariant: an allele's position and bases are the shortest that say the same; trimming never moves it backwards.

use serde::{Deserialize, Serialize};

mod kind;
mod trim;
mod variant_id;

pub use kind::AlleleKind;
pub use variant_id::{VariantId, VariantIdError};

/// One alternate allele on its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Allele {
    /// First reference base that the allele replaces, 1-based; 0 is the telomere before it.
    pub position: u32,
    /// Last reference base that the allele speaks for, inclusive.
    pub end: u32,
    /// What the reference has there; bases in upper case.
    pub reference_bases: String,
    /// What the allele has instead; bases in upper case, or a symbol, a breakend or `*`.
    pub alternate_bases: String,
    /// Its type.
    pub kind: AlleleKind,
}

/// What tells one allele of a dataset from another, in genome order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlleleKey {
    /// Ordinal of the contig.
    pub contig: i16,
    /// First reference base, 1-based.
    pub position: u32,
    /// Reference bases.
    pub reference_bases: String,
    /// Alternate bases.
    pub alternate_bases: String,
    /// Last reference base, inclusive; tells symbolic alleles apart.
    pub end: u32,
    /// 0 for the first of the alleles of a file that are alike in all else, in the order of the file (of the records,
    /// then of ALT), 1 for the next. Each is a row of its own with the counts of its own record; none is added to
    /// another. Where files of several datasets are merged, only their first ones meet.
    pub ordinal: u16,
}

/// What INFO says about the extent of symbolic alleles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// `END`, where given.
    pub end: Option<u32>,
    /// The absolute value of `SVLEN` for this allele, where given.
    pub length: Option<u32>,
}

impl Allele {
    /// Splits one alternate allele off a record, as `bcftools norm -m-` would, and trims it: the common suffix, then
    /// the common prefix, keeping one base of each. `extent` matters to symbolic alleles only.
    pub fn new(position: u32, reference_bases: &str, alternate_bases: &str, extent: Extent) -> Allele {
        let kind = AlleleKind::of(reference_bases, alternate_bases);
        if !kind.is_sequence() {
            let own = position.saturating_add((reference_bases.len() as u32).saturating_sub(1));
            let end = if kind.has_extent() {
                extent.last(position, alternate_bases).unwrap_or(own)
            } else {
                own
            };
            return Allele {
                position,
                end: end.max(position),
                reference_bases: reference_bases.to_ascii_uppercase(),
                alternate_bases: alternate_bases.to_owned(),
                kind,
            };
        }
        let (prefix, reference, alternate) =
            trim::trim(reference_bases.as_bytes(), alternate_bases.as_bytes());
        let position = position.saturating_add(prefix as u32);
        let reference_bases = reference_bases[reference].to_ascii_uppercase();
        let alternate_bases = alternate_bases[alternate].to_ascii_uppercase();
        Allele {
            position,
            end: position.saturating_add(reference_bases.len() as u32 - 1),
            kind: AlleleKind::of(&reference_bases, &alternate_bases),
            reference_bases,
            alternate_bases,
        }
    }

    /// The key of the allele on a contig.
    pub fn key(&self, contig: i16, ordinal: u16) -> AlleleKey {
        AlleleKey {
            contig,
            position: self.position,
            reference_bases: self.reference_bases.clone(),
            alternate_bases: self.alternate_bases.clone(),
            end: self.end,
            ordinal,
        }
    }
}

impl Extent {
    /// Last base of a symbolic allele: `END`, else position + `SVLEN` where the symbol spans the reference.
    fn last(self, position: u32, alternate_bases: &str) -> Option<u32> {
        let spans = !alternate_bases.starts_with("<INS");
        let by_length = self
            .length
            .filter(|_| spans)
            .map(|length| position.saturating_add(length));
        self.end.or(by_length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(record: (u32, &str, &str), want: (u32, &str, &str, u32, AlleleKind)) {
        let allele = Allele::new(record.0, record.1, record.2, Extent::default());
        let got = (
            allele.position,
            allele.reference_bases.as_str(),
            allele.alternate_bases.as_str(),
            allele.end,
            allele.kind,
        );
        assert_eq!(got, want, "{record:?}");
    }

    #[test]
    fn alleles_are_trimmed_and_typed() {
        use AlleleKind::*;
        check((100, "A", "G"), (100, "A", "G", 100, Snv));
        check((100, "a", "g"), (100, "A", "G", 100, Snv));
        check((100, "GA", "G"), (100, "GA", "G", 101, Deletion));
        check((100, "G", "GA"), (100, "G", "GA", 100, Insertion));
        check((100, "GAA", "GA"), (100, "GA", "G", 101, Deletion));
        check((100, "CAT", "CGT"), (101, "A", "G", 101, Snv));
        check((100, "CATG", "CGCG"), (101, "AT", "GC", 102, Mnv));
        check((100, "AT", "GCC"), (100, "AT", "GCC", 101, Indel));
        check((100, "AAAA", "AA"), (100, "AAA", "A", 102, Deletion));
        check((100, "TCAT", "TCATCAT"), (100, "T", "TCAT", 100, Insertion));
        check((100, "A", "A"), (100, "A", "A", 100, Mnv));
        check((100, "AT", "*"), (100, "AT", "*", 101, Overlapping));
        check((100, "A", "<DEL>"), (100, "A", "<DEL>", 100, Symbolic));
        check(
            (100, "A", "<NON_REF>"),
            (100, "A", "<NON_REF>", 100, ReferenceBlock),
        );
        check((100, "A", "<*>"), (100, "A", "<*>", 100, ReferenceBlock));
        check(
            (100, "A", "A[2:321682["),
            (100, "A", "A[2:321682[", 100, Breakend),
        );
        check((100, "A", ".A"), (100, "A", ".A", 100, Breakend));
        check((0, "N", "]13:123456]NT"), (0, "N", "]13:123456]NT", 0, Breakend));
    }

    #[test]
    fn symbolic_alleles_end_where_info_says() {
        let end = |alternate: &str, end, length| Allele::new(100, "A", alternate, Extent { end, length }).end;
        assert_eq!(end("<DEL>", Some(500), None), 500);
        assert_eq!(end("<DEL>", None, Some(400)), 500);
        assert_eq!(end("<INS>", None, Some(400)), 100);
        assert_eq!(end("<INS:ME:ALU>", None, Some(280)), 100);
        assert_eq!(end("<DEL>", Some(7), None), 100);
        assert_eq!(end("G", Some(500), None), 100);
        assert_eq!(end("<NON_REF>", Some(180), None), 180);
        assert_eq!(end("<DEL>", None, Some(u32::MAX)), u32::MAX);
    }

    #[test]
    fn keys_sort_in_genome_order() {
        let key = |contig, position, reference: &str, alternate: &str, ordinal| {
            Allele::new(position, reference, alternate, Extent::default()).key(contig, ordinal)
        };
        let sorted = [
            key(1, 10, "A", "C", 0),
            key(1, 10, "A", "C", 1),
            key(1, 10, "A", "G", 0),
            key(1, 10, "AT", "A", 0),
            key(1, 11, "A", "C", 0),
            key(2, 1, "A", "C", 0),
        ];
        assert!(sorted.is_sorted());
    }
}
