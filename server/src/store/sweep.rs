//! Freeing what no version needs any more.
//!
//! Invariant: the floor is raised first, and what goes afterwards is invisible at the floor and above; every batch is a
//! transaction of its own under one lock, so sweeps may run on several instances at once and be cut short at any point.

use std::time::Duration;

use sqlx::{PgConnection, PgPool};

use super::StoreError;
use super::locks::{self, Lock};

/// Blocks that go at a time, with all their payloads.
const BLOCKS: i64 = 64;
/// Rows that go at a time.
const ROWS: i64 = 10_000;

/// What a sweep deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Blocks, with their payloads.
    pub blocks: u64,
    /// Versions of groups, with their frequencies.
    pub group_versions: u64,
    /// Files whose import was tried again.
    pub files: u64,
    /// Datasets, with all that was left of them.
    pub datasets: u64,
    /// Jobs that ended.
    pub jobs: u64,
    /// Changes below the floor.
    pub changes: u64,
}

/// Lets versions go that were superseded longer ago than `retention` and that nobody has pinned, then deletes what only
/// they showed.
pub async fn sweep(pool: &PgPool, retention: Duration) -> Result<Swept, StoreError> {
    let Some(floor) = raise_floor(pool, retention).await? else {
        return Ok(Swept::default());
    };
    let mut swept = Swept::default();
    // In this order: what refers to others goes first.
    for what in [
        What::Blocks,
        What::GroupVersions,
        What::Files,
        What::Datasets,
        What::Changes,
    ] {
        loop {
            let mut transaction = pool.begin().await?;
            if !locks::try_take(&mut transaction, Lock::Sweep).await? {
                return Ok(swept);
            }
            let connection = &mut *transaction;
            let (total, batch) = match what {
                What::Blocks => (&mut swept.blocks, blocks(connection, floor).await?),
                What::GroupVersions => (
                    &mut swept.group_versions,
                    group_versions(connection, floor).await?,
                ),
                What::Files => (&mut swept.files, files(connection, floor).await?),
                What::Datasets => (&mut swept.datasets, datasets(connection, floor).await?),
                What::Changes => (&mut swept.changes, changes(connection, floor).await?),
            };
            transaction.commit().await?;
            *total += batch.deleted;
            if !batch.more {
                break;
            }
        }
    }
    swept.jobs = jobs(pool, retention).await?;
    Ok(swept)
}

/// Kinds of what is deleted.
#[derive(Debug, Clone, Copy)]
enum What {
    Blocks,
    GroupVersions,
    Files,
    Datasets,
    Changes,
}

/// What one transaction did.
#[derive(Debug, Clone, Copy)]
struct Batch {
    deleted: u64,
    /// Whether there may be more of its kind.
    more: bool,
}

impl Batch {
    const NOTHING: Self = Self {
        deleted: 0,
        more: false,
    };

    fn of(deleted: u64, most: i64) -> Self {
        Self {
            deleted,
            more: deleted >= most.unsigned_abs(),
        }
    }
}

/// Raises the floor as far as age and pins allow; `None` where another instance is at it.
async fn raise_floor(pool: &PgPool, retention: Duration) -> Result<Option<i64>, StoreError> {
    let mut transaction = pool.begin().await?;
    if !locks::try_take(&mut transaction, Lock::Sweep).await? {
        return Ok(None);
    }
    // The newest version that was the head already so long ago: those before it were superseded by then.
    let aged: Option<i64> = sqlx::query_scalar(
        "SELECT seq FROM change WHERE created_at <= now() - make_interval(secs => $1) ORDER BY seq DESC LIMIT 1",
    )
    .bind(retention.as_secs_f64())
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(aged) = aged else {
        let floor = sqlx::query_scalar("SELECT floor FROM head")
            .fetch_one(&mut *transaction)
            .await?;
        return Ok(Some(floor));
    };
    // From here on nobody takes a pin, and those that were taken are seen by the next statement.
    sqlx::query("SELECT 1 FROM head FOR UPDATE")
        .execute(&mut *transaction)
        .await?;
    let floor = sqlx::query_scalar(
        "UPDATE head SET floor = greatest(floor, least($1, (SELECT min(seq) FROM pin WHERE expires_at > now())))
         RETURNING floor",
    )
    .bind(aged)
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Some(floor))
}

/// Blocks that compaction replaced, or whose file or dataset was removed.
async fn blocks(connection: &mut PgConnection, floor: i64) -> Result<Batch, StoreError> {
    let deleted: i64 = sqlx::query_scalar(
        "WITH gone AS (
             (SELECT id, bucket FROM block WHERE removed_seq <= $1 LIMIT $2)
             UNION
             (SELECT b.id, b.bucket FROM vcf_file f JOIN block b ON b.file_id = f.id WHERE f.removed_seq <= $1 LIMIT $2)
             UNION
             (SELECT b.id, b.bucket FROM dataset d JOIN block b ON b.dataset_id = d.id WHERE d.removed_seq <= $1 LIMIT $2)
             LIMIT $2),
              sites AS (DELETE FROM site_payload p USING gone g WHERE p.bucket = g.bucket AND p.block_id = g.id),
              frequencies AS (DELETE FROM frequency_payload p USING gone g WHERE p.bucket = g.bucket AND p.block_id = g.id),
              genotypes AS (DELETE FROM genotype_payload p USING gone g WHERE p.bucket = g.bucket AND p.block_id = g.id),
              coverage AS (DELETE FROM coverage_payload p USING gone g WHERE p.bucket = g.bucket AND p.block_id = g.id),
              deleted AS (DELETE FROM block b USING gone g WHERE b.id = g.id RETURNING b.id)
         SELECT count(*) FROM deleted",
    )
    .bind(floor)
    .bind(BLOCKS)
    .fetch_one(connection)
    .await?;
    Ok(Batch::of(deleted.unsigned_abs(), BLOCKS))
}

