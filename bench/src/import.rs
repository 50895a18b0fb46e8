//! The import benchmark: a file's way into committed, visible blocks, from storage and over HTTP.
//!
//! Invariant: repetitions are interleaved with the peers', and nothing else of ours runs beside a measurement.

use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use allelecast_client::UploadOptions;
use allelecast_client::protocol::dataset::{DatasetState, NewDataset};
use anyhow::bail;

use crate::cases::Case;
use crate::generate::{self, Input};
use crate::peers;
use crate::process;
use crate::server::Server;

/// Time between two looks at the import's row.
const LOOK_EVERY: Duration = Duration::from_millis(4);

/// Bytes of one request of an upload.
const PIECE: u64 = 8 << 20;

/// One measurement of one contestant.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The time that is compared.
    pub wall: Duration,
    /// Ours only: from the first byte sent of a file that is imported while it arrives; `wall` begins with the first
    /// byte read of a file that is stored.
    pub from_sent: Option<Duration>,
    /// Processor time; ours is that of the server and of PostgreSQL.
    pub cpu: Duration,
    /// Ours only: PostgreSQL's part of it.
    pub postgres_cpu: Option<Duration>,
    /// Peak of resident memory, bytes; ours is that of the server above what it had before
    /// its first import.
    pub peak: u64,
    /// Processor time that the rest of the machine used meanwhile.
    pub others: Duration,
}

/// A contestant's measurements.
#[derive(Debug)]
pub struct Row {
    /// Who.
    pub name: String,
    /// In the order of the repetitions.
    pub samples: Vec<Sample>,
}

/// What a case came to; ours is the first row.
#[derive(Debug)]
pub struct Outcome {
    /// The case.
    pub case: Case,
    /// Bytes of its file.
    pub bytes: u64,
    /// Alleles in it.
    pub alleles: u64,
    /// Ours, then the peers.
    pub rows: Vec<Row>,
}

/// Measures a case.
pub async fn measure(case: Case, repetitions: usize, cache: &Path) -> anyhow::Result<Outcome> {
    let input = generate::input(&case, cache)?;
    // Everybody reads from memory.
    std::io::copy(&mut std::fs::File::open(&input.vcf)?, &mut std::io::sink())?;
    let scratch = tempfile::tempdir_in(cache)?;
    let mut peers = peers::peers(&case, &input, scratch.path());
    let server = Server::start().await?;
    let mut rows = vec![Row {
        name: "Allelecast".into(),
        samples: Vec::new(),
    }];
    rows.extend(peers.iter().map(|peer| Row {
        name: peer.name.clone(),
        samples: Vec::new(),
    }));
    let mut alleles = 0;
    for repetition in 0..repetitions {
        let (dataset, sample) = ours(&server, &input, repetition).await?;
        rows[0].samples.push(sample);
        let progress = server.client.dataset(dataset).await?;
        alleles = u64::try_from(progress.alleles)?;
        server.client.delete_dataset(dataset).await?;
        for (peer, row) in peers.iter_mut().zip(&mut rows[1..]) {
            let before = process::machine_cpu()?;
            let ran = peer.run()?;
            row.samples.push(Sample {
                wall: ran.wall,
                from_sent: None,
                cpu: ran.cpu,
                postgres_cpu: None,
                peak: ran.peak,
                others: (process::machine_cpu()? - before).saturating_sub(ran.cpu),
            });
        }
    }
    Ok(Outcome {
        case,
        bytes: input.bytes,
        alleles,
        rows,
    })
}

/// Imports the file twice: while it is sent, and from stored bytes, which is what the peers' reading of a file
/// compares with. Gives the second dataset; returns when the jobs that follow are done, too.
pub async fn ours(server: &Server, input: &Input, repetition: usize) -> anyhow::Result<(i64, Sample)> {
    let (live, sent) = import(server, input, &format!("Live {repetition}"), Start::WhileSent).await?;
    server.client.delete_dataset(live).await?;
    settle(server).await?;
    let (dataset, stored) = import(server, input, &format!("Bench {repetition}"), Start::Stored).await?;
    let sample = Sample {
        from_sent: sent.from_sent,
        peak: stored.peak.max(sent.peak),
        ..stored
    };
    Ok((dataset, sample))
}

/// When an import begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// With the first bytes that arrive.
    WhileSent,
    /// When all bytes are stored.
    Stored,
}

