//! Findings of the validation.
//!
//! Invariant: totals are exact; the findings themselves are the first thousand of each rule and file.

use sqlx::PgPool;

use super::StoreError;

/// A finding.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Finding {
    /// Identifies and orders it.
    pub id: i64,
    /// The file.
    pub file_id: i64,
    /// Name of the file.
    pub filename: String,
    /// The rule.
    pub rule: String,
    /// `error` or `warning`.
    pub severity: String,
    /// Line, from 1.
    pub line: i64,
    /// Column, from 1.
    pub column: i32,
    /// The offending text, clipped.
    pub text: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// Number of findings of one rule.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Total {
    /// The rule.
    pub rule: String,
    /// `error` or `warning`.
    pub severity: String,
    /// How many.
    pub n: i64,
}

/// Findings of a dataset's files, of one rule and severity if asked for, after the one with id `after`, at most `limit`, in the order of the files' lines as
/// far as they were found so.
pub async fn list(
    pool: &PgPool,
    dataset_id: i64,
    rule: Option<&str>,
    severity: Option<&str>,
    after: i64,
    limit: i64,
) -> Result<Vec<Finding>, StoreError> {
    let findings = sqlx::query_as(
        "SELECT n.id, n.file_id, f.filename, n.rule, n.severity, n.line, n.\"column\", n.text, n.message
         FROM finding n JOIN vcf_file f ON f.id = n.file_id
         WHERE f.dataset_id = $1 AND n.id > $2 AND ($3::text IS NULL OR n.rule = $3)
           AND ($5::text IS NULL OR n.severity = $5)
           AND NOT EXISTS (SELECT FROM vcf_file newer WHERE newer.raw_id = f.raw_id AND newer.id > f.id)
         ORDER BY n.id LIMIT $4",
    )
    .bind(dataset_id)
    .bind(after)
    .bind(rule)
    .bind(limit)
    .bind(severity)
    .fetch_all(pool)
    .await?;
    Ok(findings)
}

/// Totals of a dataset by rule, errors first, then the most frequent.
pub async fn totals(pool: &PgPool, dataset_id: i64) -> Result<Vec<Total>, StoreError> {
    let totals = sqlx::query_as(
        "SELECT t.rule, t.severity, sum(t.n)::bigint AS n
         FROM finding_total t JOIN vcf_file f ON f.id = t.file_id
         WHERE f.dataset_id = $1
           AND NOT EXISTS (SELECT FROM vcf_file newer WHERE newer.raw_id = f.raw_id AND newer.id > f.id)
         GROUP BY t.rule, t.severity
         ORDER BY t.severity, n DESC, t.rule",
    )
    .bind(dataset_id)
    .fetch_all(pool)
    .await?;
    Ok(totals)
}

/// Errors and warnings of some datasets, as (dataset, errors, warnings); datasets without findings are left out.
pub async fn counts(pool: &PgPool, dataset_ids: &[i64]) -> Result<Vec<(i64, i64, i64)>, StoreError> {
    let counts = sqlx::query_as(
        "SELECT f.dataset_id,
                coalesce(sum(t.n) FILTER (WHERE t.severity = 'error'), 0)::bigint,
                coalesce(sum(t.n) FILTER (WHERE t.severity = 'warning'), 0)::bigint
         FROM finding_total t JOIN vcf_file f ON f.id = t.file_id
         WHERE f.dataset_id = ANY ($1)
           AND NOT EXISTS (SELECT FROM vcf_file newer WHERE newer.raw_id = f.raw_id AND newer.id > f.id)
         GROUP BY f.dataset_id",
    )
    .bind(dataset_ids)
    .fetch_all(pool)
    .await?;
    Ok(counts)
}
