//! What a screen shows, built from its parts.
//!
//! Invariant: pure; a part out of order or from another version changes nothing.

use std::collections::BTreeMap;

use allelecast_protocol::Version;
use allelecast_protocol::chart::{ChartData, ChartKind};
use allelecast_protocol::live::{Binding, Piece, Screen, Subscription};
use allelecast_protocol::row::{GroupColumns, RowColumns};

/// A frame that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScreenError {
    /// It starts from another version than the screen's.
    #[error("a transition from {from} does not fit a screen at {at:?}")]
    From {
        /// Where it starts.
        from: Version,
        /// Where the screen is.
        at: Option<Version>,
    },
    /// Parts are missing, repeated or mixed.
    #[error("part {part} came where part {expected} was due")]
    Part {
        /// Its number.
        part: u32,
        /// The number due.
        expected: u32,
    },
}

/// What a client shows.
#[derive(Debug, Clone, Default)]
pub struct ScreenState {
    version: Option<Version>,
    expected: BTreeMap<u32, Subscription>,
    shown: BTreeMap<u32, SubscriptionState>,
    parts: Vec<Screen>,
}

/// What is shown of one subscription.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SubscriptionState {
    /// Alleles that match.
    pub total: u64,
    /// Whether a file in the scope is still importing.
    pub provisional: bool,
    /// How the query was understood.
    pub binding: Option<Binding>,
    /// Chart values by kind and group.
    pub charts: BTreeMap<String, BTreeMap<String, Vec<i64>>>,
    /// Rows of the window.
    pub rows: RowColumns,
    /// Cursor of the page after the window.
    pub next: Option<String>,
}

impl ScreenState {
    /// The version shown.
    pub fn version(&self) -> Option<Version> {
        self.version
    }

    /// What is shown of a subscription.
    pub fn get(&self, sub: u32) -> Option<&SubscriptionState> {
        self.shown.get(&sub)
    }

    /// The subscriptions, as they were asked for.
    pub fn subscriptions(&self) -> Vec<Subscription> {
        self.expected.values().cloned().collect()
    }

    pub(super) fn expect(&mut self, subscription: Subscription) {
        self.expected.insert(subscription.sub, subscription);
    }

    pub(super) fn forget(&mut self, sub: u32) {
        self.expected.remove(&sub);
        self.shown.remove(&sub);
    }

    pub(super) fn reset(&mut self) {
        self.version = None;
        self.shown.clear();
        self.parts.clear();
    }

    /// Takes a part; the new version once all parts are there.
    pub(super) fn apply(
        &mut self,
        from: Option<Version>,
        part: Screen,
    ) -> Result<Option<Version>, ScreenError> {
        if let Some(from) = from
            && Some(from) != self.version
        {
            return Err(ScreenError::From {
                from,
                at: self.version,
            });
        }
        let expected = self.parts.len() as u32;
        let same = self.parts.first().is_none_or(|first| first.to == part.to);
        if part.part != expected || !same {
            return Err(ScreenError::Part {
                part: part.part,
                expected,
            });
        }
        let (last, to) = (part.last, part.to);
        self.parts.push(part);
        if !last {
            return Ok(None);
        }
        if from.is_none() {
            self.shown.clear();
        }
        for piece in std::mem::take(&mut self.parts)
            .into_iter()
            .flat_map(|part| part.pieces)
        {
            self.put(piece);
        }
        self.version = Some(to);
        Ok(Some(to))
    }

    fn put(&mut self, piece: Piece) {
        match piece {
            Piece::State {
                sub,
                snapshot,
                total,
                provisional,
                binding,
                ..
            } => {
                let shown = self.shown.entry(sub).or_default();
                if snapshot {
                    *shown = SubscriptionState {
                        binding,
                        ..Default::default()
                    };
                }
                shown.total = total;
                shown.provisional = provisional;
            }
            Piece::Chart { sub, set, chart } => self.shown.entry(sub).or_default().chart(set, chart),
            Piece::Rows {
                sub,
                first,
                next,
                rows,
            } => {
                let shown = self.shown.entry(sub).or_default();
                if first {
                    shown.rows = RowColumns::default();
                }
                append(&mut shown.rows, rows);
                shown.next = next;
            }
        }
    }
}

