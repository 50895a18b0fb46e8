//! How far the imports under way have come.
//!
//! Invariant: a dataset is listed while a file of it moves, and for a moment after, so that its end is seen.

use allelecast_protocol::dataset::{DatasetState, FileState, VcfFile};
use allelecast_protocol::live::ImportProgress;
use sqlx::types::Json;
use sqlx::{PgPool, Row};

use super::StoreError;

/// Files that are on their way, or ended in the last ten seconds, by dataset.
pub async fn active(pool: &PgPool) -> Result<Vec<ImportProgress>, StoreError> {
    let rows = sqlx::query(
        "SELECT d.id AS dataset_id, d.slug, d.name, d.completed_at IS NOT NULL AS completed,
                f.id, f.filename, f.state, f.size, f.received, f.parsed, f.records, f.alleles, f.error
         FROM vcf_file f JOIN dataset d ON d.id = f.dataset_id
         WHERE d.removed_seq IS NULL AND d.id IN (
             SELECT dataset_id FROM vcf_file
             WHERE state IN ('waiting', 'importing') OR finished_at > now() - interval '10 seconds')
         ORDER BY d.id, f.id",
    )
    .fetch_all(pool)
    .await?;
    let mut all: Vec<ImportProgress> = Vec::new();
    for row in rows {
        let dataset_id: i64 = row.try_get("dataset_id")?;
        let completed: bool = row.try_get("completed")?;
        let error: Option<Json<allelecast_protocol::dataset::FileError>> = row.try_get("error")?;
        let file = VcfFile {
            id: row.try_get("id")?,
            dataset_id,
            filename: row.try_get("filename")?,
            state: file_state(row.try_get("state")?)?,
            size: row.try_get("size")?,
            received: row.try_get("received")?,
            parsed: row.try_get("parsed")?,
            records: row.try_get("records")?,
            alleles: row.try_get("alleles")?,
            error: error.map(|json| json.0),
        };
        if all.last().is_none_or(|last| last.dataset_id != dataset_id) {
            all.push(ImportProgress {
                dataset_id,
                slug: row.try_get("slug")?,
                name: row.try_get("name")?,
                state: DatasetState::Empty,
                files: Vec::new(),
            });
        }
        if let Some(last) = all.last_mut() {
            last.files.push(file);
            last.state = dataset_state(completed, last.files.iter().map(|file| file.state));
        }
    }
    Ok(all)
}

/// Reads a file's state.
pub fn file_state(text: &str) -> Result<FileState, StoreError> {
    Ok(match text {
        "waiting" => FileState::Waiting,
        "importing" => FileState::Importing,
        "ready" => FileState::Ready,
        "failed" => FileState::Failed,
        "cancelled" => FileState::Cancelled,
        other => {
            return Err(StoreError::Malformed {
                what: "vcf_file.state",
                message: other.to_owned(),
            });
        }
    })
}

/// Where a dataset stands, from its files: ready once it is complete and every file is; a file that was taken back
/// counts only while no other is on its way or ready.
pub fn dataset_state(completed: bool, files: impl Iterator<Item = FileState> + Clone) -> DatasetState {
    let any = |states: &[FileState]| files.clone().any(|state| states.contains(&state));
    if any(&[FileState::Waiting, FileState::Importing]) {
        DatasetState::Importing
    } else if any(&[FileState::Failed, FileState::Cancelled]) {
        DatasetState::Failed
    } else if any(&[FileState::Ready]) {
        if completed {
            DatasetState::Ready
        } else {
            DatasetState::Importing
        }
    } else {
        DatasetState::Empty
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_is_as_far_as_its_files() {
        use DatasetState as D;
        use FileState as F;
        let table: [(bool, &[F], D); 7] = [
            (false, &[], D::Empty),
            (false, &[F::Waiting], D::Importing),
            (true, &[F::Ready, F::Importing], D::Importing),
            (false, &[F::Ready], D::Importing),
            (true, &[F::Ready], D::Ready),
            (true, &[F::Ready, F::Failed], D::Failed),
            (true, &[F::Failed, F::Waiting], D::Importing),
        ];
        for (completed, files, expected) in table {
            assert_eq!(
                dataset_state(completed, files.iter().copied()),
                expected,
                "{completed} {files:?}"
            );
        }
    }
}
