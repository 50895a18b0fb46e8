//! `allelecast upload`.

use std::path::{Path, PathBuf};

use allelecast_client::protocol::dataset::{
    AbsentSites, Dataset, DatasetState, FileState, InfoGroups, InfoGroupsMode, NewDataset, Profile, VcfFile,
};
use allelecast_client::protocol::size::parse_size;
use allelecast_client::{Client, UploadOptions, sha256_of};
use clap::{Args, ValueEnum};

use super::{Failure, Global, print_json, sign_in};
use bars::Bars;

mod bars;

pub const AFTER_HELP: &str = "\
Examples:
  allelecast upload cohort.vcf.gz --name 'My cohort' --build GRCh38 --panel samples.tsv
  allelecast upload chr*.vcf.gz --name kgp --build GRCh37 --profile tolerant
  allelecast upload chr22.vcf.gz --dataset kgp --more
  allelecast upload big.vcf.gz --name big --build GRCh38 --limit-rate 2MB --no-wait";

#[derive(Debug, Args)]
pub struct UploadArgs {
    /// VCF files, plain or compressed
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Make a dataset of this name
    #[arg(
        long,
        required_unless_present = "dataset",
        conflicts_with = "dataset",
        requires = "build"
    )]
    name: Option<String>,
    /// Add to this dataset (slug or id)
    #[arg(long, conflicts_with_all = ["build", "panel", "profile", "absent_sites", "callable", "ignore_prefix", "info_groups"])]
    dataset: Option<String>,
    /// GRCh37, GRCh38 or T2T-CHM13
    #[arg(long)]
    build: Option<String>,
    /// Sample panel: TSV with a header, or PED
    #[arg(long, value_name = "FILE")]
    panel: Option<PathBuf>,
    /// Match panel names without the samples' prefix
    #[arg(long)]
    ignore_prefix: bool,
    /// How strictly the files are judged
    #[arg(long, value_enum)]
    profile: Option<ProfileArg>,
    /// What it means that a file has no record at a site
    #[arg(long, value_enum)]
    absent_sites: Option<AbsentArg>,
    /// Groups out of the INFO of files without samples (AC_afr, EUR_AF): those found, or none but all
    #[arg(long, value_enum)]
    info_groups: Option<InfoArg>,
    /// Where the files were called, as BED (plain or gzip): a site without a record means the reference only there
    #[arg(long, value_name = "FILE", requires = "absent_sites")]
    callable: Option<PathBuf>,
    /// Send no more than this many bytes a second: 100K, 2MB
    #[arg(long, value_parser = parse_size, value_name = "SIZE")]
    limit_rate: Option<u64>,
    /// More files follow: do not complete the dataset
    #[arg(long)]
    more: bool,
    /// Return when the bytes are sent
    #[arg(long)]
    no_wait: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ProfileArg {
    Spec,
    Strict,
    Tolerant,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum InfoArg {
    Auto,
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AbsentArg {
    Unknown,
    Reference,
}

pub async fn run(global: &Global, args: UploadArgs) -> Result<(), Failure> {
    let client = sign_in::client(global).await?;
    let dataset_id = match &args.dataset {
        Some(wanted) => find(&client, wanted).await?,
        None => create(&client, &args).await?,
    };
    let bars = Bars::new();
    let sending = async {
        for path in &args.files {
            send(&client, dataset_id, path, args.limit_rate, &bars).await?;
        }
        Ok::<_, Failure>(())
    };
    tokio::select! {
        sent = sending => sent?,
        // Ends with the sending: it only looks.
        () = bars.watch(&client, dataset_id) => {}
    }
    if !args.more {
        client.complete(dataset_id).await?;
    }
    let dataset = match args.no_wait {
        true => client.dataset(dataset_id).await?,
        false => client.settled(dataset_id, |dataset| bars.show(dataset)).await?,
    };
    bars.end();
    if global.json {
        print_json(&dataset)?;
    } else {
        let Dataset {
            name,
            slug,
            alleles,
            samples,
            findings,
            ..
        } = &dataset;
        println!(
            "{name} ({slug}): {alleles} alleles, {samples} samples, {} errors, {} warnings",
            findings.errors, findings.warnings
        );
    }
    match stopped(&dataset) {
        Some(reason) => Err(Failure::refused(reason)),
        None => Ok(()),
    }
}

async fn find(client: &Client, wanted: &str) -> Result<i64, Failure> {
    let datasets = client.datasets().await?;
    let found = datasets
        .iter()
        .find(|dataset| dataset.slug == wanted || dataset.id.to_string() == wanted);
    found
        .map(|dataset| dataset.id)
        .ok_or_else(|| Failure::other(format!("there is no dataset {wanted:?}")))
}

async fn create(client: &Client, args: &UploadArgs) -> Result<i64, Failure> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).map_err(|error| Failure::other(format!("{}: {error}", path.display())))
    };
    let new = NewDataset {
        name: args.name.clone().unwrap_or_default(),
        build: args.build.clone().unwrap_or_default(),
        profile: match args.profile {
            None | Some(ProfileArg::Spec) => Profile::Spec,
            Some(ProfileArg::Strict) => Profile::Strict,
            Some(ProfileArg::Tolerant) => Profile::Tolerant,
        },
        absent_sites: match args.absent_sites {
            None | Some(AbsentArg::Unknown) => AbsentSites::Unknown,
            Some(AbsentArg::Reference) => AbsentSites::Reference,
        },
        panel: args.panel.as_ref().map(read).transpose()?,
        ignore_prefix: args.ignore_prefix,
        info_groups: match args.info_groups {
            Some(InfoArg::None) => InfoGroups::Mode(InfoGroupsMode::None),
            None | Some(InfoArg::Auto) => InfoGroups::default(),
        },
        callable: None,
    };
    let bed = args.callable.as_ref().map(|path| {
        std::fs::read(path).map_err(|error| Failure::other(format!("{}: {error}", path.display())))
    });
    let bed = bed.transpose()?;
    let id = client.create_dataset(&new).await?.id;
    if let Some(bed) = bed
        && let Err(error) = client.replace_callable(id, bed).await
    {
        // A dataset without its regions would say more than is known.
        client.delete_dataset(id).await?;
        return Err(error.into());
    }
    Ok(id)
}

