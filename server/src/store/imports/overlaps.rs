//! Whether the files of a dataset keep to ranges of their own.
//!
//! Invariant: what is compared is the whole stretch that each file takes on a contig, from its first allele to its last
//! so far, so that the answer does not depend on where blocks happened to be cut.

use sqlx::PgConnection;

use crate::store::StoreError;
use crate::store::blocks::NewBlock;

/// The stretch of another file.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Overlap {
    /// Its name.
    pub filename: String,
    /// The contig.
    pub chrom: String,
    /// Position of its first allele there.
    pub first_pos: i32,
    /// Position of its last.
    pub last_pos: i32,
}

/// Another file of the dataset whose stretch the file would reach into with this block.
pub(super) async fn find(
    connection: &mut PgConnection,
    block: &NewBlock,
) -> Result<Option<Overlap>, StoreError> {
    let found = sqlx::query_as(
        "WITH taken AS (
             SELECT b.file_id, min(b.first_pos) AS first_pos, max(b.last_pos) AS last_pos
             FROM block b JOIN vcf_file f ON f.id = b.file_id
             WHERE b.dataset_id = $1 AND b.contig = $2 AND b.removed_seq IS NULL AND f.removed_seq IS NULL
             GROUP BY b.file_id),
              own AS (SELECT least($4, min(first_pos)) AS first_pos FROM taken WHERE file_id = $3)
         SELECT f.filename, c.name AS chrom, t.first_pos, t.last_pos
         FROM own, taken t JOIN vcf_file f ON f.id = t.file_id JOIN dataset d ON d.id = f.dataset_id
         JOIN contig c ON c.build_id = d.build_id AND c.ordinal = $2
         WHERE t.file_id <> $3 AND t.first_pos <= $5 AND t.last_pos >= own.first_pos
         ORDER BY t.file_id LIMIT 1",
    )
    .bind(block.dataset_id)
    .bind(block.contig)
    .bind(block.file_id)
    .bind(block.first_pos)
    .bind(block.last_pos)
    .fetch_optional(connection)
    .await?;
    Ok(found)
}
