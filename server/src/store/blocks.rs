//! Blocks: committing them with all that belongs to the same moment, and reading their payloads.
//!
//! Invariant: a catalogue row, its payloads, the file's checkpoint and the change that shows it commit together.

use allelecast_protocol::Version;
use sqlx::{PgConnection, PgPool, Row};

use super::StoreError;
use super::head::{self, ChangeKind};
use crate::domain::columns::FrequencyPayload;

/// A block ready to be stored.
#[derive(Debug)]
pub struct NewBlock {
    /// Its dataset.
    pub dataset_id: i64,
    /// Its file.
    pub file_id: i64,
    /// Ordinal of its contig.
    pub contig: i16,
    /// Position of its first allele.
    pub first_pos: i32,
    /// Position of its last allele.
    pub last_pos: i32,
    /// First position that it speaks for.
    pub span_start: i32,
    /// Last position that it speaks for.
    pub span_end: i32,
    /// Number of alleles.
    pub n: i32,
    /// Shard key.
    pub bucket: i16,
    /// Arrow IPC of the sites.
    pub sites: Vec<u8>,
    /// The frequencies.
    pub frequencies: Vec<FrequencyPayload>,
    /// Arrow IPC of the genotype frames.
    pub genotypes: Vec<Vec<u8>>,
    /// Arrow IPC of the coverage: its runs, then frames of calls. None where the file is no gVCF.
    pub coverage: Option<Vec<Vec<u8>>>,
}

/// A block as the catalogue lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockRecord {
    /// Identifies it.
    pub id: i64,
    /// Its dataset.
    pub dataset_id: i64,
    /// Its file.
    pub file_id: i64,
    /// Ordinal of its contig.
    pub contig: i16,
    /// Position of its first allele.
    pub first_pos: i32,
    /// Position of its last allele.
    pub last_pos: i32,
    /// First position that it speaks for.
    pub span_start: i32,
    /// Last position that it speaks for.
    pub span_end: i32,
    /// Number of alleles.
    pub n: i32,
    /// Shard key.
    pub bucket: i16,
    /// Bytes of its payloads.
    pub bytes: i32,
    /// Whether it says for each sample where it was called between the alleles.
    pub has_coverage: bool,
    /// Version that showed it first.
    pub created_seq: i64,
    /// Version from which compaction has replaced it.
    pub removed_seq: Option<i64>,
}

/// Stores a block's payloads and, last, its catalogue row with the next version. `replaces` are blocks that it
/// stands for from then on: with them the change is a compaction.
pub async fn insert(
    connection: &mut PgConnection,
    block: &NewBlock,
    replaces: &[i64],
) -> Result<Version, StoreError> {
    let id: i64 = sqlx::query("SELECT nextval('block_id_seq')")
        .fetch_one(&mut *connection)
        .await?
        .try_get(0)?;
    insert_payloads(connection, id, block).await?;
    let kind = if replaces.is_empty() {
        ChangeKind::BlockAdded
    } else {
        ChangeKind::BlocksCompacted
    };
    let bytes = block.sites.len()
        + block
            .frequencies
            .iter()
            .map(|payload| payload.data.len())
            .sum::<usize>()
        + block
            .genotypes
            .iter()
            .chain(block.coverage.iter().flatten())
            .map(Vec::len)
            .sum::<usize>();
    let row = sqlx::query(
        "WITH bumped AS (UPDATE head SET seq = seq + 1 RETURNING epoch, seq),
              added AS (INSERT INTO block (id, dataset_id, file_id, contig, first_pos, last_pos, span_start, span_end,
                                           n, bucket, bytes, has_coverage, created_seq)
                        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $14, seq FROM bumped),
              replaced AS (UPDATE block SET removed_seq = bumped.seq FROM bumped WHERE id = ANY($12)),
              noted AS (INSERT INTO change (seq, kind, dataset_id, file_id, contig, span_start, span_end)
                        SELECT seq, $13, $2, $3, $4, $7, $8 FROM bumped)
         SELECT epoch, seq FROM bumped",
    )
    .bind(id)
    .bind(block.dataset_id)
    .bind(block.file_id)
    .bind(block.contig)
    .bind(block.first_pos)
    .bind(block.last_pos)
    .bind(block.span_start)
    .bind(block.span_end)
    .bind(block.n)
    .bind(block.bucket)
    .bind(i32::try_from(bytes).unwrap_or(i32::MAX))
    .bind(replaces)
    .bind(kind.as_str())
    .bind(block.coverage.is_some())
    .fetch_one(connection)
    .await?;
    head::version(&row)
}

