//! A server with a reference: what it imports, what it says of it, and how the operator adds and removes one.

use std::io::Write;
use std::process::{Command, Output};

use allelecast_client::protocol::dataset::{Dataset, FileState, NewDataset};
use allelecast_client::protocol::row::{Alignment, Row};
use allelecast_client::{Client, QueryRequest};
use allelecast_server::domain::build::Build;
use allelecast_server::import::reference;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::generated::{Generated, fasta};
use crate::support::server::{TestServer, server};

fn new_dataset(profile: &str) -> NewDataset {
    let json = serde_json::json!({ "name": "Aligned", "build": "GRCh38", "profile": profile });
    serde_json::from_value(json).unwrap()
}

async fn uploaded(client: &Client, text: &str, profile: &str) -> Dataset {
    let dataset = client.create_dataset(&new_dataset(profile)).await.unwrap();
    let size = Some(text.len() as u64);
    let mut upload = client.begin_upload(dataset.id, "x.vcf", size).await.unwrap();
    upload.append(text.to_owned()).await.unwrap();
    client.complete(dataset.id).await.unwrap();
    client.settled(dataset.id, |_| ()).await.unwrap()
}

async fn rows(client: &Client, slug: &str) -> Vec<Row> {
    let mut request = QueryRequest {
        limit: Some(1_000),
        ..QueryRequest::new("GRCh38", "")
    }
    .in_dataset(slug);
    let mut all = Vec::new();
    loop {
        let page = client.query(&request).await.unwrap();
        all.extend(page.rows);
        match page.next {
            Some(next) => request.cursor = Some(next),
            None => return all,
        }
    }
}

/// `allelecast-server reference …` on the server's database and folder.
fn reference_command(server: &TestServer, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_allelecast-server"))
        .arg("reference")
        .args(words)
        .args(["--database-url", &server.database_url(), "--data-dir"])
        .arg(server.data_dir())
        .output()
        .unwrap()
}

