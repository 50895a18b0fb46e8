//! The life of a file under import: begun, advanced block by block, finished or taken back.
//!
//! Invariant: each step commits under the job's lease, with the checkpoint that it belongs to.

use allelecast_protocol::Version;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool, Row};
use uuid::Uuid;

use super::blocks::{self, NewBlock};
use super::head::{self, ChangeKind, Head, NewChange};
use super::jobs::{self, Claim, JobKind};
use super::locks::{self, Lock};
use super::{StoreError, samples, sequences};

mod contigs;
mod overlaps;

pub use contigs::{MAX_CONTIGS, extra_contigs, register_contig};
pub use overlaps::Overlap;

/// What a worker must know to import a file.
#[derive(Debug, Clone)]
pub struct ImportFile {
    /// The file.
    pub file_id: i64,
    /// Its dataset.
    pub dataset_id: i64,
    /// Name it was uploaded under.
    pub filename: String,
    /// Names its raw bytes.
    pub raw_id: Uuid,
    /// Name of the reference build.
    pub build: String,
    /// Id of the reference build.
    pub build_id: i16,
    /// `spec`, `strict` or `tolerant`.
    pub profile: String,
    /// The panel as pasted.
    pub panel: Option<String>,
    /// Match panel names without the samples' prefix.
    pub ignore_prefix: bool,
    /// Samples in file order, once the header was read.
    pub sample_ids: Vec<i64>,
    /// Where the import stands; `None` before the first block.
    pub checkpoint: Option<serde_json::Value>,
    /// The file's state.
    pub state: String,
    /// What its uploader says that the SHA-256 of its bytes is.
    pub declared_sha256: Option<Vec<u8>>,
    /// Which groups to make of INFO, as the dataset says.
    pub info_groups: serde_json::Value,
    /// Its header was read, and its samples and groups are known.
    pub is_begun: bool,
}

/// Reads what is needed to import a file.
pub async fn load(pool: &PgPool, file_id: i64) -> Result<Option<ImportFile>, StoreError> {
    let row = sqlx::query(
        "SELECT f.id, f.dataset_id, f.filename, f.raw_id, b.name AS build, b.id AS build_id, d.profile, d.panel,
                d.ignore_prefix, f.sample_ids, f.checkpoint, f.state, f.declared_sha256, d.info_groups,
                f.header IS NOT NULL AS is_begun
         FROM vcf_file f JOIN dataset d ON d.id = f.dataset_id JOIN reference_build b ON b.id = d.build_id
         WHERE f.id = $1 AND f.removed_seq IS NULL AND d.removed_seq IS NULL",
    )
    .bind(file_id)
    .fetch_optional(pool)
    .await?;
    row.map(|row| {
        let checkpoint: Option<Json<serde_json::Value>> = row.try_get("checkpoint")?;
        Ok(ImportFile {
            file_id: row.try_get("id")?,
            dataset_id: row.try_get("dataset_id")?,
            filename: row.try_get("filename")?,
            raw_id: row.try_get("raw_id")?,
            build: row.try_get("build")?,
            build_id: row.try_get("build_id")?,
            profile: row.try_get("profile")?,
            panel: row.try_get("panel")?,
            ignore_prefix: row.try_get("ignore_prefix")?,
            sample_ids: row.try_get("sample_ids")?,
            checkpoint: checkpoint.map(|json| json.0),
            state: row.try_get("state")?,
            declared_sha256: row.try_get("declared_sha256")?,
            info_groups: row.try_get::<Json<serde_json::Value>, _>("info_groups")?.0,
            is_begun: row.try_get("is_begun")?,
        })
    })
    .transpose()
}

/// A group to be made when a file starts: its family, value and members, as indexes into the file's samples.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// The panel column.
    pub family: String,
    /// The value within it.
    pub value: String,
    /// Indexes into the samples.
    pub members: Vec<usize>,
    /// The INFO keys that state its counts.
    pub info: Option<serde_json::Value>,
}

