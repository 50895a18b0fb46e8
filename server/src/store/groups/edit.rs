//! Groups made, renamed and removed by hand, and a panel applied to a dataset that is there already.
//!
//! Invariant: a new group answers from the version that makes it, out of the genotype planes until its frequencies are
//! stored; a removed one answers at the versions before. One change shows all of an edit.

use std::collections::HashMap;

use allelecast_protocol::Version;
use sqlx::{PgConnection, PgPool};

use crate::store::StoreError;
use crate::store::head::{self, ChangeKind, Head};
use crate::store::jobs;

/// A group of samples to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberGroup {
    /// Its family.
    pub family: String,
    /// Its name within it.
    pub value: String,
    /// Ids of its samples, ascending.
    pub members: Vec<i64>,
}

/// The answer to an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited<T> {
    /// Done.
    Done(T),
    /// There is no such group or dataset.
    Missing,
    /// The dataset has a group of that name.
    NameTaken,
}

/// Makes a group; its id.
pub async fn create(
    head: &Head,
    pool: &PgPool,
    dataset_id: i64,
    group: &MemberGroup,
) -> Result<Edited<i64>, StoreError> {
    let mut tx = pool.begin().await?;
    if !lock(&mut tx, dataset_id).await? {
        return Ok(Edited::Missing);
    }
    let made = match insert(&mut tx, dataset_id, group).await {
        Err(error) if is_taken(&error) => return Ok(Edited::NameTaken),
        made => made?,
    };
    let version = show(&mut tx, dataset_id, &[made.1], &[], ChangeKind::GroupPublished).await?;
    tx.commit().await?;
    head.announce(version);
    Ok(Edited::Done(made.0))
}

/// Gives a group another name.
pub async fn rename(
    head: &Head,
    pool: &PgPool,
    group_id: i64,
    family: &str,
    value: &str,
) -> Result<Edited<()>, StoreError> {
    let mut tx = pool.begin().await?;
    let Some(dataset_id) = lock_of_group(&mut tx, group_id).await? else {
        return Ok(Edited::Missing);
    };
    let renamed =
        sqlx::query("UPDATE sample_group SET family = $2, value = $3 WHERE id = $1 AND removed_seq IS NULL")
            .bind(group_id)
            .bind(family)
            .bind(value)
            .execute(&mut *tx)
            .await
            .map_err(StoreError::from);
    match renamed {
        Err(error) if is_taken(&error) => return Ok(Edited::NameTaken),
        Err(error) => return Err(error),
        Ok(done) if done.rows_affected() == 0 => return Ok(Edited::Missing),
        Ok(_) => {}
    }
    let version = show(&mut tx, dataset_id, &[], &[], ChangeKind::GroupRenamed).await?;
    tx.commit().await?;
    head.announce(version);
    Ok(Edited::Done(()))
}

/// Removes a group from the next version on; `false` where there is none.
pub async fn remove(head: &Head, pool: &PgPool, group_id: i64) -> Result<bool, StoreError> {
    let mut tx = pool.begin().await?;
    let Some(dataset_id) = lock_of_group(&mut tx, group_id).await? else {
        return Ok(false);
    };
    let version = show(&mut tx, dataset_id, &[], &[group_id], ChangeKind::GroupRemoved).await?;
    tx.commit().await?;
    head.announce(version);
    Ok(true)
}

/// Makes the groups of some families those of a panel: new ones are made, others get the panel's members, and those that
/// the panel's column no longer has are removed. Groups of other families stay. `false` where there is no such dataset.
pub async fn apply_panel(
    head: &Head,
    pool: &PgPool,
    dataset_id: i64,
    panel: (&str, bool),
    families: &[String],
    groups: &[MemberGroup],
) -> Result<bool, StoreError> {
    let mut tx = pool.begin().await?;
    if !lock(&mut tx, dataset_id).await? {
        return Ok(false);
    }
    sqlx::query("UPDATE dataset SET panel = $2, ignore_prefix = $3 WHERE id = $1")
        .bind(dataset_id)
        .bind(panel.0)
        .bind(panel.1)
        .execute(&mut *tx)
        .await?;
    let known: Vec<(i64, String, String, Vec<i64>)> = sqlx::query_as(
        "SELECT DISTINCT ON (g.id) g.id, g.family, g.value, v.members
         FROM sample_group g JOIN group_version v ON v.group_id = g.id
         WHERE g.dataset_id = $1 AND g.removed_seq IS NULL AND g.info IS NULL AND g.family = ANY ($2)
         ORDER BY g.id, v.id DESC",
    )
    .bind(dataset_id)
    .bind(families)
    .fetch_all(&mut *tx)
    .await?;
    let mut known: HashMap<(String, String), (i64, Vec<i64>)> = known
        .into_iter()
        .map(|(id, family, value, mut members)| {
            members.sort_unstable();
            ((family, value), (id, members))
        })
        .collect();
    let mut versions = Vec::new();
    for group in groups {
        match known.remove(&(group.family.clone(), group.value.clone())) {
            None => versions.push(insert(&mut tx, dataset_id, group).await?.1),
            Some((_, members)) if members == group.members => {}
            Some((id, _)) => versions.push(insert_version(&mut tx, dataset_id, id, &group.members).await?),
        }
    }
    let removed: Vec<i64> = known.into_values().map(|(id, _)| id).collect();
    let version = match versions.is_empty() && removed.is_empty() {
        true => None,
        false => Some(
            show(
                &mut tx,
                dataset_id,
                &versions,
                &removed,
                ChangeKind::GroupPublished,
            )
            .await?,
        ),
    };
    tx.commit().await?;
    version.into_iter().for_each(|version| head.announce(version));
    Ok(true)
}

