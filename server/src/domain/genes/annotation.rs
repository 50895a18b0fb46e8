//! A gene annotation as its source tells it, on its way into the store.
//!
//! Invariant: what a source says and is not taken, or not as it stands, is listed with the reason.

use crate::domain::intervals::Interval;

/// What a source says of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Annotation {
    /// As the source numbers its releases.
    pub release: String,
    /// The genes.
    pub genes: Vec<AnnotatedGene>,
    /// What was left out or decided.
    pub refusals: Vec<Refusal>,
}

/// A gene as a source tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnnotatedGene {
    /// Its symbol.
    pub symbol: String,
    /// Ensembl gene id, without version.
    pub ensembl_id: Option<String>,
    /// What it is, in words.
    pub description: Option<String>,
    /// Other names.
    pub aliases: Vec<String>,
    /// Where it lies.
    pub places: Vec<Place>,
}

/// A stretch of a gene and the strand that it is read from, where that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The stretch.
    pub interval: Interval,
    /// The strand.
    pub strand: Option<Strand>,
}

/// A strand of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strand {
    /// The strand that the reference is written in.
    Forward,
    /// The other.
    Reverse,
}

/// Something that was left out, or decided by the rule for conflicting names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// Symbol as the source gives it.
    pub symbol: String,
    /// Ensembl gene id.
    pub ensembl_id: Option<String>,
    /// Place as the source writes it.
    pub place: String,
    /// What became of it.
    pub message: String,
}

/// Why something is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It lies on a scaffold, an alternate haplotype or an unplaced contig.
    OffStandardContig,
    /// It begins before the contig or ends after it.
    OutOfRange,
    /// The line does not have the form of the format.
    Malformed,
    /// Genes at one place share a symbol: they were made one.
    SymbolUnited,
    /// Distant genes share a symbol: each goes by its Ensembl id.
    SymbolShared,
    /// Genes with different symbols share an Ensembl id, which then leads to all of them.
    EnsemblIdShared,
}

impl Strand {
    /// `+` or `-`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "+",
            Self::Reverse => "-",
        }
    }

    /// Reads `+` and `-`; anything else tells no strand.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "+" => Some(Self::Forward),
            "-" => Some(Self::Reverse),
            _ => None,
        }
    }
}

impl Reason {
    /// As it stands in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OffStandardContig => "off_standard_contig",
            Self::OutOfRange => "out_of_range",
            Self::Malformed => "malformed",
            Self::SymbolUnited => "symbol_united",
            Self::SymbolShared => "symbol_shared",
            Self::EnsemblIdShared => "ensembl_id_shared",
        }
    }
}

impl AnnotatedGene {
    /// Joins stretches that overlap or touch; a strand stays where all that were joined agree on it.
    pub fn merge_places(&mut self) {
        self.places.sort_unstable();
        let mut merged: Vec<Place> = Vec::with_capacity(self.places.len());
        for place in self.places.drain(..) {
            match merged.last_mut() {
                Some(last)
                    if last.interval.contig == place.interval.contig
                        && place.interval.start <= last.interval.end.saturating_add(1) =>
                {
                    last.interval.end = last.interval.end.max(place.interval.end);
                    last.strand = last.strand.filter(|strand| Some(*strand) == place.strand);
                }
                _ => merged.push(place),
            }
        }
        self.places = merged;
    }
}
