//! A stored reference as imports read it: parts fetched when they are needed, the last few kept.
//!
//! Invariant: at most [`KEPT`] parts of a reference are in memory for each import, however long the contigs.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use uuid::Uuid;

use crate::domain::build::Build;
use crate::domain::reference::{Parts, Reference, ReferenceContig, Unreadable};
use crate::store::StoreError;
use crate::store::pool::PgPool;
use crate::store::raw::RawStore;
use crate::store::sequences;

/// Parts that an import keeps, half a mebibyte each. It reads along the genome, its threads close together.
const KEPT: usize = 8;

/// The reference that a file is aligned with; none where its alleles are trimmed only.
pub(crate) async fn of_file(
    pool: &PgPool,
    raw: &RawStore,
    file_id: i64,
    build: Build,
) -> Result<Option<Reference>, StoreError> {
    let Some(reference) = sequences::of_file(pool, file_id).await? else {
        return Ok(None);
    };
    let contigs = sequences::contigs(pool, reference.id).await?;
    let contigs = contigs.into_iter().map(|contig| ReferenceContig {
        ordinal: contig.ordinal,
        name: contig.name,
        length: contig.length.cast_unsigned(),
        first_part: contig.first_part.cast_unsigned(),
    });
    let parts = StoredParts {
        raw: raw.clone(),
        raw_id: reference.raw_id,
        handle: Handle::current(),
        kept: Mutex::default(),
    };
    Ok(Some(Reference::new(build, contigs, Arc::new(parts))))
}

/// Asked from the threads of an import, which may block.
#[derive(Debug)]
struct StoredParts {
    raw: RawStore,
    raw_id: Uuid,
    handle: Handle,
    /// By number, the last used one last.
    kept: Mutex<VecDeque<(u32, Arc<[u8]>)>>,
}

impl Parts for StoredParts {
    fn part(&self, number: u32) -> Result<Arc<[u8]>, Unreadable> {
        // Held while a part is read, so that threads side by side do not all read the same one.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept.iter().position(|(known, _)| *known == number)
            && let Some(found) = kept.remove(at)
        {
            kept.push_back(found.clone());
            return Ok(found.1);
        }
        let at = number.cast_signed();
        let read = self.handle.block_on(self.raw.read_part(self.raw_id, at));
        let part: Arc<[u8]> = read.map_err(|error| Unreadable(error.to_string()))?[..].into();
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((number, part.clone()));
        Ok(part)
    }
}
