//! The rows that a subscription shows, and whether a change can have touched them.
//!
//! Invariant: when in doubt the window is read again; what is read and equals what was sent is not sent.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::live::Changed;
use crate::query::Page;

/// The rows on a client's screen.
#[derive(Debug, Clone)]
pub(super) struct Window {
    /// Cursor that the rows follow.
    pub(super) after: Option<String>,
    /// Rows asked for.
    pub(super) limit: usize,
    /// Where they end, if the window is full and lies on one chromosome.
    full_to: Option<(String, u32)>,
    sent: Option<u64>,
}

impl Window {
    pub(super) fn new(after: Option<String>, limit: usize) -> Self {
        Self {
            after,
            limit,
            full_to: None,
            sent: None,
        }
    }

    /// Whether rows of it may differ after a change.
    pub(super) fn is_touched(&self, changed: &Changed) -> bool {
        match (changed, &self.full_to) {
            (Changed::Everywhere, _) => true,
            (Changed::Spans(spans), None) => !spans.is_empty(),
            (Changed::Spans(spans), Some((chrom, last))) => spans
                .iter()
                .any(|span| span.chrom != *chrom || span.start <= *last),
        }
    }

    /// Notes what was read; whether it differs from what was sent before.
    pub(super) fn note(&mut self, page: &Page) -> bool {
        let ends = (page.rows.first(), page.rows.last());
        self.full_to = match ends {
            (Some(first), Some(last)) if page.next.is_some() && first.position().0 == last.position().0 => {
                let (chrom, pos) = last.position();
                Some((chrom.to_owned(), pos))
            }
            _ => None,
        };
        let mut hasher = DefaultHasher::new();
        format!("{:?}{:?}", page.rows, page.next).hash(&mut hasher);
        let digest = Some(hasher.finish());
        let differs = digest != self.sent;
        self.sent = digest;
        differs
    }

    /// Forgets what was sent, as for a new snapshot.
    pub(super) fn forget(&mut self) {
        self.sent = None;
        self.full_to = None;
    }
}