impl SubscriptionState {
    /// Sum of a chart's bins, by group.
    pub fn chart_sums(&self, kind: ChartKind) -> BTreeMap<&str, i64> {
        let series = self.charts.get(&format!("{kind:?}")).into_iter().flatten();
        series
            .map(|(group, values)| (group.as_str(), values.iter().sum()))
            .collect()
    }

    fn chart(&mut self, set: bool, chart: ChartData) {
        let series = self.charts.entry(format!("{:?}", chart.kind)).or_default();
        for change in chart.series {
            let values = series.entry(change.group).or_default();
            if set {
                *values = change.values;
            } else {
                values.resize(values.len().max(change.values.len()), 0);
                values
                    .iter_mut()
                    .zip(change.values)
                    .for_each(|(value, change)| *value += change);
            }
        }
    }
}

/// Adds rows behind those at hand.
pub fn append(rows: &mut RowColumns, more: RowColumns) {
    if rows.groups.is_empty() {
        rows.groups = more
            .groups
            .iter()
            .map(|group| GroupColumns {
                group: group.group.clone(),
                ..Default::default()
            })
            .collect();
    }
    rows.chrom.extend(more.chrom);
    rows.pos.extend(more.pos);
    rows.reference_bases.extend(more.reference_bases);
    rows.alternate_bases.extend(more.alternate_bases);
    rows.id.extend(more.id);
    rows.filter.extend(more.filter);
    rows.kind.extend(more.kind);
    for (group, more) in rows.groups.iter_mut().zip(more.groups) {
        let before = group.status.len();
        group.status.extend(more.status);
        group.ac.extend(more.ac);
        group.an.extend(more.an);
        group.hom.extend(more.hom);
        group.hq_only |= more.hq_only;
        let given = group.af_given.take();
        if given.is_some() || more.af_given.is_some() {
            let mut given = given.unwrap_or_default();
            given.resize(before, None);
            given.extend(more.af_given.unwrap_or_default());
            given.resize(group.status.len(), None);
            group.af_given = Some(given);
        }
    }
}

#[cfg(test)]
mod tests {
    use allelecast_protocol::chart::Series;

    use super::*;

    fn v(seq: i64) -> Version {
        Version { epoch: 1, seq }
    }

    fn part(to: i64, part: u32, last: bool, pieces: Vec<Piece>) -> Screen {
        Screen {
            to: v(to),
            part,
            last,
            pieces,
        }
    }

    fn state(snapshot: bool, total: u64) -> Piece {
        Piece::State {
            sub: 1,
            snapshot,
            total,
            provisional: false,
            changed: Vec::new(),
            binding: None,
        }
    }

    fn chart(set: bool, values: &[i64]) -> Piece {
        let series = vec![Series {
            group: "a".into(),
            values: values.to_vec(),
        }];
        Piece::Chart {
            sub: 1,
            set,
            chart: ChartData {
                kind: ChartKind::AfSpectrum,
                series,
            },
        }
    }

    #[test]
    fn parts_are_shown_together_and_add_up() {
        let mut screen = ScreenState::default();
        assert_eq!(
            screen.apply(None, part(5, 0, false, vec![state(true, 2)])),
            Ok(None)
        );
        assert_eq!(screen.version(), None);
        assert_eq!(
            screen.apply(None, part(5, 1, true, vec![chart(true, &[1, 1])])),
            Ok(Some(v(5)))
        );
        let patch = part(6, 0, true, vec![state(false, 3), chart(false, &[0, 1])]);
        assert_eq!(screen.apply(Some(v(5)), patch), Ok(Some(v(6))));
        let shown = screen.get(1).unwrap();
        assert_eq!(
            (shown.total, shown.chart_sums(ChartKind::AfSpectrum)["a"]),
            (3, 3)
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut screen = ScreenState::default();
        screen.apply(None, part(5, 0, true, vec![])).unwrap();
        let skipped = screen.apply(Some(v(4)), part(6, 0, true, vec![]));
        assert_eq!(
            skipped,
            Err(ScreenError::From {
                from: v(4),
                at: Some(v(5))
            })
        );
        let late = screen.apply(Some(v(5)), part(6, 1, true, vec![]));
        assert_eq!(late, Err(ScreenError::Part { part: 1, expected: 0 }));
    }
}
