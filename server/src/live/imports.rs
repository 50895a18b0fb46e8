//! The progress of imports, told to every connection that listens.
//!
//! Invariant: the database is read once for all listeners, and not at all while there is none.

use std::time::Duration;

use allelecast_protocol::live::ImportProgress;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::store::pool::PgPool;
use crate::store::progress;

/// How often progress is read.
const EVERY: Duration = Duration::from_millis(400);

/// Starts telling; a receiver sees the last news at once.
pub fn start(pool: PgPool, stop: CancellationToken) -> watch::Sender<Vec<ImportProgress>> {
    let news = watch::Sender::new(Vec::new());
    let sender = news.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if sender.receiver_count() == 0 {
                continue;
            }
            match progress::active(&pool).await {
                Ok(active) => {
                    sender.send_if_modified(|known| {
                        let differs = *known != active;
                        if differs {
                            *known = active;
                        }
                        differs
                    });
                }
                Err(error) => tracing::debug!(%error, "progress of imports could not be read"),
            }
        }
    });
    news
}
