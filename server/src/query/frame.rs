//! A cell laid out for evaluation: the alleles of all datasets in scope, merged, in genome order.
//!
//! Invariant: a pure function of the blocks given; each row of the frame is one allele, found in one block per
//! dataset at most.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::domain::cell::CellId;
use crate::domain::columns::{FrequencyColumns, SiteColumns};
use crate::domain::groups::Sex;
use crate::domain::planes::Counts;
use crate::domain::stated::{Count, Known, Tallied};

pub(super) mod absent;

use absent::{Absence, At, Inferred};

/// A block's part in a cell.
#[derive(Debug, Clone)]
pub(super) struct FrameBlock {
    /// Slot of its dataset.
    pub(super) slot: usize,
    pub(super) sites: Arc<SiteColumns>,
    /// Frequencies of each part of each group of the query that lies in this dataset, by [`FramePart::column`].
    pub(super) frequencies: Vec<Option<Arc<FrequencyColumns>>>,
}

/// A group of the query as the cell sees it.
#[derive(Debug, Clone)]
pub(super) struct FrameGroup {
    pub(super) parts: Vec<FramePart>,
}

/// A group's samples in one dataset.
#[derive(Debug, Clone)]
pub(super) struct FramePart {
    pub(super) slot: usize,
    /// Place of its frequencies in [`FrameBlock::frequencies`].
    pub(super) column: usize,
    /// Called alleles where every member carries the reference, by the members' sexes; none of a group whose counts the
    /// file states: how many chromosomes it has at a site that is left out is not known.
    pub(super) size: Option<PartSize>,
}

/// Members of a group by sex.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PartSize {
    pub(super) members: u32,
    pub(super) males: u32,
    pub(super) females: u32,
}

/// What a cell's evaluation is given.
#[derive(Debug, Clone)]
pub(super) struct FrameInput {
    pub(super) cell: CellId,
    pub(super) build: crate::domain::build::Build,
    /// Blocks in genome order within each slot.
    pub(super) blocks: Vec<FrameBlock>,
    pub(super) groups: Vec<FrameGroup>,
    /// By slot: where absent sites mean the reference.
    pub(super) absent: Vec<Absence>,
}

/// Where an allele stands: block and row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) block: u16,
    pub(super) row: u32,
}

/// The merged rows of a cell.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) input: FrameInput,
    /// For each row the place that represents it.
    pub(super) rows: Vec<Place>,
    /// Places by row and slot, `slots` a row; empty where there is one slot.
    places: Vec<Option<Place>>,
    slots: usize,
}

/// What is known of an allele in a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum GroupCell {
    /// Its files say nothing here.
    NoData,
    /// Its files cover the site and do not record the allele.
    NotSeen {
        /// Counts that follow.
        counts: Counts,
        /// Counts that follow of high-quality calls, where they are known.
        hq: Option<Counts>,
        /// Some of its datasets say nothing here.
        partial: bool,
    },
    /// Recorded.
    Recorded {
        /// Counts as called.
        raw: Tallied,
        /// Counts of high-quality calls, where known.
        hq: Option<Tallied>,
        /// AF where the file gives it and no more.
        af_given: Option<f64>,
        /// Part of the counts follows from absence.
        inferred: bool,
        /// Some of its datasets say nothing here.
        partial: bool,
    },
}

