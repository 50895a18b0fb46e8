//! What a dataset takes in PostgreSQL.
//!
//! Invariant: sizes are those of the tables with their indexes and TOAST, as PostgreSQL allots them.

use sqlx::PgPool;

/// Bytes of each kind of table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sizes {
    /// Sites.
    pub sites: i64,
    /// Frequencies of all groups.
    pub frequencies: i64,
    /// Catalogue and changes.
    pub catalogue: i64,
    /// Genotypes.
    pub genotypes: i64,
    /// Payload bytes of the blocks that are in use, genotypes left out: what blocks replaced by compaction, page
    /// headers and half-filled pages do not count to.
    pub payload: i64,
    /// Blocks in use.
    pub blocks: i64,
}

impl Sizes {
    /// Without what an empty database takes.
    pub fn above(self, empty: &Self) -> Self {
        Self {
            sites: self.sites - empty.sites,
            frequencies: self.frequencies - empty.frequencies,
            catalogue: self.catalogue - empty.catalogue,
            genotypes: self.genotypes - empty.genotypes,
            payload: self.payload - empty.payload,
            blocks: self.blocks - empty.blocks,
        }
    }

    /// Everything but the genotypes.
    pub fn without_genotypes(&self) -> i64 {
        self.sites + self.frequencies + self.catalogue
    }
}

/// The sizes now.
pub async fn sizes(pool: &PgPool) -> anyhow::Result<Sizes> {
    let (sites, frequencies, genotypes, catalogue) = sqlx::query_as(
        "WITH size AS (SELECT root, sum(pg_total_relation_size(relid))::bigint AS bytes
                       FROM unnest(ARRAY['site_payload', 'frequency_payload', 'genotype_payload']) AS t (root),
                            pg_partition_tree(root::regclass) GROUP BY root)
         SELECT (SELECT bytes FROM size WHERE root = 'site_payload'),
                (SELECT bytes FROM size WHERE root = 'frequency_payload'),
                (SELECT bytes FROM size WHERE root = 'genotype_payload'),
                pg_total_relation_size('block') + pg_total_relation_size('change')",
    )
    .fetch_one(pool)
    .await?;
    let (payload, blocks) = sqlx::query_as(
        "WITH used AS (SELECT bucket, id AS block_id FROM block WHERE removed_seq IS NULL)
         SELECT ((SELECT coalesce(sum(octet_length(data)), 0) FROM site_payload JOIN used USING (bucket, block_id)) +
                 (SELECT coalesce(sum(octet_length(data)), 0)
                  FROM frequency_payload JOIN used USING (bucket, block_id)))::bigint,
                (SELECT count(*) FROM used)",
    )
    .fetch_one(pool)
    .await?;
    Ok(Sizes {
        sites,
        frequencies,
        catalogue,
        genotypes,
        payload,
        blocks,
    })
}
