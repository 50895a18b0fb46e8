//! Sample groups and the version of each that answers at present.
//!
//! Invariant: a group is listed once a version of it is published, never half built.

use allelecast_protocol::dataset::Group;
use sqlx::PgPool;

use super::StoreError;
use crate::domain::panel::group_name;

pub mod edit;

/// A group that answers.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PublishedGroup {
    /// Identifies it.
    pub id: i64,
    /// Its dataset.
    pub dataset_id: i64,
    /// Slug of the dataset.
    pub slug: String,
    /// The panel column.
    pub family: String,
    /// The value within the family.
    pub value: String,
    /// Number of members.
    pub samples: i64,
    /// Whether INFO states its counts.
    pub from_info: bool,
    /// Whether a version of it is being counted.
    pub counting: bool,
}

impl From<PublishedGroup> for Group {
    fn from(group: PublishedGroup) -> Self {
        let name = group_name(&group.slug, &group.family, &group.value);
        Group {
            id: group.id,
            name,
            family: group.family,
            value: group.value,
            samples: group.samples,
            from_info: group.from_info,
            counting: group.counting,
        }
    }
}

/// Groups of some datasets, `all` first, the others in the order in which they were made.
pub async fn of_datasets(pool: &PgPool, dataset_ids: &[i64]) -> Result<Vec<PublishedGroup>, StoreError> {
    let groups = sqlx::query_as(
        "SELECT g.id, g.dataset_id, d.slug, g.family, g.value, cardinality(v.members)::bigint AS samples,
                g.info IS NOT NULL AS from_info,
                EXISTS (SELECT FROM job j JOIN group_version n ON n.id = j.group_version_id
                        WHERE n.group_id = g.id AND j.state IN ('queued', 'running')) AS counting
         FROM sample_group g
         JOIN dataset d ON d.id = g.dataset_id
         JOIN group_version v ON v.group_id = g.id
         WHERE g.dataset_id = ANY ($1) AND v.published_seq IS NOT NULL AND v.superseded_seq IS NULL
         ORDER BY g.dataset_id, g.family <> 'all', g.id",
    )
    .bind(dataset_ids)
    .fetch_all(pool)
    .await?;
    Ok(groups)
}

/// Groups of all datasets of a build.
pub async fn of_build(pool: &PgPool, build_id: i16) -> Result<Vec<PublishedGroup>, StoreError> {
    let datasets: Vec<i64> =
        sqlx::query_scalar("SELECT id FROM dataset WHERE build_id = $1 AND removed_seq IS NULL")
            .bind(build_id)
            .fetch_all(pool)
            .await?;
    of_datasets(pool, &datasets).await
}

/// The group with that id, if it answers.
pub async fn find(pool: &PgPool, id: i64) -> Result<Option<PublishedGroup>, StoreError> {
    let group = sqlx::query_as(
        "SELECT g.id, g.dataset_id, d.slug, g.family, g.value, cardinality(v.members)::bigint AS samples,
                g.info IS NOT NULL AS from_info,
                EXISTS (SELECT FROM job j JOIN group_version n ON n.id = j.group_version_id
                        WHERE n.group_id = g.id AND j.state IN ('queued', 'running')) AS counting
         FROM sample_group g
         JOIN dataset d ON d.id = g.dataset_id
         JOIN group_version v ON v.group_id = g.id
         WHERE g.id = $1 AND d.removed_seq IS NULL AND v.published_seq IS NOT NULL AND v.superseded_seq IS NULL",
    )
    .bind(id)
    .fetch_optional(pool)
    .await?;
    Ok(group)
}