async fn insert_payloads(connection: &mut PgConnection, id: i64, block: &NewBlock) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO site_payload (bucket, block_id, data) VALUES ($1, $2, $3)")
        .bind(block.bucket)
        .bind(id)
        .bind(&block.sites)
        .execute(&mut *connection)
        .await?;
    for payload in &block.frequencies {
        insert_frequencies(connection, block.bucket, id, payload).await?;
    }
    for (frame, data) in (0i16..).zip(&block.genotypes) {
        sqlx::query("INSERT INTO genotype_payload (bucket, block_id, frame, data) VALUES ($1, $2, $3, $4)")
            .bind(block.bucket)
            .bind(id)
            .bind(frame)
            .bind(data)
            .execute(&mut *connection)
            .await?;
    }
    for (frame, data) in (0i16..).zip(block.coverage.iter().flatten()) {
        sqlx::query("INSERT INTO coverage_payload (bucket, block_id, frame, data) VALUES ($1, $2, $3, $4)")
            .bind(block.bucket)
            .bind(id)
            .bind(frame)
            .bind(data)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Stores a payload of frequencies, unless the block has one of the same first group version.
async fn insert_frequencies(
    connection: &mut PgConnection,
    bucket: i16,
    block_id: i64,
    payload: &FrequencyPayload,
) -> Result<(), StoreError> {
    let offset = |&end: &usize| i32::try_from(end).unwrap_or(i32::MAX);
    sqlx::query(
        "INSERT INTO frequency_payload (bucket, block_id, first_version, group_versions, ends, data)
         VALUES ($1, $2, $3[1], $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(bucket)
    .bind(block_id)
    .bind(&payload.group_versions)
    .bind(payload.ends.iter().map(offset).collect::<Vec<i32>>())
    .bind(&payload.data)
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds the frequencies of a later group version to a block; a second time, or to one that is gone, changes nothing.
pub async fn add_frequencies(
    pool: &PgPool,
    bucket: i16,
    block_id: i64,
    payload: &FrequencyPayload,
) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    let present = sqlx::query("SELECT 1 FROM block WHERE id = $1 FOR KEY SHARE")
        .bind(block_id)
        .fetch_optional(&mut *transaction)
        .await?;
    if present.is_some() {
        insert_frequencies(&mut transaction, bucket, block_id, payload).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// The catalogue rows that were added or replaced after a version, up to another.
pub async fn changed_since(pool: &PgPool, after: i64, to: i64) -> Result<Vec<BlockRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, dataset_id, file_id, contig, first_pos, last_pos, span_start, span_end, n, bucket, bytes,
                has_coverage, created_seq, removed_seq
         FROM block
         WHERE created_seq <= $2 AND (created_seq > $1 OR (removed_seq > $1 AND removed_seq <= $2))
         ORDER BY contig, first_pos, id",
    )
    .bind(after)
    .bind(to)
    .fetch_all(pool)
    .await?;
    rows.iter().map(record).collect()
}

fn record(row: &sqlx::postgres::PgRow) -> Result<BlockRecord, StoreError> {
    Ok(BlockRecord {
        id: row.try_get("id")?,
        dataset_id: row.try_get("dataset_id")?,
        file_id: row.try_get("file_id")?,
        contig: row.try_get("contig")?,
        first_pos: row.try_get("first_pos")?,
        last_pos: row.try_get("last_pos")?,
        span_start: row.try_get("span_start")?,
        span_end: row.try_get("span_end")?,
        n: row.try_get("n")?,
        bucket: row.try_get("bucket")?,
        bytes: row.try_get("bytes")?,
        has_coverage: row.try_get("has_coverage")?,
        created_seq: row.try_get("created_seq")?,
        removed_seq: row.try_get("removed_seq")?,
    })
}

/// The sites of blocks given by (bucket, id); in no order.
pub async fn sites(pool: &PgPool, keys: &[(i16, i64)]) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    let (buckets, ids): (Vec<i16>, Vec<i64>) = keys.iter().copied().unzip();
    let rows = sqlx::query(
        "SELECT p.block_id, p.data FROM unnest($1::smallint[], $2::bigint[]) AS k (bucket, id)
         JOIN site_payload p ON p.bucket = k.bucket AND p.block_id = k.id",
    )
    .bind(buckets)
    .bind(ids)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

/// The frequencies of (bucket, block, group version), each an Arrow stream; those not stored are left out; in no order.
/// Of a payload that several groups share only the schema and the group's part are read.
pub async fn frequencies(
    pool: &PgPool,
    keys: &[(i16, i64, i64)],
) -> Result<Vec<((i64, i64), Vec<u8>)>, StoreError> {
    let buckets: Vec<i16> = keys.iter().map(|key| key.0).collect();
    let ids: Vec<i64> = keys.iter().map(|key| key.1).collect();
    let group_versions: Vec<i64> = keys.iter().map(|key| key.2).collect();
    let rows = sqlx::query(
        "SELECT p.block_id, k.g, substring(p.data FROM 1 FOR p.ends[1]) ||
                                 substring(p.data FROM p.ends[at] + 1 FOR p.ends[at + 1] - p.ends[at])
         FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) AS k (bucket, id, g)
         JOIN frequency_payload p ON p.bucket = k.bucket AND p.block_id = k.id AND k.g = ANY(p.group_versions),
              array_position(p.group_versions, k.g) AS at",
    )
    .bind(buckets)
    .bind(ids)
    .bind(group_versions)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?)))
        .collect()
}

