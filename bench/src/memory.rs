//! The memory benchmark: how much an import takes, whatever the length of its file.
//!
//! Invariant: each import has a server of its own, whose memory before it is what the peak is counted from.

use std::fmt::Write;
use std::path::PathBuf;

use crate::cases::{self, Case, Shape};
use crate::generate;
use crate::import;
use crate::server::Server;

/// Title of the section.
pub const TITLE: &str = "Memory";

/// How many times longer the long files are; many more sites would not fit on the chromosome.
const LONGER: usize = 5;

/// Imports files of each shape, and longer ones; the table.
pub async fn all(cache: PathBuf) -> anyhow::Result<String> {
    let mut text = String::from(
        "\nPeak of the server's resident memory during an import above what it had before, each in a fresh server.\n\n\
         | file | MB | alleles | idle MiB | peak above idle MiB |\n| --- | --- | --- | --- | --- |\n",
    );
    let cases = cases::all();
    let cases = cases
        .iter()
        .filter(|case| case.is_bgzip && !(case.shape == Shape::Genotypes && case.with_super));
    for case in cases {
        for times in [1, LONGER] {
            let case = Case {
                records: case.records * times,
                ..case.clone()
            };
            let input = generate::input(&case, &cache)?;
            let server = Server::start().await?;
            let (dataset, sample) = import::ours(&server, &input, 0).await?;
            let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
            let _ = writeln!(
                text,
                "| {} | {:.1} | {} | {:.0} | {:.0} |",
                case.describe(),
                input.bytes as f64 / 1e6,
                server.client.dataset(dataset).await?.alleles,
                mebibytes(server.idle),
                mebibytes(sample.peak)
            );
        }
    }
    println!("{text}");
    Ok(text)
}
