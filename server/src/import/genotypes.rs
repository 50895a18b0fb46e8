//! The sample columns of a record, into bit planes: one pass over the text for all its alternate alleles.
//!
//! Invariant: the fast way over fixed-width genotypes gives what the general way gives, or declines.

use std::ops::Range;

use super::{
    cells::{ABSENT, Cell},
    record::RecordProblem,
};
use crate::domain::{
    build::Build,
    columns::DepthSums,
    genotype::{Alleles, Call, Genotype},
    groups::GroupMasks,
    planes::{Exception, GenotypeRow, words_for},
    quality::is_high_quality,
};

mod fixed;
mod format;

pub use format::Format;
use format::Sample;
pub(super) use format::integer;

/// Reusable space for the genotypes of one record.
#[derive(Clone, Debug, Default)]
pub struct Genotypes {
    words: usize,
    /// Planes of all alternate alleles, one after the other.
    p0: Vec<u64>,
    p1: Vec<u64>,
    p2: Vec<u64>,
    has_p2: bool,
    /// One plane for all alternates: quality belongs to the call.
    hq: Vec<u64>,
    hq_known: bool,
    exceptions: Vec<Vec<Exception>>,
    depths: Vec<DepthSums>,
    has_depths: bool,
}

/// Where a record stands, for the ploidy that a sex implies.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Build of the dataset.
    pub build: Build,
    /// Ordinal of the contig.
    pub contig: i16,
    /// POS.
    pub position: u32,
}

impl Genotypes {
    /// Reads the sample columns, which follow the FORMAT column.
    ///
    /// # Errors
    /// The number of samples is another, or a genotype cannot be read.
    pub fn read(
        &mut self,
        columns: &[u8],
        format: &Format,
        alternates: u16,
        groups: &GroupMasks,
        place: Place,
    ) -> Result<(), RecordProblem> {
        let samples = groups.samples();
        self.clear(samples, alternates);
        if format.is_genotype_only() && self.read_fixed(columns, samples, alternates) {
            return Ok(());
        }
        self.read_columns(columns, format, alternates, groups, place)
    }

