//! What handlers share.
//!
//! Invariant: cheap to clone; everything in it belongs to one running server, so several fit in one process.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::{Notify, watch};
use tokio_util::task::TaskTracker;

use super::{Assets, Settings};
use super::auth::password::Passwords;
use crate::store::head::Head;
use crate::store::pool::PgPool;
use crate::store::raw::RawStore;

/// State of one server.
#[derive(Clone)]
pub struct AppState {
    /// Settings and limits.
    pub settings: Arc<Settings>,
    /// The database.
    pub pool: PgPool,
    /// The newest version, and who waits for it.
    pub head: Arc<Head>,
    /// The bundle of the pages.
    pub assets: Arc<Assets>,
    /// Raw bytes of uploads.
    pub raw: RawStore,
    /// Wakes the import worker: bytes were stored, or an upload was made, completed, cancelled or retried.
    pub raw_arrived: Arc<Notify>,
    /// Hashes passwords off the asynchronous threads.
    pub passwords: Passwords,
    /// Renders `/metrics`.
    pub metrics: PrometheusHandle,
    /// Turns true when the server begins to stop.
    pub draining: watch::Receiver<bool>,
    /// Work that outlives its request, such as storing the end of a cut upload; the server waits for it.
    pub tasks: TaskTracker,
}
