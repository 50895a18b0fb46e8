//! Tandem repeats: RN and the lists whose lengths it gives (RUS RUL RUC RB RUB CIRUC CIRB), since 4.4.
//!
//! Invariant: a list whose length is wrong is reported as that alone; its values cannot be told apart.

use super::Record;
use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::rules::info as rules;
use crate::import::validate::value::float_value;

/// What INFO says of tandem repeats.
#[derive(Debug, Default)]
pub(super) struct Repeats<'a> {
    numbers: Option<&'a [u8]>,
    sequences: Option<&'a [u8]>,
    lengths: Option<&'a [u8]>,
    counts: Option<&'a [u8]>,
    bases: Option<&'a [u8]>,
    unit_bases: Option<&'a [u8]>,
    count_intervals: Option<&'a [u8]>,
    base_intervals: Option<&'a [u8]>,
}

impl<'a> Repeats<'a> {
    pub fn note(&mut self, name: &[u8], value: Option<&'a [u8]>) {
        let place = match name {
            b"RN" => &mut self.numbers,
            b"RUS" => &mut self.sequences,
            b"RUL" => &mut self.lengths,
            b"RUC" => &mut self.counts,
            b"RB" => &mut self.bases,
            b"RUB" => &mut self.unit_bases,
            b"CIRUC" => &mut self.count_intervals,
            b"CIRB" => &mut self.base_intervals,
            _ => return,
        };
        *place = value.filter(|value| *value != b".");
    }

    pub fn check(&self, record: &Record<'_>, sink: &mut Sink<'_>) {
        if let Some(repeat) = record.alts.iter().find(|allele| allele.text == b"<CNV:TR>")
            && self.sequences.is_none()
            && self.lengths.is_none()
        {
            let message = "a tandem repeat has neither RUS nor RUL";
            sink.add(&rules::REPEAT_UNIT_MISSING, repeat.text, message);
        }
        let Some(expected) = self.expected(record) else {
            return;
        };
        let lists = [
            ("RUS", self.sequences, 1),
            ("RUL", self.lengths, 1),
            ("RUC", self.counts, 1),
            ("RB", self.bases, 1),
            ("CIRUC", self.count_intervals, 2),
            ("CIRB", self.base_intervals, 2),
        ];
        let mut fits = true;
        for (name, list, each) in lists {
            let Some(list) = list else { continue };
            let (found, expected) = (elements(list).count(), expected * each);
            if found != expected {
                fits = false;
                let message =
                    format!("{name} has {found} values instead of {expected}, which RN and ALT make");
                sink.add(&rules::REPEAT_COUNT, list, message);
            }
        }
        if !fits {
            return;
        }
        self.units(sink);
        self.unit_bases(sink);
        intervals("CIRUC", self.count_intervals, "RUC", self.counts, sink);
        intervals("CIRB", self.base_intervals, "RB", self.bases, sink);
    }

    /// The sum of RN, which is 1 for each `<CNV:TR>` where it is missing.
    fn expected(&self, record: &Record<'_>) -> Option<usize> {
        match self.numbers {
            Some(numbers) => elements(numbers)
                .map(|n| if is_missing(n) { Some(0) } else { number(n) })
                .sum(),
            None => Some(
                record
                    .alts
                    .iter()
                    .filter(|allele| allele.text == b"<CNV:TR>")
                    .count(),
            ),
        }
    }

    /// RUS is spelled in nucleotide codes, and as long as RUL says.
    fn units(&self, sink: &mut Sink<'_>) {
        let Some(sequences) = self.sequences else { return };
        let mut lengths = self.lengths.map(elements);
        for sequence in elements(sequences) {
            let length = lengths
                .as_mut()
                .and_then(Iterator::next)
                .filter(|n| !is_missing(n));
            if is_missing(sequence) {
                continue;
            }
            if !sequence
                .iter()
                .all(|base| b"ACGTUNRYSWKMBDHVacgtunryswkmbdhv".contains(base))
            {
                let message = format!(
                    "the repeat unit {} is not made of nucleotide codes",
                    quoted(sequence)
                );
                return sink.add(&rules::REPEAT_UNIT, sequence, message);
            }
            if let Some(length) = length
                && number(length).is_some_and(|n| n != sequence.len())
            {
                let message = format!(
                    "the repeat unit {} is not as long as its RUL, {}",
                    quoted(sequence),
                    quoted(length)
                );
                return sink.add(&rules::REPEAT_UNIT, sequence, message);
            }
        }
    }

    /// RUB lists the length of every unit that RUC counts.
    fn unit_bases(&self, sink: &mut Sink<'_>) {
        let Some(list) = self.unit_bases else { return };
        let counts: Option<Option<usize>> = self.counts.map(|counts| {
            elements(counts)
                .map(|n| if is_missing(n) { Some(0) } else { number(n) })
                .sum()
        });
        let message = match counts {
            None => "RUB stands without RUC".to_owned(),
            Some(None) => "RUB stands beside a RUC that is not an integer".to_owned(),
            Some(Some(expected)) if elements(list).count() != expected => {
                format!(
                    "RUB has {} values instead of the {expected} that RUC counts",
                    elements(list).count()
                )
            }
            Some(Some(_)) => return,
        };
        sink.add(&rules::REPEAT_UNIT_BASES, list, message);
    }
}

/// An interval is that of a value.
fn intervals(name: &str, intervals: Option<&[u8]>, of: &str, values: Option<&[u8]>, sink: &mut Sink<'_>) {
    let Some(intervals) = intervals else { return };
    let mut values = values.map(elements);
    let bounds: Vec<&[u8]> = elements(intervals).collect();
    for pair in bounds.chunks(2) {
        let has_value = values
            .as_mut()
            .and_then(Iterator::next)
            .is_some_and(|value| !is_missing(value));
        if let Some(bound) = pair.iter().find(|bound| !is_missing(bound))
            && !has_value
        {
            let message = format!("{name} gives an interval around a {of} that is missing");
            return sink.add(&rules::REPEAT_INTERVAL, bound, message);
        }
    }
}

fn elements(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|&b| b == b',')
}

fn is_missing(element: &[u8]) -> bool {
    element.is_empty() || element == b"."
}

/// A whole number, however it is written; `None` where it is none.
fn number(element: &[u8]) -> Option<usize> {
    float_value(element)
        .filter(|n| n.fract() == 0.0 && (0.0..1e9).contains(n))
        .map(|n| n as usize)
}
