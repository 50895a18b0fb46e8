//! Gene annotation: releases, replaced whole, and what queries need of them.
//!
//! Invariant: a build has one release of a source; the change that shows it commits with its rows.

use allelecast_protocol::Version;
use sqlx::{PgConnection, PgPool, Row};
use time::OffsetDateTime;

use super::StoreError;
use super::head::{self, ChangeKind, Head};
use crate::domain::build::Build;
use crate::domain::genes::annotation::{AnnotatedGene, Annotation, Refusal, Strand};

mod load;
mod show;

pub use load::{GenesAt, load, newest_seq};
pub use show::{GeneDetail, PlaceDetail, detail};

/// A release in the database.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReleaseRecord {
    /// Name of the build.
    pub build: String,
    /// Who published it.
    pub source: String,
    /// As the source numbers it.
    pub release: String,
    /// Number of genes.
    pub genes: i32,
    /// Number of their intervals.
    pub intervals: i32,
    /// Number of entries that were refused or decided.
    pub refused: i32,
    /// When it was imported.
    pub imported_at: OffsetDateTime,
}

/// An entry that was refused or decided.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RefusalRecord {
    /// Why.
    pub reason: String,
    /// Symbol as the source gives it.
    pub symbol: String,
    /// Ensembl gene id.
    pub ensembl_id: Option<String>,
    /// Place as the source writes it.
    pub place: String,
    /// What became of it.
    pub message: String,
}

const RELEASES: &str =
    "SELECT b.name AS build, r.source, r.release, r.genes, r.intervals, r.refused, r.imported_at
     FROM gene_release r JOIN reference_build b ON b.id = r.build_id
     ORDER BY r.build_id, r.created_seq DESC";

/// The releases: by build, the newest first.
pub async fn releases(pool: &PgPool) -> Result<Vec<ReleaseRecord>, StoreError> {
    Ok(sqlx::query_as(RELEASES).fetch_all(pool).await?)
}

/// Whether a build has an annotation of any source.
pub async fn has_release(pool: &PgPool, build: Build) -> Result<bool, StoreError> {
    let mut connection = pool.acquire().await?;
    has_any(&mut connection, build).await
}

/// What of a source's release was refused or decided, in the order of the file.
pub async fn refusals(pool: &PgPool, build: Build, source: &str) -> Result<Vec<RefusalRecord>, StoreError> {
    let refusals = sqlx::query_as(
        "SELECT f.reason, f.symbol, f.ensembl_id, f.place, f.message
         FROM gene_refusal f JOIN gene_release r ON r.id = f.release_id JOIN reference_build b ON b.id = r.build_id
         WHERE b.name = $1 AND r.source = $2 ORDER BY f.number",
    )
    .bind(build.as_str())
    .bind(source)
    .fetch_all(pool)
    .await?;
    Ok(refusals)
}

/// Replaces the release of a source.
pub async fn replace(
    head: &Head,
    pool: &PgPool,
    build: Build,
    source: &str,
    annotation: &Annotation,
) -> Result<ReleaseRecord, StoreError> {
    let mut transaction = pool.begin().await?;
    lock(&mut transaction).await?;
    sqlx::query(
        "DELETE FROM gene_release r USING reference_build b
         WHERE b.id = r.build_id AND b.name = $1 AND r.source = $2",
    )
    .bind(build.as_str())
    .bind(source)
    .execute(&mut *transaction)
    .await?;
    let (release, version) = insert(&mut transaction, build, source, annotation).await?;
    transaction.commit().await?;
    head.announce(version);
    Ok(release)
}

/// Adds the release of a source if the build has no annotation yet.
pub async fn add_first(
    head: &Head,
    pool: &PgPool,
    build: Build,
    source: &str,
    annotation: &Annotation,
) -> Result<Option<ReleaseRecord>, StoreError> {
    let mut transaction = pool.begin().await?;
    lock(&mut transaction).await?;
    if has_any(&mut transaction, build).await? {
        return Ok(None);
    }
    let (release, version) = insert(&mut transaction, build, source, annotation).await?;
    transaction.commit().await?;
    head.announce(version);
    Ok(Some(release))
}

/// One import at a time; readers go on.
async fn lock(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("LOCK TABLE gene_release IN SHARE ROW EXCLUSIVE MODE")
        .execute(connection)
        .await?;
    Ok(())
}

async fn has_any(connection: &mut PgConnection, build: Build) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM gene_release r JOIN reference_build b ON b.id = r.build_id WHERE b.name = $1)",
    )
    .bind(build.as_str())
    .fetch_one(connection)
    .await?;
    Ok(found)
}

