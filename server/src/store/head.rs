//! The one sequence: which version is the newest, and how a transaction takes the next.
//!
//! Invariant: `head` is bumped by the last statement of a transaction, together with the `change` row, so versions
//! are dense and in commit order, and the row is locked for no longer than a commit takes.

use allelecast_protocol::Version;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};
use tokio::sync::watch;

use super::StoreError;

/// What a version changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number.
    pub seq: i64,
    /// What happened.
    pub kind: ChangeKind,
    /// To which dataset.
    pub dataset_id: Option<i64>,
    /// To which file.
    pub file_id: Option<i64>,
    /// On which contig, and where; without it the change concerns all that its file or dataset covers.
    pub span: Option<ChangeSpan>,
}

/// The stretch of genome that a change concerns, 1-based inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeSpan {
    /// Ordinal of the contig.
    pub contig: i16,
    /// First position.
    pub start: i32,
    /// Last position.
    pub end: i32,
}

/// The kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// A dataset was made.
    DatasetCreated,
    /// Its uploader said that no file follows.
    DatasetCompleted,
    /// It was deleted.
    DatasetDeleted,
    /// A file's header was read: its samples and groups are known.
    FileStarted,
    /// A block was committed.
    BlockAdded,
    /// Blocks were replaced by one that says the same.
    BlocksCompacted,
    /// A file's blocks were taken back.
    FileRetracted,
    /// A file is complete.
    FileReady,
    /// A group answers from another version.
    GroupPublished,
    /// A group is gone.
    GroupRemoved,
    /// A group has another name.
    GroupRenamed,
    /// The callable regions of a dataset were replaced.
    CallableReplaced,
    /// The gene annotation of a build was replaced.
    GenesReplaced,
}

impl ChangeKind {
    const ALL: [(Self, &'static str); 13] = [
        (Self::DatasetCreated, "dataset_created"),
        (Self::DatasetCompleted, "dataset_completed"),
        (Self::DatasetDeleted, "dataset_deleted"),
        (Self::FileStarted, "file_started"),
        (Self::BlockAdded, "block_added"),
        (Self::BlocksCompacted, "blocks_compacted"),
        (Self::FileRetracted, "file_retracted"),
        (Self::FileReady, "file_ready"),
        (Self::GroupPublished, "group_published"),
        (Self::GroupRemoved, "group_removed"),
        (Self::GroupRenamed, "group_renamed"),
        (Self::CallableReplaced, "callable_replaced"),
        (Self::GenesReplaced, "genes_replaced"),
    ];

    /// As it stands in the table.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, text)| text)
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == text)
            .map(|(kind, _)| *kind)
            .ok_or_else(|| StoreError::Malformed {
                what: "change.kind",
                message: text.to_owned(),
            })
    }
}

/// The newest version, as far as this instance knows, and who waits for it.
#[derive(Debug)]
pub struct Head {
    pool: PgPool,
    known: watch::Sender<Version>,
    identity: String,
}

impl Head {
    /// Reads the head; where the database is another than the one that wrote it (a restore, a failover), begins a
    /// new epoch, so that clients forget what they hold.
    pub async fn open(pool: PgPool) -> Result<Self, StoreError> {
        let version = settle_epoch(&pool).await?;
        let identity = sqlx::query_scalar("SELECT system_identifier FROM head")
            .fetch_one(&pool)
            .await?;
        Ok(Self {
            pool,
            known: watch::Sender::new(version),
            identity,
        })
    }

    /// Names the database among all.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// The newest version this instance has heard of.
    pub fn known(&self) -> Version {
        *self.known.borrow()
    }

    /// Asks the database.
    pub async fn read(&self) -> Result<Version, StoreError> {
        let version = read(&self.pool).await?;
        self.announce(version);
        Ok(version)
    }

    /// Compares the database's identity again, as after a lost connection.
    pub async fn check_identity(&self) -> Result<Version, StoreError> {
        let version = settle_epoch(&self.pool).await?;
        self.announce(version);
        Ok(version)
    }

    /// Tells this instance's readers of a version. Late, repeated and reordered news are harmless.
    pub fn announce(&self, version: Version) {
        self.known.send_if_modified(|known| {
            let is_newer =
                version.epoch > known.epoch || (version.epoch == known.epoch && version.seq > known.seq);
            if is_newer {
                *known = version;
            }
            is_newer
        });
    }