impl Frame {
    /// Merges the blocks of a cell.
    pub(super) fn new(input: FrameInput) -> Self {
        let slots = input.absent.len();
        let runs: Vec<Vec<Place>> = (0..slots).map(|slot| rows_of_slot(&input, slot)).collect();
        let mut runs_with_rows = runs.iter().filter(|run| !run.is_empty());
        if slots <= 1 {
            let rows = runs_with_rows.next().cloned().unwrap_or_default();
            return Self {
                input,
                rows,
                places: Vec::new(),
                slots,
            };
        }
        let (mut rows, mut places) = (Vec::new(), Vec::new());
        let mut at = vec![0; slots];
        while let Some(first) = (0..slots)
            .filter(|&slot| at[slot] < runs[slot].len())
            .min_by(|&a, &b| compare(&input, runs[a][at[a]], runs[b][at[b]]).then(a.cmp(&b)))
        {
            let representative = runs[first][at[first]];
            rows.push(representative);
            for slot in 0..slots {
                let place = runs[slot].get(at[slot]).copied();
                let same = place.filter(|&place| {
                    slot == first
                        || (ordinal(&input, representative) == 0
                            && compare(&input, place, representative) == Ordering::Equal)
                });
                at[slot] += usize::from(same.is_some());
                places.push(same);
            }
        }
        Self {
            input,
            rows,
            places,
            slots,
        }
    }

    /// Where a row stands in a dataset.
    pub(super) fn place(&self, row: usize, slot: usize) -> Option<Place> {
        if self.slots <= 1 {
            Some(self.rows[row])
        } else {
            self.places[row * self.slots + slot]
        }
    }

    /// The sites of the block that represents a row, and the row in it.
    pub(super) fn site(&self, row: usize) -> (&SiteColumns, usize) {
        let place = self.rows[row];
        (
            &self.input.blocks[usize::from(place.block)].sites,
            place.row as usize,
        )
    }

    /// The sites of the block in which a dataset records a row, and the row in it.
    pub(super) fn site_in(&self, row: usize, slot: usize) -> Option<(&SiteColumns, usize)> {
        let place = self.place(row, slot)?;
        let block = &self.input.blocks[usize::from(place.block)];
        Some((&block.sites, place.row as usize))
    }

    /// Slots of the datasets that record a row.
    pub(super) fn slots_of(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.slots).filter(move |&slot| self.place(row, slot).is_some())
    }

    /// The frequencies of a part where it records a row, and the row in them.
    pub(super) fn frequencies(&self, row: usize, part: &FramePart) -> Option<(&FrequencyColumns, usize)> {
        let place = self.place(row, part.slot)?;
        let columns = self.input.blocks[usize::from(place.block)]
            .frequencies
            .get(part.column)?
            .as_ref()?;
        Some((columns, place.row as usize))
    }

    /// What is known of a row in a group.
    pub(super) fn group(&self, row: usize, group: usize) -> GroupCell {
        let (mut raw, mut hq) = (
            Tallied::from(Counts::default()),
            Some(Tallied::from(Counts::default())),
        );
        let (mut recorded, mut inferred, mut missing, mut af_given) = (false, false, false, None);
        for part in &self.input.groups[group].parts {
            let recorded_here = self.frequencies(row, part);
            if let Some((columns, at)) = recorded_here.filter(|(columns, at)| columns.says_anything(*at)) {
                recorded = true;
                raw = raw.plus(&columns.raw.tallied(at));
                hq = hq
                    .zip(columns.tallied(at, true))
                    .map(|(sum, counts)| sum.plus(&counts));
                af_given = columns.af_given(at);
            } else if let Some(known) = self.inferred(row, part) {
                inferred = true;
                raw = raw.plus(&known.raw.into());
                hq = hq.zip(known.hq).map(|(sum, counts)| sum.plus(&counts.into()));
            } else {
                missing = true;
            }
        }
        match (recorded, inferred) {
            (true, _) => GroupCell::Recorded {
                raw,
                hq,
                // Of several parts it is the frequency of none.
                af_given: af_given.filter(|_| self.input.groups[group].parts.len() == 1),
                inferred,
                partial: missing,
            },
            (false, true) => GroupCell::NotSeen {
                counts: raw.counts,
                hq: hq.map(|hq| hq.counts),
                partial: missing,
            },
            (false, false) => GroupCell::NoData,
        }
    }

    /// What follows for a part's samples where their dataset does not record a row.
    pub(super) fn inferred(&self, row: usize, part: &FramePart) -> Option<Inferred> {
        if self.place(row, part.slot).is_some() {
            return None;
        }
        let (sites, at) = self.site(row);
        let at = At {
            build: self.input.build,
            contig: self.input.cell.contig,
            position: sites.pos[at],
        };
        self.input.absent[part.slot].of(part, at)
    }
}

