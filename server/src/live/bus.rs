//! Hints between instances over Redis: "the head is now …". Nothing else travels there.
//!
//! Invariant: a hint may be lost, late, repeated or reordered; the head is polled anyway, so nothing depends on it.

use std::sync::Arc;
use std::time::Duration;

use allelecast_protocol::Version;
use futures::StreamExt;
use redis::AsyncCommands;
use tokio_util::sync::CancellationToken;

use crate::store::head::Head;

/// Pause before another try to reach Redis.
const RETRY: Duration = Duration::from_millis(500);
/// How long Redis may take to answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Carries hints both ways until `stop`; while Redis is away it keeps trying, with one line in the log each way.
pub async fn run(client: redis::Client, head: Arc<Head>, stop: CancellationToken) {
    // Databases that share a Redis keep to themselves.
    let channel = format!("allelecast:head:{}", head.identity());
    let mut away = false;
    loop {
        let error = tokio::select! {
            () = stop.cancelled() => return,
            error = carry(&client, &channel, &head, &mut away) => error,
        };
        if !std::mem::replace(&mut away, true) {
            tracing::warn!(%error, "Redis is away; changes are seen by polling");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(RETRY) => {}
        }
    }
}

/// Carries hints until the connection fails, and says why it did.
async fn carry(client: &redis::Client, channel: &str, head: &Head, away: &mut bool) -> redis::RedisError {
    let connected = async {
        let mut hints = client.get_async_pubsub().await?;
        hints.subscribe(channel).await?;
        let publisher = client.get_multiplexed_async_connection().await?;
        Ok((hints, publisher))
    };
    let (mut hints, mut publisher) = match tokio::time::timeout(TIMEOUT, connected).await {
        Ok(Ok(connected)) => connected,
        Ok(Err(error)) => return error,
        Err(_) => return lost("no answer"),
    };
    if std::mem::take(away) {
        tracing::info!("Redis is back");
    }
    let mut news = head.subscribe();
    let mut heard: Option<Version> = None;
    let mut hints = hints.on_message();
    // What was committed while nobody listened.
    news.mark_changed();
    loop {
        tokio::select! {
            hint = hints.next() => match hint {
                Some(message) => {
                    let text: String = message.get_payload().unwrap_or_default();
                    // Believed only as far as the database agrees.
                    if text.parse::<Version>().is_ok_and(|version| version != head.known()) {
                        heard = head.read().await.ok();
                    }
                }
                None => return lost("the subscription ended"),
            },
            changed = news.changed() => {
                if changed.is_err() {
                    return lost("the head is gone");
                }
                let version = *news.borrow_and_update();
                // A hint is not sent back to where it came from.
                if heard == Some(version) {
                    continue;
                }
                let publish = publisher.publish::<_, _, ()>(channel, version.to_string());
                match tokio::time::timeout(TIMEOUT, publish).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => return error,
                    Err(_) => return lost("no answer"),
                }
            }
        }
    }
}

fn lost(why: &'static str) -> redis::RedisError {
    redis::RedisError::from((redis::ErrorKind::Io, why))
}