async fn import(server: &Server, input: &Input, name: &str, start: Start) -> anyhow::Result<(i64, Sample)> {
    let panel = input.panel.as_ref().map(std::fs::read_to_string).transpose()?;
    let new: NewDataset = serde_json::from_value(serde_json::json!({
        "name": name, "build": "GRCh37", "panel": panel,
    }))?;
    let dataset = server.client.create_dataset(&new).await?.id;
    let held = match start {
        Start::WhileSent => None,
        Start::Stored => Some(store(server, input, dataset).await?),
    };
    process::reset_peak(server.pid())?;
    let machine = process::machine_cpu()?;
    let client = process::cpu(std::process::id())?;
    let before = server.cpu()?;
    let sent = Instant::now();
    let feed = async {
        match held {
            Some(held) => held.rollback().await?,
            None => {
                let options = UploadOptions::default();
                server.client.upload_file(dataset, &input.vcf, &options).await?;
                server.client.complete(dataset).await?;
            }
        }
        anyhow::Ok(())
    };
    let (fed, watched) = tokio::join!(feed, watch(server, dataset));
    fed?;
    let (read, ready) = watched?;
    let state = server.client.dataset(dataset).await?.state;
    if state != DatasetState::Ready {
        bail!("the file is committed, and its dataset is {state:?}");
    }
    let after = server.cpu()?;
    let client = process::cpu(std::process::id())? - client;
    let postgres_cpu = after.1.saturating_sub(before.1);
    let cpu = after.0 - before.0 + postgres_cpu;
    let sample = Sample {
        wall: ready - read,
        from_sent: (start == Start::WhileSent).then(|| ready - sent),
        cpu,
        postgres_cpu: Some(postgres_cpu),
        peak: process::peak(server.pid())?.saturating_sub(server.idle),
        others: (process::machine_cpu()? - machine).saturating_sub(cpu + client),
    };
    settle(server).await?;
    Ok((dataset, sample))
}

/// Stores the file's bytes while its import is kept from being claimed, until the transaction that is given back ends.
async fn store(
    server: &Server,
    input: &Input,
    dataset: i64,
) -> anyhow::Result<sqlx::Transaction<'static, sqlx::Postgres>> {
    let name = input.vcf.file_name().unwrap_or_default().to_string_lossy();
    let mut upload = server
        .client
        .begin_upload(dataset, &name, Some(input.bytes))
        .await?;
    let mut held = server.pool.begin().await?;
    let hold = "SELECT FROM job WHERE dataset_id = $1 AND kind = 'import' FOR UPDATE";
    sqlx::query(hold).bind(dataset).execute(&mut *held).await?;
    let mut file = std::fs::File::open(&input.vcf)?;
    loop {
        let mut piece = Vec::with_capacity(PIECE as usize);
        if file.by_ref().take(PIECE).read_to_end(&mut piece)? == 0 {
            break;
        }
        upload.append(piece).await?;
    }
    server.client.complete(dataset).await?;
    Ok(held)
}

/// When the import began to read, and when its last block was committed.
async fn watch(server: &Server, dataset: i64) -> anyhow::Result<(Instant, Instant)> {
    let mut begun = None;
    loop {
        let row: Option<(String, String, Option<String>)> = sqlx::query_as(
            "SELECT j.state, f.state, f.error ->> 'message' FROM vcf_file f JOIN job j ON j.file_id = f.id
             WHERE f.dataset_id = $1 AND j.kind = 'import'",
        )
        .bind(dataset)
        .fetch_optional(&server.pool)
        .await?;
        let now = Instant::now();
        if let Some((job, file, error)) = row {
            let begun = match job.as_str() {
                "queued" => None,
                _ => Some(*begun.get_or_insert(now)),
            };
            match (begun, file.as_str()) {
                (Some(begun), "ready") => return Ok((begun, now)),
                (_, "failed" | "cancelled") => bail!("the file was {file}: {}", error.unwrap_or_default()),
                _ => {}
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Waits until the jobs that follow an import are done, so that they do not disturb the next measurement.
async fn settle(server: &Server) -> anyhow::Result<()> {
    loop {
        let open: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM job WHERE state IN ('queued', 'running'))")
                .fetch_one(&server.pool)
                .await?;
        if !open {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