    /// The same where `cells` tells what was read of each sample before, or where in `columns` it is written.
    ///
    /// # Errors
    /// A genotype cannot be read.
    pub fn read_cells<'a>(
        &mut self,
        columns: &[u8],
        cells: impl Iterator<Item = Result<&'a Cell, Range<usize>>>,
        format: &Format,
        alternates: u16,
        groups: &GroupMasks,
        place: Place,
    ) -> Result<(), RecordProblem> {
        self.clear(groups.samples(), alternates);
        self.begin_quality(format, groups);
        for (sample, cell) in cells.enumerate() {
            match cell {
                Ok(cell) => {
                    let [a, b] = cell.alleles.map(u16::from);
                    let call = Call::Diploid(a, b);
                    self.set_diploid(sample, [a, b], alternates);
                    let given = |number: u32| (number != ABSENT).then_some(number);
                    let (dp, gq) = (given(cell.depth), given(cell.quality));
                    let depth_of = |allele| given(cell.allele_depths[usize::from(allele != a)]);
                    self.add_quality(sample, call, (dp, gq), depth_of, groups, place);
                }
                Err(text) => self.read_sample(sample, &columns[text], format, alternates, groups, place)?,
            }
        }
        Ok(())
    }

    /// The planes of an alternate allele, 0 for the first.
    pub fn row(&self, alternate: usize) -> GenotypeRow<'_> {
        let range = alternate * self.words..(alternate + 1) * self.words;
        GenotypeRow {
            p0: &self.p0[range.clone()],
            p1: &self.p1[range.clone()],
            p2: self.has_p2.then(|| &self.p2[range]),
            hq: self.hq_known.then_some(&self.hq),
            exceptions: &self.exceptions[alternate],
        }
    }

    /// Sums of depth and quality by group; none where no sample states either.
    pub fn depths(&self) -> Option<&[DepthSums]> {
        self.has_depths.then_some(&self.depths)
    }

    /// Makes room for a record, nothing read: what a record of a file without samples comes to.
    pub fn clear(&mut self, samples: usize, alternates: u16) {
        self.words = words_for(samples);
        let alternates = usize::from(alternates);
        for plane in [&mut self.p0, &mut self.p1, &mut self.p2] {
            plane.clear();
            plane.resize(self.words * alternates, 0);
        }
        self.hq.clear();
        self.hq.resize(self.words, 0);
        self.exceptions.iter_mut().for_each(Vec::clear);
        self.exceptions.resize(alternates, Vec::new());
        (self.has_p2, self.hq_known, self.has_depths) = (false, false, false);
    }

    /// The fast way, for genotypes of three characters each; false where the text is otherwise.
    fn read_fixed(&mut self, columns: &[u8], samples: usize, alternates: u16) -> bool {
        if samples == 0 || columns.len() != 4 * samples - 1 || alternates == 0 || alternates > 9 {
            return false;
        }
        for alternate in 0..usize::from(alternates) {
            let range = alternate * self.words..(alternate + 1) * self.words;
            let (p0, p1, p2) = (
                &mut self.p0[range.clone()],
                &mut self.p1[range.clone()],
                &mut self.p2[range],
            );
            match fixed::read(columns, alternate as u8 + 1, alternates as u8, p0, p1, p2) {
                Some(has_p2) => self.has_p2 |= has_p2,
                None => {
                    // The general way says what is wrong, or reads what is only wider.
                    for plane in [&mut self.p0, &mut self.p1, &mut self.p2] {
                        plane.fill(0);
                    }
                    self.has_p2 = false;
                    return false;
                }
            }
        }
        true
    }

    fn read_columns(
        &mut self,
        columns: &[u8],
        format: &Format,
        alternates: u16,
        groups: &GroupMasks,
        place: Place,
    ) -> Result<(), RecordProblem> {
        let samples = groups.samples();
        self.begin_quality(format, groups);
        let mut rest = Some(columns);
        for sample in 0..samples {
            let text = rest.ok_or_else(|| count_error(sample, samples))?;
            let end = memchr::memchr(b'\t', text);
            let column = &text[..end.unwrap_or(text.len())];
            rest = end.map(|end| &text[end + 1..]);
            self.read_sample(sample, column, format, alternates, groups, place)?;
        }
        match rest {
            None => Ok(()),
            Some(rest) => Err(count_error(
                samples + 1 + memchr::memchr_iter(b'\t', rest).count(),
                samples,
            )),
        }
    }

    fn read_sample(
        &mut self,
        sample: usize,
        column: &[u8],
        format: &Format,
        alternates: u16,
        groups: &GroupMasks,
        place: Place,
    ) -> Result<(), RecordProblem> {
        let fields = format.split(column);
        let call = match fields.genotype {
            None => Call::Missing,
            Some(field) => Call::parse(field, alternates).map_err(|error| RecordProblem::Genotype {
                sample: sample + 1,
                error,
            })?,
        };
        self.set(sample, call, &fields, alternates);
        if format.has_depths() {
            let numbers = (fields.depth.and_then(integer), fields.quality.and_then(integer));
            let depth_of = |allele: u16| {
                let depths = fields.allele_depths?;
                integer(depths.split(|&byte| byte == b',').nth(allele.into())?)
            };
            self.add_quality(sample, call, numbers, depth_of, groups, place);
        }
        Ok(())
    }

    fn begin_quality(&mut self, format: &Format, groups: &GroupMasks) {
        self.hq_known = format.has_quality();
        if format.has_depths() {
            self.depths.clear();
            self.depths.resize(groups.len(), DepthSums::default());
        }
    }

    /// A diploid with both alleles called.
    #[inline]
    fn set_diploid(&mut self, sample: usize, alleles: [u16; 2], alternates: u16) {
        let (word, shift) = (sample / 64, sample % 64);
        if alleles == [0, 0] {
            return;
        }
        for alternate in 0..alternates {
            let at = usize::from(alternate) * self.words + word;
            let [a, b] = alleles.map(|allele| u64::from(allele == alternate + 1));
            self.p0[at] |= (a | b) << shift;
            self.p1[at] |= (a & b) << shift;
        }
    }

    fn set(&mut self, sample: usize, call: Call, fields: &Sample<'_>, alternates: u16) {
        let (word, bit) = (sample / 64, 1u64 << (sample % 64));
        if let (Call::Polyploid, Some(field)) = (call, fields.genotype) {
            self.add_exceptions(sample, field, alternates);
        }
        for alternate in 0..alternates {
            let code = call.genotype(alternate + 1);
            if code == Genotype::HomozygousOther {
                continue;
            }
            let (code, at) = (code as u8, usize::from(alternate) * self.words + word);
            self.p0[at] |= if code & 1 != 0 { bit } else { 0 };
            self.p1[at] |= if code & 2 != 0 { bit } else { 0 };
            if code & 4 != 0 {
                self.p2[at] |= bit;
                self.has_p2 = true;
            }
        }
    }

    fn add_exceptions(&mut self, sample: usize, field: &[u8], alternates: u16) {
        let alleles = || Alleles::new(field, alternates).filter_map(|allele| allele.ok().flatten());
        let called = alleles().count() as u16;
        for (alternate, exceptions) in (1..=alternates).zip(&mut self.exceptions) {
            let copies = alleles().filter(|&allele| allele == alternate).count() as u16;
            exceptions.push(Exception {
                sample: sample as u32,
                called,
                copies,
            });
        }
    }

    /// Adds a sample's DP and GQ; `depth_of` gives AD of an allele by index.
    #[inline]
    fn add_quality(
        &mut self,
        sample: usize,
        call: Call,
        (dp, gq): (Option<u32>, Option<u32>),
        depth_of: impl Fn(u16) -> Option<u32>,
        groups: &GroupMasks,
        place: Place,
    ) {
        if dp.is_some() || gq.is_some() {
            self.has_depths = true;
            for &group in groups.groups_of(sample) {
                self.depths[usize::from(group)].add(dp, gq);
            }
        }
        if self.hq_known {
            let copies = groups.copies(place.build, place.contig, place.position, sample);
            let is_high = is_high_quality(call, copies, gq, dp, depth_of);
            self.hq[sample / 64] |= u64::from(is_high) << (sample % 64);
        }
    }
}

fn count_error(found: usize, samples: usize) -> RecordProblem {
    RecordProblem::Columns {
        found: found + 9,
        expected: samples + 9,
    }
}

#[cfg(test)]
mod tests;
