//! Statistics: the R worker under its supervisor, and whole runs.
//!
//! Invariant: the faults are real ones, of a real worker in a real R.

use std::path::{Path, PathBuf};
use std::process::Command;

use allelecast_client::protocol::export::Names;
use allelecast_client::protocol::statistics::{RunState, StatisticRequest, StatisticRun};
use allelecast_client::{Client, QueryRequest};
use allelecast_server::app::Config;

use super::support::data;
use super::support::server::{TestServer, new_dataset, server, server_with};

mod faults;
mod parity;

/// The worker that the build made; without R there is none, and the tests that need it are skipped. With R it must be.
fn worker() -> Option<PathBuf> {
    let has_r = Command::new("R")
        .arg("RHOME")
        .output()
        .is_ok_and(|found| found.status.success());
    if !has_r {
        println!("skipped: R is not installed");
        return None;
    }
    let of_this_test = std::env::current_exe().unwrap();
    let build = of_this_test.ancestors().nth(2).unwrap();
    let worker =
        std::env::var_os("ALLELECAST_R_WORKER").map_or_else(|| build.join("allelecast-r"), PathBuf::from);
    assert!(
        worker.is_file(),
        "R is here, but its worker is not: `cargo build -p allelecast-r` makes it"
    );
    Some(worker)
}

async fn server_with_r() -> Option<TestServer> {
    let worker = worker()?;
    Some(server_with(|config: &mut Config| config.statistics.r_worker = Some(worker)).await)
}

/// Imports a file and waits until it is ready.
async fn import(client: &Client, name: &str, vcf: &Path, panel: Option<String>) -> String {
    let mut dataset = new_dataset(name);
    dataset.panel = panel;
    let dataset = client.create_dataset(&dataset).await.unwrap();
    let bytes = std::fs::read(vcf).unwrap();
    let filename = vcf.file_name().unwrap().to_str().unwrap();
    let mut upload = client
        .begin_upload(dataset.id, filename, Some(bytes.len() as u64))
        .await
        .unwrap();
    upload.append(bytes).await.unwrap();
    client.complete(dataset.id).await.unwrap();
    let settled = client.settled(dataset.id, |_| ()).await.unwrap();
    assert!(
        settled.files.iter().all(|file| file.error.is_none()),
        "{:?}",
        settled.files
    );
    dataset.slug
}

/// A small file of seven samples.
fn small_vcf() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.vcf");
    let text = "##fileformat=VCFv4.3\n\
        ##contig=<ID=1>\n\
        ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\tD\tE\tF\tÜ\n\
        1\t100\t.\tA\tC\t.\tPASS\t.\tGT\t0/0\t0/1\t1/1\t0/1\t0/0\t./.\t0/1\n\
        1\t200\t.\tG\tT,C\t.\tPASS\t.\tGT\t0/2\t1/2\t1/1\t0\t./1\t0/0\t2/2\n\
        1\t300\t.\tG\tA\t.\tPASS\t.\tGT\t0/0\t0/0\t0/0\t0/0\t0/0\t0/0\t0/0\n";
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn request(dataset: &str, q: &str, groups: &str) -> StatisticRequest {
    StatisticRequest {
        build: "GRCh37".into(),
        q: q.into(),
        dataset: Names::Text(dataset.into()),
        groups: Names::Text(groups.into()),
        ..StatisticRequest::default()
    }
}

async fn run(client: &Client, request: &StatisticRequest) -> StatisticRun {
    let started = client.start_statistic("hwe", request).await.unwrap();
    client.ended_statistic(started.id).await.unwrap()
}

#[tokio::test]
async fn without_r_everything_else_works_and_says_so() {
    let server = server_with(|config| config.statistics.r_worker = Some("nowhere/allelecast-r".into())).await;
    let client = server.user().await;
    let state = client.statistics().await.unwrap();
    assert!(!state.r.available);
    let reason = state.r.reason.unwrap();
    assert!(reason.starts_with("R cannot be used on this server"), "{reason}");
    assert_eq!(state.tools[0].name, "hwe");

    let (_folder, vcf) = small_vcf();
    let slug = import(&client, "Small", &vcf, None).await;
    let failed = run(&client, &request(&slug, "", "")).await;
    assert_eq!((failed.state, failed.error), (RunState::Failed, Some(reason)));
    let page = client.query(&QueryRequest::new("GRCh37", "")).await.unwrap();
    assert_eq!(page.rows.len(), 4);
}

