//! Writing exports: each instance claims those that wait, reads them page by page at their version, and streams them
//! into a file.
//!
//! Invariant: what a file says depends on its question and its version alone, so a second try, on whichever instance,
//! writes the same bytes; a file is under its name only when it is whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::csv::{self, RowWriter};
use super::error::ExportError;
use super::table::Table;
use crate::query::{Engine, Request, row_objects};
use crate::store::exports::{self, Claim, Ending};
use crate::store::pool::PgPool;
use crate::store::{StoreError, jobs};
use progress::Progress;

mod progress;

/// Rows read at a time.
const PAGE_ROWS: usize = 1_000;
/// Exports that an instance writes side by side.
const AT_ONCE: usize = 2;
/// How often an idle instance looks for exports without a hint.
const POLL: Duration = Duration::from_secs(1);
/// How often progress is noted and the lease renewed.
const REPORT_EVERY: Duration = Duration::from_millis(500);

/// Writes exports and knows where their files are; cheap to clone.
#[derive(Debug, Clone)]
pub struct Exporter {
    pool: PgPool,
    engine: Arc<Engine>,
    folder: Arc<Path>,
    news: Arc<Notify>,
}

impl Exporter {
    /// Writes into a folder, which is made.
    pub fn open(pool: PgPool, engine: Arc<Engine>, folder: PathBuf) -> Result<Self, std::io::Error> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            pool,
            engine,
            folder: folder.into(),
            news: Arc::new(Notify::new()),
        })
    }

    /// Says that an export waits.
    pub fn wake(&self) {
        self.news.notify_one();
    }

    /// Where the file of a finished export is.
    pub fn file(&self, lease: Uuid) -> PathBuf {
        self.folder.join(lease.to_string())
    }

    fn unfinished(&self, lease: Uuid) -> PathBuf {
        self.folder.join(format!("{lease}.part"))
    }

    /// Writes what waits until `stop`.
    pub async fn work(self, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let tracker = TaskTracker::new();
        let mut away = false;
        while !stop.is_cancelled() {
            // A place is never refused: the semaphore is not closed.
            let place = tokio::select! {
                () = stop.cancelled() => break,
                place = places.clone().acquire_owned() => place,
            };
            match exports::claim(&self.pool).await {
                Ok(Some(claim)) => {
                    away = false;
                    let (exporter, stop) = (self.clone(), stop.clone());
                    tracker.spawn(async move {
                        exporter.attend(&claim, &stop).await;
                        drop(place);
                    });
                    continue;
                }
                Ok(None) => away = false,
                Err(error) => {
                    if !std::mem::replace(&mut away, true) {
                        tracing::warn!(%error, "no export can be claimed");
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.news.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        tracker.close();
        tracker.wait().await;
    }

    /// Deletes what has expired, and files that no export names.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        exports::sweep(&self.pool).await?;
        let (mut found, mut entries) = (Vec::new(), tokio::fs::read_dir(&self.folder).await?);
        while let Some(entry) = entries.next_entry().await? {
            let name = PathBuf::from(entry.file_name());
            let lease = name.file_stem().and_then(|stem| stem.to_str());
            found.extend(lease.and_then(|lease| lease.parse::<Uuid>().ok()));
        }
        for lease in exports::without_export(&self.pool, &found).await? {
            self.discard(lease).await;
        }
        Ok(())
    }

    /// Deletes a file, finished or not; the next sweep tries again what fails here.
    pub async fn discard(&self, lease: Uuid) {
        for path in [self.file(lease), self.unfinished(lease)] {
            match tokio::fs::remove_file(&path).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    tracing::warn!(%error, "the file of an export was not deleted");
                }
                _ => {}
            }
        }
    }

    /// Writes one export and keeps its lease.
    async fn attend(&self, claim: &Claim, stop: &CancellationToken) {
        let progress = Progress::default();
        let ended = tokio::select! {
            ended = self.write(claim, &progress) => ended,
            () = self.keep(claim, &progress) => Err(StoreError::LeaseLost.into()),
            () = stop.cancelled() => {
                self.discard(claim.lease).await;
                self.release(claim).await;
                return;
            }
        };
        let ending = match ended {
            Ok((rows, bytes)) => Ending::Ready { rows, bytes },
            Err(error) if error.is_passing() => {
                tracing::info!(export = %claim.id, %error, "an export was interrupted");
                self.discard(claim.lease).await;
                tokio::time::sleep(POLL).await;
                self.release(claim).await;
                return;
            }
            Err(error) => {
                tracing::error!(export = %claim.id, %error, "an export failed");
                self.discard(claim.lease).await;
                Ending::Failed(error.to_api())
            }
        };
        if let Err(error) = exports::finish(&self.pool, claim, &ending).await {
            // Deleted meanwhile, or taken over: the file is nobody's.
            tracing::info!(export = %claim.id, %error, "an export was not finished");
            self.discard(claim.lease).await;
        }
    }

    async fn release(&self, claim: &Claim) {
        if let Err(error) = exports::release(&self.pool, claim).await {
            tracing::warn!(export = %claim.id, %error, "an export could not be given back; its lease will run out");
        }
    }

    /// Writes the file; returns its rows and bytes.
    async fn write(&self, claim: &Claim, progress: &Progress) -> Result<(i64, i64), ExportError> {
        let at = self.engine.at(Some(claim.version)).await?;
        let (catalogue, version) = (&at.catalogue, at.version);
        let asked = &claim.asked;
        let request = Request {
            build: &asked.build,
            datasets: &asked.datasets,
            query: &asked.query,
            groups: &asked.groups,
            hq: asked.hq,
        };
        let query = self.engine.resolve(request, catalogue, version.seq).await?;
        let cells = self.engine.cells(&query, catalogue, version.seq);
        let counted = |done| progress.counted(done, cells.len());
        let sums = self
            .engine
            .sums(&query, &[], catalogue, version.seq, &cells, counted);
        progress.expect_rows(sums.await?.total);

        let groups = query
            .shown
            .iter()
            .map(|&group| query.groups[group].name.to_string());
        let groups: Vec<String> = groups.collect();
        let mut with_hq = asked.hq;
        'file: loop {
            let table = Table::new(groups.clone(), with_hq);
            let mut file = BufWriter::new(File::create(self.unfinished(claim.lease)).await?);
            let (mut text, mut after) = (String::new(), None::<String>);
            progress.begin();
            csv::write_row(&mut text, &table.columns());
            loop {
                let page = self
                    .engine
                    .page(&query, catalogue, version.seq, after.as_deref(), PAGE_ROWS)
                    .await?;
                for row in row_objects(&page.rows, &query) {
                    if !table.holds(&row) {
                        // The first high-quality count: begin again, with columns for such.
                        with_hq = true;
                        continue 'file;
                    }
                    let mut writer = RowWriter::new(&mut text);
                    table.cells(&row, |cell| writer.put(cell));
                    writer.end();
                }
                file.write_all(text.as_bytes()).await?;
                progress.written(page.rows.len(), text.len());
                text.clear();
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            file.flush().await?;
            file.get_ref().sync_all().await?;
            tokio::fs::rename(self.unfinished(claim.lease), self.file(claim.lease)).await?;
            return Ok(progress.rows_and_bytes());
        }
    }

    /// Notes progress and renews the lease until it is lost.
    async fn keep(&self, claim: &Claim, progress: &Progress) {
        let mut failed_since: Option<std::time::Instant> = None;
        loop {
            tokio::time::sleep(REPORT_EVERY).await;
            let (rows, bytes) = progress.rows_and_bytes();
            match exports::report(&self.pool, claim, progress.fraction(), rows, bytes).await {
                Ok(()) => failed_since = None,
                Err(StoreError::LeaseLost) => return,
                Err(_) => {
                    let since = *failed_since.get_or_insert_with(std::time::Instant::now);
                    if since.elapsed() > jobs::LEASE {
                        return;
                    }
                }
            }
        }
    }
}
