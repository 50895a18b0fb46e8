//! Files that are sent a second time.
//!
//! Only files of the same length are compared, byte by byte as they arrive, which ends at the first difference: other
//! files cost nothing.
//!
//! Invariant: of two equal files of a dataset one at most is imported, also when both arrive at the same moment: one of
//! them waits as long as it is like the other, or their records overlap.

use std::time::Duration;

use super::refusal::Refused;
use super::run::Workbench;
use crate::store::StoreError;
use crate::store::imports::ImportFile;
use crate::store::uploads::same::{self, Comparison, Likeness};

/// How often a file that waits looks whether more of it is there, without a hint.
const POLL: Duration = Duration::from_millis(400);

/// Waits as long as all that arrived of a file is like another of its dataset; the reason to refuse it, if that is so to
/// its end.
pub(super) async fn wait(bench: &Workbench, file: &ImportFile) -> Result<Option<Refused>, StoreError> {
    if file.checkpoint.is_some() {
        return Ok(None);
    }
    for (other, known) in same::twins(&bench.pool, file.file_id).await? {
        let mut comparison = Comparison::new(&bench.pool, &bench.raw, file.raw_id, other);
        loop {
            let mut news = std::pin::pin!(bench.raw_arrived.notified());
            news.as_mut().enable();
            match present(comparison.go_on().await)? {
                Likeness::Same => return Ok(Some(Refused::of_file(known.message()))),
                Likeness::Different => break,
                Likeness::SoFar => {}
            }
            tokio::select! {
                () = news => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }
    Ok(None)
}

/// The reason to refuse a file, if the dataset has its bytes already.
pub(super) async fn same(bench: &Workbench, file: &ImportFile) -> Result<Option<Refused>, StoreError> {
    for (other, known) in same::twins(&bench.pool, file.file_id).await? {
        let mut comparison = Comparison::new(&bench.pool, &bench.raw, file.raw_id, other);
        if present(comparison.go_on().await)? == Likeness::Same {
            return Ok(Some(Refused::of_file(known.message())));
        }
    }
    Ok(None)
}

/// Bytes that were deleted meanwhile are like none.
fn present(likeness: Result<Likeness, StoreError>) -> Result<Likeness, StoreError> {
    match likeness {
        Err(error) if error.is_absent() => Ok(Likeness::Different),
        other => other,
    }
}
