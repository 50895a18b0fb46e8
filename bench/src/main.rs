//! Benchmarks of Allelecast against its peers.
//!
//! Invariant: a figure is printed or kept only if this run measured it.

mod cases;
mod cold;
mod generate;
mod import;
mod memory;
mod peers;
mod process;
mod report;
mod server;
mod size;
mod storage;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measure Allelecast against its peers.
#[derive(Debug, Parser)]
#[command(name = "allelecast-bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the files that the benchmarks read
    Generate(Choice),
    /// Import against bcftools and plink2
    Import(Measure),
    /// Bytes per allele, and how long the columns take to come back from PostgreSQL
    Storage(Keep),
    /// Peak memory of imports, of files of different length
    Memory(Keep),
    /// Every benchmark
    All(Measure),
}

#[derive(Debug, Args)]
struct Choice {
    /// Only these cases: gt-26, gt-32, depth-plain, depth-bgzip, sites
    #[arg(long = "case", value_name = "NAME")]
    cases: Vec<String>,
    /// Records of each file instead of the case's own number
    #[arg(long, value_name = "N")]
    records: Option<usize>,
    /// Samples of each file that has any instead of the case's own number
    #[arg(long, value_name = "N")]
    samples: Option<usize>,
}

#[derive(Debug, Args)]
struct Measure {
    #[command(flatten)]
    choice: Choice,
    /// Measurements of each contestant
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    repetitions: u16,
    /// Keep the results in bench/RESULTS.md
    #[arg(long)]
    write: bool,
}

#[derive(Debug, Args)]
struct Keep {
    /// Keep the results in bench/RESULTS.md
    #[arg(long)]
    write: bool,
}

impl Choice {
    fn cases(&self) -> anyhow::Result<Vec<cases::Case>> {
        let mut cases = cases::all();
        if let Some(unknown) = self
            .cases
            .iter()
            .find(|name| cases.iter().all(|case| case.name != **name))
        {
            anyhow::bail!("there is no case {unknown}");
        }
        cases.retain(|case| self.cases.is_empty() || self.cases.iter().any(|name| name == case.name));
        for case in &mut cases {
            case.records = self.records.unwrap_or(case.records);
            if case.samples > 0 {
                case.samples = self.samples.unwrap_or(case.samples).max(26);
            }
        }
        Ok(cases)
    }
}

/// Where generated files are kept and scratch files are made.
fn cache() -> anyhow::Result<PathBuf> {
    let cache = PathBuf::from("data/cache/bench");
    std::fs::create_dir_all(&cache)?;
    Ok(cache)
}

fn main() -> anyhow::Result<()> {
    // Paths are those of the project, wherever it is called from.
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))?;
    match Cli::parse().command {
        Command::Generate(choice) => generate_all(&choice),
        Command::Import(measure) => import_all(&measure),
        Command::Storage(keep) => section(storage::TITLE, keep.write, storage::all),
        Command::Memory(keep) => section(memory::TITLE, keep.write, memory::all),
        Command::All(measure) => {
            import_all(&measure)?;
            section(storage::TITLE, measure.write, storage::all)?;
            section(memory::TITLE, measure.write, memory::all)
        }
    }
}

fn generate_all(choice: &Choice) -> anyhow::Result<()> {
    for case in choice.cases()? {
        let input = generate::input(&case, &cache()?)?;
        println!("{}\t{} bytes", input.vcf.display(), input.bytes);
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn import_all(measure: &Measure) -> anyhow::Result<()> {
    let (cache, repetitions) = (cache()?, usize::from(measure.repetitions));
    let mut circumstances = report::Circumstances::begin();
    circumstances.add(&format!("{repetitions} repetitions"));
    let mut tables = String::new();
    for case in measure.choice.cases()? {
        let outcome = import::measure(case, repetitions, &cache).await?;
        let table = report::case(&outcome);
        println!("{table}");
        tables.push_str(&table);
    }
    report::finish("Import", circumstances, &tables, measure.write)
}

/// Runs a benchmark that reports one section.
#[tokio::main]
async fn section<F>(title: &str, write: bool, run: fn(PathBuf) -> F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<String>>,
{
    let circumstances = report::Circumstances::begin();
    let text = run(cache()?).await?;
    report::finish(title, circumstances, &text, write)
}
