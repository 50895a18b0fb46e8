//! `/demo`: the example file as a dataset, sent slowly enough that one can watch it arrive.
//!
//! Invariant: the bytes go the way of every upload; nothing knows that they come from here.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use allelecast_protocol::dataset::{AbsentSites, CreatedDataset, InfoGroups, NewDataset, Profile};
use allelecast_protocol::size::parse_size;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use bytes::Bytes;
use futures::stream;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::time::{Interval, MissedTickBehavior};
use uuid::Uuid;

use super::auth::CurrentUser;
use super::datasets::build_id;
use super::{AppState, Error, panel, uploads};
use crate::store::uploads::{Created, NewUpload};
use crate::store::{datasets, files, uploads as stored};

/// Name of the dataset.
const NAME: &str = "demo";
/// Build of the example.
const BUILD: &str = "GRCh37";
/// Pieces sent in a second.
const PIECES: u64 = 10;

/// Where the demo data is, and how fast it is sent.
#[derive(Debug, Clone, clap::Args)]
pub struct Demo {
    /// VCF file of the demo
    #[arg(
        long = "demo-vcf",
        env = "ALLELECAST_DEMO_VCF",
        default_value = "data/cache/shapeit4-example/usr/share/doc/shapeit4/examples/test/unphased.vcf.gz",
        value_name = "FILE"
    )]
    pub vcf: PathBuf,
    /// Sample panel of the demo
    #[arg(
        long = "demo-panel",
        env = "ALLELECAST_DEMO_PANEL",
        default_value = "deploy/demo/shapeit4_example_panel.tsv",
        value_name = "FILE"
    )]
    pub panel: PathBuf,
    /// Bytes of the demo sent in a second
    #[arg(long = "demo-rate", env = "ALLELECAST_DEMO_RATE", default_value = "100K", value_parser = parse_size, value_name = "SIZE")]
    pub rate: u64,
}

impl Default for Demo {
    /// What the command line gives when it says nothing of the demo.
    fn default() -> Self {
        #[derive(clap::Parser)]
        struct Alone {
            #[command(flatten)]
            demo: Demo,
        }
        <Alone as clap::Parser>::parse_from(["demo"]).demo
    }
}

/// Makes a dataset of the demo data and begins to upload the file to it, slowly enough to watch.
#[utoipa::path(post, path = "/api/v1/demo", tag = "datasets",
    responses((status = 201, body = CreatedDataset), (status = 503, description = "The demo data is not there")))]
pub async fn create(
    State(state): State<AppState>,
    current: CurrentUser,
) -> Result<(StatusCode, Json<CreatedDataset>), Error> {
    let demo = &state.settings.demo;
    let panel = tokio::fs::read_to_string(&demo.panel).await.map_err(missing)?;
    panel::read(&panel)?;
    let file = File::open(&demo.vcf).await.map_err(missing)?;
    let size = file.metadata().await.map_err(missing)?.len();
    let new = NewDataset {
        name: NAME.to_owned(),
        build: BUILD.to_owned(),
        profile: Profile::default(),
        absent_sites: AbsentSites::default(),
        panel: Some(panel),
        ignore_prefix: false,
        info_groups: InfoGroups::default(),
        callable: None,
    };
    let build = build_id(&state, BUILD).await?;
    let (dataset_id, slug) =
        datasets::create(&state.head, &state.pool, &new, None, build, current.user.id).await?;
    let filename = demo.vcf.file_name().unwrap_or_default().to_string_lossy();
    let upload = NewUpload {
        dataset_id,
        filename: &filename,
        size: Some(i64::try_from(size).map_err(Error::internal)?),
        user_id: current.user.id,
        expires_after_seconds: state.settings.limits.upload_expiry,
        sha256: None,
    };
    let Created::Upload(raw_id) = stored::create(&state.pool, upload).await? else {
        return Err(Error::conflict("The demo dataset was deleted at once."));
    };
    datasets::complete(&state.head, &state.pool, dataset_id).await?;
    let body = Body::from_stream(paced(file, demo.rate));
    let sending = send(state.clone(), raw_id, body);
    state.tasks.spawn(sending);
    Ok((StatusCode::CREATED, Json(CreatedDataset { id: dataset_id, slug })))
}

/// Sends the file; where that ends early, says so on the file, so that nobody waits for it.
async fn send(state: AppState, raw_id: Uuid, body: Body) {
    let Err(error) = uploads::receive_file(&state, raw_id, body).await else {
        return;
    };
    tracing::info!(%error, "the demo was not sent to its end");
    let cancelled = async {
        let Some(file) = stored::find(&state.pool, raw_id).await? else {
            return Ok(());
        };
        let reason = format!("The demo was interrupted: {error} Load it again.");
        files::cancel(&state.head, &state.pool, file.id, &reason).await?;
        state.raw_arrived.notify_waiters();
        Ok::<_, crate::store::StoreError>(())
    };
    if let Err(error) = cancelled.await {
        tracing::warn!(%error, "the interrupted demo could not be cancelled; it will expire");
    }
}

/// The file in pieces, a tenth of a second apart.
fn paced(file: File, rate: u64) -> impl futures::Stream<Item = std::io::Result<Bytes>> {
    let mut ticks = tokio::time::interval(Duration::from_millis(1_000 / PIECES));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let piece = (rate / PIECES).max(1);
    stream::try_unfold(
        (file, ticks),
        move |(mut file, mut ticks): (File, Interval)| async move {
            ticks.tick().await;
            let mut bytes = Vec::new();
            (&mut file).take(piece).read_to_end(&mut bytes).await?;
            Ok((!bytes.is_empty()).then(|| (Bytes::from(bytes), (file, ticks))))
        },
    )
}

fn missing(error: std::io::Error) -> Error {
    if error.kind() == ErrorKind::NotFound {
        Error::unavailable("The demo data is not on this server.")
            .with_hint("`make run` fetches it; its operator can name it with --demo-vcf and --demo-panel.")
    } else {
        Error::internal(error)
    }
}
