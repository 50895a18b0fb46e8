//! The groups that an import counts, laid out for counting all of them in one pass over an allele's planes.
//!
//! Invariant: the counts are those that [`GenotypeRow::counts`] gives for each group's mask.

use serde::{Deserialize, Serialize};

use super::{
    build::{Build, X, Y},
    info_groups::InfoReader,
    planes::{Counts, GenotypeRow, SampleMask, Tally, words_for},
    quality::Copies,
};

/// Sex of a sample, as far as ploidy on X and Y depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// XY.
    Male,
    /// XX.
    Female,
    /// Not stated.
    #[default]
    Unknown,
}

/// Masks of all groups of a file.
#[derive(Clone, Debug)]
pub struct GroupMasks {
    masks: Vec<SampleMask>,
    /// Words of each mask that are not zero, as (index, word), all groups one after the other.
    sparse: Vec<(u32, u64)>,
    /// Where each group's part of `sparse` ends.
    sparse_ends: Vec<u32>,
    /// Groups of each sample, one after the other, and where each sample's part ends.
    memberships: Vec<u16>,
    membership_ends: Vec<u32>,
    sexes: Vec<Sex>,
    males: SampleMask,
    stated: Option<InfoReader>,
}

impl GroupMasks {
    /// Lays out groups, given as sample indexes, of a file with that many samples. `sexes` is one per sample, or empty
    /// where none is known.
    pub fn new<'a>(samples: usize, groups: impl IntoIterator<Item = &'a [u32]>, sexes: &[Sex]) -> Self {
        let masks: Vec<_> = groups
            .into_iter()
            .map(|members| SampleMask::new(samples, members.iter().copied()))
            .collect();
        let (mut sparse, mut sparse_ends) = (Vec::new(), Vec::new());
        for mask in &masks {
            sparse.extend(
                (0u32..)
                    .zip(mask.words().iter().copied())
                    .filter(|&(_, word)| word != 0),
            );
            sparse_ends.push(sparse.len() as u32);
        }
        let (mut memberships, mut membership_ends) = (Vec::new(), Vec::new());
        for sample in 0..samples as u32 {
            memberships.extend(
                (0u16..)
                    .zip(&masks)
                    .filter(|(_, mask)| mask.contains(sample))
                    .map(|(group, _)| group),
            );
            membership_ends.push(memberships.len() as u32);
        }
        let mut sexes = sexes.to_vec();
        sexes.resize(samples, Sex::Unknown);
        let male = |&(_, sex): &(u32, &Sex)| *sex == Sex::Male;
        let males = SampleMask::new(samples, (0..).zip(&sexes).filter(male).map(|(sample, _)| sample));
        GroupMasks {
            masks,
            sparse,
            sparse_ends,
            memberships,
            membership_ends,
            sexes,
            males,
            stated: None,
        }
    }

    /// The same groups, of a file without samples whose INFO states their counts.
    pub fn stated_by(self, reader: InfoReader) -> Self {
        Self {
            stated: Some(reader),
            ..self
        }
    }

    /// How to read the groups' counts, where INFO states them.
    pub fn stated(&self) -> Option<&InfoReader> {
        self.stated.as_ref()
    }

    /// Number of groups.
    pub fn len(&self) -> usize {
        self.masks.len()
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.masks.is_empty()
    }

    /// Number of samples of the file.
    pub fn samples(&self) -> usize {
        self.membership_ends.len()
    }

    /// The masks, in the order of the groups.
    pub fn masks(&self) -> &[SampleMask] {
        &self.masks
    }

    /// The samples known to be male.
    pub fn males(&self) -> &SampleMask {
        &self.males
    }

    /// Groups that a sample belongs to.
    pub fn groups_of(&self, sample: usize) -> &[u16] {
        let start = sample
            .checked_sub(1)
            .map_or(0, |before| self.membership_ends[before] as usize);
        &self.memberships[start..self.membership_ends[sample] as usize]
    }

    /// Chromosomes that a sample has at a position, by its sex.
    pub fn copies(&self, build: Build, contig: i16, position: u32, sample: usize) -> Copies {
        if contig != X && contig != Y {
            return Copies::AsCalled;
        }
        match self.sexes[sample] {
            Sex::Male if build.haploid_in_males(contig, position) => Copies::One,
            Sex::Female if contig == Y => Copies::None,
            _ => Copies::AsCalled,
        }
    }

    /// Appends the counts of every group, as called, to `out`. `active` is scratch space.
    pub fn count(&self, row: &GenotypeRow<'_>, active: &mut Vec<u32>, out: &mut Vec<Counts>) {
        let words = words_for(self.samples());
        let any = |i: usize| row.p0[i] | row.p1[i] | row.p2.map_or(0, |p2| p2[i]);
        active.clear();
        active.extend((0..words as u32).filter(|&i| any(i as usize) != 0));
        let start = out.len();
        if active.len() * self.masks.len() <= self.sparse.len() {
            out.extend(self.masks.iter().map(|mask| {
                let words = active.iter().map(|&i| (i, mask.words()[i as usize]));
                tally(row, words).counts(mask.len())
            }));
        } else {
            let mut begin = 0;
            out.extend(self.masks.iter().zip(&self.sparse_ends).map(|(mask, &end)| {
                let words = &self.sparse[begin..end as usize];
                begin = end as usize;
                tally(row, words.iter().copied()).counts(mask.len())
            }));
        }
        if !row.exceptions.is_empty() {
            for (counts, mask) in out[start..].iter_mut().zip(&self.masks) {
                *counts = row.with_exceptions(*counts, |sample| mask.contains(sample));
            }
        }
    }

    /// Appends the high-quality counts of every group to `out`; zeros where the row has no such plane. `haploid_males`
    /// says that a male has one chromosome there.
    pub fn count_high_quality(&self, row: &GenotypeRow<'_>, haploid_males: bool, out: &mut Vec<Counts>) {
        let males = haploid_males.then_some(&self.males);
        out.extend(
            self.masks
                .iter()
                .map(|mask| row.high_quality_counts(mask, males).unwrap_or_default()),
        );
    }
}

#[inline(always)]
fn tally(row: &GenotypeRow<'_>, words: impl Iterator<Item = (u32, u64)>) -> Tally {
    let mut tally = Tally::default();
    match row.p2 {
        None => words.for_each(|(i, mask)| tally.add_diploid(mask, row.p0[i as usize], row.p1[i as usize])),
        Some(p2) => {
            words.for_each(|(i, mask)| {
                tally.add(mask, row.p0[i as usize], row.p1[i as usize], p2[i as usize])
            });
        }
    }
    tally
}
