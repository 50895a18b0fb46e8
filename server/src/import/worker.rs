//! The import worker of an instance: claims jobs, keeps their leases, gives them back when the server stops.
//!
//! Invariant: an import whose lease cannot be renewed stops; another instance has it, or will.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::run::{ImportError, Workbench, run};
use crate::store::StoreError;
use crate::store::jobs::{self, Claim, JobKind, LEASE};

/// How often an idle worker looks for jobs without a hint.
const POLL: Duration = Duration::from_secs(1);

/// Runs until `stop`; at most `side_by_side` imports at once.
pub async fn work(bench: Workbench, side_by_side: usize, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(side_by_side.max(1)));
    let tracker = TaskTracker::new();
    let mut away = false;
    while !stop.is_cancelled() {
        let mut news = std::pin::pin!(bench.raw_arrived.notified());
        news.as_mut().enable();
        let claimed = match places.clone().try_acquire_owned() {
            Err(_) => Ok(None),
            Ok(place) => jobs::claim(&bench.pool, JobKind::Import).await.map(|claim| claim.map(|claim| (claim, place))),
        };
        match claimed {
            Ok(Some((claim, place))) => {
                let (bench, stop) = (bench.clone(), stop.clone());
                tracker.spawn(async move {
                    attend(&bench, &claim, &stop).await;
                    drop(place);
                });
                continue;
            }
            Ok(None) => away = false,
            Err(error) => {
                if !std::mem::replace(&mut away, true) {
                    tracing::warn!(%error, "no job can be claimed");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = news => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
    tracker.close();
    tracker.wait().await;
}

/// Runs one import and keeps its lease.
async fn attend(bench: &Workbench, claim: &Claim, stop: &CancellationToken) {
    let ended = tokio::select! {
        ended = run(bench, claim, stop) => ended,
        () = keep(bench, claim) => Err(StoreError::LeaseLost.into()),
    };
    match ended {
        Ok(()) => {}
        Err(ImportError::Store(StoreError::LeaseLost)) => {
            tracing::info!(job = claim.job_id, "the import was cancelled or taken over");
        }
        Err(ImportError::Stopped) => {
            if let Err(error) = jobs::release(&bench.pool, claim).await {
                tracing::warn!(job = claim.job_id, %error, "the job could not be given back; its lease will run out");
            }
        }
        Err(error) => {
            tracing::warn!(job = claim.job_id, attempts = claim.attempts, %error, "the import was interrupted");
            // Another try soon, here or elsewhere; where the database is away, the lease runs out instead.
            tokio::time::sleep(POLL).await;
            let _ = jobs::release(&bench.pool, claim).await;
        }
    }
}

/// Renews the lease until it is lost.
async fn keep(bench: &Workbench, claim: &Claim) {
    let mut failed_since: Option<std::time::Instant> = None;
    loop {
        tokio::time::sleep(LEASE / 4).await;
        match jobs::heartbeat(&bench.pool, claim).await {
            Ok(()) => failed_since = None,
            Err(StoreError::LeaseLost) => return,
            Err(_) => {
                let since = *failed_since.get_or_insert_with(std::time::Instant::now);
                if since.elapsed() > LEASE {
                    return;
                }
            }
        }
    }
}
