//! Reference builds and their contigs: order, lengths, spellings, pseudo-autosomal regions.
//!
//! Invariant: a name matches exactly or not at all; `1` is never `19`, and ordinals 1 to 25 mean the same in each build.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

mod contigs;
mod index;

pub use index::{ContigIndex, ContigRef, DuplicateContig};

/// Ordinal of chromosome X.
pub const X: i16 = 23;
/// Ordinal of chromosome Y.
pub const Y: i16 = 24;
/// Ordinal of the mitochondrion.
pub const MT: i16 = 25;

/// A reference genome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Build {
    /// GRCh37, also known as hg19 and b37.
    #[serde(rename = "GRCh37")]
    Grch37,
    /// GRCh38, also known as hg38.
    #[serde(rename = "GRCh38")]
    Grch38,
    /// T2T-CHM13v2.0, also known as hs1.
    #[serde(rename = "T2T-CHM13")]
    T2tChm13,
}

/// A chromosome of a build.
#[derive(Debug, PartialEq, Eq)]
pub struct Contig {
    /// Place in genome order, 1 to 25 for 1 to 22, X, Y, MT.
    pub ordinal: i16,
    /// Canonical name: `1`, `X`, `MT`.
    pub name: &'static str,
    /// Length in bases.
    pub length: u32,
    /// Other spellings: `chr1`, `NC_000001.10`, `CM000663.1`.
    pub aliases: &'static [&'static str],
}

/// The text names no known build.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown reference build {0:?}; known are GRCh37, GRCh38 and T2T-CHM13")]
pub struct UnknownBuild(pub String);

impl Build {
    /// All builds.
    pub const ALL: [Build; 3] = [Build::Grch37, Build::Grch38, Build::T2tChm13];

    /// The name used on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Build::Grch37 => "GRCh37",
            Build::Grch38 => "GRCh38",
            Build::T2tChm13 => "T2T-CHM13",
        }
    }

    /// The 25 chromosomes in genome order.
    pub fn contigs(self) -> &'static [Contig] {
        match self {
            Build::Grch37 => &contigs::GRCH37,
            Build::Grch38 => &contigs::GRCH38,
            Build::T2tChm13 => &contigs::T2T_CHM13,
        }
    }

    /// The chromosome of that name or alias, exactly.
    pub fn contig(self, name: &str) -> Option<&'static Contig> {
        self.contigs()
            .iter()
            .find(|contig| contig.name == name || contig.aliases.contains(&name))
    }

    /// The chromosome of that ordinal.
    pub fn contig_by_ordinal(self, ordinal: i16) -> Option<&'static Contig> {
        usize::try_from(ordinal)
            .ok()?
            .checked_sub(1)
            .and_then(|i| self.contigs().get(i))
    }

    /// The builds whose chromosome `name` has that length: tells a wrong build from its header.
    pub fn with_contig_length(name: &str, length: u32) -> impl Iterator<Item = Build> {
        let fits = move |build: &Build| build.contig(name).is_some_and(|contig| contig.length == length);
        Build::ALL.into_iter().filter(fits)
    }

    /// The builds that know a contig by that name: an accession names one build's only.
    pub fn with_contig(name: &str) -> impl Iterator<Item = Build> {
        Build::ALL
            .into_iter()
            .filter(move |build| build.contig(name).is_some())
    }

    /// Pseudo-autosomal regions of X and Y as `(ordinal, first, last)`, 1-based and inclusive.
    pub fn pseudo_autosomal(self) -> &'static [(i16, u32, u32); 4] {
        match self {
            Build::Grch37 => &contigs::GRCH37_PAR,
            Build::Grch38 => &contigs::GRCH38_PAR,
            Build::T2tChm13 => &contigs::T2T_CHM13_PAR,
        }
    }

    /// Whether a male has one copy of that position: X and Y outside the pseudo-autosomal regions.
    pub fn haploid_in_males(self, ordinal: i16, position: u32) -> bool {
        (ordinal == X || ordinal == Y)
            && !self
                .pseudo_autosomal()
                .iter()
                .any(|&(contig, first, last)| contig == ordinal && (first..=last).contains(&position))
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Build {
    type Err = UnknownBuild;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Build::ALL.into_iter().find(|build| build.as_str() == text);
        found.ok_or_else(|| UnknownBuild(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_exactly() {
        for (build, name, want) in [
            (Build::Grch37, "1", Some(1)),
            (Build::Grch37, "chr1", Some(1)),
            (Build::Grch37, "NC_000001.10", Some(1)),
            (Build::Grch37, "NC_000001.11", None),
            (Build::Grch38, "NC_000001.11", Some(1)),
            (Build::Grch38, "19", Some(19)),
            (Build::Grch38, "chrM", Some(25)),
            (Build::Grch38, "M", Some(25)),
            (Build::T2tChm13, "NC_060947.1", Some(23)),
            (Build::T2tChm13, "CP068277.2", Some(1)),
            (Build::Grch38, "CHR1", None),
            (Build::Grch38, "chr1_KI270706v1_random", None),
            (Build::Grch38, "", None),
        ] {
            assert_eq!(
                build.contig(name).map(|contig| contig.ordinal),
                want,
                "{build} {name}"
            );
        }
    }

    #[test]
    fn ordinals_are_dense_and_names_unique() {
        for build in Build::ALL {
            let mut seen = std::collections::HashSet::new();
            for (i, contig) in build.contigs().iter().enumerate() {
                assert_eq!(contig.ordinal as usize, i + 1);
                assert_eq!(build.contig_by_ordinal(contig.ordinal), Some(contig));
                assert!(seen.insert(contig.name));
                assert!(
                    contig.aliases.iter().all(|alias| seen.insert(alias)),
                    "{build} {}",
                    contig.name
                );
            }
            assert_eq!(build.as_str().parse(), Ok(build));
            assert_eq!(serde_json::to_value(build).ok(), Some(build.as_str().into()));
        }
        assert_eq!(Build::Grch37.contig_by_ordinal(0), None);
        assert_eq!(Build::Grch37.contig_by_ordinal(26), None);
    }

    #[test]
    fn males_have_one_copy_outside_the_par() {
        use Build::{Grch37, Grch38, T2tChm13};
        // First and last base of each pseudo-autosomal region.
        for (build, ordinal, first, last) in [
            (Grch37, X, 60_001, 2_699_520),
            (Grch37, X, 154_931_044, 155_260_560),
            (Grch37, Y, 10_001, 2_649_520),
            (Grch37, Y, 59_034_050, 59_363_566),
            (Grch38, X, 10_001, 2_781_479),
            (Grch38, X, 155_701_383, 156_030_895),
            (Grch38, Y, 10_001, 2_781_479),
            (Grch38, Y, 56_887_903, 57_217_415),
            (T2tChm13, X, 1, 2_394_410),
            (T2tChm13, X, 153_925_835, 154_259_566),
            (T2tChm13, Y, 1, 2_458_320),
            (T2tChm13, Y, 62_122_810, 62_460_029),
        ] {
            let haploid = |position| build.haploid_in_males(ordinal, position);
            let at = format!("{build} {ordinal}:{first}-{last}");
            assert!(!haploid(first) && !haploid(last), "{at}");
            assert!(haploid(last + 1) && (first == 1 || haploid(first - 1)), "{at}");
            assert!(
                haploid(20_000_000) && last <= build.contigs()[ordinal as usize - 1].length,
                "{at}"
            );
        }
        for build in Build::ALL {
            assert!(!build.haploid_in_males(22, 20_000_000) && !build.haploid_in_males(MT, 100));
        }
    }
}
