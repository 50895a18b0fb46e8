//! What a dataset takes in PostgreSQL.
//!
//! Invariant: the parts add up to what PostgreSQL allots to the tables, their indexes and TOAST included.

use allelecast_server::domain::columns::SiteColumns;
use arrow::array::StringArray;
use sqlx::PgPool;

/// The payload tables that hold no genotypes, and the catalogue.
const TABLES: [&str; 4] = ["site_payload", "frequency_payload", "block", "change"];

/// Bytes of a dataset.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sizes {
    /// Payload of the sites but their IDs.
    pub sites: i64,
    /// Payload of the IDs.
    pub ids: i64,
    /// Payload of the frequencies of all groups.
    pub frequencies: i64,
    /// What the tables take beside those payloads: indexes, TOAST's and pages' headers, the catalogue, changes.
    pub overhead: i64,
    /// The table of genotypes and its index.
    pub genotypes: i64,
    /// Blocks.
    pub blocks: i64,
    /// Payloads of frequencies.
    pub payloads: i64,
}

impl Sizes {
    /// Everything but the genotypes.
    pub fn without_genotypes(&self) -> i64 {
        self.sites + self.ids + self.frequencies + self.overhead
    }
}

/// Bytes allotted to tables.
#[derive(Debug, Clone, Copy)]
pub struct Allotted {
    tables: i64,
    genotypes: i64,
}

/// What the tables take now, with deleted datasets and what compaction replaced gone and no space in them unused.
pub async fn allotted(pool: &PgPool) -> anyhow::Result<Allotted> {
    let deleted = "UPDATE block b SET removed_seq = d.removed_seq FROM dataset d
                   WHERE d.id = b.dataset_id AND d.removed_seq IS NOT NULL AND b.removed_seq IS NULL";
    sqlx::query(deleted).execute(pool).await?;
    for payload in ["site_payload", "frequency_payload", "genotype_payload"] {
        let replaced = format!(
            "DELETE FROM {payload} p USING block b
             WHERE b.bucket = p.bucket AND b.id = p.block_id AND b.removed_seq IS NOT NULL"
        );
        sqlx::query(&replaced).execute(pool).await?;
        sqlx::query(&format!("VACUUM FULL {payload}"))
            .execute(pool)
            .await?;
    }
    sqlx::query("DELETE FROM block WHERE removed_seq IS NOT NULL")
        .execute(pool)
        .await?;
    sqlx::query("VACUUM FULL block").execute(pool).await?;
    let total = "SELECT sum(pg_total_relation_size(relid))::bigint
                 FROM unnest($1::text[]) AS t (root), pg_partition_tree(root::regclass)";
    let bytes = |tables: Vec<&'static str>| sqlx::query_scalar(total).bind(tables).fetch_one(pool);
    Ok(Allotted {
        tables: bytes(TABLES.to_vec()).await?,
        genotypes: bytes(vec!["genotype_payload"]).await?,
    })
}

/// The sizes of the only dataset, given what the tables took without it.
pub async fn sizes(pool: &PgPool, empty: Allotted) -> anyhow::Result<Sizes> {
    let now = allotted(pool).await?;
    let (payloads, frequencies) =
        sqlx::query_as("SELECT count(*), sum(octet_length(data))::bigint FROM frequency_payload")
            .fetch_one(pool)
            .await?;
    let (mut sites, mut ids) = (0, 0);
    let stored: Vec<Vec<u8>> = sqlx::query_scalar("SELECT data FROM site_payload")
        .fetch_all(pool)
        .await?;
    for data in &stored {
        let mut columns = SiteColumns::decode(data)?;
        columns.id = StringArray::new_null(columns.len());
        let without = i64::try_from(columns.encode()?.len())?;
        sites += without;
        ids += i64::try_from(data.len())? - without;
    }
    Ok(Sizes {
        sites,
        ids,
        frequencies,
        overhead: now.tables - empty.tables - sites - ids - frequencies,
        genotypes: now.genotypes - empty.genotypes,
        blocks: i64::try_from(stored.len())?,
        payloads,
    })
}
