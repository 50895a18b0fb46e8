//! The hub: follows the head and moves every live query of this instance to it, each once, however many watch.
//!
//! Invariant: all live queries are at the hub's version when it is announced; steps do not overlap.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use allelecast_protocol::Version;
use allelecast_protocol::chart::ChartKind;
use futures::{FutureExt, StreamExt, TryStreamExt};
use parking::Parking;
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

use super::history::{Changed, History, LiveState};
use super::touched::{genome_spans, touched};
use crate::query::catalogue::Catalogue;
use crate::query::{Engine, QueryError, Resolved, Sums};
use crate::store::head::{self, Change, ChangeKind, Head};
use crate::store::pins::Held;
use crate::store::pool::PgPool;

mod parking;

/// Shortest time between two steps: a burst of commits is one transition.
const COALESCE: Duration = Duration::from_millis(75);
/// How often the head is asked for even without a hint.
const POLL: Duration = Duration::from_secs(2);
/// Longest wait for the hub to catch up with the database.
const CATCH_UP: Duration = Duration::from_secs(2);
/// Live queries moved side by side.
const QUERIES_AT_ONCE: usize = 4;

/// A query that is kept at the hub's version.
#[derive(Debug)]
pub struct LiveQuery {
    /// What is asked.
    pub query: Arc<Resolved>,
    /// Charts kept.
    pub charts: Vec<ChartKind>,
    history: std::sync::Mutex<History>,
}

/// Where the hub stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HubView {
    /// The version that all live queries are at.
    pub version: Version,
    /// Last version at which a name may have come to mean something else.
    pub names_changed: i64,
}

/// Follows the head.
#[derive(Debug)]
pub struct Hub {
    engine: Arc<Engine>,
    head: Arc<Head>,
    pool: PgPool,
    state: Mutex<Parking>,
    view: watch::Sender<HubView>,
    /// Keeps the version of `view` readable.
    held: std::sync::Mutex<Option<Held>>,
}

impl Hub {
    /// Starts following; ends with `stop`.
    pub fn start(engine: Arc<Engine>, head: Arc<Head>, pool: PgPool, stop: CancellationToken) -> Arc<Self> {
        let version = head.known();
        let view = watch::Sender::new(HubView {
            version,
            names_changed: version.seq,
        });
        let hub = Arc::new(Self {
            engine,
            head,
            pool,
            state: Mutex::default(),
            view,
            held: std::sync::Mutex::default(),
        });
        tokio::spawn(hub.clone().follow(stop));
        hub
    }

    /// The engine behind it.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// To hear of new versions.
    pub fn subscribe(&self) -> watch::Receiver<HubView> {
        self.view.subscribe()
    }

    /// Where it stands.
    pub fn view(&self) -> HubView {
        *self.view.borrow()
    }

    /// Where it stands once it has caught up with the database: who has just changed something sees it.
    pub async fn caught_up(&self) -> Result<HubView, QueryError> {
        let head = self.head.read().await?;
        let mut views = self.view.subscribe();
        let reached = |view: &HubView| view.version.epoch != head.epoch || view.version.seq >= head.seq;
        // A hub that is held up answers from where it is.
        match tokio::time::timeout(CATCH_UP, views.wait_for(reached)).await {
            Ok(Ok(view)) => Ok(*view),
            Ok(Err(_)) | Err(_) => Ok(self.view()),
        }
    }

    /// The live query for a resolved query and charts, evaluated first if nobody watches it yet. `progress` hears of
    /// cells done, of how many.
    pub async fn watch(
        &self,
        query: Arc<Resolved>,
        charts: Vec<ChartKind>,
        progress: impl Fn(usize, usize),
    ) -> Result<Arc<LiveQuery>, QueryError> {
        if let Some(known) = self.state.lock().await.find(&query, &charts) {
            return Ok(known);
        }
        let start = self.view().version;
        let _held = self.engine.hold(start).await?;
        let catalogue = self.engine.knowing(start).await?;
        let cells = self.engine.cells(&query, &catalogue, start.seq);
        let of = cells.len();
        let sums = self
            .engine
            .sums(&query, &charts, &catalogue, start.seq, &cells, |done| {
                progress(done, of)
            })
            .await?;
        let live = Arc::new(LiveQuery {
            query,
            charts,
            history: Default::default(),
        });
        let provisional = live.is_provisional(&catalogue, start.seq);
        let changed = Changed::Everywhere;
        live.history().clear_to(LiveState {
            since: start.seq,
            sums: Arc::new(sums),
            provisional,
            changed,
        });
        // From here on no step can pass us by.
        let mut state = self.state.lock().await;
        if let Some(known) = state.find(&live.query, &live.charts) {
            return Ok(known);
        }
        let now = self.view().version;
        if now != start {
            let catalogue = self.engine.knowing(now).await?;
            let changes = self.changes(start, now).await?;
            self.advance(&live, &catalogue, changes.as_deref(), start, now)
                .await?;
        }
        state.add(live.clone());
        Ok(live)
    }

    /// Number of live queries, for metrics and tests.
    pub async fn live_queries(&self) -> usize {
        self.state.lock().await.len()
    }