/// Versions of groups that a later one superseded, or overtook before they were published, and then removed groups. An
/// import that began before still counts them: until it ends they stay.
async fn group_versions(connection: &mut PgConnection, floor: i64) -> Result<Batch, StoreError> {
    let gone: Option<(i64, i64)> = sqlx::query_as(
        "SELECT v.id, g.dataset_id FROM group_version v JOIN sample_group g ON g.id = v.group_id
         WHERE (v.superseded_seq <= $1
                OR (v.published_seq IS NULL
                    AND EXISTS (SELECT FROM group_version later WHERE later.group_id = v.group_id AND later.id > v.id
                                                                  AND later.published_seq <= $1)))
           AND NOT EXISTS (SELECT FROM job j WHERE j.dataset_id = g.dataset_id AND j.kind IN ('import', 'recount')
                                               AND j.state IN ('queued', 'running'))
         LIMIT 1",
    )
    .bind(floor)
    .fetch_optional(&mut *connection)
    .await?;
    let Some((id, dataset_id)) = gone else {
        sqlx::query(
            "DELETE FROM sample_group g WHERE g.removed_seq <= $1
               AND NOT EXISTS (SELECT FROM group_version v WHERE v.group_id = g.id)",
        )
        .bind(floor)
        .execute(connection)
        .await?;
        return Ok(Batch::NOTHING);
    };
    // A payload that groups share goes with the last of them.
    let deleted: i64 = sqlx::query_scalar(
        "WITH gone AS (SELECT p.bucket, p.block_id, p.first_version FROM block b
                       JOIN frequency_payload p ON p.bucket = b.bucket AND p.block_id = b.id
                       WHERE b.dataset_id = $2 AND $1 = ANY (p.group_versions)
                         AND NOT EXISTS (SELECT FROM group_version v WHERE v.id = ANY (p.group_versions) AND v.id <> $1)
                       LIMIT $3),
              deleted AS (DELETE FROM frequency_payload p USING gone g
                          WHERE p.bucket = g.bucket AND p.block_id = g.block_id AND p.first_version = g.first_version
                          RETURNING p.block_id)
         SELECT count(*) FROM deleted",
    )
    .bind(id)
    .bind(dataset_id)
    .bind(BLOCKS)
    .fetch_one(&mut *connection)
    .await?;
    let mut versions = 0;
    if deleted < BLOCKS {
        let done = sqlx::query("DELETE FROM group_version WHERE id = $1")
            .bind(id)
            .execute(connection)
            .await?;
        versions = done.rows_affected();
    }
    Ok(Batch {
        deleted: versions,
        more: true,
    })
}

/// Files that another row over the same bytes stands for.
async fn files(connection: &mut PgConnection, floor: i64) -> Result<Batch, StoreError> {
    let done = sqlx::query(
        "DELETE FROM vcf_file f WHERE f.removed_seq <= $1
           AND EXISTS (SELECT FROM vcf_file newer WHERE newer.raw_id = f.raw_id AND newer.id > f.id)
           AND NOT EXISTS (SELECT FROM block b WHERE b.file_id = f.id)",
    )
    .bind(floor)
    .execute(connection)
    .await?;
    Ok(Batch {
        deleted: done.rows_affected(),
        more: false,
    })
}

/// Datasets without a block left: their many samples first, then the rest.
async fn datasets(connection: &mut PgConnection, floor: i64) -> Result<Batch, StoreError> {
    let gone: Option<i64> = sqlx::query_scalar(
        "SELECT id FROM dataset d
         WHERE d.removed_seq <= $1 AND NOT EXISTS (SELECT FROM block b WHERE b.dataset_id = d.id) LIMIT 1",
    )
    .bind(floor)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(id) = gone else {
        return Ok(Batch::NOTHING);
    };
    let samples =
        sqlx::query("DELETE FROM sample WHERE id IN (SELECT id FROM sample WHERE dataset_id = $1 LIMIT $2)")
            .bind(id)
            .bind(ROWS)
            .execute(&mut *connection)
            .await?;
    let mut deleted = 0;
    if samples.rows_affected() == 0 {
        let done = sqlx::query("DELETE FROM dataset WHERE id = $1")
            .bind(id)
            .execute(connection)
            .await?;
        deleted = done.rows_affected();
    }
    Ok(Batch { deleted, more: true })
}

/// Changes that led to versions at or below the floor: nobody comes from further back.
async fn changes(connection: &mut PgConnection, floor: i64) -> Result<Batch, StoreError> {
    let done =
        sqlx::query("DELETE FROM change WHERE seq IN (SELECT seq FROM change WHERE seq <= $1 LIMIT $2)")
            .bind(floor)
            .bind(ROWS)
            .execute(connection)
            .await?;
    Ok(Batch::of(done.rows_affected(), ROWS))
}

/// Jobs that ended longer ago than the retention. That of an unpublished group version says that it was asked for.
async fn jobs(pool: &PgPool, retention: Duration) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM job j WHERE j.finished_at <= now() - make_interval(secs => $1)
           AND NOT EXISTS (SELECT FROM group_version v WHERE v.id = j.group_version_id AND v.published_seq IS NULL)",
    )
    .bind(retention.as_secs_f64())
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}
