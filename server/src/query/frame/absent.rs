//! What a dataset says of an allele that its files do not record.
//!
//! Invariant: it says nothing where its sites that are left out mean nothing, or lie outside its callable regions. Where
//! a file is a gVCF only the samples that it covers count, as they were called; else all of them, by their sexes.

use std::sync::Arc;

use super::{FramePart, PartSize};
use crate::domain::build::Build;
use crate::domain::columns::CoverageColumns;
use crate::domain::genotype::Genotype;
use crate::domain::planes::{Counts, GenotypeRow, SampleMask};

/// Where a dataset speaks for sites that it leaves out, within a cell.
#[derive(Debug, Clone, Default)]
pub(in crate::query) struct Absence {
    /// Stretches in which every sample carries the reference: sorted, first and last position.
    pub(in crate::query) whole: Vec<(u32, u32)>,
    /// The callable regions in the cell; none where all is callable.
    pub(in crate::query) callable: Option<Arc<[(u32, u32)]>>,
    /// Coverage of the gVCFs among the files, block by block.
    pub(in crate::query) stated: Vec<Stated>,
}

/// The coverage of a block.
#[derive(Debug, Clone)]
pub(in crate::query) struct Stated {
    pub(in crate::query) columns: Arc<CoverageColumns>,
    /// Members of the parts by [`FramePart::column`], as columns of the file.
    pub(in crate::query) members: Vec<SampleMask>,
    /// The file's samples that are known to be male.
    pub(in crate::query) males: SampleMask,
    /// Ids of the file's samples, in the order of its columns.
    pub(in crate::query) sample_ids: Arc<[i64]>,
}

/// What follows for a group's samples in one dataset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::query) struct Inferred {
    pub(in crate::query) raw: Counts,
    /// Counts of high-quality calls, where they are known.
    pub(in crate::query) hq: Option<Counts>,
    /// Sum of the depths that are stated, and of how many samples.
    pub(in crate::query) depth: (u64, u32),
}

impl Inferred {
    /// Mean depth of the samples that state theirs.
    pub(in crate::query) fn mean_depth(&self) -> Option<f32> {
        let (sum, n) = self.depth;
        (n > 0).then(|| (sum as f64 / f64::from(n)) as f32)
    }
}

/// A place in the genome of a build.
#[derive(Debug, Clone, Copy)]
pub(in crate::query) struct At {
    pub(in crate::query) build: Build,
    pub(in crate::query) contig: i16,
    pub(in crate::query) position: u32,
}

impl Absence {
    /// What is known of a part's samples at a position; none where that is nothing.
    pub(in crate::query) fn of(&self, part: &FramePart, at: At) -> Option<Inferred> {
        if !self.is_callable(at.position) {
            return None;
        }
        let stated = self.stated.iter().filter_map(|stated| stated.of(part.column, at));
        stated
            .max_by_key(|inferred| inferred.raw.ns)
            .filter(|inferred| inferred.raw.ns > 0)
            .or_else(|| self.whole_at(part.size?, at))
    }

    /// What is known of single samples at a position, for an allele that is not recorded: their calls, and which of
    /// them are of high quality. Samples whose file says nothing are left out.
    pub(in crate::query) fn samples(&self, position: u32, mut found: impl FnMut(i64, Genotype, bool)) {
        if !self.is_callable(position) {
            return;
        }
        for stated in &self.stated {
            let Some(run) = stated.columns.run_at(position) else {
                continue;
            };
            let calls = stated.columns.calls(run);
            for (sample, id) in (0u32..).zip(stated.sample_ids.iter()) {
                let is_high = |plane: &[u64]| plane[sample as usize / 64] >> (sample % 64) & 1 == 1;
                found(*id, calls.genotype(sample), calls.hq.is_some_and(is_high));
            }
        }
    }

    /// Whether every sample is taken to carry the reference at a position.
    pub(in crate::query) fn covers_all(&self, position: u32) -> bool {
        self.is_callable(position) && holds(&self.whole, position)
    }

