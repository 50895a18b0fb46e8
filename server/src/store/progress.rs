//! How far the imports under way have come.
//!
//! Invariant: a dataset is listed while a file of it moves, and for a moment after, so that its end is seen.

use std::collections::HashMap;

use allelecast_protocol::dataset::VcfFile;
use allelecast_protocol::live::ImportProgress;
use sqlx::PgPool;

use super::StoreError;
use super::{datasets, files};

/// Datasets of which a file is on its way, or ended in the last ten seconds, or a group changed in these.
pub async fn active(pool: &PgPool) -> Result<Vec<ImportProgress>, StoreError> {
    let moving: Vec<(i64, String, String, bool, i64)> = sqlx::query_as(
        "SELECT id, slug, name, completed_at IS NOT NULL, groups_seq FROM dataset
         WHERE removed_seq IS NULL AND (groups_changed_at > now() - interval '10 seconds' OR id IN (
             SELECT dataset_id FROM vcf_file
             WHERE state IN ('waiting', 'importing') OR finished_at > now() - interval '10 seconds'))
         ORDER BY id",
    )
    .fetch_all(pool)
    .await?;
    if moving.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = moving.iter().map(|dataset| dataset.0).collect();
    let mut files_of: HashMap<i64, Vec<VcfFile>> = HashMap::new();
    for file in files::of_datasets(pool, &ids).await? {
        files_of.entry(file.dataset_id).or_default().push(file.into());
    }
    let progress = |(dataset_id, slug, name, completed, groups_seq)| {
        let files = files_of.remove(&dataset_id).unwrap_or_default();
        ImportProgress {
            dataset_id,
            slug,
            name,
            state: datasets::state(completed, &files),
            files,
            groups_seq,
        }
    };
    Ok(moving.into_iter().map(progress).collect())
}
