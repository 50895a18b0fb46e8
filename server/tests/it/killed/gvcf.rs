//! A gVCF whose import is killed: what it says between its alleles is as if nothing had happened.

use allelecast_client::protocol::dataset::{AbsentSites, FileState};
use allelecast_client::protocol::row::Row;
use allelecast_client::{Client, QueryRequest};

use super::SOON;
use crate::support::postgres::database;
use crate::support::process::Process;
use crate::support::server::{PASSWORD, new_dataset};

/// A gVCF of 3,000 records with alleles and a block behind each, some within the block before.
fn vcf() -> String {
    let mut text = String::from(
        "##fileformat=VCFv4.2\n##contig=<ID=20>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\n",
    );
    for record in 0..3_000u32 {
        let genotypes = ["0/0\t0/1\t1/1", "0/1\t./.\t0/0", "1/2\t0/2\t0/0"][record as usize % 3];
        let alternate = if record % 3 == 2 { "C,T" } else { "C" };
        text += &format!(
            "20\t{}\t.\tG\t{alternate}\t.\tUNDECLARED\t.\tGT\t{genotypes}\n",
            1_000_000 + 100 * record
        );
        let (start, end) = (
            1_000_010 + 100 * record,
            1_000_050 + 100 * record + 110 * (record % 2),
        );
        let calls = ["0/0\t./.\t0/0", "./.\t0/0\t0"][record as usize % 2];
        text += &format!("20\t{start}\t.\tG\t<NON_REF>\t.\t.\tEND={end}\tGT\t{calls}\n");
    }
    text
}

async fn rows(client: &Client, slug: &str) -> Vec<Row> {
    let mut request = QueryRequest {
        limit: Some(1_000),
        ..QueryRequest::new("GRCh37", "")
    }
    .in_dataset(slug)
    .in_dataset("between");
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

/// Everything that an import says of a file, but for names and times.
async fn outcome(client: &Client, id: i64, slug: &str) -> (i64, i64, String, Vec<String>) {
    let settled = client.settled(id, |_| ()).await.unwrap();
    assert_eq!(settled.files[0].state, FileState::Ready, "{settled:?}");
    let rows = rows(client, slug)
        .await
        .into_iter()
        .map(|row| format!("{row:?}").replace(slug, "dataset"));
    let findings = client.findings_csv(id).await.unwrap();
    (
        settled.alleles,
        settled.files[0].records,
        findings,
        rows.collect(),
    )
}

/// Alleles between those of the file, where what it says of sites that it leaves out is asked.
fn between() -> String {
    let mut text = String::from(
        "##fileformat=VCFv4.2\n##contig=<ID=20>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tZ\n",
    );
    for at in 0..6_000u32 {
        text += &format!("20\t{}\t.\tG\tA\t.\t.\t.\tGT\t0/1\n", 1_000_005 + 50 * at);
    }
    text
}

/// Makes a dataset and uploads the beginning of its file, or all of it.
async fn begin(client: &Client, name: &str, text: &str, size: usize) -> (i64, String, String) {
    let mut new = new_dataset(name);
    new.absent_sites = AbsentSites::Reference;
    let created = client.create_dataset(&new).await.unwrap();
    let whole = Some(text.len() as u64);
    let mut upload = client.begin_upload(created.id, "x.vcf", whole).await.unwrap();
    upload.append(text[..size].to_owned()).await.unwrap();
    if size == text.len() {
        client.complete(created.id).await.unwrap();
        client.settled(created.id, |_| ()).await.unwrap();
    }
    (created.id, created.slug, upload.path().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_coverage_of_a_gvcf_survives_a_kill() {
    let database = database().await;
    let data = tempfile::tempdir().unwrap();
    let mut server = Process::start(Some(&database.url), data.path(), &SOON);
    let mut client = Client::new(&server.url).unwrap();
    client.register("user@example.org", PASSWORD, None).await.unwrap();
    begin(&client, "between", &between(), between().len()).await;
    let text = vcf();
    let (id, slug, _) = begin(&client, "undisturbed", &text, text.len()).await;
    let expected = outcome(&client, id, &slug).await;
    assert_eq!((expected.0, expected.1), (4_000, 6_000));

    let (id, slug, path) = begin(&client, "disturbed", &text, text.len() / 3).await;
    while client.dataset(id).await.unwrap().alleles == 0 {}
    server.kill();

    server = Process::start(Some(&database.url), data.path(), &SOON);
    client = Client::new(&server.url).unwrap();
    client.login("user@example.org", PASSWORD).await.unwrap();
    let mut upload = client.resume_upload(&path).await.unwrap();
    let rest = text[upload.offset() as usize..].to_owned();
    upload.append(rest).await.unwrap();
    client.complete(id).await.unwrap();
    assert_eq!(outcome(&client, id, &slug).await, expected);
}
