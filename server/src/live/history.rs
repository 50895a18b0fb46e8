//! The recent states of a live query, so that whoever comes back gets a patch.
//!
//! Invariant: entries are in order of version, and each holds from its version to the next entry's.

use std::collections::VecDeque;
use std::sync::Arc;

use allelecast_protocol::live::GenomeSpan;

use crate::query::Sums;

/// States kept for each query.
const KEPT: usize = 256;
/// Spans kept apart before they are given up as "anywhere".
const MAX_SPANS: usize = 32;

/// A query's sums at a version.
#[derive(Debug, Clone)]
pub struct LiveState {
    /// First version at which it holds.
    pub since: i64,
    /// The sums.
    pub sums: Arc<Sums>,
    /// Whether a file in the scope is still importing.
    pub provisional: bool,
    /// Where rows may differ from the state before.
    pub changed: Changed,
}

/// Where rows may differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// In these stretches.
    Spans(Vec<GenomeSpan>),
    /// Anywhere.
    Everywhere,
}

impl Changed {
    /// Nowhere.
    pub fn nowhere() -> Self {
        Self::Spans(Vec::new())
    }

    /// Whether it is nowhere.
    pub fn is_nowhere(&self) -> bool {
        matches!(self, Self::Spans(spans) if spans.is_empty())
    }

    /// Both together.
    pub fn and(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Spans(mut spans), Self::Spans(more)) => {
                spans.extend(
                    more.iter()
                        .filter(|span| !spans.contains(span))
                        .cloned()
                        .collect::<Vec<_>>(),
                );
                if spans.len() > MAX_SPANS {
                    Self::Everywhere
                } else {
                    Self::Spans(spans)
                }
            }
            _ => Self::Everywhere,
        }
    }
}

/// The states.
#[derive(Debug, Default)]
pub(super) struct History(VecDeque<LiveState>);

impl History {
    pub(super) fn clear_to(&mut self, state: LiveState) {
        self.0.clear();
        self.0.push_back(state);
    }

    pub(super) fn push(&mut self, state: LiveState) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(state);
    }

    /// The state at a version; `None` where it is no longer held.
    pub(super) fn at(&self, seq: i64) -> Option<&LiveState> {
        self.0.iter().rev().find(|state| state.since <= seq)
    }

    /// Where rows may differ between two versions.
    pub(super) fn changed(&self, after: i64, to: i64) -> Changed {
        let between = self
            .0
            .iter()
            .filter(|state| state.since > after && state.since <= to);
        between.fold(Changed::nowhere(), |all, state| all.and(&state.changed))
    }

    pub(super) fn latest(&self) -> Option<&LiveState> {
        self.0.back()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(since: i64, chrom: &str) -> LiveState {
        let span = GenomeSpan {
            chrom: chrom.into(),
            start: 1,
            end: 2,
        };
        LiveState {
            since,
            sums: Arc::new(Sums::zero(&[], 0)),
            provisional: false,
            changed: Changed::Spans(vec![span]),
        }
    }

    #[test]
    fn a_state_holds_until_the_next() {
        let mut history = History::default();
        history.clear_to(state(5, "1"));
        history.push(state(9, "2"));
        let table = [
            (4, None),
            (5, Some(5)),
            (8, Some(5)),
            (9, Some(9)),
            (100, Some(9)),
        ];
        for (seq, since) in table {
            assert_eq!(history.at(seq).map(|state| state.since), since, "{seq}");
        }
        assert_eq!(history.changed(5, 9), state(9, "2").changed);
        assert!(history.changed(9, 9).is_nowhere());
    }

    #[test]
    fn old_states_are_given_up() {
        let mut history = History::default();
        for seq in 0..=KEPT as i64 {
            history.push(state(seq, "1"));
        }
        assert!(history.at(0).is_none());
        assert!(history.at(1).is_some());
    }
}
