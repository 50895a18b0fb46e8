//! Housekeeping: what has expired is deleted.
//!
//! Invariant: every sweep may run on several instances at once and be cut short at any point.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::http::AppState;
use crate::store::uploads::expiry;
use crate::store::{self, StoreError, attempts, sessions, tickets};

/// Time between two sweeps.
const EVERY: Duration = Duration::from_secs(60);

/// Sweeps until it is dropped.
pub(super) async fn run(state: AppState) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = once(&state).await {
            tracing::warn!(%error, "housekeeping failed; it is tried again");
        }
        state.metrics.run_upkeep();
    }
}

async fn once(state: &AppState) -> Result<(), StoreError> {
    sessions::sweep(&state.pool).await?;
    tickets::sweep(&state.pool).await?;
    attempts::sweep(&state.pool).await?;
    state.exporter.sweep().await?;
    let freed = store::sweep::sweep(&state.pool, state.settings.limits.retention_time()).await?;
    if freed != store::sweep::Swept::default() {
        tracing::info!(?freed, "swept what no version needs");
    }
    let keep = state.settings.limits.upload_expiry;
    let swept = expiry::sweep(&state.head, &state.pool, &state.raw, keep).await?;
    if swept != expiry::Swept::default() {
        tracing::info!(
            given_up = swept.given_up,
            deleted = swept.deleted,
            "swept uploads"
        );
        state.raw_arrived.notify_waiters();
    }
    Ok(())
}
