//! The worker of an instance: claims jobs, keeps their leases, gives them back when the server stops.
//!
//! Invariant: a job whose lease cannot be renewed stops; another instance has it, or will.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::compact::compact;
use super::recount::recount;
use super::run::{ImportError, Workbench, run};
use crate::store::StoreError;
use crate::store::jobs::{self, Claim, JobKind};

/// How often an idle worker looks for jobs without a hint.
const POLL: Duration = Duration::from_secs(1);

// Another instance takes over the job of one that died within 15 seconds.
const _: () = assert!(jobs::LEASE.as_secs() + POLL.as_secs() < 15);

/// Runs until `stop`; at most `side_by_side` jobs at once.
pub async fn work(bench: Workbench, side_by_side: usize, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(side_by_side.max(1)));
    let tracker = TaskTracker::new();
    let mut away = false;
    while !stop.is_cancelled() {
        let mut news = std::pin::pin!(bench.raw_arrived.notified());
        news.as_mut().enable();
        let claimed = match places.clone().try_acquire_owned() {
            Err(_) => Ok(None),
            Ok(place) => next(&bench)
                .await
                .map(|next| next.map(|(kind, claim)| (kind, claim, place))),
        };
        match claimed {
            Ok(Some((kind, claim, place))) => {
                let (bench, stop) = (bench.clone(), stop.clone());
                tracker.spawn(async move {
                    attend(&bench, kind, &claim, &stop).await;
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

/// Claims the next job: imports first, then recounts, then compaction.
async fn next(bench: &Workbench) -> Result<Option<(JobKind, Claim)>, StoreError> {
    for kind in [JobKind::Import, JobKind::Recount, JobKind::Compact] {
        if let Some(claim) = jobs::claim(&bench.pool, kind, bench.lease).await? {
            return Ok(Some((kind, claim)));
        }
    }
    Ok(None)
}

/// Carries out one job and keeps its lease.
async fn attend(bench: &Workbench, kind: JobKind, claim: &Claim, stop: &CancellationToken) {
    let carry_out = async {
        match kind {
            JobKind::Import => run(bench, claim, stop).await,
            JobKind::Recount => recount(bench, claim).await,
            JobKind::Compact => compact(bench, claim).await,
        }
    };
    let ended = tokio::select! {
        ended = carry_out => ended,
        () = stop.cancelled(), if kind != JobKind::Import => Err(ImportError::Stopped),
        () = keep(bench, claim) => Err(StoreError::LeaseLost.into()),
    };
    match ended {
        Ok(()) => {}
        Err(ImportError::Store(StoreError::LeaseLost)) => {
            tracing::info!(job = claim.job_id, "the job was cancelled or taken over");
        }
        Err(ImportError::Stopped) => {
            if let Err(error) = jobs::release(&bench.pool, claim).await {
                tracing::warn!(job = claim.job_id, %error, "the job could not be given back; its lease will run out");
            }
        }
        Err(error) => {
            tracing::warn!(job = claim.job_id, attempts = claim.attempts, %error, "the job was interrupted");
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
        tokio::time::sleep(claim.holds / 4).await;
        match jobs::heartbeat(&bench.pool, claim).await {
            Ok(()) => failed_since = None,
            Err(StoreError::LeaseLost) => return,
            Err(_) => {
                let since = *failed_since.get_or_insert_with(std::time::Instant::now);
                if since.elapsed() > claim.holds {
                    return;
                }
            }
        }
    }
}
