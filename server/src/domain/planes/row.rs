//! The genotypes of all samples for one allele, and what is counted in them.
//!
//! Invariant: the high-quality plane is set only for samples with something called.

use super::{Counts, SampleMask, count::Tally};
use crate::domain::genotype::Genotype;

/// A sample of a ploidy over two, whose state in the planes is [`Genotype::Missing`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exception {
    /// Sample index.
    pub sample: u32,
    /// Called alleles.
    pub called: u16,
    /// Called alleles that are the allele in question.
    pub copies: u16,
}

/// Borrowed planes of one allele.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenotypeRow<'a> {
    /// Bit 0 of each sample's code.
    pub p0: &'a [u64],
    /// Bit 1.
    pub p1: &'a [u64],
    /// Bit 2; none where it is zero throughout.
    pub p2: Option<&'a [u64]>,
    /// High-quality calls; none where the file lacks the fields to tell.
    pub hq: Option<&'a [u64]>,
    /// Samples of higher ploidy, by sample.
    pub exceptions: &'a [Exception],
}

impl GenotypeRow<'_> {
    /// The state of one sample.
    pub fn genotype(&self, sample: u32) -> Genotype {
        let (word, shift) = (sample as usize / 64, sample % 64);
        let bit = |plane: &[u64]| (plane[word] >> shift & 1) as u8;
        Genotype::from_code(bit(self.p0) | bit(self.p1) << 1 | self.p2.map_or(0, bit) << 2)
    }

    /// Counts of a group, as called.
    pub fn counts(&self, mask: &SampleMask) -> Counts {
        let mut tally = Tally::default();
        match self.p2 {
            None => {
                for ((&mask, &p0), &p1) in mask.words().iter().zip(self.p0).zip(self.p1) {
                    tally.add_diploid(mask, p0, p1);
                }
            }
            Some(p2) => {
                for (((&mask, &p0), &p1), &p2) in mask.words().iter().zip(self.p0).zip(self.p1).zip(p2) {
                    tally.add(mask, p0, p1, p2);
                }
            }
        }
        self.with_exceptions(tally.counts(mask.len()), |sample| mask.contains(sample))
    }

    /// Counts of the high-quality calls of a group. `males` is given where a male has one chromosome
    /// ([`Build::haploid_in_males`](crate::domain::build::Build::haploid_in_males)): there his homozygous calls count
    /// one allele. None where the file lacks the fields.
    pub fn high_quality_counts(&self, mask: &SampleMask, males: Option<&SampleMask>) -> Option<Counts> {
        let hq = self.hq?;
        let (mut ordinary, mut haploid) = (Tally::default(), Tally::default());
        let (mut members, mut haploid_members) = (0, 0);
        for (i, (&mask, &hq)) in mask.words().iter().zip(hq).enumerate() {
            let all = mask & hq;
            if all == 0 {
                continue;
            }
            let male = males.map_or(0, |males| males.words()[i] & all);
            let (p0, p1, p2) = (self.p0[i], self.p1[i], self.p2.map_or(0, |p2| p2[i]));
            members += (all & !male).count_ones();
            haploid_members += male.count_ones();
            ordinary.add(all & !male, p0, p1, p2);
            if male != 0 {
                haploid.add(male, p0, p1, p2);
            }
        }
        let counts = ordinary.counts(members) + haploid.haploid_counts(haploid_members);
        let is_member =
            |sample: u32| mask.contains(sample) && hq[sample as usize / 64] >> (sample % 64) & 1 == 1;
        Some(self.with_exceptions(counts, is_member))
    }

    /// Adds the samples of higher ploidy: they count in NS, AN and AC, and are neither het, hom nor hemi.
    pub(crate) fn with_exceptions(&self, mut counts: Counts, is_member: impl Fn(u32) -> bool) -> Counts {
        for exception in self
            .exceptions
            .iter()
            .filter(|exception| is_member(exception.sample))
        {
            counts.ns += 1;
            counts.an += u32::from(exception.called);
            counts.ac += u32::from(exception.copies);
        }
        counts
    }
}
