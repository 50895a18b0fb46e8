//! One watched query of a connection.
//!
//! Invariant: `shown` is what the client holds, or will once it has applied what is in flight.

use std::sync::Arc;

use allelecast_protocol::live::{Binding, Piece, Subscription};

use super::frames;
use super::window::Window;
use crate::live::{Changed, Hub, LiveQuery, LiveState};
use crate::query::catalogue::Catalogue;
use crate::query::{QueryError, Request};

/// Most rows of a page over the socket.
pub(super) const MAX_PAGE_ROWS: u32 = 500;

/// A query that a client watches.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) request: Subscription,
    pub(super) live: Arc<LiveQuery>,
    pub(super) window: Window,
    /// Version up to which names were looked at.
    pub(super) names_at: i64,
    /// What the client holds, and at which version; `None` before the snapshot.
    shown: Option<(LiveState, i64)>,
}

/// Reads and binds a subscription, and waits until its query is live.
pub(super) async fn watch(
    hub: &Hub,
    mut request: Subscription,
    progress: impl Fn(usize, usize),
) -> Result<Watched, QueryError> {
    if request.page_size > MAX_PAGE_ROWS {
        return Err(QueryError::Field {
            field: "page_size",
            message: format!("A page has at most {MAX_PAGE_ROWS} rows."),
        });
    }
    let view = hub.caught_up().await?;
    let catalogue = hub.engine().knowing(view.version).await?;
    let resolved = bind(hub, &request, &catalogue, view.version.seq).await?;
    // From here on the names stand for what they were bound to.
    request.query.clone_from(&resolved.text);
    request.datasets = resolved.datasets.iter().map(ToString::to_string).collect();
    let live = hub
        .watch(Arc::new(resolved), request.charts.clone(), progress)
        .await?;
    let window = Window::new(None, request.page_size as usize);
    Ok(Watched {
        request,
        live,
        window,
        names_at: view.names_changed,
        shown: None,
    })
}

/// What a subscription's names mean at a version.
pub(super) async fn bind(
    hub: &Hub,
    request: &Subscription,
    catalogue: &Catalogue,
    seq: i64,
) -> Result<crate::query::Resolved, QueryError> {
    let asked = Request {
        build: &request.build,
        datasets: &request.datasets,
        query: &request.query,
        groups: &request.groups,
        hq: request.hq,
    };
    hub.engine().resolve(asked, catalogue, seq).await
}

impl Watched {
    /// Says that the client holds the state of a version already, as after a short break of its connection.
    pub(super) fn resume_at(&mut self, seq: i64) -> bool {
        self.shown = self.live.at(seq).map(|state| (state, seq));
        self.shown.is_some()
    }

    /// Forgets what the client holds: the next pieces are a snapshot.
    pub(super) fn forget(&mut self) {
        self.shown = None;
        self.window.forget();
    }

    /// Whether the client still waits for its snapshot.
    pub(super) fn is_new(&self) -> bool {
        self.shown.is_none()
    }

    /// The pieces that bring the client to a version; none where nothing differs.
    pub(super) async fn pieces(
        &mut self,
        hub: &Hub,
        catalogue: &Catalogue,
        seq: i64,
    ) -> Result<Vec<Piece>, QueryError> {
        let Some(state) = self.live.at(seq) else {
            return Ok(Vec::new());
        };
        let sub = self.request.sub;
        let query = self.live.query.clone();
        let (changed, mut pieces) = match &self.shown {
            None => {
                let groups = query
                    .shown
                    .iter()
                    .map(|&group| query.groups[group].name.to_string())
                    .collect();
                let binding = Some(Binding {
                    query: query.text.clone(),
                    groups,
                });
                let mut pieces = vec![state_piece(sub, true, &state, Vec::new(), binding)];
                let charts = state.sums.charts(&query, &self.live.charts, false);
                pieces.extend(charts.into_iter().map(|chart| Piece::Chart {
                    sub,
                    set: true,
                    chart,
                }));
                (Changed::Everywhere, pieces)
            }
            Some((before, at)) => {
                let changed = self.live.changed(*at, seq);
                let same = before.sums == state.sums && before.provisional == state.provisional;
                if same && changed.is_nowhere() {
                    self.shown = Some((state, seq));
                    return Ok(Vec::new());
                }
                let charts = state
                    .sums
                    .minus(&before.sums)
                    .charts(&query, &self.live.charts, true);
                let spans = match &changed {
                    Changed::Spans(spans) => spans.clone(),
                    Changed::Everywhere => everywhere(catalogue, &query),
                };
                let mut pieces = vec![state_piece(sub, false, &state, spans, None)];
                pieces.extend(charts.into_iter().map(|chart| Piece::Chart {
                    sub,
                    set: false,
                    chart,
                }));
                (changed, pieces)
            }
        };
        if self.window.is_touched(&changed) {
            let after = self.window.after.clone();
            let page = hub
                .engine()
                .page(&query, catalogue, seq, after.as_deref(), self.window.limit)
                .await?;
            if self.window.note(&page) {
                pieces.extend(frames::window(sub, &page.rows, page.next.as_deref(), &query));
            }
        }
        self.shown = Some((state, seq));
        Ok(pieces)
    }
}

fn state_piece(
    sub: u32,
    snapshot: bool,
    state: &LiveState,
    changed: Vec<allelecast_protocol::live::GenomeSpan>,
    binding: Option<Binding>,
) -> Piece {
    let total = u64::try_from(state.sums.total).unwrap_or(0);
    Piece::State {
        sub,
        snapshot,
        total,
        provisional: state.provisional,
        changed,
        binding,
    }
}

/// Whole chromosomes, where more changed than is worth listing.
fn everywhere(
    catalogue: &Catalogue,
    query: &crate::query::Resolved,
) -> Vec<allelecast_protocol::live::GenomeSpan> {
    let whole = |name: std::sync::Arc<str>| allelecast_protocol::live::GenomeSpan {
        chrom: name.to_string(),
        start: 0,
        end: u32::MAX,
    };
    catalogue
        .contigs()
        .names(query.build)
        .into_iter()
        .map(whole)
        .collect()
}
