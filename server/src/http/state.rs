//! What handlers share.
//!
//! Invariant: cheap to clone; everything in it belongs to one running server, so several fit in one process.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::task::TaskTracker;

use allelecast_protocol::live::ImportProgress;

use super::auth::password::Passwords;
use super::{Assets, Settings};
use crate::export::Exporter;
use crate::live::Hub;
use crate::query::Engine;
use crate::stats::Runs;
use crate::store::head::Head;
use crate::store::pool::PgPool;
use crate::store::raw::RawStore;
use crate::ws;

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
    /// Answers queries.
    pub engine: Arc<Engine>,
    /// Statistics.
    pub runs: Arc<Runs>,
    /// Writes exports.
    pub exporter: Exporter,
    /// Live queries.
    pub hub: Arc<Hub>,
    /// News of imports.
    pub imports: watch::Sender<Vec<ImportProgress>>,
    /// Raw bytes of uploads.
    pub raw: RawStore,
    /// Wakes the import worker: bytes were stored, or an upload was made, completed, cancelled or retried.
    pub raw_arrived: Arc<Notify>,
    /// Hashes passwords off the asynchronous threads.
    pub passwords: Passwords,
    /// How many more files may be checked at once.
    pub checks: Arc<Semaphore>,
    /// Renders `/metrics`.
    pub metrics: PrometheusHandle,
    /// Turns true when the server begins to stop.
    pub draining: watch::Receiver<bool>,
    /// Work that outlives its request, such as storing the end of a cut upload; the server waits for it.
    pub tasks: TaskTracker,
}

impl AppState {
    /// What a socket needs.
    pub(super) fn socket_context(&self) -> ws::Context {
        ws::Context {
            hub: self.hub.clone(),
            pool: self.pool.clone(),
            imports: self.imports.clone(),
            draining: self.draining.clone(),
        }
    }
}
