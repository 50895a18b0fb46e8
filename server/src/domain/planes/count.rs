//! Counts of one allele in one group, and the popcounts behind them.
//!
//! Invariant: counts are raw, as called; they add up over disjoint groups.

use std::ops::{Add, AddAssign};

/// What is counted of one allele in one group of samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    /// Samples with at least one called allele.
    pub ns: u32,
    /// Called alleles.
    pub an: u32,
    /// Called alleles that are this one.
    pub ac: u32,
    /// Fully called diploids with one copy.
    pub het: u32,
    /// Fully called diploids with two copies.
    pub hom: u32,
    /// Haploids with it.
    pub hemi: u32,
    /// Fully called diploids.
    pub n_dip: u32,
}

impl Counts {
    /// AC / AN, or none where nothing was called.
    pub fn af(&self) -> Option<f64> {
        (self.an > 0).then(|| f64::from(self.ac) / f64::from(self.an))
    }
}

impl Add for Counts {
    type Output = Counts;

    fn add(self, other: Counts) -> Counts {
        Counts {
            ns: self.ns + other.ns,
            an: self.an + other.an,
            ac: self.ac + other.ac,
            het: self.het + other.het,
            hom: self.hom + other.hom,
            hemi: self.hemi + other.hemi,
            n_dip: self.n_dip + other.n_dip,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        *self = *self + other;
    }
}

/// Numbers of samples by state, summed word by word over those inside a mask.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    carriers: u32,
    homozygous: u32,
    missing: u32,
    /// Haploid or partial.
    single: u32,
    hemizygous: u32,
    /// Partial with the allele.
    partial: u32,
}

impl Tally {
    /// Adds a word of samples none of which is haploid or partial.
    #[inline(always)]
    pub(crate) fn add_diploid(&mut self, mask: u64, p0: u64, p1: u64) {
        let second = p1 & mask;
        self.carriers += (p0 & mask).count_ones();
        self.homozygous += (second & p0).count_ones();
        self.missing += (second & !p0).count_ones();
    }

    /// Adds a word of samples.
    #[inline(always)]
    pub(crate) fn add(&mut self, mask: u64, p0: u64, p1: u64, p2: u64) {
        let single = p2 & mask;
        self.add_diploid(mask & !p2, p0, p1);
        self.single += single.count_ones();
        self.hemizygous += (single & !p1 & p0).count_ones();
        self.partial += (single & p1 & p0).count_ones();
    }

    /// Counts of a mask with that many members, all of whose words that are not zero in the planes were added.
    #[inline]
    pub(crate) fn counts(&self, members: u32) -> Counts {
        let ns = members - self.missing;
        let n_dip = ns - self.single;
        Counts {
            ns,
            an: 2 * n_dip + self.single,
            ac: self.carriers + self.homozygous + self.hemizygous + self.partial,
            het: self.carriers - self.homozygous,
            hom: self.homozygous,
            hemi: self.hemizygous,
            n_dip,
        }
    }

    /// The same where each of the members has one chromosome: diploid homozygotes count once. The mask must be free
    /// of heterozygotes.
    #[inline]
    pub(crate) fn haploid_counts(&self, members: u32) -> Counts {
        let ns = members - self.missing;
        let hemi = self.homozygous + self.hemizygous + self.partial;
        Counts {
            ns,
            an: ns,
            ac: hemi,
            het: 0,
            hom: 0,
            hemi,
            n_dip: 0,
        }
    }
}
