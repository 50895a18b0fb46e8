//! From the calls of a gVCF's records, in order, to runs of positions in which no sample's call changes.
//!
//! Invariant: runs follow from the records alone. A run, and a call that still reaches on, remember the first record
//! that they need, so that an import can go on from there and lay out the same.

use super::super::count::Position;
use super::super::coverage::SampleCall;
use crate::domain::columns::{CoverageColumns, NO_DEPTH, depth_band};
use crate::domain::genotype::Genotype;
use crate::domain::planes::{Exception, GenotypeRow, words_for};

/// A record: its place, and how many stand before it.
pub(super) type RecordPlace = (Position, u64);

/// Lays out the coverage of one contig.
#[derive(Debug)]
pub(super) struct Coverage {
    samples: Vec<Live>,
    /// First position that is not laid out.
    at: u32,
    runs: Vec<Run>,
}

/// The calls of one sample that reach the first position not laid out, or beyond: the last record's call on top, below
/// it those of earlier records that reach further, ever further.
type Live = Vec<Segment>;

/// Most calls kept of one sample: blocks within blocks are no deeper in any sound file.
const MAX_NESTED: usize = 64;

#[derive(Clone, Copy, Debug)]
struct Segment {
    call: SampleCall,
    place: RecordPlace,
}

/// A stretch in which nothing changes.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) start: u32,
    pub(super) end: u32,
    calls: Vec<SampleCall>,
    /// By sample: depth times bases.
    depths: Vec<u64>,
    /// First record that it needs.
    place: RecordPlace,
}

impl Coverage {
    /// For a file with that many samples, from a position on.
    pub(super) fn new(samples: usize, at: u32) -> Self {
        Coverage {
            samples: vec![Live::new(); samples],
            at,
            runs: Vec::new(),
        }
    }

    /// Number of samples.
    pub(super) fn samples(&self) -> usize {
        self.samples.len()
    }

    /// Takes the calls of a record, which stands behind all before it.
    pub(super) fn add(&mut self, position: u32, calls: &[SampleCall], place: RecordPlace) {
        self.lay_out(position.saturating_sub(1));
        for (live, call) in self.samples.iter_mut().zip(calls) {
            if call.end < self.at.max(position) {
                continue;
            }
            while live.last().is_some_and(|segment| segment.call.end <= call.end) {
                live.pop();
            }
            if live.len() == MAX_NESTED {
                live.remove(0);
            }
            live.push(Segment { call: *call, place });
        }
    }

    /// Bytes that the runs take in memory, about.
    pub(super) fn bytes(&self) -> usize {
        self.runs.len()
            * (size_of::<Run>() + self.samples.len() * (size_of::<SampleCall>() + size_of::<u64>()))
    }

    /// The last position that a call at hand reaches.
    pub(super) fn reach(&self) -> u32 {
        let live = self.samples.iter().flatten().map(|segment| segment.call.end);
        live.chain(self.runs.last().map(|run| run.end)).max().unwrap_or(0)
    }

    /// Takes the runs up to a position, behind which all further records stand.
    pub(super) fn take_through(&mut self, through: u32) -> Vec<Run> {
        self.lay_out(through);
        let n = self.runs.partition_point(|run| run.start <= through);
        let rest = self.runs.split_off(n);
        let mut taken = std::mem::replace(&mut self.runs, rest);
        if let Some(last) = taken.last_mut().filter(|last| last.end > through) {
            self.runs.insert(0, last.split_off(through + 1));
        }
        taken
    }

    /// The first record that what is not taken needs.
    pub(super) fn needs(&self) -> Option<RecordPlace> {
        let live = self.samples.iter().flatten();
        let reaching = live.filter(|segment| segment.call.end >= self.at);
        let places = reaching.map(|segment| segment.place);
        let places = places.chain(self.runs.iter().map(|run| run.place));
        places.min_by_key(|(place, _)| place.offset)
    }

