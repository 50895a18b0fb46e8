//! The live queries of the hub, and how long one is kept that nobody watches.
//!
//! Invariant: a query somebody watches is never forgotten.

use std::sync::Arc;
use std::time::{Duration, Instant};

use allelecast_protocol::chart::ChartKind;

use super::{LiveQuery, Queries};
use crate::query::Resolved;

/// How long a query outlives its last watcher, so that a lost connection resumes with a patch.
const GRACE: Duration = Duration::from_secs(60);

/// The live queries.
#[derive(Debug, Default)]
pub(super) struct Parking(Queries);

impl Parking {
    pub(super) fn find(&mut self, query: &Resolved, charts: &[ChartKind]) -> Option<Arc<LiveQuery>> {
        let (live, used) = self.0.get_mut(&LiveQuery::key(query, charts))?;
        *used = Instant::now();
        Some(live.clone())
    }

    pub(super) fn add(&mut self, live: Arc<LiveQuery>) {
        self.0
            .insert(LiveQuery::key(&live.query, &live.charts), (live, Instant::now()));
    }

    pub(super) fn all(&self) -> Vec<Arc<LiveQuery>> {
        self.0.values().map(|(live, _)| live.clone()).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets queries that nobody has watched for the grace.
    pub(super) fn forget_unused(&mut self, now: Instant) {
        self.0.retain(|_, (live, used)| {
            if Arc::strong_count(live) > 1 {
                *used = now;
            }
            now.saturating_duration_since(*used) < GRACE
        });
    }
}
