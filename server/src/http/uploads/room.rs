//! Whether there is room for more bytes.
//!
//! Invariant: an account never stores more than its quota, which is checked again with every part in the transaction
//! that stores it; and the disk keeps its reserve.

use allelecast_protocol::ErrorCode;
use uuid::Uuid;

use crate::http::{AppState, Error};
use crate::store::uploads;

/// Refuses an upload of `declared` bytes if they do not fit beside what the account stores and has begun to.
pub(super) async fn for_upload(state: &AppState, user_id: Uuid, declared: i64) -> Result<(), Error> {
    let claimed = uploads::claimed_bytes(&state.pool, user_id).await?;
    let left = state.settings.limits.quota.saturating_sub(claimed);
    if left == 0 || declared.unsigned_abs() > left {
        return Err(over_quota(left));
    }
    on_disk(state, declared.unsigned_abs()).await
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
