//! The gene annotation of this instance, read again when a version that replaced it is seen.
//!
//! Invariant: whoever asks with a catalogue gets no older annotation than the catalogue knows of.

use std::sync::Arc;

use allelecast_protocol::Version;
use tokio::sync::{Mutex, RwLock};

use crate::domain::genes::Genes;
use crate::store::StoreError;
use crate::store::genes::{self, GenesAt};
use crate::store::pool::PgPool;

/// The newest annotation of this instance.
#[derive(Debug)]
pub(super) struct GenesCache {
    pool: PgPool,
    /// The epoch that it was read in, and what was read.
    current: RwLock<(i64, GenesAt)>,
    /// One reading at a time; the others wait for its result.
    reading: Mutex<()>,
}

impl GenesCache {
    /// Reads what there is.
    pub(super) async fn open(pool: PgPool, epoch: i64) -> Result<Self, StoreError> {
        let current = RwLock::new((epoch, genes::load(&pool).await?));
        let reading = Mutex::default();
        Ok(Self {
            pool,
            current,
            reading,
        })
    }

    /// The annotation of a version, or of a later one of its epoch.
    pub(super) async fn at_least(&self, version: Version) -> Result<Arc<Genes>, StoreError> {
        if let Some(known) = self.known(version).await {
            return Ok(known);
        }
        let _one_at_a_time = self.reading.lock().await;
        if let Some(known) = self.known(version).await {
            return Ok(known);
        }
        let read = genes::load(&self.pool).await?;
        let genes = read.genes.clone();
        *self.current.write().await = (version.epoch, read);
        Ok(genes)
    }

    async fn known(&self, version: Version) -> Option<Arc<Genes>> {
        let (epoch, current) = &*self.current.read().await;
        (*epoch == version.epoch && current.seq >= version.seq).then(|| current.genes.clone())
    }
}
