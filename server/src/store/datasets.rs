//! Datasets.
//!
//! Invariant: a dataset's state follows from its files and from whether its uploader completed it; it is not stored.
//!
//! Who locks a dataset and then takes a version must lock it `FOR NO KEY UPDATE`: a block's commit takes the version
//! first and then, by its foreign key, shares the dataset's key. `FOR UPDATE` would make the two wait for each other.

mod slug;
mod state;

pub(super) use state::state;

use std::collections::HashMap;

use allelecast_protocol::dataset::{AbsentSites, Dataset, FindingTotals, InfoGroups, NewDataset, Profile};
use sqlx::PgPool;
use sqlx::types::Json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::head::{self, ChangeKind, Head, NewChange};
use super::{StoreError, Word, callable, files, findings, groups, samples};
use crate::domain::intervals::Intervals;

/// Makes a dataset; returns its id and its slug.
pub async fn create(
    head: &Head,
    pool: &PgPool,
    new: &NewDataset,
    callable: Option<&Intervals>,
    build_id: i16,
    user_id: Uuid,
) -> Result<(i64, String), StoreError> {
    let wanted = slug::slug(&new.name);
    let mut tx = pool.begin().await?;
    let mut attempt = 0;
    let (dataset_id, slug) = loop {
        let slug = slug::numbered(&wanted, attempt);
        let id: Option<i64> = sqlx::query_scalar(
            "INSERT INTO dataset (build_id, name, slug, profile, absent_sites, panel, ignore_prefix, created_by,
                                  info_groups)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (slug) WHERE removed_seq IS NULL DO NOTHING RETURNING id",
        )
        .bind(build_id)
        .bind(&new.name)
        .bind(&slug)
        .bind(Word(new.profile))
        .bind(Word(new.absent_sites))
        .bind(&new.panel)
        .bind(new.ignore_prefix)
        .bind(user_id)
        .bind(Json(&new.info_groups))
        .fetch_optional(&mut *tx)
        .await?;
        match id {
            Some(id) => break (id, slug),
            None => attempt += 1,
        }
    };
    if let Some(regions) = callable {
        callable::insert(&mut tx, dataset_id, regions).await?;
    }
    let change = NewChange::of_dataset(ChangeKind::DatasetCreated, dataset_id);
    let version = head::bump(&mut tx, &change).await?;
    tx.commit().await?;
    head.announce(version);
    Ok((dataset_id, slug))
}

/// Notes that no further file follows; `false` if there is no such dataset. Twice is as good as once.
pub async fn complete(head: &Head, pool: &PgPool, dataset_id: i64) -> Result<bool, StoreError> {
    let mut tx = pool.begin().await?;
    let changed: Option<bool> = sqlx::query_scalar(
        "WITH before AS (SELECT id, completed_at FROM dataset WHERE id = $1 AND removed_seq IS NULL FOR NO KEY UPDATE),
              updated AS (UPDATE dataset d SET completed_at = now() FROM before b
                          WHERE d.id = b.id AND b.completed_at IS NULL)
         SELECT completed_at IS NULL FROM before",
    )
    .bind(dataset_id)
    .fetch_optional(&mut *tx)
    .await?;
    if changed == Some(true) {
        let change = NewChange::of_dataset(ChangeKind::DatasetCompleted, dataset_id);
        let version = head::bump(&mut tx, &change).await?;
        tx.commit().await?;
        head.announce(version);
    }
    Ok(changed.is_some())
}

/// Hides a dataset, all its blocks and its groups from the next version on, and ends its jobs; `false` if there is
/// no such dataset.
pub async fn remove(head: &Head, pool: &PgPool, dataset_id: i64) -> Result<bool, StoreError> {
    let mut tx = pool.begin().await?;
    sqlx::query(
        "UPDATE job SET state = 'cancelled', finished_at = now()
         WHERE dataset_id = $1 AND state IN ('queued', 'running')",
    )
    .bind(dataset_id)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "UPDATE vcf_file SET state = 'cancelled', finished_at = now()
         WHERE dataset_id = $1 AND state IN ('waiting', 'importing')",
    )
    .bind(dataset_id)
    .execute(&mut *tx)
    .await?;
    let found: Option<i64> =
        sqlx::query_scalar("SELECT id FROM dataset WHERE id = $1 AND removed_seq IS NULL FOR NO KEY UPDATE")
            .bind(dataset_id)
            .fetch_optional(&mut *tx)
            .await?;
    if found.is_none() {
        return Ok(false);
    }
    let row = sqlx::query(
        "WITH bumped AS (UPDATE head SET seq = seq + 1 RETURNING epoch, seq),
              hidden AS (UPDATE dataset SET removed_seq = bumped.seq FROM bumped WHERE id = $1),
              noted AS (INSERT INTO change (seq, kind, dataset_id) SELECT seq, $2, $1 FROM bumped)
         SELECT epoch, seq FROM bumped",
    )
    .bind(dataset_id)
    .bind(ChangeKind::DatasetDeleted.as_str())
    .fetch_one(&mut *tx)
    .await?;
    let version = head::version(&row)?;
    tx.commit().await?;
    head.announce(version);
    Ok(true)
}

