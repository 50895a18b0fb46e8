//! Uploads by tus 1.0.

mod breaks;
mod parts;
mod protocol;

use allelecast_client::protocol::ErrorCode;
use allelecast_client::{Client, Error};
use allelecast_server::store::raw::RawStore;
use allelecast_server::store::uploads;
use sqlx::PgPool;
use uuid::Uuid;

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorCode {
    result.unwrap_err().code().unwrap()
}

fn raw_id(path: &str) -> Uuid {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

/// All bytes of an upload, put together from its parts.
async fn stored(pool: &PgPool, raw: &RawStore, raw_id: Uuid) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in uploads::parts_from(pool, raw_id, 0, i64::MAX).await.unwrap() {
        assert_eq!(part.start, bytes.len() as i64);
        let part_bytes = raw.read_part(raw_id, part.number).await.unwrap();
        assert_eq!(part_bytes.len(), part.length as usize);
        bytes.extend_from_slice(&part_bytes);
    }
    bytes
}

/// Asks until the server has that many bytes.
async fn has_received(client: &Client, path: &str, bytes: u64) {
    while client.resume_upload(path).await.unwrap().offset() < bytes {
        tokio::task::yield_now().await;
    }
}