    async fn follow(self: Arc<Self>, stop: CancellationToken) {
        let mut news = self.head.subscribe();
        let mut away = false;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = news.changed() => {}
                () = tokio::time::sleep(POLL) => match self.poll(away).await {
                    Ok(()) => {
                        if std::mem::take(&mut away) {
                            tracing::info!("the database is back");
                        }
                    }
                    Err(error) => {
                        if !std::mem::replace(&mut away, true) {
                            tracing::warn!(%error, "the database is away");
                        }
                    }
                },
            }
            let begun = Instant::now();
            if let Err(error) = self.step().await {
                tracing::warn!(%error, "a step to the head failed; it will be tried again");
            }
            let rest = COALESCE.saturating_sub(begun.elapsed());
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    async fn poll(&self, was_away: bool) -> Result<(), QueryError> {
        if was_away {
            self.head.check_identity().await?
        } else {
            self.head.read().await?
        };
        self.state.lock().await.forget_unused(Instant::now());
        Ok(())
    }

    /// Moves every live query to the head.
    async fn step(&self) -> Result<(), QueryError> {
        let to = self.head.known();
        let from = self.view().version;
        if to == from {
            return Ok(());
        }
        let held = self.engine.hold(to).await?;
        let catalogue = self.engine.knowing(to).await?;
        let changes = self.changes(from, to).await?;
        let state = self.state.lock().await;
        let queries = state.all();
        let mut moves = Vec::with_capacity(queries.len());
        for live in &queries {
            moves.push(
                self.advance(live, &catalogue, changes.as_deref(), from, to)
                    .boxed(),
            );
        }
        futures::stream::iter(moves)
            .buffer_unordered(QUERIES_AT_ONCE)
            .try_collect::<()>()
            .await?;
        let renames = |change: &Change| {
            matches!(
                change.kind,
                ChangeKind::FileStarted
                    | ChangeKind::GenesReplaced
                    | ChangeKind::GroupPublished
                    | ChangeKind::GroupRemoved
                    | ChangeKind::GroupRenamed
                    | ChangeKind::DatasetDeleted
            )
        };
        let renamed = changes
            .as_deref()
            .is_none_or(|changes| changes.iter().any(renames));
        self.view.send_modify(|view| {
            view.version = to;
            if renamed {
                view.names_changed = to.seq;
            }
        });
        *self
            .held
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(held);
        drop(state);
        Ok(())
    }

    /// The changes between two versions; `None` across epochs, and after too long an absence: everything may differ.
    async fn changes(&self, from: Version, to: Version) -> Result<Option<Vec<Change>>, QueryError> {
        if from.epoch != to.epoch || to.seq < from.seq {
            return Ok(None);
        }
        Ok(head::changes(&self.pool, from.seq, to.seq).await?)
    }

    /// Moves one live query: by differences over the touched cells, or afresh across epochs.
    async fn advance(
        &self,
        live: &LiveQuery,
        catalogue: &Catalogue,
        changes: Option<&[Change]>,
        from: Version,
        to: Version,
    ) -> Result<(), QueryError> {
        let provisional = live.is_provisional(catalogue, to.seq);
        let latest = live.history().latest().cloned();
        let (Some(changes), Some(before)) = (changes, latest) else {
            let cells = self.engine.cells(&live.query, catalogue, to.seq);
            let sums = self
                .engine
                .sums(&live.query, &live.charts, catalogue, to.seq, &cells, |_| ())
                .await?;
            let changed = Changed::Everywhere;
            live.history().clear_to(LiveState {
                since: to.seq,
                sums: Arc::new(sums),
                provisional,
                changed,
            });
            return Ok(());
        };
        if before.since > from.seq && before.since >= to.seq {
            // A step that failed half way had moved this one already.
            return Ok(());
        }
        let touched = touched(&self.engine, &live.query, catalogue, changes, (from.seq, to.seq));
        let difference = self
            .engine
            .difference(
                &live.query,
                &live.charts,
                catalogue,
                (from.seq, to.seq),
                &touched.cells,
            )
            .await?;
        let changed = if touched.everything {
            Changed::Everywhere
        } else {
            Changed::nowhere().and(&Changed::Spans(genome_spans(&touched, &live.query, catalogue)))
        };
        let is_zero = difference == Sums::zero(&live.charts, live.query.shown.len());
        if is_zero && changed.is_nowhere() && provisional == before.provisional {
            return Ok(());
        }
        let sums = if is_zero {
            before.sums
        } else {
            Arc::new(before.sums.plus(&difference))
        };
        live.history().push(LiveState {
            since: to.seq,
            sums,
            provisional,
            changed,
        });
        Ok(())
    }
}

impl LiveQuery {
    /// The state at a version; `None` where it is no longer held.
    pub fn at(&self, seq: i64) -> Option<LiveState> {
        self.history().at(seq).cloned()
    }

    /// Where rows may differ between two versions.
    pub fn changed(&self, after: i64, to: i64) -> Changed {
        self.history().changed(after, to)
    }

    fn is_provisional(&self, catalogue: &Catalogue, seq: i64) -> bool {
        let mut datasets = self
            .query
            .datasets
            .iter()
            .filter_map(|id| catalogue.dataset(*id, seq));
        datasets.any(|dataset| dataset.is_provisional())
    }

    fn history(&self) -> std::sync::MutexGuard<'_, History> {
        // A poisoned history is still one: entries are pushed whole.
        self.history
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

type Key = (crate::query::QueryKey, Vec<ChartKind>);

impl LiveQuery {
    fn key(query: &Resolved, charts: &[ChartKind]) -> Key {
        (query.key, charts.to_vec())
    }
}

type Queries = HashMap<Key, (Arc<LiveQuery>, Instant)>;