/// A sample as the file names it.
#[derive(Debug, Clone)]
pub struct NewSample {
    /// Its name.
    pub name: String,
    /// `female` or `male`.
    pub sex: Option<&'static str>,
}

/// What [`start`] made.
#[derive(Debug, Clone)]
pub enum Started {
    /// Go on.
    Yes {
        /// Samples in file order.
        sample_ids: Vec<i64>,
    },
    /// The dataset's other files have other samples.
    OtherSamples {
        /// How many samples the dataset has.
        dataset: usize,
        /// How many of the file's it has.
        shared: usize,
        /// Names of its other files.
        files: Vec<String>,
    },
}

/// Notes that a file's header was read: its samples, and the dataset's groups where this is its first file.
pub async fn start(
    head: &Head,
    pool: &PgPool,
    claim: &Claim,
    file: &ImportFile,
    header: &str,
    new_samples: &[NewSample],
    groups: &[NewGroup],
) -> Result<Started, StoreError> {
    let mut transaction = pool.begin().await?;
    jobs::hold(&mut transaction, claim).await?;
    sqlx::query("SELECT 1 FROM dataset WHERE id = $1 FOR NO KEY UPDATE")
        .bind(file.dataset_id)
        .execute(&mut *transaction)
        .await?;
    let is_first = forget_retracted(&mut transaction, file).await?;
    let known = samples::of_dataset(&mut transaction, file.dataset_id).await?;
    let sample_ids = if is_first {
        let ids = samples::insert(&mut transaction, file.dataset_id, new_samples).await?;
        insert_groups(&mut transaction, file.dataset_id, &ids, groups).await?;
        ids
    } else {
        let by_name: std::collections::HashMap<&str, i64> =
            known.iter().map(|(id, name)| (name.as_str(), *id)).collect();
        let ids: Vec<i64> = new_samples
            .iter()
            .filter_map(|sample| by_name.get(sample.name.as_str()).copied())
            .collect();
        if ids.len() != new_samples.len() || ids.len() != known.len() {
            return Ok(Started::OtherSamples {
                dataset: known.len(),
                shared: ids.len(),
                files: names_of_others(&mut transaction, file).await?,
            });
        }
        let stated: Vec<NewGroup> = groups
            .iter()
            .filter(|group| group.info.is_some())
            .cloned()
            .collect();
        insert_groups(&mut transaction, file.dataset_id, &ids, &stated).await?;
        ids
    };
    sequences::settle(&mut transaction, file.file_id).await?;
    sqlx::query("UPDATE vcf_file SET state = 'importing', sample_ids = $2, header = $3 WHERE id = $1")
        .bind(file.file_id)
        .bind(&sample_ids)
        .bind(header)
        .execute(&mut *transaction)
        .await?;
    let row = sqlx::query(
        "WITH bumped AS (UPDATE head SET seq = seq + 1 RETURNING epoch, seq),
              published AS (UPDATE group_version v SET published_seq = bumped.seq FROM bumped, sample_group g
                            WHERE g.id = v.group_id AND g.dataset_id = $1 AND v.published_seq IS NULL
                              AND NOT EXISTS (SELECT 1 FROM job j WHERE j.group_version_id = v.id)),
              told AS (UPDATE dataset SET groups_seq = bumped.seq, groups_changed_at = now() FROM bumped WHERE id = $1),
              noted AS (INSERT INTO change (seq, kind, dataset_id, file_id) SELECT seq, $3, $1, $2 FROM bumped)
         SELECT epoch, seq FROM bumped",
    )
    .bind(file.dataset_id)
    .bind(file.file_id)
    .bind(ChangeKind::FileStarted.as_str())
    .fetch_one(&mut *transaction)
    .await?;
    let version = head::version(&row)?;
    transaction.commit().await?;
    head.announce(version);
    Ok(Started::Yes { sample_ids })
}

async fn names_of_others(
    connection: &mut PgConnection,
    file: &ImportFile,
) -> Result<Vec<String>, StoreError> {
    let names = sqlx::query_scalar(
        "SELECT filename FROM vcf_file WHERE dataset_id = $1 AND id <> $2 AND removed_seq IS NULL ORDER BY id",
    )
    .bind(file.dataset_id)
    .bind(file.file_id)
    .fetch_all(connection)
    .await?;
    Ok(names)
}