impl GroupCell {
    /// The counts that figures are made of: raw, or of high quality. Where a file states none but high-quality counts,
    /// they are all that there is, in either case.
    pub(super) fn counts(&self, hq: bool) -> Option<Tallied> {
        match self {
            Self::NoData => None,
            Self::NotSeen { counts, .. } if !hq => Some((*counts).into()),
            Self::NotSeen { hq, .. } => hq.map(Into::into),
            Self::Recorded { raw, .. } if !hq && raw.known != Known::NONE => Some(*raw),
            Self::Recorded { hq, .. } => *hq,
        }
    }

    /// AC / AN of those counts, or AF as the file gives it where it gives no more.
    pub(super) fn af(&self, hq: bool) -> Option<f64> {
        let of_counts = self.counts(hq).and_then(|counts| counts.af());
        match self {
            Self::Recorded { af_given, .. } if !hq => of_counts.or(*af_given),
            _ => of_counts,
        }
    }

    /// Whether the file states high-quality counts and no others.
    pub(super) fn has_hq_only(&self) -> bool {
        matches!(self, Self::Recorded { raw, hq: Some(_), .. } if raw.known == Known::NONE)
    }

    /// Whether the group has a carrier, as far as is known.
    pub(super) fn is_carried(&self, hq: bool) -> bool {
        let ac = self.counts(hq).and_then(|counts| counts.get(Count::Ac));
        ac.map_or_else(|| self.af(hq).is_some_and(|af| af > 0.0), |ac| ac > 0)
    }
}

impl PartSize {
    /// Counts the sexes of a part's samples.
    pub(super) fn of(sexes: impl Iterator<Item = Sex>) -> Self {
        sexes.fold(Self::default(), |size, sex| Self {
            members: size.members + 1,
            males: size.males + u32::from(sex == Sex::Male),
            females: size.females + u32::from(sex == Sex::Female),
        })
    }
}

/// The rows of a dataset that lie in the cell, in order.
fn rows_of_slot(input: &FrameInput, slot: usize) -> Vec<Place> {
    let mut rows = Vec::new();
    for (index, block) in (0u16..)
        .zip(&input.blocks)
        .filter(|(_, block)| block.slot == slot)
    {
        let positions = &block.sites.pos;
        let start = positions.partition_point(|&position| position < input.cell.first());
        let end = positions.partition_point(|&position| position <= input.cell.last());
        rows.extend((start..end).map(|row| Place {
            block: index,
            row: row as u32,
        }));
    }
    rows
}

fn ordinal(input: &FrameInput, place: Place) -> u16 {
    input.blocks[usize::from(place.block)].sites.ordinal[place.row as usize]
}

fn compare(input: &FrameInput, left: Place, right: Place) -> Ordering {
    let (a, i) = (&input.blocks[usize::from(left.block)].sites, left.row as usize);
    let (b, j) = (&input.blocks[usize::from(right.block)].sites, right.row as usize);
    a.pos[i]
        .cmp(&b.pos[j])
        .then_with(|| a.reference.value(i).cmp(b.reference.value(j)))
        .then_with(|| a.alternate.value(i).cmp(b.alternate.value(j)))
        .then_with(|| a.end[i].cmp(&b.end[j]))
        .then_with(|| a.symbolic.svlen(i).cmp(&b.symbolic.svlen(j)))
        .then_with(|| a.symbolic.mate(i).cmp(&b.symbolic.mate(j)))
        .then_with(|| a.ordinal[i].cmp(&b.ordinal[j]))
}