fn is_taken(error: &StoreError) -> bool {
    error.constraint() == Some("sample_group_name_key")
}

/// Locks a dataset, before a version is taken; `false` where there is none.
pub(in crate::store) async fn lock(
    connection: &mut PgConnection,
    dataset_id: i64,
) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT 1 FROM dataset WHERE id = $1 AND removed_seq IS NULL FOR NO KEY UPDATE")
        .bind(dataset_id)
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

async fn lock_of_group(connection: &mut PgConnection, group_id: i64) -> Result<Option<i64>, StoreError> {
    let dataset_id: Option<i64> =
        sqlx::query_scalar("SELECT dataset_id FROM sample_group WHERE id = $1 AND removed_seq IS NULL")
            .bind(group_id)
            .fetch_optional(&mut *connection)
            .await?;
    let Some(dataset_id) = dataset_id else {
        return Ok(None);
    };
    if !lock(&mut *connection, dataset_id).await? {
        return Ok(None);
    }
    // Who held the lock may have removed it.
    let still: Option<i64> =
        sqlx::query_scalar("SELECT dataset_id FROM sample_group WHERE id = $1 AND removed_seq IS NULL")
            .bind(group_id)
            .fetch_optional(connection)
            .await?;
    Ok(still)
}

/// Adds a group with its first version, to be counted; ids of both.
async fn insert(
    connection: &mut PgConnection,
    dataset_id: i64,
    group: &MemberGroup,
) -> Result<(i64, i64), StoreError> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO sample_group (dataset_id, family, value) VALUES ($1, $2, $3) RETURNING id",
    )
    .bind(dataset_id)
    .bind(&group.family)
    .bind(&group.value)
    .fetch_one(&mut *connection)
    .await?;
    let version = insert_version(connection, dataset_id, id, &group.members).await?;
    Ok((id, version))
}

async fn insert_version(
    connection: &mut PgConnection,
    dataset_id: i64,
    group_id: i64,
    members: &[i64],
) -> Result<i64, StoreError> {
    let id: i64 =
        sqlx::query_scalar("INSERT INTO group_version (group_id, members) VALUES ($1, $2) RETURNING id")
            .bind(group_id)
            .bind(members)
            .fetch_one(&mut *connection)
            .await?;
    jobs::enqueue_recount(connection, dataset_id, id).await?;
    Ok(id)
}

/// The last statement of an edit: from the next version on these versions answer in the place of their predecessors, and
/// these groups are gone.
async fn show(
    connection: &mut PgConnection,
    dataset_id: i64,
    versions: &[i64],
    removed: &[i64],
    kind: ChangeKind,
) -> Result<Version, StoreError> {
    let row = sqlx::query(
        "WITH bumped AS (UPDATE head SET seq = seq + 1 RETURNING epoch, seq),
              gone AS (UPDATE sample_group SET removed_seq = bumped.seq FROM bumped WHERE id = ANY ($3)),
              old AS (UPDATE group_version v SET superseded_seq = bumped.seq FROM bumped
                      WHERE (v.group_id = ANY ($3)
                             OR v.group_id IN (SELECT n.group_id FROM group_version n WHERE n.id = ANY ($2)))
                        AND v.id <> ALL ($2) AND v.superseded_seq IS NULL),
              new AS (UPDATE group_version v SET published_seq = bumped.seq FROM bumped WHERE v.id = ANY ($2)),
              told AS (UPDATE dataset SET groups_seq = bumped.seq, groups_changed_at = now() FROM bumped WHERE id = $1),
              noted AS (INSERT INTO change (seq, kind, dataset_id) SELECT seq, $4, $1 FROM bumped)
         SELECT epoch, seq FROM bumped",
    )
    .bind(dataset_id)
    .bind(versions)
    .bind(removed)
    .bind(kind.as_str())
    .fetch_one(connection)
    .await?;
    head::version(&row)
}
