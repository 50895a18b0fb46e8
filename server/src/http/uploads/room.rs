//! Whether there is room for more bytes.
//!
//! Invariant: an account never stores more than its quota by more than what its parallel uploads write at once, and
//! the disk keeps its reserve.

use allelecast_protocol::ErrorCode;
use uuid::Uuid;

use crate::http::{AppState, Error};
use crate::store::uploads;

/// Bytes that the account may still store, if the disk has room for `declared` more.
pub(super) async fn for_upload(state: &AppState, user_id: Uuid, declared: i64) -> Result<u64, Error> {
    let stored = uploads::stored_bytes(&state.pool, user_id).await?.unsigned_abs();
    let left = state.settings.limits.quota.saturating_sub(stored);
    if left == 0 || declared.unsigned_abs() > left {
        return Err(over_quota(left));
    }
    on_disk(state, declared.unsigned_abs()).await?;
    Ok(left)
}

/// Refuses if `bytes` more would use up the disk's reserve.
pub(super) async fn on_disk(state: &AppState, bytes: u64) -> Result<(), Error> {
    let Some(free) = state.raw.free_bytes().await? else {
        return Ok(());
    };
    if free < bytes.saturating_add(state.settings.limits.disk_reserve) {
        tracing::warn!(
            free,
            wanted = bytes,
            "an upload was refused: the disk of the raw files is full"
        );
        return Err(Error::new(ErrorCode::StorageFull, "The server's disk is full.")
            .with_hint("Ask its operator to make room; the upload can then go on where it stopped."));
    }
    Ok(())
}

/// The account's quota is used up.
pub(super) fn over_quota(left: u64) -> Error {
    Error::new(
        ErrorCode::StorageFull,
        format!("The account's quota has room for {left} more bytes."),
    )
    .with_hint("Delete a dataset that is no longer needed.")
}
