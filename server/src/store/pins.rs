//! Pins: versions that somebody is reading and that the sweeper therefore keeps.
//!
//! Each instance leases one row, the oldest version that anybody on it reads, and renews it; an export, which outlives
//! its instance, has a row of its own. Whoever reads holds a [`Held`]; while the version is not older than the leased
//! one, taking it needs no database.
//!
//! Invariant: while a `Held` lives and its instance reaches the database, the floor is not above its version.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::{PgConnection, PgPool};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::StoreError;
use super::head::Head;

/// How long an instance's pin holds without being renewed.
pub const LEASE: Duration = Duration::from_secs(30);
/// How often it is renewed, and moved forward.
const RENEW: Duration = Duration::from_secs(5);

/// The versions that this instance reads.
#[derive(Debug)]
pub struct Pins {
    pool: PgPool,
    head: Arc<Head>,
    holder: Uuid,
    books: Arc<Mutex<Books>>,
    /// Held by who changes the leased row.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Books {
    /// How many read each version.
    readers: BTreeMap<i64, usize>,
    /// Versions of which the next page may be asked for, and until when.
    lingering: BTreeMap<i64, Instant>,
    /// From this version on the leased row keeps all, until then.
    kept_from: i64,
    kept_until: Instant,
}

/// A version that stays readable as long as this is not dropped.
#[derive(Debug)]
pub struct Held {
    seq: i64,
    books: Arc<Mutex<Books>>,
}

impl Pins {
    /// Leases the newest version.
    pub async fn open(pool: PgPool, head: Arc<Head>) -> Result<Arc<Self>, StoreError> {
        let pins = Arc::new(Self {
            pool,
            head,
            holder: Uuid::new_v4(),
            books: Arc::new(Mutex::new(Books {
                readers: BTreeMap::new(),
                lingering: BTreeMap::new(),
                kept_from: i64::MAX,
                kept_until: Instant::now(),
            })),
            turn: tokio::sync::Mutex::default(),
        });
        pins.renew().await?;
        Ok(pins)
    }

    /// Renews the lease until `stop`, then gives it back.
    pub async fn keep(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(RENEW) => {}
            }
            if let Err(error) = self.renew().await {
                tracing::debug!(%error, "the pin of this instance could not be renewed; it is tried again");
            }
        }
        let _ = release(&self.pool, self.holder).await;
    }

    /// Keeps a version readable; `None` if it was let go already.
    pub async fn hold(&self, seq: i64) -> Result<Option<Held>, StoreError> {
        if let Some(held) = self.hold_kept(seq) {
            return Ok(Some(held));
        }
        let _turn = self.turn.lock().await;
        let oldest = books(&self.books).oldest(seq);
        if !self.lease(oldest).await? {
            return Ok(None);
        }
        Ok(self.hold_kept(seq))
    }

    /// Keeps a held version readable for a while longer, as between two pages.
    pub fn linger(&self, held: &Held, time: Duration) {
        let mut books = books(&self.books);
        let until = books.lingering.entry(held.seq).or_insert_with(Instant::now);
        *until = (*until).max(Instant::now() + time);
    }

    /// Renews the lease and moves it forward to what is still read.
    pub async fn renew(&self) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let newest = self.head.known().seq;
        let oldest = {
            let mut books = books(&self.books);
            let now = Instant::now();
            books.lingering.retain(|_, until| *until > now);
            let oldest = books.oldest(newest);
            // Who wants an older one from here on waits for its turn.
            books.kept_from = books.kept_from.max(oldest);
            oldest
        };
        if !self.lease(oldest).await? {
            // The lease had run out and the floor went by: from now on what can still be read is kept.
            let newest = self.head.read().await?.seq;
            self.lease(newest).await?;
        }
        Ok(())
    }

    async fn lease(&self, seq: i64) -> Result<bool, StoreError> {
        let began = Instant::now();
        let mut connection = self.pool.acquire().await?;
        let leased = take(&mut connection, Some(self.holder), seq, LEASE)
            .await?
            .is_some();
        if leased {
            let mut books = books(&self.books);
            books.kept_from = seq;
            books.kept_until = began + LEASE;
        }
        Ok(leased)
    }

    /// Counts a reader, if the leased row keeps its version.
    fn hold_kept(&self, seq: i64) -> Option<Held> {
        let mut books = books(&self.books);
        if seq < books.kept_from || Instant::now() >= books.kept_until {
            return None;
        }
        *books.readers.entry(seq).or_default() += 1;
        let books = self.books.clone();
        Some(Held { seq, books })
    }
}

impl Books {
    /// The oldest version that is read or lingers, or this one.
    fn oldest(&self, seq: i64) -> i64 {
        let read = self.readers.keys().next().copied().unwrap_or(seq);
        let lingers = self.lingering.keys().next().copied().unwrap_or(seq);
        seq.min(read).min(lingers)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut books = books(&self.books);
        if let Some(readers) = books.readers.get_mut(&self.seq) {
            *readers -= 1;
            if *readers == 0 {
                books.readers.remove(&self.seq);
            }
        }
    }
}

/// The books; counts are changed whole, so a poisoned lock is still good.
fn books(books: &Mutex<Books>) -> MutexGuard<'_, Books> {
    books.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Pins a version, or moves the holder's pin there; `None` if the version was let go already.
pub(super) async fn take(
    connection: &mut PgConnection,
    holder: Option<Uuid>,
    seq: i64,
    time: Duration,
) -> Result<Option<i64>, StoreError> {
    // Whoever raises the floor has the head locked meanwhile, and looks at the pins afterwards.
    let id = sqlx::query_scalar(
        "WITH floor AS (SELECT floor FROM head FOR SHARE)
         INSERT INTO pin (holder, seq, expires_at)
         SELECT $1, $2, now() + make_interval(secs => $3) FROM floor WHERE floor <= $2
         ON CONFLICT (holder) DO UPDATE SET seq = excluded.seq, expires_at = excluded.expires_at
         RETURNING id",
    )
    .bind(holder)
    .bind(seq)
    .bind(time.as_secs_f64())
    .fetch_optional(connection)
    .await?;
    Ok(id)
}

async fn release(pool: &PgPool, holder: Uuid) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM pin WHERE holder = $1")
        .bind(holder)
        .execute(pool)
        .await?;
    Ok(())
}