    fn whole_at(&self, size: PartSize, at: At) -> Option<Inferred> {
        let raw = holds(&self.whole, at.position).then(|| size.all_reference(at))?;
        (raw.ns > 0).then_some(Inferred {
            raw,
            hq: Some(raw),
            depth: (0, 0),
        })
    }

    fn is_callable(&self, position: u32) -> bool {
        self.callable
            .as_ref()
            .is_none_or(|callable| holds(callable, position))
    }
}

impl Stated {
    fn of(&self, part: usize, at: At) -> Option<Inferred> {
        let run = self.columns.run_at(at.position)?;
        let (calls, members): (GenotypeRow<'_>, _) = (self.columns.calls(run), self.members.get(part)?);
        let haploid = at.build.haploid_in_males(at.contig, at.position);
        let males = haploid.then_some(&self.males);
        Some(Inferred {
            raw: calls.counts(members),
            hq: calls.high_quality_counts(members, males),
            depth: self.columns.depth_sum(run, members),
        })
    }
}

/// Whether one of some sorted stretches holds a position.
fn holds(stretches: &[(u32, u32)], position: u32) -> bool {
    let after = stretches.partition_point(|stretch| stretch.0 <= position);
    after.checked_sub(1).is_some_and(|at| position <= stretches[at].1)
}

impl PartSize {
    /// Counts where every member carries the reference: each has two copies, but one on the haploid parts of a male's
    /// X and Y and on the mitochondrion, and none on a female's Y. A member of unknown sex has two, and one on Y.
    pub(in crate::query) fn all_reference(self, at: At) -> Counts {
        use crate::domain::build::{MT, Y};
        let haploid_males = at.build.haploid_in_males(at.contig, at.position);
        let unknown = self.members - self.males - self.females;
        let (ns, an) = match at.contig {
            MT => (self.members, self.members),
            Y if haploid_males => (self.males + unknown, self.males + unknown),
            _ if haploid_males => (self.members, 2 * (self.females + unknown) + self.males),
            _ => (self.members, 2 * self.members),
        };
        Counts {
            ns,
            an,
            n_dip: an - ns,
            ..Counts::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::build::{MT, X, Y};

    #[test]
    fn ploidies_add_up_by_sex() {
        let size = PartSize {
            members: 10,
            males: 4,
            females: 5,
        };
        for (contig, position, ns, an) in [
            (1, 100, 10, 20),
            // PAR, and beside it.
            (X, 100_000, 10, 20),
            (X, 5_000_000, 10, 16),
            (Y, 5_000_000, 5, 5),
            (MT, 100, 10, 10),
        ] {
            let at = At {
                build: Build::Grch37,
                contig,
                position,
            };
            let counts = size.all_reference(at);
            assert_eq!(
                (counts.ns, counts.an, counts.ac),
                (ns, an, 0),
                "{contig}:{position}"
            );
            assert_eq!(counts.an, counts.ns + counts.n_dip);
        }
    }

    #[test]
    fn only_callable_positions_count() {
        let part = FramePart {
            slot: 0,
            column: 0,
            size: Some(PartSize {
                members: 3,
                ..PartSize::default()
            }),
        };
        let (whole, callable) = (vec![(10, 20), (30, 40)], [(15, 33), (40, 50)]);
        for (position, everywhere, within) in [
            (9, None, None),
            (10, Some(6), None),
            (15, Some(6), Some(6)),
            (21, None, None),
            (33, Some(6), Some(6)),
            (34, Some(6), None),
            (40, Some(6), Some(6)),
            (41, None, None),
        ] {
            let at = At {
                build: Build::Grch37,
                contig: 1,
                position,
            };
            for (callable, want) in [(None, everywhere), (Some(callable.into()), within)] {
                let absence = Absence {
                    whole: whole.clone(),
                    callable,
                    stated: Vec::new(),
                };
                assert_eq!(
                    absence.of(&part, at).map(|inferred| inferred.raw.an),
                    want,
                    "{position}"
                );
                assert_eq!(absence.covers_all(position), want.is_some());
            }
        }
    }
}
