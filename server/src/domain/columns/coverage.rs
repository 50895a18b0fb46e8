//! What a gVCF says between its alleles: run by run, which samples were called, of what quality and depth.
//!
//! Invariant: runs are sorted and do not overlap; within one, no sample's call or depth band changes. A run's calls are
//! those of an allele that nobody carries, so that counting them gives what is known of an allele that is not recorded.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, AsArray, FixedSizeListArray, UInt16Array},
    datatypes::{DataType, Field, UInt16Type},
};

use super::{
    genotypes::GenotypeColumns,
    integers::{narrow, required},
    ipc::{self, ColumnError},
};
use crate::domain::planes::{GenotypeRow, SampleMask};

/// Stands for a depth that is not stated.
pub const NO_DEPTH: u16 = u16::MAX;

/// Lower ends of the bands of depth within which a run keeps each sample, but for the first, which begins at 0.
pub const DEPTH_BANDS: [u16; 9] = [1, 5, 10, 15, 20, 25, 30, 50, 100];

/// The band that a depth lies in; one of its own where it is not stated.
pub fn depth_band(depth: u16) -> usize {
    match depth {
        NO_DEPTH => usize::MAX,
        depth => DEPTH_BANDS.partition_point(|&low| low <= depth),
    }
}

/// Coverage of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoverageColumns {
    starts: Vec<u32>,
    ends: Vec<u32>,
    calls: GenotypeColumns,
    /// Mean depths by run, then sample; empty where none is stated.
    depths: Vec<u16>,
}

impl CoverageColumns {
    /// No runs yet, of a file with that many samples.
    pub fn new(samples: usize) -> Self {
        CoverageColumns {
            calls: GenotypeColumns::new(samples),
            ..CoverageColumns::default()
        }
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.calls.samples()
    }

    /// Number of runs.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether nothing is covered.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// First and last position of a run.
    pub fn span(&self, run: usize) -> (u32, u32) {
        (self.starts[run], self.ends[run])
    }

    /// The run that holds a position.
    pub fn run_at(&self, position: u32) -> Option<usize> {
        let run = self
            .starts
            .partition_point(|&start| start <= position)
            .checked_sub(1)?;
        (position <= self.ends[run]).then_some(run)
    }