fn file(text: &Generated, records: &str) -> String {
    format!("{}{records}", text.header)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_aligns_with_the_reference_it_was_given() {
    let server = server().await;
    let client = server.user().await;
    let generated = Generated::new(7);
    let text = file(&generated, &generated.records);

    let before = uploaded(&client, &text, "tolerant").await;
    assert_eq!(before.files[0].state, FileState::Ready, "{before:?}");
    assert_eq!(before.files[0].alignment, None);

    // Plain text under another of the contig's names, with one beside it that the build does not list.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made-up.fa.gz");
    let mut gzip = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::fast());
    gzip.write_all(fasta("chrM", &generated.sequence).as_bytes())
        .unwrap();
    gzip.write_all(b">decoy_1\nACGTACGTAAAA\n").unwrap();
    gzip.finish().unwrap();
    let path = path.to_str().unwrap();
    let added = reference_command(&server, &["add", "GRCh38", path]);
    let said = String::from_utf8(added.stdout).unwrap();
    assert!(added.status.success(), "{said}");
    assert!(said.contains("Read 2 sequences, 16581 bases."), "{said}");
    assert!(said.contains("There is no .fai index beside the file"), "{said}");
    assert!(said.contains("trimmed only: 1, 2, 3,"), "{said}");
    assert!(said.contains("GRCh38\tmade-up.fa.gz\t2\t16581\t"), "{said}");
    let twice = reference_command(&server, &["add", "GRCh38", path]);
    assert!(!twice.status.success());

    let after = uploaded(&client, &text, "tolerant").await;
    let alignment = after.files[0].alignment.clone().unwrap();
    assert_eq!(alignment.reference, "made-up.fa.gz");
    assert_eq!((alignment.sha256.len(), alignment.unshifted), (64, 0));
    let (trimmed, aligned) = (
        rows(&client, &before.slug).await,
        rows(&client, &after.slug).await,
    );
    assert_eq!(trimmed.len(), aligned.len());
    let originals = || aligned.iter().flat_map(|row| &row.originals);
    let shifted = originals().filter(|original| original.alignment == Alignment::LeftAligned);
    assert_eq!(shifted.count() as i64, alignment.shifted);
    assert!(alignment.shifted > 100, "{alignment:?}");
    // Every record is found again, by what the rows say of it.
    let stated = |row: &Row| match &row.originals[..] {
        [original] => (
            original.pos,
            original.reference_bases.clone(),
            original.alternate_bases.clone(),
        ),
        _ => (row.pos, row.reference_bases.clone(), row.alternate_bases.clone()),
    };
    let mut of_rows: Vec<_> = aligned.iter().map(stated).collect();
    let mut of_file: Vec<_> = generated
        .records
        .lines()
        .flat_map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let (pos, reference) = (fields[1].parse::<u32>().unwrap(), fields[3].to_owned());
            let alternates: Vec<String> = fields[4].split(',').map(str::to_owned).collect();
            alternates
                .into_iter()
                .map(move |alternate| (pos, reference.clone(), alternate))
        })
        .collect();
    of_rows.sort();
    of_file.sort();
    assert_eq!(of_rows, of_file);

    // The extra contig is aligned as well.
    let decoy = generated.header.to_owned() + "decoy_1\t12\t.\tA\tAA\t.\tPASS\t.\tGT\t0/1\t0/0\t0/0\n";
    let decoy = uploaded(&client, &decoy, "tolerant").await;
    let found = rows(&client, &decoy.slug).await;
    assert_eq!(
        (found[0].pos, found[0].variant_id.as_str()),
        (8, "decoy_1-8-T-TA")
    );

    let removed = reference_command(&server, &["remove", "GRCh38"]);
    assert!(removed.status.success());
    let listed = reference_command(&server, &["list"]).stdout;
    assert!(!String::from_utf8(listed).unwrap().contains("made-up"));
    let still = client.dataset(after.id).await.unwrap();
    assert_eq!(
        still.files[0].alignment,
        Some(alignment),
        "the row outlives the bases"
    );
    let without = uploaded(&client, &text, "tolerant").await;
    assert_eq!(without.files[0].alignment, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_import_keeps_the_reference_it_began_with() {
    let mut server = server().await;
    let client = server.user().await;
    let generated = Generated::new(11);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.fa");
    std::fs::write(&path, fasta("MT", &generated.sequence)).unwrap();
    let (pool, raw) = (server.pool().await, server.raw());
    reference::add(&pool, &raw, Build::Grch38, &path).await.unwrap();
    let text = file(&generated, &generated.records);
    let undisturbed = uploaded(&client, &text, "tolerant").await;

    let dataset = client.create_dataset(&new_dataset("tolerant")).await.unwrap();
    let size = Some(text.len() as u64);
    let mut upload = client.begin_upload(dataset.id, "x.vcf", size).await.unwrap();
    let most = text.len() * 9 / 10;
    upload.append(text[..most].to_owned()).await.unwrap();
    // A block is committed, and the alleles of the window behind it wait.
    while client.dataset(dataset.id).await.unwrap().alleles == 0 {}
    server.stop().await;
    server.start_again().await;
    upload.append(text[most..].to_owned()).await.unwrap();
    client.complete(dataset.id).await.unwrap();
    let resumed = client.settled(dataset.id, |_| ()).await.unwrap();
    assert_eq!(resumed.files[0].alignment, undisturbed.files[0].alignment);
    let shown = async |slug: &str| {
        let rows = rows(&client, slug).await.into_iter();
        rows.map(|row| format!("{row:?}").replace(slug, "dataset"))
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(&resumed.slug).await, shown(&undisturbed.slug).await);
    let findings = async |id| client.findings_csv(id).await.unwrap();
    assert_eq!(findings(resumed.id).await, findings(undisturbed.id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn ref_is_compared_and_another_reference_refused() {
    let server = server().await;
    let client = server.user().await;
    let generated = Generated::new(8);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.fa");
    std::fs::write(&path, fasta("NC_012920.1", &generated.sequence)).unwrap();
    std::fs::write(folder.path().join("m.fa.fai"), "NC_012920.1\t16569\t21\t60\t61\n").unwrap();
    let added = reference::add(&server.pool().await, &server.raw(), Build::Grch38, &path).await;
    assert!(added.unwrap().indexed);

    // A known base, another than the reference has.
    let known = |from: usize| {
        (from..)
            .find(|&at| b"ACGT".contains(&generated.sequence[at]))
            .unwrap()
    };
    let record = |at: usize, differs: bool| {
        let base = char::from(generated.sequence[at]);
        let other = if base == 'A' { 'C' } else { 'A' };
        let (reference, alternate) = if differs { (other, base) } else { (base, other) };
        format!(
            "MT\t{}\t.\t{reference}\t{alternate}\t.\tPASS\t.\tGT\t0/1\t0/0\t0/0\n",
            at + 1
        )
    };
    let places: Vec<usize> = (0..200).map(|i| known(50 * (i + 1))).collect();
    let mut few: String = places
        .iter()
        .enumerate()
        .map(|(i, &at)| record(at, i == 3))
        .collect();
    few += &format!(
        "MT\t{}\t.\tN\tA\t.\tPASS\t.\tGT\t0/1\t0/0\t0/0\n",
        known(10_500) + 1
    );
    let accepted = uploaded(&client, &file(&generated, &few), "spec").await;
    assert_eq!(accepted.files[0].state, FileState::Ready, "{accepted:?}");
    let findings = client.findings_csv(accepted.id).await.unwrap();
    let found: Vec<&str> = findings
        .lines()
        .filter(|line| line.contains("ref-differs"))
        .collect();
    assert_eq!(found.len(), 1, "{findings}");
    assert!(
        found[0].contains("warning") && found[0].contains("where the reference has"),
        "{findings}"
    );
    let open = findings.lines().filter(|line| line.contains("ref-open"));
    assert_eq!(open.count(), 1, "{findings}");
    let strict = uploaded(&client, &file(&generated, &few), "strict").await;
    assert_eq!(strict.files[0].state, FileState::Failed);

    for (differing, of) in [(200, 200), (12, 12), (100, 180)] {
        let many = places[..of]
            .iter()
            .enumerate()
            .map(|(i, &at)| record(at, i < differing));
        let refused = uploaded(&client, &file(&generated, &many.collect::<String>()), "tolerant").await;
        assert_eq!(refused.files[0].state, FileState::Failed, "{refused:?}");
        let message = &refused.files[0].error.as_ref().unwrap().message;
        assert!(
            message.starts_with("REF differs from the reference in "),
            "{message}"
        );
        assert_eq!(rows(&client, &refused.slug).await.len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_does_not_fit_is_refused_and_leaves_nothing() {
    let server = server().await;
    let (pool, raw) = (server.pool().await, server.raw());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.fa");
    std::fs::write(&path, ">MT\nACGT\n").unwrap();
    let error = reference::add(&pool, &raw, Build::Grch38, &path)
        .await
        .unwrap_err();
    let message = format!("{}: MT has 4 bases, 16569 in GRCh38", path.display());
    assert_eq!(error.to_string(), message);
    assert_eq!(
        std::fs::read_dir(server.data_dir().join("raw")).unwrap().count(),
        0
    );
    let generated = Generated::new(1);
    std::fs::write(&path, fasta("MT", &generated.sequence)).unwrap();
    std::fs::write(folder.path().join("m.fa.fai"), "MT\t16000\t4\t60\t61\n").unwrap();
    assert!(reference::add(&pool, &raw, Build::Grch38, &path).await.is_err());
    std::fs::remove_file(folder.path().join("m.fa.fai")).unwrap();
    reference::add(&pool, &raw, Build::Grch38, &path).await.unwrap();

    // It stays while a file is being imported with it.
    let client = server.user().await;
    let text = file(&generated, &generated.records);
    let dataset = client.create_dataset(&new_dataset("tolerant")).await.unwrap();
    let size = Some(text.len() as u64);
    let mut upload = client.begin_upload(dataset.id, "x.vcf", size).await.unwrap();
    upload.append(text[..text.len() / 2].to_owned()).await.unwrap();
    while client.dataset(dataset.id).await.unwrap().files[0].state != FileState::Importing {}
    let error = reference::remove(&pool, &raw, Build::Grch38).await.unwrap_err();
    assert!(
        error.to_string().starts_with("1 files are being imported"),
        "{error}"
    );
    upload.append(text[text.len() / 2..].to_owned()).await.unwrap();
    client.complete(dataset.id).await.unwrap();
    client.settled(dataset.id, |_| ()).await.unwrap();
    reference::remove(&pool, &raw, Build::Grch38).await.unwrap();
    let error = reference::remove(&pool, &raw, Build::Grch38).await.unwrap_err();
    assert_eq!(error.to_string(), "GRCh38 has no reference");
}
