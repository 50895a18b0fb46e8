//! Storing the body of a request as it arrives.
//!
//! Invariant: a part is stored when it has [`PART_BYTES`], when [`PART_AGE`] passed since its first byte, and when the
//! body ends in whatever way; so a slow upload can be watched and a cut one loses nothing that arrived.

use std::future::pending;
use std::time::Duration;

use allelecast_protocol::ErrorCode;
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

use super::headers::Checksum;
use super::{no_upload, room, still_open};
use crate::http::{AppState, Error};
use crate::store::uploads::{self, Appended, UploadLimits};

/// Most bytes of a part.
const PART_BYTES: usize = 8 << 20;

/// Longest that a byte waits to be stored.
const PART_AGE: Duration = Duration::from_millis(250);

/// Stores the body at `offset`.
pub(super) async fn receive(
    state: &AppState,
    raw_id: Uuid,
    offset: i64,
    checksum: Option<Checksum>,
    body: Body,
) -> Result<(), Error> {
    let file = uploads::find(&state.pool, raw_id).await?.ok_or_else(no_upload)?;
    still_open(&file)?;
    if file.received != offset {
        return Err(wrong_offset(file.received));
    }
    let end = file
        .size
        .unwrap_or(i64::MAX)
        .min(i64::try_from(state.settings.limits.max_upload).unwrap_or(i64::MAX));
    let mut writer = Writer {
        state: state.clone(),
        raw_id,
        offset,
        end,
        buffer: BytesMut::new(),
    };
    let storing = async move {
        match checksum {
            Some(checksum) => writer.store_checked(body, &checksum).await,
            None => writer.store(body).await,
        }
    };
    // A task of its own: when the connection is cut, the request's future is dropped, and what arrived must be stored.
    state.tasks.spawn(storing).await.map_err(Error::internal)?
}

/// What a writer waits for.
enum Event {
    Chunk(Result<Bytes, axum::Error>),
    End,
    /// The part's first byte has waited long enough.
    Due,
    Draining,
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => pending().await,
    }
}

async fn begins(draining: &mut watch::Receiver<bool>) {
    if draining.wait_for(|draining| *draining).await.is_err() {
        pending().await
    }
}

struct Writer {
    state: AppState,
    raw_id: Uuid,
    /// Where `buffer` begins in the file.
    offset: i64,
    /// No byte may lie at or beyond it.
    end: i64,
    buffer: BytesMut,
}

impl Writer {
    /// Stores the body part by part.
    async fn store(&mut self, body: Body) -> Result<(), Error> {
        let mut chunks = body.into_data_stream();
        let mut draining = self.state.draining.clone();
        let mut due: Option<Instant> = None;
        loop {
            let event = tokio::select! {
                chunk = chunks.next() => chunk.map_or(Event::End, Event::Chunk),
                () = until(due) => Event::Due,
                () = begins(&mut draining) => Event::Draining,
            };
            match event {
                Event::Chunk(Ok(chunk)) => {
                    self.take(&chunk).await?;
                    due = due
                        .or(Some(Instant::now() + PART_AGE))
                        .filter(|_| !self.buffer.is_empty());
                }
                Event::Chunk(Err(error)) => {
                    tracing::debug!(%error, raw_id = %self.raw_id, "an upload was cut");
                    self.flush().await?;
                    return Err(Error::new(
                        ErrorCode::BadRequest,
                        "The connection was cut before the body ended.",
                    ));
                }
                Event::End => return self.flush().await,
                Event::Due => {
                    self.flush().await?;
                    due = None;
                }
                Event::Draining => {
                    self.flush().await?;
                    return Err(Error::unavailable(
                        "The server is stopping; the upload can go on where it stopped.",
                    ));
                }
            }
        }
    }

    /// Stores the body if it is what the checksum says; nothing otherwise.
    async fn store_checked(&mut self, body: Body, checksum: &Checksum) -> Result<(), Error> {
        let most = usize::try_from(self.state.settings.limits.max_checked_patch).unwrap_or(usize::MAX);
        let read = axum::body::to_bytes(body, most).await;
        let bytes = read.map_err(|_| {
            Error::limit_exceeded(format!(
                "A request with a checksum may carry {most} bytes, and must arrive whole."
            ))
        })?;
        if !checksum.matches(&bytes) {
            return Err(Error::new(
                ErrorCode::ChecksumMismatch,
                "The bytes do not fit their checksum; send them again.",
            ));
        }
        self.take(&bytes).await?;
        self.flush().await
    }

    /// Adds bytes to the part, and stores it whenever it is full.
    async fn take(&mut self, mut chunk: &[u8]) -> Result<(), Error> {
        while !chunk.is_empty() {
            let now = chunk.len().min(PART_BYTES - self.buffer.len());
            let (taken, rest) = chunk.split_at(now);
            if self.offset + (self.buffer.len() + now) as i64 > self.end {
                self.flush().await?;
                return Err(Error::limit_exceeded(
                    "More bytes than the upload's declared or allowed length.",
                ));
            }
            self.buffer.extend_from_slice(taken);
            chunk = rest;
            if self.buffer.len() == PART_BYTES {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Stores the part and tells the import.
    async fn flush(&mut self) -> Result<(), Error> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let part: Bytes = self.buffer.split().freeze();
        let length = part.len() as u64;
        room::on_disk(&self.state, length).await?;
        let AppState {
            pool,
            raw,
            settings,
            raw_arrived,
            ..
        } = &self.state;
        let limits = UploadLimits {
            quota: settings.limits.quota,
            upload_expiry: settings.limits.upload_expiry,
        };
        match uploads::append(pool, raw, self.raw_id, self.offset, part, limits).await? {
            Appended::Received(received) => {
                self.offset = received;
                metrics::counter!("allelecast_upload_bytes_total").increment(length);
                raw_arrived.notify_waiters();
                Ok(())
            }
            Appended::OffsetTaken(received) => Err(wrong_offset(received)),
            Appended::OverQuota(left) => Err(room::over_quota(left)),
            Appended::Stopped => {
                let file = uploads::find(pool, self.raw_id).await?.ok_or_else(no_upload)?;
                Err(still_open(&file)
                    .err()
                    .unwrap_or_else(|| Error::conflict("The upload is complete already.")))
            }
        }
    }
}

fn wrong_offset(received: i64) -> Error {
    Error::conflict(format!("The upload has {received} bytes; go on from there."))
        .with_header(super::UPLOAD_OFFSET, received.into())
}
