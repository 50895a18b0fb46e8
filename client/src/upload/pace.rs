//! Sending no faster than asked.
//!
//! Invariant: at any time no more bytes were handed out than the rate times the time passed, plus one slice.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, stream};
use tokio::time::Instant;

/// Slices a second.
const SLICES: u64 = 20;

/// Bytes a second.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    bytes_per_second: u64,
}

impl Pace {
    /// That many bytes a second, at least one.
    pub fn new(bytes_per_second: u64) -> Self {
        Self {
            bytes_per_second: bytes_per_second.max(1),
        }
    }

    /// When byte number `position` is due, counted from a start.
    fn due(self, position: u64) -> Duration {
        Duration::from_secs_f64(position as f64 / self.bytes_per_second as f64)
    }

    fn slice(self) -> usize {
        usize::try_from(self.bytes_per_second / SLICES)
            .unwrap_or(usize::MAX)
            .max(1)
    }
}

/// The bytes in slices, each when it is due; `sent` hears how many went out.
pub(super) fn slices(
    bytes: Bytes,
    pace: Option<Pace>,
    sent: impl Fn(u64) + Send + Sync + 'static,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    let started = Instant::now();
    let slice = pace.map_or(64 << 10, Pace::slice);
    stream::unfold(
        (bytes, 0_u64, sent),
        move |(mut rest, position, sent)| async move {
            if rest.is_empty() {
                return None;
            }
            let next = rest.split_to(slice.min(rest.len()));
            let position = position + next.len() as u64;
            if let Some(pace) = pace {
                tokio::time::sleep_until(started + pace.due(position)).await;
            }
            sent(position);
            Some((Ok(next), (rest, position, sent)))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::StreamExt;

    #[test]
    fn bytes_are_due_at_the_rate() {
        let pace = Pace::new(1000);
        assert_eq!(pace.due(500), Duration::from_millis(500));
        assert_eq!(pace.slice(), 50);
        assert_eq!(Pace::new(0).slice(), 1);
    }

    #[tokio::test]
    async fn slices_add_up() {
        let bytes = Bytes::from(vec![7; 200_000]);
        let parts: Vec<Bytes> = slices(bytes.clone(), None, |_| {})
            .map(Result::unwrap)
            .collect()
            .await;
        assert_eq!(parts.len(), 4);
        assert_eq!(parts.concat(), bytes);
    }
}
