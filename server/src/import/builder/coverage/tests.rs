//! Runs against what each record says of each position, one by one.
//!
//! Invariant: where the coverage is cut, and from which record it is laid out again, never changes what it says.

use proptest::prelude::*;

use super::*;
use crate::domain::planes::SampleMask;

const SAMPLES: usize = 3;
const LAST: u32 = 60;

/// A record: how far it stands behind the one before, and what it says of each sample.
#[derive(Clone, Debug)]
struct Record {
    position: u32,
    calls: Vec<SampleCall>,
}

fn call() -> impl Strategy<Value = (u32, Genotype, u16, u16, Option<bool>)> {
    let state = prop_oneof![
        6 => Just((Genotype::HomozygousOther, 0)),
        2 => Just((Genotype::HaploidOther, 0)),
        1 => Just((Genotype::PartialOther, 0)),
        1 => Just((Genotype::Missing, 3)),
    ];
    let depth = prop_oneof![Just(NO_DEPTH), 0..40u16];
    (0..20u32, state, depth, any::<Option<bool>>())
        .prop_map(|(length, (state, polyploid), depth, hq)| (length, state, polyploid, depth, hq))
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let calls = proptest::collection::vec(proptest::option::weighted(0.8, call()), SAMPLES);
    proptest::collection::vec((0..6u32, calls), 0..14).prop_map(|steps| {
        let mut position = 5;
        let mut records = Vec::new();
        for (step, calls) in steps {
            position += step;
            let call = |call: Option<(u32, Genotype, u16, u16, Option<bool>)>| {
                call.map_or(NOTHING_CALLED, |(length, state, polyploid, depth, hq)| {
                    SampleCall {
                        end: position + length,
                        state,
                        polyploid,
                        depth,
                        hq,
                    }
                })
            };
            records.push(Record {
                position,
                calls: calls.into_iter().map(call).collect(),
            });
        }
        records
    })
}

/// What the last record that reaches a position says of a sample.
fn naive(records: &[Record], sample: usize, position: u32) -> SampleCall {
    let reaching = records
        .iter()
        .rev()
        .find(|record| record.position <= position && record.calls[sample].end >= position);
    reaching.map_or(NOTHING_CALLED, |record| record.calls[sample])
}

fn place(index: usize) -> RecordPlace {
    let at = Position {
        offset: 100 * index as u64,
        line: index as u64,
    };
    (at, index as u64)
}

/// Lays out the records, cut where `cuts` says; what is cut off is laid out anew from the record that it needs.
fn laid_out(records: &[Record], cuts: &[bool]) -> Vec<Run> {
    let mut coverage = Coverage::new(SAMPLES, 1);
    let mut runs = Vec::new();
    let mut index = 0;
    let mut cut_before = 0;
    while index < records.len() {
        let record = &records[index];
        if cuts[index] && index > cut_before && record.position > 1 {
            runs.extend(coverage.take_through(record.position - 1));
            cut_before = index;
            // As after a restart: from the first record that is needed, or the one at hand.
            index = coverage
                .needs()
                .map_or(index, |(_, first)| index.min(first as usize));
            coverage = Coverage::new(SAMPLES, record.position);
            continue;
        }
        coverage.add(record.position, &record.calls, place(index));
        index += 1;
    }
    runs.extend(coverage.take_through(2 * LAST));
    runs
}

proptest! {
    #[test]
    fn runs_say_what_the_records_say(
        records in records(),
        cuts in proptest::collection::vec(proptest::bool::weighted(0.3), 14),
        members in proptest::collection::vec(any::<bool>(), SAMPLES),
    ) {
        let runs = laid_out(&records, &cuts);
        let columns = columns(SAMPLES, &runs);
        prop_assert!(runs.windows(2).all(|pair| pair[0].end < pair[1].start));
        let mask = SampleMask::new(SAMPLES, (0..).zip(&members).filter(|(_, member)| **member).map(|(sample, _)| sample));
        for position in 1..2 * LAST {
            let run = columns.run_at(position);
            let said: Vec<SampleCall> = (0..SAMPLES).map(|sample| naive(&records, sample, position)).collect();
            for (sample, said) in said.iter().enumerate() {
                let found = run.map_or(Genotype::Missing, |run| columns.calls(run).genotype(sample as u32));
                prop_assert_eq!(found, said.state, "sample {} at {}", sample, position);
                let depth = run.map_or(NO_DEPTH, |run| runs[run].depth(sample));
                prop_assert_eq!(depth_band(depth), depth_band(said.depth), "sample {} at {}", sample, position);
            }
            let called = |call: &SampleCall| call.state.called() + u32::from(call.polyploid);
            let of_members = || said.iter().zip(&members).filter(|(_, member)| **member).map(|(call, _)| call);
            let counts = run.map(|run| columns.calls(run).counts(&mask)).unwrap_or_default();
            prop_assert_eq!(counts.an, of_members().map(called).sum::<u32>());
            prop_assert_eq!(counts.ns, of_members().filter(|call| called(call) > 0).count() as u32);
            prop_assert_eq!(counts.ac, 0);
            let high = run.and_then(|run| columns.calls(run).high_quality_counts(&mask, None));
            let high_said = of_members().filter(|call| call.hq == Some(true)).map(called).sum::<u32>();
            prop_assert_eq!(high.unwrap_or_default().an, high_said);
        }
    }
}

#[test]
fn depths_are_means_over_the_run() {
    let call = |end, depth| SampleCall {
        end,
        state: Genotype::HomozygousOther,
        depth,
        ..NOTHING_CALLED
    };
    let mut coverage = Coverage::new(1, 1);
    for (index, (position, end, depth)) in [(10, 19, 20), (20, 29, 24), (30, 30, 25)].into_iter().enumerate()
    {
        coverage.add(position, &[call(end, depth)], place(index));
    }
    let runs = coverage.take_through(100);
    let shown: Vec<_> = runs
        .iter()
        .map(|run| (run.start, run.end, run.depth(0)))
        .collect();
    assert_eq!(shown, [(10, 29, 22), (30, 30, 25)]);
}

#[test]
fn blocks_within_blocks_are_bounded() {
    let mut coverage = Coverage::new(1, 1);
    for position in 1..=1_000 {
        let call = SampleCall {
            end: 10_000 - position,
            state: Genotype::HomozygousOther,
            ..NOTHING_CALLED
        };
        coverage.add(position, &[call], place(position as usize));
    }
    assert_eq!(coverage.samples[0].len(), MAX_NESTED);
    assert_eq!(coverage.runs.len(), 1);
}
