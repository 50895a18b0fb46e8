//! Reference builds and contigs, copied from the static tables of the program.
//!
//! Invariant: an id or ordinal once stored keeps its meaning; names, lengths and spellings follow the program.

use sqlx::PgPool;

use super::StoreError;

/// A build as the program knows it.
#[derive(Debug, Clone)]
pub struct BuildRow<'a> {
    /// Id in the table.
    pub id: i16,
    /// Name on the wire.
    pub name: &'a str,
    /// Its contigs.
    pub contigs: Vec<ContigRow<'a>>,
}

/// A contig as the program knows it.
#[derive(Debug, Clone)]
pub struct ContigRow<'a> {
    /// Identifies and orders the contig within its build.
    pub ordinal: i16,
    /// Canonical name.
    pub name: &'a str,
    /// Length in bases.
    pub length: i32,
    /// Other spellings.
    pub aliases: Vec<&'a str>,
}

/// Makes the tables `reference_build` and `contig` say what the program says.
pub async fn sync(pool: &PgPool, builds: &[BuildRow<'_>]) -> Result<(), StoreError> {
    let mut tx = pool.begin().await?;
    for build in builds {
        sqlx::query(
            "INSERT INTO reference_build (id, name) VALUES ($1, $2)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE reference_build.name <> excluded.name",
        )
        .bind(build.id)
        .bind(build.name)
        .execute(&mut *tx)
        .await?;
        for contig in &build.contigs {
            sqlx::query(
                "INSERT INTO contig (build_id, ordinal, name, length, aliases) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (build_id, ordinal) DO UPDATE
                 SET name = excluded.name, length = excluded.length, aliases = excluded.aliases
                 WHERE (contig.name, contig.length, contig.aliases)
                     IS DISTINCT FROM (excluded.name, excluded.length, excluded.aliases)",
            )
            .bind(build.id)
            .bind(contig.ordinal)
            .bind(contig.name)
            .bind(contig.length)
            .bind(&contig.aliases)
            .execute(&mut *tx)
            .await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// The id of a build, by its name.
pub async fn build_id(pool: &PgPool, name: &str) -> Result<Option<i16>, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT id FROM reference_build WHERE name = $1")
            .bind(name)
            .fetch_optional(pool)
            .await?,
    )
}