/// Where every file that named the dataset's samples was taken back, the next one may name others: `true` if so, or if
/// the file is the first.
async fn forget_retracted(connection: &mut PgConnection, file: &ImportFile) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT EXISTS (SELECT 1 FROM vcf_file
                        WHERE dataset_id = $1 AND id <> $2 AND removed_seq IS NULL AND header IS NOT NULL)",
    )
    .bind(file.dataset_id)
    .bind(file.file_id)
    .fetch_one(&mut *connection)
    .await?;
    if row.try_get(0)? {
        return Ok(false);
    }
    sqlx::query("DELETE FROM sample_group WHERE dataset_id = $1")
        .bind(file.dataset_id)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM sample WHERE dataset_id = $1")
        .bind(file.dataset_id)
        .execute(connection)
        .await?;
    Ok(true)
}

/// Adds groups; one whose counts INFO states is passed over where the dataset has it, or had it, under whatever name.
async fn insert_groups(
    connection: &mut PgConnection,
    dataset_id: i64,
    sample_ids: &[i64],
    groups: &[NewGroup],
) -> Result<(), StoreError> {
    for group in groups {
        let members: Vec<i64> = group
            .members
            .iter()
            .filter_map(|&index| sample_ids.get(index).copied())
            .collect();
        sqlx::query(
            "WITH g AS (INSERT INTO sample_group (dataset_id, family, value, info) SELECT $1, $2, $3, $5::jsonb
                        WHERE $5::jsonb IS NULL
                           OR NOT EXISTS (SELECT FROM sample_group WHERE dataset_id = $1 AND info = $5::jsonb)
                        ON CONFLICT (dataset_id, family, value) WHERE removed_seq IS NULL DO NOTHING RETURNING id)
             INSERT INTO group_version (group_id, members) SELECT id, $4 FROM g",
        )
        .bind(dataset_id)
        .bind(&group.family)
        .bind(&group.value)
        .bind(&members)
        .bind(group.info.as_ref().map(Json))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// How far a file has come.
#[derive(Debug, Clone)]
pub struct Advance {
    /// Raw bytes read into committed blocks.
    pub parsed: i64,
    /// Records read.
    pub records: i64,
    /// Alleles committed.
    pub alleles: i64,
    /// Of these, how many left alignment moved.
    pub shifted: i64,
    /// Of these, how many it would have moved but could not.
    pub unshifted: i64,
    /// Where a restarted import continues.
    pub checkpoint: serde_json::Value,
    /// Findings since the last step.
    pub findings: Findings,
}

/// What the validation found.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Findings since the last step.
    pub new: Vec<NewFinding>,
    /// Exact totals by rule and severity so far.
    pub totals: Vec<(String, &'static str, i64)>,
}

/// A finding of the validation.
#[derive(Debug, Clone)]
pub struct NewFinding {
    /// The rule.
    pub rule: String,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// Line, from 1.
    pub line: i64,
    /// Column, from 1.
    pub column: i32,
    /// The offending text, clipped.
    pub text: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// The answer to [`commit`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// From this version on the block is seen.
    At(Version),
    /// Nothing was stored: another file of the dataset has records there.
    Overlaps(Overlap),
}

/// Commits a block with the progress that it makes, unless it lies among the records of another file.
pub async fn commit(
    head: &Head,
    pool: &PgPool,
    claim: &Claim,
    block: &NewBlock,
    advance: &Advance,
) -> Result<Committed, StoreError> {
    let mut transaction = pool.begin().await?;
    jobs::hold(&mut transaction, claim).await?;
    // Two files that take the same stretch at the same moment are told one after the other.
    locks::take(&mut transaction, Lock::Contig(block.dataset_id, block.contig)).await?;
    if let Some(overlap) = overlaps::find(&mut transaction, block).await? {
        return Ok(Committed::Overlaps(overlap));
    }
    write_advance(&mut transaction, block.file_id, advance).await?;
    let version = blocks::insert(&mut transaction, block, &[]).await?;
    transaction.commit().await?;
    head.announce(version);
    Ok(Committed::At(version))
}

async fn write_advance(
    connection: &mut PgConnection,
    file_id: i64,
    advance: &Advance,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE vcf_file SET parsed = $2, records = $3, alleles = $4, checkpoint = $5, shifted = $6, unshifted = $7
         WHERE id = $1",
    )
    .bind(file_id)
    .bind(advance.parsed)
    .bind(advance.records)
    .bind(advance.alleles)
    .bind(Json(&advance.checkpoint))
    .bind(advance.shifted)
    .bind(advance.unshifted)
    .execute(&mut *connection)
    .await?;
    write_findings(connection, file_id, &advance.findings).await
}

