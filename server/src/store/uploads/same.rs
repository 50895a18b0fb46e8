//! Whether a dataset has the bytes of a file already.
//!
//! Invariant: files are taken for the same only when every byte is: by the SHA-256 of both, or by comparing them.

use bytes::Bytes;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::parts_from;
use crate::store::StoreError;
use crate::store::raw::RawStore;

/// A file of the dataset that has the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SameBytes {
    /// Its name.
    pub filename: String,
    /// When it was imported; `None` while it is being.
    pub finished_at: Option<OffsetDateTime>,
}

impl SameBytes {
    /// The reason to refuse the second, in a sentence.
    pub fn message(&self) -> String {
        let Self {
            filename,
            finished_at,
        } = self;
        match finished_at {
            Some(at) => format!(
                "The same bytes as {filename}, imported at {} {:02}:{:02} UTC: nothing is imported twice.",
                at.date(),
                at.hour(),
                at.minute()
            ),
            None => {
                format!("The same bytes as {filename}, which is being imported: nothing is imported twice.")
            }
        }
    }
}

/// A file of the dataset that has or should have bytes of that SHA-256.
pub(super) async fn known_as(
    connection: &mut PgConnection,
    dataset_id: i64,
    sha256: &[u8],
) -> Result<Option<SameBytes>, StoreError> {
    let same = sqlx::query_as(
        "SELECT filename, finished_at FROM vcf_file
         WHERE dataset_id = $1 AND removed_seq IS NULL AND coalesce(sha256, declared_sha256) = $2
           AND (state = 'ready' OR received_all)
         ORDER BY id LIMIT 1",
    )
    .bind(dataset_id)
    .bind(sha256)
    .fetch_optional(connection)
    .await?;
    Ok(same)
}

/// The other complete files of a file's dataset that have its length: their raw bytes, and what to say of them.
pub async fn twins(pool: &PgPool, file_id: i64) -> Result<Vec<(Uuid, SameBytes)>, StoreError> {
    let rows: Vec<(Uuid, String, Option<OffsetDateTime>)> = sqlx::query_as(
        "SELECT other.raw_id, other.filename, other.finished_at
         FROM vcf_file f JOIN vcf_file other
           ON other.dataset_id = f.dataset_id AND other.size = f.size AND other.raw_id <> f.raw_id
         WHERE f.id = $1 AND other.removed_seq IS NULL AND other.received_all
           -- Of two that arrive together one is first.
           AND (other.state = 'ready' OR (other.state IN ('waiting', 'importing') AND other.id < f.id))
         ORDER BY other.id",
    )
    .bind(file_id)
    .fetch_all(pool)
    .await?;
    let twin = |(raw_id, filename, finished_at)| {
        (
            raw_id,
            SameBytes {
                filename,
                finished_at,
            },
        )
    };
    Ok(rows.into_iter().map(twin).collect())
}

/// What is known of two uploads of one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// All bytes are the same.
    Same,
    /// Some are not.
    Different,
    /// Those that arrived are.
    SoFar,
}

/// Two uploads, compared as far as the first has arrived; the second is complete.
#[derive(Debug)]
pub struct Comparison<'a> {
    arriving: Reader<'a>,
    complete: Reader<'a>,
}

impl<'a> Comparison<'a> {
    /// Nothing of them was compared yet.
    pub fn new(pool: &'a PgPool, raw: &'a RawStore, arriving: Uuid, complete: Uuid) -> Self {
        Self {
            arriving: Reader::new(pool, raw, arriving),
            complete: Reader::new(pool, raw, complete),
        }
    }

    /// Compares what has arrived since.
    pub async fn go_on(&mut self) -> Result<Likeness, StoreError> {
        loop {
            let (arrived, known) = (self.arriving.peek().await?, self.complete.peek().await?);
            let n = arrived.len().min(known.len());
            if arrived[..n] != known[..n] {
                return Ok(Likeness::Different);
            }
            match (arrived.is_empty(), known.is_empty()) {
                (true, true) => return Ok(Likeness::Same),
                (true, false) => return Ok(Likeness::SoFar),
                (false, true) => return Ok(Likeness::Different),
                (false, false) => {}
            }
            self.arriving.advance(n);
            self.complete.advance(n);
        }
    }
}

/// Reads an upload from its first byte on.
#[derive(Debug)]
struct Reader<'a> {
    pool: &'a PgPool,
    raw: &'a RawStore,
    raw_id: Uuid,
    offset: i64,
    at_hand: Bytes,
}

impl<'a> Reader<'a> {
    fn new(pool: &'a PgPool, raw: &'a RawStore, raw_id: Uuid) -> Self {
        Self {
            pool,
            raw,
            raw_id,
            offset: 0,
            at_hand: Bytes::new(),
        }
    }

    /// The next bytes; none at the end.
    async fn peek(&mut self) -> Result<&Bytes, StoreError> {
        let mut missing = None;
        while self.at_hand.is_empty() {
            let parts = parts_from(self.pool, self.raw_id, self.offset, 1).await?;
            let Some(part) = parts.first() else { break };
            match self.raw.read_part(self.raw_id, part.number).await {
                Ok(bytes) => self.at_hand = part.rest(bytes, self.offset),
                // It was joined with others meanwhile: look again.
                Err(error) if error.is_absent() && missing != Some(part.number) => {
                    missing = Some(part.number)
                }
                Err(error) => return Err(error),
            }
        }
        Ok(&self.at_hand)
    }

    fn advance(&mut self, n: usize) {
        self.offset += n as i64;
        self.at_hand = self.at_hand.slice(n..);
    }
}