/// The genotype frames of a block, in order.
pub async fn genotypes(pool: &PgPool, bucket: i16, block_id: i64) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows =
        sqlx::query("SELECT data FROM genotype_payload WHERE bucket = $1 AND block_id = $2 ORDER BY frame")
            .bind(bucket)
            .bind(block_id)
            .fetch_all(pool)
            .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// The frames of a block's coverage, in order; none where it has none.
pub async fn coverage(pool: &PgPool, bucket: i16, block_id: i64) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows =
        sqlx::query("SELECT data FROM coverage_payload WHERE bucket = $1 AND block_id = $2 ORDER BY frame")
            .bind(bucket)
            .bind(block_id)
            .fetch_all(pool)
            .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// The blocks of a file that are not replaced, in genome order.
pub async fn of_file(pool: &PgPool, file_id: i64) -> Result<Vec<BlockRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, dataset_id, file_id, contig, first_pos, last_pos, span_start, span_end, n, bucket, bytes,
                has_coverage, created_seq, removed_seq
         FROM block WHERE file_id = $1 AND removed_seq IS NULL ORDER BY contig, first_pos, id",
    )
    .bind(file_id)
    .fetch_all(pool)
    .await?;
    rows.iter().map(record).collect()
}

/// The blocks of a dataset with alleles that lack frequencies of a group version, in genome order.
pub async fn uncounted(
    pool: &PgPool,
    dataset_id: i64,
    group_version_id: i64,
) -> Result<Vec<BlockRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT b.id, b.dataset_id, b.file_id, b.contig, b.first_pos, b.last_pos, b.span_start, b.span_end, b.n,
                b.bucket, b.bytes, b.has_coverage, b.created_seq, b.removed_seq
         FROM block b JOIN vcf_file f ON f.id = b.file_id
         WHERE b.dataset_id = $1 AND b.n > 0 AND b.removed_seq IS NULL AND f.removed_seq IS NULL
           AND NOT EXISTS (SELECT 1 FROM frequency_payload p
                           WHERE p.bucket = b.bucket AND p.block_id = b.id AND $2 = ANY(p.group_versions))
         ORDER BY b.contig, b.first_pos, b.id",
    )
    .bind(dataset_id)
    .bind(group_version_id)
    .fetch_all(pool)
    .await?;
    rows.iter().map(record).collect()
}

/// The group versions whose frequencies a block stores, ascending.
pub async fn counted_versions(pool: &PgPool, bucket: i16, block_id: i64) -> Result<Vec<i64>, StoreError> {
    let versions = sqlx::query_scalar(
        "SELECT unnest(group_versions) AS id FROM frequency_payload WHERE bucket = $1 AND block_id = $2 ORDER BY id",
    )
    .bind(bucket)
    .bind(block_id)
    .fetch_all(pool)
    .await?;
    Ok(versions)
}