    /// To wait for news.
    pub fn subscribe(&self) -> watch::Receiver<Version> {
        self.known.subscribe()
    }
}

async fn read(pool: &PgPool) -> Result<Version, StoreError> {
    let row = sqlx::query("SELECT epoch, seq FROM head").fetch_one(pool).await?;
    version(&row)
}

/// The version that a row names in its columns `epoch` and `seq`.
pub(super) fn version(row: &PgRow) -> Result<Version, StoreError> {
    Ok(Version {
        epoch: row.try_get("epoch")?,
        seq: row.try_get("seq")?,
    })
}

async fn settle_epoch(pool: &PgPool) -> Result<Version, StoreError> {
    let row = sqlx::query(
        "WITH identity AS (
             SELECT s.system_identifier || '/' || d.oid AS name, c.timeline_id AS timeline
             FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d WHERE d.datname = current_database())
         UPDATE head SET
             epoch = CASE WHEN head.system_identifier IN ('', i.name) AND head.timeline IN (0, i.timeline) THEN head.epoch
                          ELSE greatest(head.epoch + 1, extract(epoch FROM now())::bigint) END,
             system_identifier = i.name, timeline = i.timeline
         FROM identity i
         WHERE head.system_identifier <> i.name OR head.timeline <> i.timeline
         RETURNING epoch, seq",
    )
    .fetch_optional(pool)
    .await?;
    match row {
        Some(row) => version(&row),
        None => read(pool).await,
    }
}

/// Takes the next version for a change that has no rows of its own to stamp. Call it last in a transaction.
pub async fn bump(connection: &mut PgConnection, change: &NewChange) -> Result<Version, StoreError> {
    let row = sqlx::query(
        "WITH bumped AS (UPDATE head SET seq = seq + 1 RETURNING epoch, seq),
              noted AS (INSERT INTO change (seq, kind, dataset_id, file_id) SELECT seq, $1, $2, $3 FROM bumped)
         SELECT epoch, seq FROM bumped",
    )
    .bind(change.kind.as_str())
    .bind(change.dataset_id)
    .bind(change.file_id)
    .fetch_one(connection)
    .await?;
    version(&row)
}

/// A change about to take its number.
#[derive(Debug, Clone, Copy)]
pub struct NewChange {
    /// What happens.
    pub kind: ChangeKind,
    /// To which dataset.
    pub dataset_id: Option<i64>,
    /// To which file.
    pub file_id: Option<i64>,
}

impl NewChange {
    /// A change of a dataset.
    pub fn of_dataset(kind: ChangeKind, dataset_id: i64) -> Self {
        Self {
            kind,
            dataset_id: Some(dataset_id),
            file_id: None,
        }
    }

    /// A change of a file.
    pub fn of_file(kind: ChangeKind, dataset_id: i64, file_id: i64) -> Self {
        Self {
            kind,
            dataset_id: Some(dataset_id),
            file_id: Some(file_id),
        }
    }
}

/// The changes after one version up to another, in order; `None` where the sweeper has deleted some of them.
pub async fn changes(pool: &PgPool, after: i64, to: i64) -> Result<Option<Vec<Change>>, StoreError> {
    let rows = sqlx::query(
        "SELECT seq, kind, dataset_id, file_id, contig, span_start, span_end
         FROM change WHERE seq > $1 AND seq <= $2 ORDER BY seq",
    )
    .bind(after)
    .bind(to)
    .fetch_all(pool)
    .await?;
    // Versions are dense: one row each.
    if (rows.len() as i64) < to - after {
        return Ok(None);
    }
    let changes: Result<Vec<Change>, StoreError> = rows
        .iter()
        .map(|row| {
            let contig: Option<i16> = row.try_get("contig")?;
            let span = match contig {
                Some(contig) => Some(ChangeSpan {
                    contig,
                    start: row.try_get("span_start")?,
                    end: row.try_get("span_end")?,
                }),
                None => None,
            };
            Ok(Change {
                seq: row.try_get("seq")?,
                kind: ChangeKind::read(row.try_get("kind")?)?,
                dataset_id: row.try_get("dataset_id")?,
                file_id: row.try_get("file_id")?,
                span,
            })
        })
        .collect();
    Ok(Some(changes?))
}