async fn write_findings(
    connection: &mut PgConnection,
    file_id: i64,
    Findings {
        new: findings,
        totals,
    }: &Findings,
) -> Result<(), StoreError> {
    if !findings.is_empty() {
        let rules: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
        let severities: Vec<&str> = findings.iter().map(|finding| finding.severity).collect();
        let lines: Vec<i64> = findings.iter().map(|finding| finding.line).collect();
        let columns: Vec<i32> = findings.iter().map(|finding| finding.column).collect();
        let texts: Vec<&str> = findings.iter().map(|finding| finding.text.as_str()).collect();
        let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
        sqlx::query(
            "INSERT INTO finding (file_id, rule, severity, line, \"column\", text, message)
             SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::integer[], $6::text[], $7::text[])",
        )
        .bind(file_id)
        .bind(rules)
        .bind(severities)
        .bind(lines)
        .bind(columns)
        .bind(texts)
        .bind(messages)
        .execute(&mut *connection)
        .await?;
    }
    if !totals.is_empty() {
        let rules: Vec<&str> = totals.iter().map(|total| total.0.as_str()).collect();
        let severities: Vec<&str> = totals.iter().map(|total| total.1).collect();
        let counts: Vec<i64> = totals.iter().map(|total| total.2).collect();
        sqlx::query(
            "INSERT INTO finding_total (file_id, rule, severity, n)
             SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[])
             ON CONFLICT ON CONSTRAINT finding_total_pkey DO UPDATE SET n = excluded.n",
        )
        .bind(file_id)
        .bind(rules)
        .bind(severities)
        .bind(counts)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Stores what was found and how far the file was read, though no block goes with it.
pub async fn report(
    pool: &PgPool,
    claim: &Claim,
    file_id: i64,
    parsed: i64,
    findings: &Findings,
) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    jobs::hold(&mut transaction, claim).await?;
    sqlx::query("UPDATE vcf_file SET parsed = greatest(parsed, $2) WHERE id = $1")
        .bind(file_id)
        .bind(parsed)
        .execute(&mut *transaction)
        .await?;
    write_findings(&mut transaction, file_id, findings).await?;
    transaction.commit().await?;
    Ok(())
}

/// Forgets what was found from a line on, before it is judged again.
pub async fn forget_findings(
    pool: &PgPool,
    claim: &Claim,
    file_id: i64,
    from_line: i64,
) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    jobs::hold(&mut transaction, claim).await?;
    sqlx::query("DELETE FROM finding WHERE file_id = $1 AND line >= $2")
        .bind(file_id)
        .bind(from_line)
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "DELETE FROM finding_total t WHERE file_id = $1
         AND NOT EXISTS (SELECT FROM finding f WHERE f.file_id = $1 AND f.rule = t.rule AND f.severity = t.severity)",
    )
    .bind(file_id)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