/// Whether there is such a dataset, and it was not removed.
pub async fn exists(pool: &PgPool, dataset_id: i64) -> Result<bool, StoreError> {
    let exists =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM dataset WHERE id = $1 AND removed_seq IS NULL)")
            .bind(dataset_id)
            .fetch_one(pool)
            .await?;
    Ok(exists)
}

/// A dataset as it is shown.
pub async fn find(pool: &PgPool, dataset_id: i64) -> Result<Option<Dataset>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT d.id, d.name, d.slug, b.name AS build, d.profile, d.absent_sites, d.created_at,
                d.completed_at IS NOT NULL AS completed, d.info_groups, d.groups_seq,
                EXISTS (SELECT FROM block k JOIN vcf_file f ON f.id = k.file_id
                        WHERE k.dataset_id = d.id AND k.has_coverage AND f.removed_seq IS NULL) AS has_coverage
         FROM dataset d JOIN reference_build b ON b.id = d.build_id
         WHERE d.id = $1 AND d.removed_seq IS NULL",
    )
    .bind(dataset_id)
    .fetch_optional(pool)
    .await?;
    Ok(shown(pool, row.into_iter().collect()).await?.pop())
}

/// All datasets, newest first.
pub async fn list(pool: &PgPool) -> Result<Vec<Dataset>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT d.id, d.name, d.slug, b.name AS build, d.profile, d.absent_sites, d.created_at,
                d.completed_at IS NOT NULL AS completed, d.info_groups, d.groups_seq,
                EXISTS (SELECT FROM block k JOIN vcf_file f ON f.id = k.file_id
                        WHERE k.dataset_id = d.id AND k.has_coverage AND f.removed_seq IS NULL) AS has_coverage
         FROM dataset d JOIN reference_build b ON b.id = d.build_id
         WHERE d.removed_seq IS NULL ORDER BY d.id DESC",
    )
    .fetch_all(pool)
    .await?;
    shown(pool, rows).await
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    name: String,
    slug: String,
    build: String,
    profile: Word<Profile>,
    absent_sites: Word<AbsentSites>,
    created_at: OffsetDateTime,
    completed: bool,
    info_groups: Json<InfoGroups>,
    groups_seq: i64,
    has_coverage: bool,
}

/// Adds files, groups and totals to the rows.
async fn shown(pool: &PgPool, rows: Vec<Row>) -> Result<Vec<Dataset>, StoreError> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut files_of: HashMap<i64, Vec<_>> = HashMap::new();
    for file in files::of_datasets(pool, &ids).await? {
        files_of.entry(file.dataset_id).or_default().push(file.into());
    }
    let mut groups_of: HashMap<i64, Vec<_>> = HashMap::new();
    for group in groups::of_datasets(pool, &ids).await? {
        groups_of.entry(group.dataset_id).or_default().push(group.into());
    }
    let samples: HashMap<i64, i64> = samples::counts(pool, &ids).await?.into_iter().collect();
    let callable: HashMap<i64, _> = callable::totals(pool, &ids).await?.into_iter().collect();
    let findings: HashMap<i64, FindingTotals> = findings::counts(pool, &ids)
        .await?
        .into_iter()
        .map(|(id, errors, warnings)| (id, FindingTotals { errors, warnings }))
        .collect();
    let datasets = rows.into_iter().map(|row| {
        let files = files_of.remove(&row.id).unwrap_or_default();
        Dataset {
            id: row.id,
            name: row.name,
            slug: row.slug,
            build: row.build,
            profile: row.profile.0,
            absent_sites: row.absent_sites.0,
            callable: callable.get(&row.id).copied(),
            has_coverage: row.has_coverage,
            state: state(row.completed, &files),
            progress: state::progress(&files),
            alleles: state::alleles(&files),
            samples: samples.get(&row.id).copied().unwrap_or_default(),
            info_groups: row.info_groups.0,
            groups: groups_of.remove(&row.id).unwrap_or_default(),
            groups_seq: row.groups_seq,
            files,
            findings: findings.get(&row.id).copied().unwrap_or_default(),
            created_at: row.created_at.format(&Rfc3339).unwrap_or_default(),
        }
    });
    Ok(datasets.collect())
}
