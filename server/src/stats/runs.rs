//! Runs in the background.
//!
//! Invariant: this instance holds the lease of each run that it works on; when it loses it (somebody cancelled, or the
//! database was away too long) the work is dropped, and with it the R worker that was at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use allelecast_protocol::Version;
use allelecast_protocol::statistics::StatisticRequest;
use dashmap::DashMap;
use sha2::{Digest, Sha256};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::error::{RunError, WorkerError};
use super::workers::Workers;
use super::{hwe, table};
use crate::query::catalogue::Catalogue;
use crate::query::{Engine, Resolved};
use crate::store::StoreError;
use crate::store::pins::Held;
use crate::store::pool::PgPool;
use crate::store::statistics::{self, NewRun, Stopped};

/// Time between two heartbeats: several fit into a lease.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// Changes whenever a tool answers differently from before, so that old results are not given for new ones.
const TOOLS_VERSION: u32 = 1;

/// Starts and stops runs.
#[derive(Debug)]
pub struct Runs {
    pool: PgPool,
    engine: Arc<Engine>,
    /// The R workers.
    pub workers: Workers,
    /// By run: what stops the work here.
    under_way: DashMap<i64, CancellationToken>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// What a run computes.
#[derive(Debug)]
pub struct Question {
    /// The query, its groups shown.
    pub query: Resolved,
    /// Knows the version.
    pub catalogue: Arc<Catalogue>,
    /// What it is computed from.
    pub version: Version,
    /// Keeps the version readable.
    pub held: Held,
}

impl Runs {
    /// Runs that end when `stop` is cancelled.
    pub fn new(pool: PgPool, engine: Arc<Engine>, workers: Workers, stop: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            pool,
            engine,
            workers,
            under_way: DashMap::new(),
            stop,
            tasks: TaskTracker::new(),
        })
    }

    /// Begins to run the Hardy-Weinberg tool, or finds the run that did the same. Returns its id.
    pub async fn hwe(
        self: &Arc<Self>,
        question: Question,
        request: &StatisticRequest,
        user: Uuid,
    ) -> Result<i64, StoreError> {
        let key = key(hwe::HWE, &question);
        let new = NewRun {
            tool: hwe::HWE,
            request,
            key,
            version: question.version,
            user,
        };
        let (id, lease) = statistics::begin(&self.pool, &new).await?;
        if let Some(lease) = lease {
            let cancel = self.stop.child_token();
            self.under_way.insert(id, cancel.clone());
            let runs = self.clone();
            self.tasks.spawn(async move {
                runs.work(id, lease, &question, &cancel).await;
                runs.under_way.remove(&id);
            });
        }
        Ok(id)
    }

    /// Cancels a run that is under way, on whichever instance; deletes one that has ended.
    pub async fn stop(&self, id: i64) -> Result<Stopped, StoreError> {
        let stopped = statistics::stop(&self.pool, id).await?;
        if let Some(cancel) = self.under_way.get(&id) {
            cancel.cancel();
        }
        Ok(stopped)
    }

    /// Waits until every run has ended; to be called once `stop` is cancelled.
    pub async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn work(&self, id: i64, lease: Uuid, question: &Question, cancel: &CancellationToken) {
        // Shares are doubles; their bits are what fits into an atomic.
        let share = AtomicU64::new(0);
        let progress = |done: f64| share.store(done.to_bits(), Ordering::Relaxed);
        let result = tokio::select! {
            result = self.compute(question, progress) => result,
            () = self.beat(id, lease, &share) => return,
            () = cancel.cancelled() => Err(RunError::Stopped),
        };
        let stored = match &result {
            Ok((result, warnings)) => statistics::finish(&self.pool, id, lease, result, warnings).await,
            Err(error) => {
                if let RunError::Query(source) = error {
                    tracing::error!(id, error = %source, "a statistic could not be computed");
                }
                statistics::fail(&self.pool, id, lease, &error.to_string()).await
            }
        };
        match stored {
            // Somebody cancelled it.
            Ok(()) | Err(StoreError::LeaseLost) => {}
            Err(error) => tracing::error!(id, %error, "the end of a statistic could not be stored"),
        }
    }

    async fn compute(
        &self,
        question: &Question,
        progress: impl FnMut(f64),
    ) -> Result<(Vec<u8>, Vec<String>), RunError> {
        let Question {
            query,
            catalogue,
            version,
            held: _,
        } = question;
        let (result, warnings) =
            hwe::run(&self.engine, &self.workers, query, catalogue, *version, progress).await?;
        let result = table::compress(&result).map_err(|error| WorkerError::Rubbish(error.to_string()))?;
        Ok((result, warnings))
    }

    /// Renews the lease; returns when it is lost.
    async fn beat(&self, id: i64, lease: Uuid, share: &AtomicU64) {
        let mut ticks = tokio::time::interval(HEARTBEAT);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let done = f64::from_bits(share.load(Ordering::Relaxed));
            match statistics::heartbeat(&self.pool, id, lease, done).await {
                Err(StoreError::LeaseLost) => return,
                Err(error) => tracing::warn!(id, %error, "a statistic's heartbeat failed; it is tried again"),
                Ok(()) => {}
            }
        }
    }
}

/// Names a result by all that it depends on.
fn key(tool: &str, question: &Question) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(TOOLS_VERSION.to_le_bytes());
    hasher.update(tool);
    hasher.update(question.query.key);
    hasher.update(question.version.epoch.to_le_bytes());
    hasher.update(question.version.seq.to_le_bytes());
    hasher.finalize().into()
}