    /// Lays out everything up to a position.
    fn lay_out(&mut self, through: u32) {
        while self.at <= through {
            let (mut end, mut place) = (through, None::<RecordPlace>);
            for live in &mut self.samples {
                while live.last().is_some_and(|segment| segment.call.end < self.at) {
                    live.pop();
                }
                let Some(top) = live.last() else { continue };
                end = end.min(top.call.end);
                if place.is_none_or(|(first, _)| top.place.0.offset < first.offset) {
                    place = Some(top.place);
                }
            }
            match place {
                Some(place) => self.push((self.at, end), place),
                // No call reaches on.
                None => end = through,
            }
            self.at = end.saturating_add(1);
        }
    }

    fn push(&mut self, (start, end): (u32, u32), place: RecordPlace) {
        let call = |live: &Live| live.last().map_or(NOTHING_CALLED, |top| top.call);
        let bases = u64::from(end - start) + 1;
        let calls = self.samples.iter().map(call);
        if let Some(last) = self.runs.last_mut().filter(|last| {
            last.end.checked_add(1) == Some(start)
                && last.calls.iter().zip(calls.clone()).all(|(a, b)| is_same(a, &b))
        }) {
            last.end = end;
            for (sum, call) in last.depths.iter_mut().zip(calls) {
                *sum += u64::from(call.depth) * bases;
            }
            return;
        }
        self.runs.push(Run {
            start,
            end,
            depths: calls.clone().map(|call| u64::from(call.depth) * bases).collect(),
            calls: calls.collect(),
            place,
        });
    }
}

const NOTHING_CALLED: SampleCall = SampleCall {
    end: 0,
    state: Genotype::Missing,
    polyploid: 0,
    depth: NO_DEPTH,
    hq: None,
};

/// Whether two calls may stand in one run.
fn is_same(a: &SampleCall, b: &SampleCall) -> bool {
    (a.state, a.polyploid, a.hq) == (b.state, b.polyploid, b.hq) && depth_band(a.depth) == depth_band(b.depth)
}

impl Run {
    /// Cuts off what begins at a position within the run.
    fn split_off(&mut self, position: u32) -> Run {
        let bases = |start: u32, end: u32| u64::from(end - start) + 1;
        let (all, kept) = (bases(self.start, self.end), bases(self.start, position - 1));
        let mut rest = self.clone();
        rest.start = position;
        self.end = position - 1;
        for (own, rest) in self.depths.iter_mut().zip(&mut rest.depths) {
            *own = *own * kept / all;
            *rest -= *own;
        }
        rest
    }

    /// The mean depth of a sample.
    fn depth(&self, sample: usize) -> u16 {
        if self.calls[sample].depth == NO_DEPTH {
            return NO_DEPTH;
        }
        let bases = u64::from(self.end - self.start) + 1;
        ((self.depths[sample] + bases / 2) / bases).min(u64::from(NO_DEPTH) - 1) as u16
    }
}

/// Runs as columns, of a file with that many samples.
pub(super) fn columns(samples: usize, runs: &[Run]) -> CoverageColumns {
    let mut columns = CoverageColumns::new(samples);
    let words = words_for(samples);
    for run in runs {
        let (mut p1, mut p2, mut hq) = (vec![0u64; words], vec![0u64; words], vec![0u64; words]);
        let mut exceptions = Vec::new();
        let mut hq_known = false;
        for (sample, call) in run.calls.iter().enumerate() {
            let (word, bit) = (sample / 64, 1u64 << (sample % 64));
            p1[word] |= if call.state as u8 & 2 != 0 { bit } else { 0 };
            p2[word] |= if call.state as u8 & 4 != 0 { bit } else { 0 };
            hq[word] |= if call.hq == Some(true) { bit } else { 0 };
            hq_known |= call.hq.is_some();
            if call.polyploid > 0 {
                exceptions.push(Exception {
                    sample: sample as u32,
                    called: call.polyploid,
                    copies: 0,
                });
            }
        }
        let depths: Vec<u16> = (0..samples).map(|sample| run.depth(sample)).collect();
        let calls = GenotypeRow {
            p0: &vec![0; words],
            p1: &p1,
            p2: Some(&p2),
            hq: hq_known.then_some(&hq),
            exceptions: &exceptions,
        };
        columns.push((run.start, run.end), &calls, &depths);
    }
    columns
}

#[cfg(test)]
mod tests;
