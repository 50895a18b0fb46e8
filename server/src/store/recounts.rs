//! Groups that change: a new version of one is made, counted, and published whole.
//!
//! Invariant: nobody sees half a recount; until the new version is published the old one answers.

use allelecast_protocol::Version;
use sqlx::{PgPool, Row};

use super::StoreError;
use super::groups;
use super::head::{self, ChangeKind, Head};
use super::jobs::{self, Claim};

/// A group version to be counted.
#[derive(Debug, Clone)]
pub struct Recount {
    /// The version.
    pub group_version_id: i64,
    /// Its dataset.
    pub dataset_id: i64,
    /// Ids of its samples.
    pub members: Vec<i64>,
    /// It answers already, out of the genotype planes: a group that was made with it.
    pub is_published: bool,
}

/// Makes a new version of a group with other members and queues its count. `None` where there is no such group or a
/// member is not a sample of its dataset.
pub async fn request(pool: &PgPool, group_id: i64, members: &[i64]) -> Result<Option<i64>, StoreError> {
    let mut transaction = pool.begin().await?;
    let row = sqlx::query(
        "INSERT INTO group_version (group_id, members)
         SELECT g.id, $2 FROM sample_group g JOIN dataset d ON d.id = g.dataset_id
         WHERE g.id = $1 AND d.removed_seq IS NULL AND g.removed_seq IS NULL AND g.info IS NULL
           AND (SELECT count(*) FROM sample s WHERE s.dataset_id = g.dataset_id AND s.id = ANY($2)) = cardinality($2)
         RETURNING id, (SELECT dataset_id FROM sample_group WHERE id = $1) AS dataset_id",
    )
    .bind(group_id)
    .bind(members)
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let id: i64 = row.try_get("id")?;
    jobs::enqueue_recount(&mut transaction, row.try_get("dataset_id")?, id).await?;
    transaction.commit().await?;
    Ok(Some(id))
}

/// What a claimed recount is to do.
pub async fn load(pool: &PgPool, group_version_id: i64) -> Result<Option<Recount>, StoreError> {
    let row = sqlx::query(
        "SELECT v.id, g.dataset_id, v.members, v.published_seq IS NOT NULL AS is_published FROM group_version v
         JOIN sample_group g ON g.id = v.group_id JOIN dataset d ON d.id = g.dataset_id
         WHERE v.id = $1 AND v.superseded_seq IS NULL AND g.removed_seq IS NULL AND d.removed_seq IS NULL",
    )
    .bind(group_version_id)
    .fetch_optional(pool)
    .await?;
    row.map(|row| {
        Ok(Recount {
            group_version_id: row.try_get("id")?,
            dataset_id: row.try_get("dataset_id")?,
            members: row.try_get("members")?,
            is_published: row.try_get("is_published")?,
        })
    })
    .transpose()
}

/// Ends a job that has nothing to publish: its group version answers already, or its group is gone.
pub async fn finish(pool: &PgPool, claim: &Claim) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    jobs::finish(&mut transaction, claim, None).await?;
    transaction.commit().await?;
    Ok(())
}

/// Publishes a group version: from the next version of everything on it answers, and its predecessor does not. A
/// version older than the one that answers now is passed over.
pub async fn publish(
    head: &Head,
    pool: &PgPool,
    claim: &Claim,
    recount: &Recount,
) -> Result<Version, StoreError> {
    let mut transaction = pool.begin().await?;
    groups::edit::lock(&mut transaction, recount.dataset_id).await?;
    jobs::finish(&mut transaction, claim, None).await?;
    let row = sqlx::query(
        "WITH bumped AS (UPDATE head SET seq = seq + 1 RETURNING epoch, seq),
              mine AS (SELECT v.id, v.group_id FROM group_version v JOIN sample_group g ON g.id = v.group_id
                       WHERE v.id = $1 AND g.removed_seq IS NULL
                         AND NOT EXISTS (SELECT 1 FROM group_version later WHERE later.group_id = v.group_id
                                         AND later.id > v.id AND later.published_seq IS NOT NULL)),
              superseded AS (UPDATE group_version v SET superseded_seq = bumped.seq FROM bumped, mine
                             WHERE v.group_id = mine.group_id AND v.id <> mine.id
                               AND v.published_seq IS NOT NULL AND v.superseded_seq IS NULL),
              published AS (UPDATE group_version v SET published_seq = bumped.seq FROM bumped, mine WHERE v.id = mine.id),
              told AS (UPDATE dataset SET groups_seq = bumped.seq, groups_changed_at = now() FROM bumped WHERE id = $2),
              noted AS (INSERT INTO change (seq, kind, dataset_id) SELECT seq, $3, $2 FROM bumped)
         SELECT epoch, seq FROM bumped",
    )
    .bind(recount.group_version_id)
    .bind(recount.dataset_id)
    .bind(ChangeKind::GroupPublished.as_str())
    .fetch_one(&mut *transaction)
    .await?;
    let version = head::version(&row)?;
    transaction.commit().await?;
    head.announce(version);
    Ok(version)
}