async fn insert(
    connection: &mut PgConnection,
    build: Build,
    source: &str,
    annotation: &Annotation,
) -> Result<(ReleaseRecord, Version), StoreError> {
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let intervals = annotation.genes.iter().map(|gene| gene.places.len()).sum();
    let release_id: i64 = sqlx::query_scalar(
        "INSERT INTO gene_release (build_id, source, release, genes, intervals, refused)
         SELECT id, $2, $3, $4, $5, $6 FROM reference_build WHERE name = $1 RETURNING id",
    )
    .bind(build.as_str())
    .bind(source)
    .bind(&annotation.release)
    .bind(count(annotation.genes.len()))
    .bind(count(intervals))
    .bind(count(annotation.refusals.len()))
    .fetch_one(&mut *connection)
    .await?;
    let ids = insert_genes(connection, release_id, &annotation.genes).await?;
    insert_intervals(connection, &ids, &annotation.genes).await?;
    insert_aliases(connection, &ids, &annotation.genes).await?;
    insert_refusals(connection, release_id, &annotation.refusals).await?;
    let row = sqlx::query(
        "WITH bumped AS (UPDATE head SET seq = seq + 1 RETURNING epoch, seq),
              noted AS (INSERT INTO change (seq, kind) SELECT seq, $2 FROM bumped),
              stamped AS (UPDATE gene_release SET created_seq = bumped.seq FROM bumped WHERE id = $1
                          RETURNING imported_at)
         SELECT epoch, seq, imported_at FROM bumped, stamped",
    )
    .bind(release_id)
    .bind(ChangeKind::GenesReplaced.as_str())
    .fetch_one(connection)
    .await?;
    let release = ReleaseRecord {
        build: build.as_str().to_owned(),
        source: source.to_owned(),
        release: annotation.release.clone(),
        genes: count(annotation.genes.len()),
        intervals: count(intervals),
        refused: count(annotation.refusals.len()),
        imported_at: row.try_get("imported_at")?,
    };
    Ok((release, head::version(&row)?))
}

/// Adds genes; their ids in the order given.
async fn insert_genes(
    connection: &mut PgConnection,
    release_id: i64,
    genes: &[AnnotatedGene],
) -> Result<Vec<i64>, StoreError> {
    let ids: Vec<i64> = sqlx::query_scalar("SELECT nextval('gene_id_seq') FROM generate_series(1, $1)")
        .bind(i32::try_from(genes.len()).unwrap_or(i32::MAX))
        .fetch_all(&mut *connection)
        .await?;
    let symbols: Vec<&str> = genes.iter().map(|gene| &*gene.symbol).collect();
    let ensembl_ids: Vec<Option<&str>> = genes.iter().map(|gene| gene.ensembl_id.as_deref()).collect();
    let descriptions: Vec<Option<&str>> = genes.iter().map(|gene| gene.description.as_deref()).collect();
    sqlx::query(
        "INSERT INTO gene (id, release_id, symbol, ensembl_id, description)
         SELECT id, $1, symbol, ensembl_id, description
         FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) AS u (id, symbol, ensembl_id, description)",
    )
    .bind(release_id)
    .bind(&ids)
    .bind(symbols)
    .bind(ensembl_ids)
    .bind(descriptions)
    .execute(connection)
    .await?;
    Ok(ids)
}

async fn insert_intervals(
    connection: &mut PgConnection,
    ids: &[i64],
    genes: &[AnnotatedGene],
) -> Result<(), StoreError> {
    let places = || {
        let genes = ids.iter().zip(genes);
        genes.flat_map(|(id, gene)| gene.places.iter().map(move |place| (*id, place)))
    };
    // Positions fit: they lie within chromosomes.
    sqlx::query(
        "INSERT INTO gene_interval (gene_id, contig, start_pos, end_pos, strand)
         SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::integer[], $4::integer[], $5::text[])",
    )
    .bind(places().map(|(id, _)| id).collect::<Vec<_>>())
    .bind(
        places()
            .map(|(_, place)| place.interval.contig)
            .collect::<Vec<_>>(),
    )
    .bind(
        places()
            .map(|(_, place)| place.interval.start as i32)
            .collect::<Vec<_>>(),
    )
    .bind(
        places()
            .map(|(_, place)| place.interval.end as i32)
            .collect::<Vec<_>>(),
    )
    .bind(
        places()
            .map(|(_, place)| place.strand.map(Strand::as_str))
            .collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_aliases(
    connection: &mut PgConnection,
    ids: &[i64],
    genes: &[AnnotatedGene],
) -> Result<(), StoreError> {
    let genes = ids.iter().zip(genes);
    let aliases = genes.flat_map(|(id, gene)| gene.aliases.iter().map(move |alias| (*id, alias.as_str())));
    let (ids, aliases): (Vec<i64>, Vec<&str>) = aliases.unzip();
    sqlx::query(
        "INSERT INTO gene_alias (gene_id, alias) SELECT * FROM unnest($1::bigint[], $2::text[])
         ON CONFLICT DO NOTHING",
    )
    .bind(ids)
    .bind(aliases)
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_refusals(
    connection: &mut PgConnection,
    release_id: i64,
    refusals: &[Refusal],
) -> Result<(), StoreError> {
    let text = |of: fn(&Refusal) -> &str| refusals.iter().map(of).collect::<Vec<&str>>();
    let ensembl_ids: Vec<Option<&str>> = refusals
        .iter()
        .map(|refusal| refusal.ensembl_id.as_deref())
        .collect();
    sqlx::query(
        "INSERT INTO gene_refusal (release_id, number, reason, symbol, ensembl_id, place, message)
         SELECT $1, number, reason, symbol, ensembl_id, place, message
         FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
             WITH ORDINALITY AS u (reason, symbol, ensembl_id, place, message, number)",
    )
    .bind(release_id)
    .bind(text(|refusal| refusal.reason.as_str()))
    .bind(text(|refusal| &refusal.symbol))
    .bind(ensembl_ids)
    .bind(text(|refusal| &refusal.place))
    .bind(text(|refusal| &refusal.message))
    .execute(connection)
    .await?;
    Ok(())
}
