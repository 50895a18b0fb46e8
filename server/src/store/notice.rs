//! The last statement of a transaction that readers can notice and that has no span of its own.
//!
//! Invariant: versions are dense and in commit order, because the row of `head` is locked from here to the commit
//! and by nothing else.

use sqlx::PgConnection;

use super::Error;

/// What happened.
#[derive(Debug, Clone, Copy)]
pub(super) enum Notice {
    DatasetCreated { dataset_id: i64 },
    DatasetCompleted { dataset_id: i64 },
    /// Hides the dataset from this version on.
    DatasetDeleted { dataset_id: i64 },
    /// Hides the file's blocks from this version on.
    FileRetracted { dataset_id: i64, file_id: i64 },
}

/// Takes the next version for the transaction; nothing may follow but the commit.
pub(super) async fn publish(connection: &mut PgConnection, notice: Notice) -> Result<i64, Error> {
    let (kind, dataset_id, file_id) = match notice {
        Notice::DatasetCreated { dataset_id } => ("dataset_created", dataset_id, None),
        Notice::DatasetCompleted { dataset_id } => ("dataset_completed", dataset_id, None),
        Notice::DatasetDeleted { dataset_id } => ("dataset_deleted", dataset_id, None),
        Notice::FileRetracted { dataset_id, file_id } => ("file_retracted", dataset_id, Some(file_id)),
    };
    let seq = sqlx::query_scalar(
        "WITH bumped AS (UPDATE head SET seq = seq + 1 RETURNING seq),
              dataset_hidden AS (
                  UPDATE dataset SET removed_seq = bumped.seq FROM bumped
                  WHERE $1 = 'dataset_deleted' AND dataset.id = $2),
              file_hidden AS (
                  UPDATE vcf_file SET removed_seq = bumped.seq FROM bumped
                  WHERE $1 = 'file_retracted' AND vcf_file.id = $3)
         INSERT INTO change (seq, kind, dataset_id, file_id) SELECT seq, $1, $2, $3 FROM bumped RETURNING seq",
    )
    .bind(kind)
    .bind(dataset_id)
    .bind(file_id)
    .fetch_one(connection)
    .await?;
    Ok(seq)
}