#[tokio::test]
async fn a_run_is_computed_once_shown_in_parts_and_deleted() {
    let Some(server) = server_with_r().await else {
        return;
    };
    let client = server.user().await;
    let (_folder, vcf) = small_vcf();
    let slug = import(&client, "Small", &vcf, None).await;
    let asked = request(&slug, "", "");
    let ready = run(&client, &asked).await;
    assert_eq!(
        (ready.state, ready.error.as_deref(), ready.progress),
        (RunState::Ready, None, 1.0)
    );
    assert_eq!(ready.version, client.head().await.unwrap());
    let table = ready.result.unwrap();
    let column = |name: &str| {
        table
            .numbers(name)
            .unwrap()
            .iter()
            .map(|n| n.unwrap())
            .collect::<Vec<_>>()
    };
    // 1:200 has two alternate alleles: partial and haploid calls are not diploid.
    assert_eq!(
        table.texts("alt").unwrap().iter().flatten().collect::<Vec<_>>(),
        ["C", "C", "T", "A"]
    );
    assert_eq!(column("n"), [6.0, 5.0, 5.0, 7.0]);
    assert_eq!(column("het"), [3.0, 2.0, 1.0, 0.0]);
    assert_eq!(column("hom"), [1.0, 1.0, 1.0, 0.0]);
    assert_eq!(table.numbers("z_hwe").unwrap()[3], None, "one allele only");

    let again = client.start_statistic("hwe", &asked).await.unwrap();
    assert_eq!((again.id, again.state), (ready.id, RunState::Ready));
    let other = run(&client, &request(&slug, "", "{A, Ü}")).await;
    assert_ne!(other.id, ready.id);
    assert_eq!(other.result.unwrap().numbers("n").unwrap()[0], Some(2.0));
    let tail = client.statistic(ready.id, 3).await.unwrap().result.unwrap();
    assert_eq!(
        (tail.total, tail.numbers("pos").unwrap()),
        (4, &[Some(300.0)][..])
    );
    client.stop_statistic(ready.id).await.unwrap();
    assert!(client.statistic(ready.id, 0).await.is_err());
    assert!(client.stop_statistic(ready.id).await.is_err());
}

#[tokio::test]
async fn empty_answers_and_wrong_questions() {
    let Some(server) = server_with_r().await else {
        return;
    };
    let client = server.user().await;
    let (_folder, vcf) = small_vcf();
    let slug = import(&client, "Small", &vcf, None).await;
    let nothing = run(&client, &request(&slug, "region:1:400-500", "")).await;
    assert_eq!((nothing.state, nothing.error.as_deref()), (RunState::Ready, None));
    assert_eq!(nothing.result.unwrap().total, 0);
    let wrong = client
        .start_statistic("hwe", &request(&slug, "af(NOBODY) > 1", ""))
        .await;
    assert_eq!(wrong.unwrap_err().code().unwrap().as_str(), "query_name");
}

#[tokio::test]
async fn a_run_of_a_server_that_is_gone_has_failed() {
    let server = server().await;
    let (client, _) = server.user_with_dataset().await;
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO statistic (tool, inputs, key, epoch, seq, lease, leased_until)
         VALUES ('hwe', '{\"build\": \"GRCh37\"}', '', 1, 0, gen_random_uuid(), now() - interval '1 second') RETURNING id",
    )
    .fetch_one(&server.pool().await)
    .await
    .unwrap();
    let run = client.statistic(id, 0).await.unwrap();
    assert_eq!(run.state, RunState::Failed);
    assert!(run.error.unwrap().contains("Run it again"));
}

#[tokio::test]
async fn a_run_under_way_is_cancelled() {
    let silent = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/statistics/silent-worker");
    let server = server_with(|config| config.statistics.r_worker = Some(silent.into())).await;
    let client = server.user().await;
    let (_folder, vcf) = small_vcf();
    let slug = import(&client, "Small", &vcf, None).await;
    let asked = request(&slug, "", "");
    let begun = client.start_statistic("hwe", &asked).await.unwrap();
    assert_eq!(begun.state, RunState::Running);
    assert_eq!(
        client.start_statistic("hwe", &asked).await.unwrap().id,
        begun.id,
        "it is under way already"
    );
    client.stop_statistic(begun.id).await.unwrap();
    let stopped = client.ended_statistic(begun.id).await.unwrap();
    assert_eq!((stopped.state, stopped.error), (RunState::Cancelled, None));
    let anew = client.start_statistic("hwe", &asked).await.unwrap();
    assert_ne!(anew.id, begun.id, "what was cancelled can be run again");
    client.stop_statistic(anew.id).await.unwrap();
}

#[tokio::test]
async fn a_server_that_stops_ends_its_runs() {
    let silent = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/statistics/silent-worker");
    let mut server = server_with(|config| config.statistics.r_worker = Some(silent.into())).await;
    let client = server.user().await;
    let (_folder, vcf) = small_vcf();
    let slug = import(&client, "Small", &vcf, None).await;
    client
        .start_statistic("hwe", &request(&slug, "", ""))
        .await
        .unwrap();
    server.stop().await;
    let (state, error): (String, String) = sqlx::query_as("SELECT state, error FROM statistic")
        .fetch_one(&server.pool().await)
        .await
        .unwrap();
    assert_eq!(state, "failed");
    assert!(error.contains("stopped"), "{error}");
}

#[tokio::test]
async fn a_missing_library_of_r_is_explained() {
    let broken = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/statistics/worker-without-library"
    );
    let server = server_with(|config| config.statistics.r_worker = Some(broken.into())).await;
    let state = server.user().await.statistics().await.unwrap().r;
    assert!(!state.available);
    assert!(state.reason.unwrap().contains("libR.so"));
}
