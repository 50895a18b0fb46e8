//! `allelecast export`.

use std::path::{Path, PathBuf};

use allelecast_client::protocol::export::{Export, ExportState};
use allelecast_client::{Client, QueryRequest};
use clap::{Args, ValueEnum};
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::{Failure, Global, print_json, sign_in};

pub const AFTER_HELP: &str = "\
Every row of the query at one version: site columns, then for each group status, ac, an, af, het, hom, hemi.
The status is observed, ac0 (recorded, not called), not_seen (covered, not recorded) or no_data.

Examples:
  allelecast export 'af(CEU) > 5%' --build GRCh37 --dataset demo --output common.csv
  allelecast export '' --build GRCh37 --output - | wc -l";

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The query; empty for all alleles
    query: String,
    /// GRCh37, GRCh38 or T2T-CHM13
    #[arg(long)]
    build: String,
    /// Datasets (slug or id); all of the build without it
    #[arg(long, value_delimiter = ',')]
    dataset: Vec<String>,
    /// Groups to show; all without it
    #[arg(long, value_delimiter = ',')]
    groups: Vec<String>,
    /// Count high-quality calls only
    #[arg(long)]
    hq: bool,
    /// The version to read at (`1.25`); the newest without it
    #[arg(long)]
    version: Option<String>,
    /// Form of the file
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// File to write; `-` is standard output; the server's name for it without this
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Csv,
}

pub async fn run(global: &Global, args: ExportArgs) -> Result<(), Failure> {
    let to_stdout = args.output.as_deref() == Some(Path::new("-"));
    if to_stdout && global.json {
        return Err(Failure::other("--json and --output - both want standard output"));
    }
    let client = sign_in::client(global).await?;
    let mut request = QueryRequest::new(args.build, args.query);
    request.datasets = args.dataset;
    request.groups = args.groups;
    request.hq = args.hq;
    let mut new = request.as_export(match args.format {
        Format::Csv => "csv",
    });
    new.version = args.version;
    let id = client.begin_export(&new).await?.id;
    let export = written(&client, &id).await?;
    if to_stdout {
        fetch(&client, &export, &mut tokio::io::stdout()).await?;
    } else {
        let path = args.output.unwrap_or_else(|| PathBuf::from(&export.filename));
        // Under its name only when it is whole.
        let unfinished = path.with_added_extension("part");
        let mut file = tokio::fs::File::create(&unfinished).await?;
        fetch(&client, &export, &mut file).await?;
        tokio::fs::rename(&unfinished, &path).await?;
        if !global.json {
            println!(
                "{}: {} rows, {} bytes, version {}",
                path.display(),
                export.rows,
                export.bytes,
                export.version
            );
        }
    }
    // It is here now; the server need not keep it.
    client.delete_export(&export.id).await?;
    if global.json {
        print_json(&export)?;
    }
    Ok(())
}

async fn written(client: &Client, id: &str) -> Result<Export, Failure> {
    let bar = ProgressBar::new(1000);
    let style = ProgressStyle::with_template("export [{bar:30}] {percent}% {msg}");
    bar.set_style(
        style
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> "),
    );
    let look = |export: &Export| {
        bar.set_position((export.progress * 1000.0) as u64);
        bar.set_message(format!("{} rows", export.rows));
    };
    let export = client.export_settled(id, look).await?;
    bar.finish_and_clear();
    match (export.state, &export.error) {
        (ExportState::Failed, Some(error)) => Err(Failure::other(error.to_string())),
        (ExportState::Failed, None) => Err(Failure::other("the export failed")),
        _ => Ok(export),
    }
}

async fn fetch(client: &Client, export: &Export, to: &mut (impl AsyncWrite + Unpin)) -> Result<(), Failure> {
    let mut pieces = std::pin::pin!(client.export_file(&export.id, 0).await?);
    let mut written = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        to.write_all(&piece).await?;
        written += piece.len() as i64;
    }
    to.flush().await?;
    if written == export.bytes {
        Ok(())
    } else {
        Err(Failure::other(format!(
            "{written} of {} bytes arrived",
            export.bytes
        )))
    }
}