/// Ends a file well.
pub async fn finish(
    head: &Head,
    pool: &PgPool,
    claim: &Claim,
    file: &ImportFile,
    advance: &Advance,
    sha256: &[u8],
) -> Result<Version, StoreError> {
    let mut transaction = pool.begin().await?;
    jobs::finish(&mut transaction, claim, None).await?;
    write_advance(&mut transaction, file.file_id, advance).await?;
    sqlx::query("UPDATE vcf_file SET state = 'ready', sha256 = $2, finished_at = now() WHERE id = $1")
        .bind(file.file_id)
        .bind(sha256)
        .execute(&mut *transaction)
        .await?;
    jobs::enqueue_for_file(&mut transaction, JobKind::Compact, file.dataset_id, file.file_id).await?;
    let change = NewChange::of_file(ChangeKind::FileReady, file.dataset_id, file.file_id);
    let version = head::bump(&mut transaction, &change).await?;
    transaction.commit().await?;
    head.announce(version);
    Ok(version)
}

/// Why a file is taken back.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// In a sentence.
    pub message: String,
    /// The line at fault, from 1.
    pub line: Option<i64>,
    /// Findings since the last step.
    pub findings: Findings,
}

/// Refuses a file: all that it had shown is hidden from the next version on.
pub async fn refuse(
    head: &Head,
    pool: &PgPool,
    claim: &Claim,
    file: &ImportFile,
    refusal: &Refusal,
) -> Result<Version, StoreError> {
    let mut transaction = pool.begin().await?;
    jobs::finish(&mut transaction, claim, Some(&refusal.message)).await?;
    write_findings(&mut transaction, file.file_id, &refusal.findings).await?;
    let mut error = serde_json::json!({ "message": refusal.message });
    if let Some(line) = refusal.line {
        error["line"] = line.into();
    }
    let version = retract(
        &mut transaction,
        file.dataset_id,
        file.file_id,
        "failed",
        Some(error),
    )
    .await?;
    transaction.commit().await?;
    head.announce(version);
    Ok(version)
}

/// Hides a file's blocks from the next version on. Last statement of its transaction.
pub async fn retract(
    connection: &mut PgConnection,
    dataset_id: i64,
    file_id: i64,
    state: &str,
    error: Option<serde_json::Value>,
) -> Result<Version, StoreError> {
    let row = sqlx::query(
        "WITH bumped AS (UPDATE head SET seq = seq + 1 RETURNING epoch, seq),
              hidden AS (UPDATE vcf_file SET removed_seq = bumped.seq, state = $3, error = $4, finished_at = now()
                         FROM bumped WHERE id = $2),
              noted AS (INSERT INTO change (seq, kind, dataset_id, file_id) SELECT seq, $5, $1, $2 FROM bumped)
         SELECT epoch, seq FROM bumped",
    )
    .bind(dataset_id)
    .bind(file_id)
    .bind(state)
    .bind(error.map(Json))
    .bind(ChangeKind::FileRetracted.as_str())
    .fetch_one(connection)
    .await?;
    head::version(&row)
}

/// A group version that an import counts.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CountedVersion {
    /// Identifies it.
    pub id: i64,
    /// Ids of its samples.
    pub members: Vec<i64>,
    /// The INFO keys that state its counts.
    pub info: Option<Json<serde_json::Value>>,
}

/// The group versions that an import counts: those that answer now, and those that are being counted.
pub async fn group_versions(pool: &PgPool, dataset_id: i64) -> Result<Vec<CountedVersion>, StoreError> {
    let versions = sqlx::query_as(
        "SELECT v.id, v.members, g.info FROM group_version v JOIN sample_group g ON g.id = v.group_id
         WHERE g.dataset_id = $1 AND v.superseded_seq IS NULL AND g.removed_seq IS NULL ORDER BY g.id, v.id",
    )
    .bind(dataset_id)
    .fetch_all(pool)
    .await?;
    Ok(versions)
}

/// The sexes of a dataset's samples, where known.
pub async fn sexes(pool: &PgPool, dataset_id: i64) -> Result<Vec<(i64, String)>, StoreError> {
    let sexes = sqlx::query_as("SELECT id, sex FROM sample WHERE dataset_id = $1 AND sex IS NOT NULL")
        .bind(dataset_id)
        .fetch_all(pool)
        .await?;
    Ok(sexes)
}