    /// The calls of a run.
    pub fn calls(&self, run: usize) -> GenotypeRow<'_> {
        self.calls.row(run)
    }

    /// Sum of the depths of a group's samples in a run, and of how many samples it is.
    pub fn depth_sum(&self, run: usize, members: &SampleMask) -> (u64, u32) {
        let samples = self.samples();
        let Some(depths) = self.depths.get(run * samples..(run + 1) * samples) else {
            return (0, 0);
        };
        let of_members = members.iter().map(|sample| depths[sample as usize]);
        of_members
            .filter(|&depth| depth != NO_DEPTH)
            .fold((0, 0), |(sum, n), depth| (sum + u64::from(depth), n + 1))
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.len() * 8 + self.calls.plane_bytes() + self.depths.len() * 2
    }

    /// Appends a run behind the others. `depths` is one per sample, [`NO_DEPTH`] for those not stated.
    ///
    /// # Panics
    /// The row or the depths are of another number of samples.
    pub fn push(&mut self, (start, end): (u32, u32), calls: &GenotypeRow<'_>, depths: &[u16]) {
        let samples = self.samples();
        assert_eq!(depths.len(), samples, "a run has one depth per sample");
        if depths.iter().any(|&depth| depth != NO_DEPTH) {
            self.depths.resize(self.len() * samples, NO_DEPTH);
            self.depths.extend_from_slice(depths);
        } else if !self.depths.is_empty() {
            self.depths.extend_from_slice(depths);
        }
        self.starts.push(start);
        self.ends.push(end);
        self.calls.push(calls);
    }

    /// The runs of all parts, which are of that many samples, in order.
    pub fn concat<'a>(samples: usize, parts: impl Iterator<Item = &'a CoverageColumns>) -> Self {
        let mut joined = CoverageColumns::new(samples);
        let unstated = vec![NO_DEPTH; samples];
        for part in parts {
            for run in 0..part.len() {
                let depths = part.depths.get(run * samples..(run + 1) * samples);
                joined.push(part.span(run), &part.calls(run), depths.unwrap_or(&unstated));
            }
        }
        joined
    }

    /// The coverage as Arrow IPC streams: the runs, then frames of calls as [`GenotypeColumns::encode`] makes them.
    ///
    /// # Errors
    /// None but those of Arrow's writer.
    pub fn encode(&self) -> Result<Vec<Vec<u8>>, ColumnError> {
        let mut columns: ipc::Columns = vec![("start", narrow(&self.starts)), ("end", narrow(&self.ends))];
        if !self.depths.is_empty() {
            let depths = Arc::new(UInt16Array::from(self.depths.clone()));
            let item = Arc::new(Field::new("item", DataType::UInt16, false));
            let width = i32::try_from(self.samples()).map_err(|_| ColumnError::Length)?;
            let lists: ArrayRef = Arc::new(FixedSizeListArray::try_new(item, width, depths, None)?);
            columns.push(("depth", lists));
        }
        let meaning = format!("mean depth of each sample, by column of the file; {NO_DEPTH}: not stated");
        let mut frames = vec![ipc::write(columns, &[("depth", meaning)])?];
        frames.extend(self.calls.encode()?.into_iter().map(|frame| frame.payload));
        Ok(frames)
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// A frame is no such stream, or of another number of samples.
    pub fn decode<'a>(
        samples: usize,
        frames: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, ColumnError> {
        let mut frames = frames.into_iter();
        let batch = ipc::read(frames.next().ok_or(ColumnError::Empty)?)?;
        let depths = match batch.column_by_name("depth") {
            None => Vec::new(),
            Some(lists) => {
                let lists = lists
                    .as_fixed_size_list_opt()
                    .filter(|lists| usize::try_from(lists.value_length()) == Ok(samples));
                let values = lists.and_then(|lists| lists.values().as_primitive_opt::<UInt16Type>());
                values.ok_or(ColumnError::Column("depth"))?.values().to_vec()
            }
        };
        let coverage = CoverageColumns {
            starts: required(&batch, "start")?,
            ends: required(&batch, "end")?,
            calls: GenotypeColumns::decode(samples, frames)?,
            depths,
        };
        let n = coverage.starts.len();
        let fits = coverage.ends.len() == n
            && (samples == 0 || coverage.calls.len() == n)
            && (coverage.depths.is_empty() || coverage.depths.len() == n * samples);
        if fits {
            Ok(coverage)
        } else {
            Err(ColumnError::Length)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::columns::SiteColumns;
    use crate::domain::planes::Exception;

    fn row<'a>(
        p1: &'a [u64; 1],
        p2: &'a [u64; 1],
        hq: Option<&'a [u64]>,
        more: &'a [Exception],
    ) -> GenotypeRow<'a> {
        GenotypeRow {
            p0: &[0],
            p1,
            p2: Some(p2),
            hq,
            exceptions: more,
        }
    }

    fn three_runs() -> CoverageColumns {
        let mut coverage = CoverageColumns::new(3);
        let triploid = [Exception {
            sample: 1,
            called: 3,
            copies: 0,
        }];
        coverage.push((10, 19), &row(&[0b100], &[0], None, &[]), &[NO_DEPTH; 3]);
        coverage.push((20, 20), &row(&[0], &[0b010], Some(&[0b011]), &[]), &[30, 12, 0]);
        coverage.push(
            (40, 90),
            &row(&[0b111], &[0], None, &triploid),
            &[NO_DEPTH, 9, NO_DEPTH],
        );
        coverage
    }

    #[test]
    fn runs_are_found_and_counted() {
        let coverage = three_runs();
        let all = SampleMask::all(3);
        for (position, want) in [
            (9, None),
            (10, Some((4, (0, 0)))),
            (19, Some((4, (0, 0)))),
            (20, Some((5, (42, 3)))),
            (21, None),
            (39, None),
            (40, Some((3, (9, 1)))),
            (90, Some((3, (9, 1)))),
            (91, None),
        ] {
            let found = coverage
                .run_at(position)
                .map(|run| (coverage.calls(run).counts(&all).an, coverage.depth_sum(run, &all)));
            assert_eq!(found, want, "{position}");
        }
        let hq = coverage
            .calls(1)
            .high_quality_counts(&all, None)
            .map(|counts| counts.an);
        assert_eq!((hq, coverage.calls(0).hq), (Some(3), None));
    }

    #[test]
    fn stored_and_joined_runs_say_the_same() {
        let coverage = three_runs();
        for coverage in [coverage.clone(), CoverageColumns::new(3), CoverageColumns::new(0)] {
            let frames = coverage.encode().unwrap();
            let decoded = CoverageColumns::decode(coverage.samples(), frames.iter().map(Vec::as_slice));
            assert_eq!(decoded.unwrap(), coverage);
        }
        let mut later = CoverageColumns::new(3);
        later.push((91, 95), &row(&[0b110], &[0], None, &[]), &[NO_DEPTH; 3]);
        let joined = CoverageColumns::concat(3, [&coverage, &later].into_iter());
        assert_eq!((joined.len(), joined.span(3)), (4, (91, 95)));
        assert_eq!(joined.depth_sum(3, &SampleMask::all(3)), (0, 0));
        assert_eq!(joined.calls(2), coverage.calls(2));
        assert!(CoverageColumns::decode(3, [&b"no"[..]]).is_err());
    }

    #[test]
    fn a_stretch_without_alleles_has_sites_all_the_same() {
        let none = SiteColumns::from_rows([].into_iter());
        let stored = none.encode().unwrap();
        assert_eq!(SiteColumns::decode(&stored).unwrap().len(), 0);
    }

    #[test]
    fn bands_meet_without_gaps() {
        for (depth, band) in [
            (0, 0),
            (1, 1),
            (4, 1),
            (5, 2),
            (99, 8),
            (100, 9),
            (65_534, 9),
            (NO_DEPTH, usize::MAX),
        ] {
            assert_eq!(depth_band(depth), band, "{depth}");
        }
    }
}
