//! Alleles: one alternate allele of one record, trimmed, typed and ordered.
//!
//! Invariant: an allele's position and bases are the shortest that say the same. Trimming never moves it backwards, and
//! left alignment by no more than [`REORDER_WINDOW`].

use serde::{Deserialize, Serialize};

mod align;
mod kind;
mod mate;
mod trim;
mod variant_id;

pub use align::{Alignment, REORDER_WINDOW};
pub use kind::{AlleleKind, is_catch_all};
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
    /// The absolute value of `SVLEN`, of a symbolic allele; 0 where it is not stated.
    pub length: u32,
    /// Where the other end of a symbolic allele lies (`CHR2`, with `POS2` or `END2`), where stated. A breakend's mate is
    /// part of its alternate.
    pub mate: Option<Box<str>>,
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
    /// `SVLEN` of a symbolic allele, else 0; likewise.
    #[serde(default)]
    pub length: u32,
    /// Mate of a symbolic allele; likewise.
    #[serde(default)]
    pub mate: Option<Box<str>>,
    /// 0 for the first of the alleles of a file that are alike in all else, 1 for the next.
    pub ordinal: u16,
}

/// What INFO says about the extent of symbolic alleles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// `END`, where given.
    pub end: Option<u32>,
    /// The absolute value of `SVLEN` for this allele, where given.
    pub length: Option<u32>,
    /// The place of the other end, where given.
    pub mate: Option<Box<str>>,
}

impl Allele {
    /// Splits one alternate allele off a record, as `bcftools norm -m-` would, and trims it: the common suffix, then
    /// the common prefix, keeping one base of each. `extent` matters to symbolic alleles only.
    pub fn new(position: u32, reference_bases: &str, alternate_bases: &str, extent: Extent) -> Allele {
        let kind = AlleleKind::of(reference_bases, alternate_bases);
        if !kind.is_sequence() {
            let own = position.saturating_add((reference_bases.len() as u32).saturating_sub(1));
            let extent = if kind.has_extent() {
                extent
            } else {
                Extent::default()
            };
            let end = extent.last(position, alternate_bases).unwrap_or(own);
            return Allele {
                position,
                end: end.max(position),
                reference_bases: reference_bases.to_ascii_uppercase(),
                alternate_bases: alternate_bases.to_owned(),
                kind,
                length: extent.length.unwrap_or(0),
                mate: extent.mate,
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
            length: 0,
            mate: None,
        }
    }

    /// The same allele, its mate on the contig as `canonical` names it; alleles without a mate as they are.
    pub fn with_mate_contig<'n>(mut self, canonical: impl Fn(&str) -> Option<&'n str>) -> Allele {
        if self.kind == AlleleKind::Breakend
            && let Some(renamed) = mate::rename_in_breakend(&self.alternate_bases, &canonical)
        {
            self.alternate_bases = renamed;
        }
        if let Some(renamed) = self.mate.as_ref().and_then(|mate| mate::rename(mate, &canonical)) {
            self.mate = Some(renamed.into());
        }
        self
    }

    /// Whether a reference could show that the allele belongs further left.
    pub fn may_move(&self) -> bool {
        self.repeat_unit().is_some()
    }

    /// The key of the allele on a contig.
    pub fn key(&self, contig: i16, ordinal: u16) -> AlleleKey {
        AlleleKey {
            contig,
            position: self.position,
            reference_bases: self.reference_bases.clone(),
            alternate_bases: self.alternate_bases.clone(),
            end: self.end,
            length: self.length,
            mate: self.mate.clone(),
            ordinal,
        }
    }
}

impl Extent {
    /// Last base of a symbolic allele: `END`, else position + `SVLEN` where the symbol spans the reference.
    fn last(&self, position: u32, alternate_bases: &str) -> Option<u32> {
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
            (100, "A", "A[2:321682["),
            (100, "A", "A[2:321682[", 100, Breakend),
        );
        check((100, "A", ".A"), (100, "A", ".A", 100, Breakend));
        check((0, "N", "]13:123456]NT"), (0, "N", "]13:123456]NT", 0, Breakend));
    }

    #[test]
    fn symbolic_alleles_end_where_info_says() {
        let end = |alternate: &str, end, length| {
            let extent = Extent {
                end,
                length,
                mate: None,
            };
            Allele::new(100, "A", alternate, extent).end
        };
        assert_eq!(end("<DEL>", Some(500), None), 500);
        assert_eq!(end("<DEL>", None, Some(400)), 500);
        assert_eq!(end("<INS>", None, Some(400)), 100);
        assert_eq!(end("<INS:ME:ALU>", None, Some(280)), 100);
        assert_eq!(end("<DEL>", Some(7), None), 100);
        assert_eq!(end("G", Some(500), None), 100);
        assert_eq!(end("<DEL>", None, Some(u32::MAX)), u32::MAX);
    }

    #[test]
    fn symbolic_alleles_differ_by_length_and_mate() {
        let key = |length, mate: Option<&str>| {
            let extent = Extent {
                end: Some(500),
                length,
                mate: mate.map(Into::into),
            };
            Allele::new(100, "A", "<INS>", extent).key(1, 0)
        };
        assert_eq!(key(Some(7), None), key(Some(7), None));
        assert_ne!(key(Some(7), None), key(Some(8), None));
        assert_ne!(key(Some(7), None), key(None, None));
        assert_ne!(key(None, Some("2:5")), key(None, Some("2:6")));
        let bases = |length| {
            let extent = Extent {
                length,
                ..Extent::default()
            };
            Allele::new(100, "A", "AC", extent).key(1, 0)
        };
        assert_eq!(bases(Some(1)), bases(None), "bases say it themselves");
    }

    #[test]
    fn a_breakends_mate_has_one_name() {
        let mate = |alternate: &str| {
            let allele = Allele::new(100, "G", alternate, Extent::default());
            let canonical = |name: &str| (name == "chr17").then_some("17");
            allele.with_mate_contig(canonical).alternate_bases
        };
        let place = |mate: &str| {
            let extent = Extent {
                mate: Some(mate.into()),
                ..Extent::default()
            };
            let allele = Allele::new(100, "G", "<TRA>", extent);
            allele
                .with_mate_contig(|name| (name == "chr17").then_some("17"))
                .mate
        };
        for (mate, want) in [("chr17:5", "17:5"), ("chr17", "17"), ("18:5", "18:5")] {
            assert_eq!(place(mate).as_deref(), Some(want));
        }
        for (alternate, want) in [
            ("G]chr17:198982]", "G]17:198982]"),
            ("]chr17:198982]G", "]17:198982]G"),
            ("G[17:198982[", "G[17:198982["),
            ("[chr17:198982[G", "[17:198982[G"),
            ("G]<ctg1>:7]", "G]<ctg1>:7]"),
            ("G]HLA:1:7]", "G]HLA:1:7]"),
            ("G]chr17]", "G]chr17]"),
            ("G.", "G."),
            ("G]", "G]"),
            ("GC", "GC"),
        ] {
            assert_eq!(mate(alternate), want);
        }
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
