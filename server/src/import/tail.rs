//! Following the raw bytes of a file as they arrive, on whichever instance they do.
//!
//! Invariant: bytes come in order and once; the end is the end only when the upload is complete.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

use crate::store::pool::PgPool;
use crate::store::raw::RawStore;
use crate::store::{StoreError, uploads};

/// How often a quiet upload is looked at without a hint.
const POLL: Duration = Duration::from_millis(400);
/// Parts looked up at a time.
const PARTS: i64 = 16;
/// Most bytes handed on at once, which bounds what decompressing them may need.
const PIECE: usize = 64 << 10;

/// What the tail hands on.
#[derive(Debug)]
pub(super) enum Piece {
    /// The next bytes.
    Bytes(Bytes),
    /// There are no more; SHA-256 of all.
    End([u8; 32]),
}

/// Sends a file's bytes from the first on, until its end or until nobody listens.
pub(super) async fn tail(
    pool: PgPool,
    raw: RawStore,
    raw_id: Uuid,
    arrived: Arc<Notify>,
    pieces: mpsc::Sender<Piece>,
) -> Result<(), StoreError> {
    let mut hasher = Sha256::new();
    let mut offset: i64 = 0;
    let mut missing: Option<i32> = None;
    loop {
        // Listen first: what arrives between the look and the wait must not be missed.
        let mut news = std::pin::pin!(arrived.notified());
        news.as_mut().enable();
        let is_complete = uploads::is_complete(&pool, raw_id).await?;
        let parts = uploads::parts_from(&pool, raw_id, offset, PARTS).await?;
        if parts.is_empty() {
            if is_complete {
                let _ = pieces.send(Piece::End(hasher.finalize().into())).await;
                return Ok(());
            }
            tokio::select! {
                () = pieces.closed() => return Ok(()),
                () = news => {}
                () = tokio::time::sleep(POLL) => {}
            }
            continue;
        }
        for part in parts {
            let bytes = match raw.read_part(raw_id, part.number).await {
                Ok(bytes) => bytes,
                // It was joined with others meanwhile: look again.
                Err(error) if error.is_absent() && missing != Some(part.number) => {
                    missing = Some(part.number);
                    break;
                }
                Err(error) => return Err(error),
            };
            let mut bytes = part.rest(bytes, offset);
            hasher.update(&bytes);
            offset += bytes.len() as i64;
            while !bytes.is_empty() {
                let piece = bytes.split_to(bytes.len().min(PIECE));
                if pieces.send(Piece::Bytes(piece)).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}
