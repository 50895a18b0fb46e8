//! Raw bytes of uploads in object storage, as numbered parts.
//!
//! Invariant: a part is there whole or not at all, and on a local disk it has reached the disk before [`RawStore::put_part`]
//! returns: what the database says was received survives a power cut.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, PutPayload};
use uuid::Uuid;

use super::StoreError;

/// The storage of raw files; cheap to clone.
#[derive(Debug, Clone)]
pub struct RawStore {
    store: Arc<dyn ObjectStore>,
    folder: Option<Arc<Path>>,
}

impl RawStore {
    /// Raw files in a local folder, which is made.
    pub fn local(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true);
        Ok(Self {
            store: Arc::new(store),
            folder: Some(folder.into()),
        })
    }

    /// Stores a part; one with the same number is replaced.
    pub async fn put_part(&self, raw_id: Uuid, number: i32, bytes: Bytes) -> Result<(), StoreError> {
        let location = location(raw_id, number);
        self.store.put(&location, PutPayload::from_bytes(bytes)).await?;
        if let Some(folder) = &self.folder {
            let path: PathBuf = folder.join(location.as_ref());
            tokio::task::spawn_blocking(move || sync(&path))
                .await
                .map_err(std::io::Error::other)??;
        }
        Ok(())
    }

    /// The bytes of a part.
    pub async fn read_part(&self, raw_id: Uuid, number: i32) -> Result<Bytes, StoreError> {
        Ok(self.store.get(&location(raw_id, number)).await?.bytes().await?)
    }

    /// Deletes a part; one that is gone is as good.
    pub async fn delete_part(&self, raw_id: Uuid, number: i32) -> Result<(), StoreError> {
        self.delete(&location(raw_id, number)).await
    }

    async fn delete(&self, part: &object_store::path::Path) -> Result<(), StoreError> {
        match self.store.delete(part).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes every part of an upload; returns how many there were.
    pub async fn delete_all(&self, raw_id: Uuid) -> Result<usize, StoreError> {
        let prefix = object_store::path::Path::from(raw_id.to_string());
        let parts: Vec<_> = self
            .store
            .list(Some(&prefix))
            .map_ok(|part| part.location)
            .try_collect()
            .await?;
        for part in &parts {
            self.delete(part).await?;
        }
        Ok(parts.len())
    }

    /// Bytes free on the disk of a local store; `None` where storage has no such limit.
    pub async fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        let Some(folder) = self.folder.clone() else {
            return Ok(None);
        };
        let found = tokio::task::spawn_blocking(move || rustix::fs::statvfs(&*folder)).await;
        let disk = found
            .map_err(std::io::Error::other)?
            .map_err(std::io::Error::from)?;
        Ok(Some(disk.f_bavail.saturating_mul(disk.f_frsize)))
    }
}

fn location(raw_id: Uuid, number: i32) -> object_store::path::Path {
    object_store::path::Path::from_iter([raw_id.to_string(), format!("{number:08}")])
}

/// Writes the file and its entry in the folder through to the disk.
fn sync(path: &Path) -> std::io::Result<()> {
    std::fs::File::open(path)?.sync_all()?;
    match path.parent() {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keeps_parts_apart_and_deletes_them_together() {
        let folder = tempfile::tempdir().unwrap();
        let raw = RawStore::local(folder.path()).unwrap();
        let (a, b) = (Uuid::new_v4(), Uuid::new_v4());
        raw.put_part(a, 0, Bytes::from_static(b"one")).await.unwrap();
        raw.put_part(a, 1, Bytes::from_static(b"two")).await.unwrap();
        raw.put_part(a, 1, Bytes::from_static(b"two again"))
            .await
            .unwrap();
        raw.put_part(b, 0, Bytes::from_static(b"other")).await.unwrap();
        assert_eq!(raw.read_part(a, 0).await.unwrap(), "one");
        assert_eq!(raw.read_part(a, 1).await.unwrap(), "two again");
        assert_eq!(raw.delete_all(a).await.unwrap(), 2);
        assert!(raw.read_part(a, 0).await.is_err());
        assert_eq!(raw.read_part(b, 0).await.unwrap(), "other");
        assert!(raw.free_bytes().await.unwrap().is_some_and(|free| free > 0));
    }
}
