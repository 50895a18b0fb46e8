//! Reference sequences: which one each build has, and which one a file is aligned with.
//!
//! Invariant: a reference is in use from [`finish`] to [`remove`]; its row stays, to say what files were aligned with.

use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// A reference in use, or on its way.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Sequences {
    /// Identifies it.
    pub id: i64,
    /// Name of its build.
    pub build: String,
    /// Name of the file that it was read from.
    pub name: String,
    /// Names its parts in storage.
    pub raw_id: Uuid,
    /// Of the file; none while it is being added.
    pub sha256: Option<Vec<u8>>,
    /// When its addition began.
    pub added_at: OffsetDateTime,
    /// Its contigs.
    pub contigs: i64,
    /// Their bases.
    pub bases: i64,
}

/// A contig of a reference.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NewContig {
    /// Ordinal within the build.
    pub ordinal: i16,
    /// As the FASTA has it.
    pub name: String,
    /// In bases.
    pub length: i32,
    /// Number of the part with its first base.
    pub first_part: i32,
}

/// Notes that a reference is being written; its id, or none where the build has one.
pub async fn begin(
    pool: &PgPool,
    build_id: i16,
    name: &str,
    raw_id: Uuid,
) -> Result<Option<i64>, StoreError> {
    let id = sqlx::query_scalar(
        "INSERT INTO reference_sequence (build_id, name, raw_id) VALUES ($1, $2, $3)
         ON CONFLICT (build_id) WHERE removed_at IS NULL DO NOTHING RETURNING id",
    )
    .bind(build_id)
    .bind(name)
    .bind(raw_id)
    .fetch_optional(pool)
    .await?;
    Ok(id)
}

/// Forgets a reference that could not be written.
pub async fn forget(pool: &PgPool, id: i64) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM reference_sequence WHERE id = $1 AND ready_at IS NULL")
        .bind(id)
        .execute(pool)
        .await?;
    Ok(())
}

/// Puts a reference into use, all of whose parts are stored.
pub async fn finish(pool: &PgPool, id: i64, sha256: &[u8], contigs: &[NewContig]) -> Result<(), StoreError> {
    let ordinals: Vec<i16> = contigs.iter().map(|contig| contig.ordinal).collect();
    let names: Vec<&str> = contigs.iter().map(|contig| contig.name.as_str()).collect();
    let lengths: Vec<i32> = contigs.iter().map(|contig| contig.length).collect();
    let parts: Vec<i32> = contigs.iter().map(|contig| contig.first_part).collect();
    let mut tx = pool.begin().await?;
    sqlx::query(
        "INSERT INTO reference_sequence_contig (reference_id, ordinal, name, length, first_part)
         SELECT $1, * FROM unnest($2::smallint[], $3::text[], $4::integer[], $5::integer[])",
    )
    .bind(id)
    .bind(ordinals)
    .bind(names)
    .bind(lengths)
    .bind(parts)
    .execute(&mut *tx)
    .await?;
    sqlx::query("UPDATE reference_sequence SET sha256 = $2, ready_at = now() WHERE id = $1")
        .bind(id)
        .bind(sha256)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The answer to [`remove`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is out of use; its parts go by that name.
    Done(Uuid),
    /// The build has none.
    Missing,
    /// So many files are being imported with it.
    InUse(i64),
}

/// Takes a build's reference out of use; one that is being written is forgotten.
pub async fn remove(pool: &PgPool, build_id: i16) -> Result<Removal, StoreError> {
    let mut tx = pool.begin().await?;
    let found: Option<(i64, Uuid)> = sqlx::query_as(
        "SELECT id, raw_id FROM reference_sequence WHERE build_id = $1 AND removed_at IS NULL FOR UPDATE",
    )
    .bind(build_id)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((id, raw_id)) = found else {
        return Ok(Removal::Missing);
    };
    let files: i64 =
        sqlx::query_scalar("SELECT count(*) FROM vcf_file WHERE reference_id = $1 AND state = 'importing'")
            .bind(id)
            .fetch_one(&mut *tx)
            .await?;
    if files > 0 {
        return Ok(Removal::InUse(files));
    }
    sqlx::query("UPDATE reference_sequence SET removed_at = now() WHERE id = $1 AND ready_at IS NOT NULL")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM reference_sequence WHERE id = $1 AND ready_at IS NULL")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Removal::Done(raw_id))
}

/// The references in use or on their way, in the order of the builds.
pub async fn list(pool: &PgPool) -> Result<Vec<Sequences>, StoreError> {
    let references = sqlx::query_as(
        "SELECT r.id, b.name AS build, r.name, r.raw_id, r.sha256, r.added_at,
                count(c.ordinal) AS contigs, coalesce(sum(c.length), 0)::bigint AS bases
         FROM reference_sequence r JOIN reference_build b ON b.id = r.build_id
         LEFT JOIN reference_sequence_contig c ON c.reference_id = r.id
         WHERE r.removed_at IS NULL GROUP BY r.id, b.id ORDER BY b.id",
    )
    .fetch_all(pool)
    .await?;
    Ok(references)
}

/// Settles what a file is aligned with, the reference that its build has now; a file that has begun keeps its own.
///
/// Locks the reference for the transaction, so that it is not removed before the file counts as its user.
pub(super) async fn settle(connection: &mut sqlx::PgConnection, file_id: i64) -> Result<(), StoreError> {
    sqlx::query(
        "WITH reference AS (
             SELECT r.id FROM reference_sequence r JOIN dataset d ON d.build_id = r.build_id
             JOIN vcf_file f ON f.dataset_id = d.id
             WHERE f.id = $1 AND r.removed_at IS NULL AND r.ready_at IS NOT NULL FOR SHARE OF r)
         UPDATE vcf_file SET reference_id = (SELECT id FROM reference) WHERE id = $1 AND state = 'waiting'",
    )
    .bind(file_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// The reference that a file is aligned with: its id and the name of its parts.
pub async fn of_file(pool: &PgPool, file_id: i64) -> Result<Option<OfFile>, StoreError> {
    let reference = sqlx::query_as(
        "SELECT r.id, r.raw_id FROM reference_sequence r JOIN vcf_file f ON f.reference_id = r.id WHERE f.id = $1",
    )
    .bind(file_id)
    .fetch_optional(pool)
    .await?;
    Ok(reference)
}

/// The reference that a file is aligned with.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct OfFile {
    /// Identifies it.
    pub id: i64,
    /// Names its parts.
    pub raw_id: Uuid,
}

/// The contigs of a reference.
pub async fn contigs(pool: &PgPool, id: i64) -> Result<Vec<NewContig>, StoreError> {
    let contigs = sqlx::query_as(
        "SELECT ordinal, name, length, first_part FROM reference_sequence_contig WHERE reference_id = $1",
    )
    .bind(id)
    .fetch_all(pool)
    .await?;
    Ok(contigs)
}

/// The length of a contig outside the build's table: the one given, unless another is known.
pub async fn settle_length(
    pool: &PgPool,
    build_id: i16,
    ordinal: i16,
    length: i32,
) -> Result<i32, StoreError> {
    let known = sqlx::query_scalar(
        "UPDATE contig SET length = coalesce(length, $3) WHERE build_id = $1 AND ordinal = $2 RETURNING length",
    )
    .bind(build_id)
    .bind(ordinal)
    .bind(length)
    .fetch_one(pool)
    .await?;
    Ok(known)
}
