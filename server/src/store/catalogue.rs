//! What a query needs to know of datasets, files, groups and samples, read in bulk.
//!
//! Invariant: rows keep the versions at which they appeared and vanished, so that one reading serves every version.

use sqlx::{PgPool, Row};

use super::StoreError;

/// A dataset.
#[derive(Debug, Clone)]
pub struct DatasetRecord {
    /// Identifies it.
    pub id: i64,
    /// Names it in queries.
    pub slug: String,
    /// Its reference build.
    pub build_id: i16,
    /// Whether a site that its files leave out means the reference.
    pub absent_is_reference: bool,
    /// Whether its uploader said that no file follows.
    pub completed: bool,
    /// Version from which it is hidden.
    pub removed_seq: Option<i64>,
}

/// A file.
#[derive(Debug, Clone)]
pub struct FileRecord {
    /// Identifies it.
    pub id: i64,
    /// Its dataset.
    pub dataset_id: i64,
    /// `waiting`, `importing`, `ready`, `failed` or `cancelled`.
    pub state: String,
    /// Samples in the order of its genotype planes.
    pub sample_ids: Vec<i64>,
    /// Version from which it is hidden.
    pub removed_seq: Option<i64>,
}

/// A version of a group.
#[derive(Debug, Clone)]
pub struct GroupVersionRecord {
    /// Identifies the version.
    pub id: i64,
    /// The group.
    pub group_id: i64,
    /// Its dataset.
    pub dataset_id: i64,
    /// The panel column.
    pub family: String,
    /// The value within it.
    pub value: String,
    /// Whether INFO states its counts.
    pub is_stated: bool,
    /// Samples.
    pub members: Vec<i64>,
    /// Version from which it answers; `None` while it is counted.
    pub published_seq: Option<i64>,
    /// Version from which a later one answers.
    pub superseded_seq: Option<i64>,
}

/// A sample.
#[derive(Debug, Clone)]
pub struct SampleRecord {
    /// Identifies it.
    pub id: i64,
    /// Its dataset.
    pub dataset_id: i64,
    /// Its name.
    pub name: String,
    /// `female` or `male`.
    pub sex: Option<String>,
}

/// A contig of a build.
#[derive(Debug, Clone)]
pub struct ContigRecord {
    /// The build.
    pub build_id: i16,
    /// Identifies and orders it within the build.
    pub ordinal: i16,
    /// Its name.
    pub name: String,
    /// Its length, where known.
    pub length: Option<i32>,
    /// Its other names.
    pub aliases: Vec<String>,
}

/// The datasets with these ids, all of them for `None`.
pub async fn datasets(pool: &PgPool, ids: Option<&[i64]>) -> Result<Vec<DatasetRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, slug, build_id, absent_sites = 'reference' AS absent_is_reference,
                completed_at IS NOT NULL AS completed, removed_seq
         FROM dataset WHERE $1::bigint[] IS NULL OR id = ANY($1) ORDER BY id",
    )
    .bind(ids)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(DatasetRecord {
                id: row.try_get("id")?,
                slug: row.try_get("slug")?,
                build_id: row.try_get("build_id")?,
                absent_is_reference: row.try_get("absent_is_reference")?,
                completed: row.try_get("completed")?,
                removed_seq: row.try_get("removed_seq")?,
            })
        })
        .collect()
}

/// The files of these datasets, of all of them for `None`.
pub async fn files(pool: &PgPool, datasets: Option<&[i64]>) -> Result<Vec<FileRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, dataset_id, state, sample_ids, removed_seq
         FROM vcf_file WHERE $1::bigint[] IS NULL OR dataset_id = ANY($1) ORDER BY id",
    )
    .bind(datasets)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(FileRecord {
                id: row.try_get("id")?,
                dataset_id: row.try_get("dataset_id")?,
                state: row.try_get("state")?,
                sample_ids: row.try_get("sample_ids")?,
                removed_seq: row.try_get("removed_seq")?,
            })
        })
        .collect()
}

/// The group versions of these datasets, of all of them for `None`; in the order of the groups' making.
pub async fn group_versions(
    pool: &PgPool,
    datasets: Option<&[i64]>,
) -> Result<Vec<GroupVersionRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT v.id, v.group_id, g.dataset_id, g.family, g.value, g.info IS NOT NULL AS is_stated, v.members, v.published_seq, v.superseded_seq
         FROM group_version v JOIN sample_group g ON g.id = v.group_id
         WHERE $1::bigint[] IS NULL OR g.dataset_id = ANY($1) ORDER BY g.id, v.id",
    )
    .bind(datasets)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(GroupVersionRecord {
                id: row.try_get("id")?,
                group_id: row.try_get("group_id")?,
                dataset_id: row.try_get("dataset_id")?,
                family: row.try_get("family")?,
                value: row.try_get("value")?,
                is_stated: row.try_get("is_stated")?,
                members: row.try_get("members")?,
                published_seq: row.try_get("published_seq")?,
                superseded_seq: row.try_get("superseded_seq")?,
            })
        })
        .collect()
}

/// The samples of these datasets, of all of them for `None`.
pub async fn samples(pool: &PgPool, datasets: Option<&[i64]>) -> Result<Vec<SampleRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, dataset_id, name, sex FROM sample
         WHERE $1::bigint[] IS NULL OR dataset_id = ANY($1) ORDER BY id",
    )
    .bind(datasets)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(SampleRecord {
                id: row.try_get("id")?,
                dataset_id: row.try_get("dataset_id")?,
                name: row.try_get("name")?,
                sex: row.try_get("sex")?,
            })
        })
        .collect()
}

/// Every contig of every build.
pub async fn contigs(pool: &PgPool) -> Result<Vec<ContigRecord>, StoreError> {
    let rows =
        sqlx::query("SELECT build_id, ordinal, name, length, aliases FROM contig ORDER BY build_id, ordinal")
            .fetch_all(pool)
            .await?;
    rows.iter()
        .map(|row| {
            Ok(ContigRecord {
                build_id: row.try_get("build_id")?,
                ordinal: row.try_get("ordinal")?,
                name: row.try_get("name")?,
                length: row.try_get("length")?,
                aliases: row.try_get("aliases")?,
            })
        })
        .collect()
}

/// The oldest version that can still be read.
pub async fn floor(pool: &PgPool) -> Result<i64, StoreError> {
    Ok(sqlx::query("SELECT floor FROM head")
        .fetch_one(pool)
        .await?
        .try_get(0)?)
}
