//! How long a predicate on two groups takes when the server has none of its columns: fetched from PostgreSQL, decoded,
//! evaluated.
//!
//! Invariant: the engine that is asked may keep no column and no partial, so that nothing is cached but by PostgreSQL.

use std::sync::Arc;
use std::time::{Duration, Instant};

use allelecast_server::query::{Engine, EngineLimits, Request};
use allelecast_server::store::head::Head;
use anyhow::ensure;
use sqlx::PgPool;

/// Latencies, ascending.
#[derive(Debug)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// The least latency that a share of the measurements does not exceed.
    pub fn quantile(&self, share: f64) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let at = (share * self.0.len() as f64).ceil() as usize;
        self.0
            .get(at.saturating_sub(1).min(last))
            .copied()
            .unwrap_or_default()
    }

    /// Number of measurements.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// Asks `af(ONE) > 5% AND af(OTHER) < 1%` of all alleles of the only dataset, for so many pairs of its populations.
pub async fn measure(pool: &PgPool, pairs: usize, hq: bool) -> anyhow::Result<Latencies> {
    let groups: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT value FROM sample_group WHERE family = 'POP' ORDER BY value")
            .fetch_all(pool)
            .await?;
    ensure!(groups.len() > 1, "the dataset has no two populations");
    let head = Arc::new(Head::open(pool.clone()).await?);
    let limits = EngineLimits {
        column_bytes: 0,
        partial_bytes: 0,
        ..EngineLimits::default()
    };
    let engine = Engine::open(pool.clone(), head, limits).await?;
    let at = engine.at(None).await?;
    let (catalogue, version) = (&at.catalogue, at.version);
    let mut latencies = Vec::with_capacity(pairs);
    for pair in 0..pairs {
        // Each group with the next, then with the one after that, ...
        let one = pair % groups.len();
        let other = (one + 1 + pair / groups.len() % (groups.len() - 1)) % groups.len();
        let text = format!("af({}) > 5% AND af({}) < 1%", groups[one], groups[other]);
        let request = Request {
            build: "GRCh37",
            datasets: &[],
            query: &text,
            groups: &[],
            hq,
        };
        let query = engine.resolve(request, catalogue, version.seq).await?;
        let cells = engine.cells(&query, catalogue, version.seq);
        let started = Instant::now();
        engine
            .sums(&query, &[], catalogue, version.seq, &cells, |_| {})
            .await?;
        latencies.push(started.elapsed());
    }
    // Each pair was evaluated anew, in each cell.
    ensure!(engine.evaluations() >= pairs as u64, "answers came from a cache");
    latencies.sort();
    Ok(Latencies(latencies))
}

/// Gives every group version a payload of its own, as it would have without sharing.
pub async fn separate(pool: &PgPool) -> anyhow::Result<()> {
    let mut transaction = pool.begin().await?;
    for statement in [
        "CREATE TEMPORARY TABLE separate ON COMMIT DROP AS
         SELECT bucket, block_id, g AS first_version, ARRAY[g] AS group_versions,
                ARRAY[ends[1], ends[1] + ends[at + 1] - ends[at]] AS ends,
                substring(data FROM 1 FOR ends[1]) ||
                substring(data FROM ends[at] + 1 FOR ends[at + 1] - ends[at]) AS data
         FROM frequency_payload, unnest(group_versions) WITH ORDINALITY AS u (g, n), CAST(n AS integer) AS at",
        "DELETE FROM frequency_payload",
        "INSERT INTO frequency_payload (bucket, block_id, first_version, group_versions, ends, data)
         SELECT * FROM separate",
    ] {
        sqlx::query(statement).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}