async fn send(
    client: &Client,
    dataset_id: i64,
    path: &Path,
    limit_rate: Option<u64>,
    bars: &Bars,
) -> Result<(), Failure> {
    let unreadable = |error| Failure::other(format!("{}: {error}", path.display()));
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    let mut options = UploadOptions::default();
    if let Some(rate) = limit_rate {
        options = options.limit_rate(rate);
    }
    // Where the dataset has a file of this length, it may be this one: ask before it is sent.
    let known = client.dataset(dataset_id).await?.files;
    let stopped = |file: &VcfFile| matches!(file.state, FileState::Failed | FileState::Cancelled);
    if known
        .iter()
        .any(|file| !stopped(file) && file.size.and_then(|size| u64::try_from(size).ok()) == Some(size))
    {
        let path = path.to_owned();
        let sum = tokio::task::spawn_blocking(move || sha256_of(&path)).await;
        options.sha256 = Some(
            sum.map_err(|error| Failure::other(error.to_string()))?
                .map_err(unreadable)?,
        );
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bar = bars.sending(&name, size);
    let moved = bar.clone();
    let options = options.on_progress(move |sent| moved.set_position(sent));
    let sent = client.upload_file(dataset_id, path, &options).await;
    bar.finish();
    match sent {
        Ok(_) => Ok(()),
        Err(error) => Err(explained(client, dataset_id, error).await),
    }
}

/// A refusal may arrive without its reason; the dataset knows it.
async fn explained(client: &Client, dataset_id: i64, error: allelecast_client::Error) -> Failure {
    let reason = match client.dataset(dataset_id).await {
        Ok(dataset) if dataset.state == DatasetState::Failed => stopped(&dataset),
        _ => None,
    };
    reason.map_or_else(|| error.into(), Failure::refused)
}

/// Why the import stopped, if it did.
fn stopped(dataset: &Dataset) -> Option<String> {
    let file = dataset
        .files
        .iter()
        .find(|file| matches!(file.state, FileState::Failed | FileState::Cancelled))?;
    let reason = file.error.as_ref().map(|error| match error.line {
        Some(line) => format!("line {line}: {}", error.message),
        None => error.message.clone(),
    });
    Some(format!(
        "{}: {}",
        file.filename,
        reason.unwrap_or_else(|| "the import stopped".to_owned())
    ))
}
