//! The storage benchmark: bytes per allele, and the latency of a predicate whose columns nobody has in memory.
//!
//! Invariant: the layout in use and the other one are measured on the same imported data.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use allelecast_server::store::pool;

use crate::cases::{self, Case, Shape};
use crate::cold::{self, Latencies};
use crate::generate::{self, Input};
use crate::import;
use crate::process;
use crate::server::Server;
use crate::size::{self, Sizes};

/// Title of the section.
pub const TITLE: &str = "Storage";

/// Pairs of groups asked for: each population with eight others.
const PAIRS: usize = 26 * 8;

/// One layout of one case.
struct Layout {
    name: &'static str,
    sizes: Sizes,
    raw: Latencies,
    /// Where the records have the fields to tell.
    hq: Option<Latencies>,
}

/// Measures the cases with genotypes; their tables.
pub async fn all(cache: PathBuf) -> anyhow::Result<String> {
    let mut text = String::new();
    for case in cases::all() {
        if case.shape != Shape::Sites && case.is_bgzip {
            let table = measure(&case, &cache).await?;
            println!("{table}");
            text += &table;
        }
    }
    Ok(text)
}

async fn measure(case: &Case, cache: &Path) -> anyhow::Result<String> {
    let input = generate::input(case, cache)?;
    let server = Server::start().await?;
    let pool = pool::connect(&server.database_url, 4, Default::default()).await?;
    let empty = size::allotted(&pool).await?;
    let (dataset, _) = import::ours(&server, &input, 0).await?;
    let alleles = server.client.dataset(dataset).await?.alleles;
    let mut layouts = Vec::new();
    for name in ["shared payloads", "one payload per group version"] {
        if !layouts.is_empty() {
            cold::separate(&pool).await?;
        }
        let sizes = size::sizes(&pool, empty).await?;
        let raw = cold::measure(&pool, PAIRS, false).await?;
        let hq = match case.shape {
            Shape::Depth => Some(cold::measure(&pool, PAIRS, true).await?),
            _ => None,
        };
        layouts.push(Layout { name, sizes, raw, hq });
    }
    Ok(report(case, alleles, bcf_bytes(&input, cache)?, &layouts))
}

/// Bytes of a file's data as BCF.
fn bcf_bytes(input: &Input, cache: &Path) -> anyhow::Result<u64> {
    let bcf = tempfile::NamedTempFile::new_in(cache)?;
    let mut view = Command::new("bcftools");
    view.args(["view", "-Ob", "-o"]).arg(bcf.path()).arg(&input.vcf);
    process::run(&mut view)?;
    Ok(std::fs::metadata(bcf.path())?.len())
}

fn report(case: &Case, alleles: i64, bcf: u64, layouts: &[Layout]) -> String {
    let mut text = format!(
        "\n### {}: {}\n\n{alleles} alleles. Bytes per allele in PostgreSQL after compaction, as allotted to tables and \
         indexes, genotypes apart:\n\n\
         | layout | all | sites | IDs | frequencies | indexes, pages, catalogue | blocks | payloads of frequencies |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
        case.name,
        case.describe(),
    );
    let each = |bytes: i64| bytes as f64 / alleles.max(1) as f64;
    for Layout { name, sizes, .. } in layouts {
        let _ = writeln!(
            text,
            "| {name} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {} | {} |",
            each(sizes.without_genotypes()),
            each(sizes.sites),
            each(sizes.ids),
            each(sizes.frequencies),
            each(sizes.overhead),
            sizes.blocks,
            sizes.payloads
        );
    }
    let genotypes = layouts.first().map_or(0, |layout| layout.sizes.genotypes);
    let _ = write!(
        text,
        "\nGenotypes {:.1} bytes per allele; the same data as BCF {:.1}, all its fields included.\n\n\
         `af(X) > 5% AND af(Y) < 1%` over all {alleles} alleles, from PostgreSQL (whose own cache is warm), nothing \
         cached in the server:\n\n\
         | layout | counts | p50 ms | p99 ms | least ms | M alleles/s at p50 | pairs of groups |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
        each(genotypes),
        bcf as f64 / alleles.max(1) as f64
    );
    for Layout { name, raw, hq, .. } in layouts {
        for (counts, latencies) in [("as called", Some(raw)), ("high quality", hq.as_ref())] {
            let Some(latencies) = latencies else { continue };
            let at = |share| latencies.quantile(share).as_secs_f64() * 1e3;
            let _ = writeln!(
                text,
                "| {name} | {counts} | {:.2} | {:.2} | {:.2} | {:.1} | {} |",
                at(0.5),
                at(0.99),
                at(0.0),
                alleles as f64 / at(0.5) / 1e3,
                latencies.count()
            );
        }
    }
    text
}
