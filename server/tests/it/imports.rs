//! Files of a dataset among each other: side by side, overlapping, sent twice, of other samples, of another build.

use allelecast_client::protocol::ErrorCode;
use allelecast_client::protocol::dataset::{Dataset, FileState, VcfFile};
use allelecast_client::{Client, QueryRequest, Upload};
use sha2::{Digest, Sha256};

use crate::support::server::{new_dataset, server, server_with};

const HEADER: &str = "##fileformat=VCFv4.2\n##contig=<ID=20>\n##contig=<ID=21>\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n";

fn records(chrom: &str, positions: impl Iterator<Item = u32>) -> String {
    positions
        .map(|position| format!("{chrom}\t{position}\t.\tG\tC\t.\t.\t.\tGT\t0/1\t1/1\n"))
        .collect()
}

async fn begin(client: &Client, dataset: i64, name: &str, text: &str) -> Upload {
    client
        .begin_upload(dataset, name, Some(text.len() as u64))
        .await
        .unwrap()
}

async fn send(client: &Client, dataset: i64, name: &str, text: &str) {
    let mut upload = begin(client, dataset, name, text).await;
    // Refused before its last byte is as good.
    let _ = upload.append(text.to_owned()).await;
}

async fn settled(client: &Client, dataset: i64) -> Dataset {
    client.settled(dataset, |_| ()).await.unwrap()
}

fn reason(file: &VcfFile) -> &str {
    file.error.as_ref().map_or("", |error| &error.message)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_files_are_imported_at_the_same_time() {
    let server = server_with(|config| config.jobs = 2).await;
    let (client, dataset) = server.user_with_dataset().await;
    let texts = [
        HEADER.to_owned() + &records("20", 100..300),
        HEADER.to_owned() + &records("21", 100..301),
    ];
    let mut uploads = Vec::new();
    for (n, text) in texts.iter().enumerate() {
        let mut upload = begin(&client, dataset, &format!("{n}.vcf"), text).await;
        upload.append(text[..text.len() / 2].to_owned()).await.unwrap();
        uploads.push(upload);
    }
    // Neither is complete, and both show alleles.
    while !client
        .dataset(dataset)
        .await
        .unwrap()
        .files
        .iter()
        .all(|file| file.alleles > 0)
    {}
    for (upload, text) in uploads.iter_mut().zip(&texts) {
        upload.append(text[text.len() / 2..].to_owned()).await.unwrap();
    }
    let dataset = settled(&client, dataset).await;
    assert!(
        dataset.files.iter().all(|file| file.state == FileState::Ready),
        "{dataset:?}"
    );
    let request = QueryRequest {
        limit: Some(1_000),
        ..QueryRequest::new("GRCh37", "").in_dataset(&dataset.slug)
    };
    let page = client.query(&request).await.unwrap();
    let rows: Vec<(String, u32)> = page.rows.iter().map(|row| (row.chrom.clone(), row.pos)).collect();
    assert_eq!(rows.len(), 401);
    assert!(rows.is_sorted());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_files_that_overlap_while_both_are_imported_one_is_refused() {
    let server = server().await;
    for round in 0..4 {
        let client = server.user().await;
        let dataset = client
            .create_dataset(&new_dataset(&format!("overlap {round}")))
            .await
            .unwrap()
            .id;
        let texts = [
            HEADER.to_owned() + &records("20", (100..700).step_by(2)),
            HEADER.to_owned() + &records("20", (301..703).step_by(2)),
        ];
        let sending = texts
            .iter()
            .zip(["even.vcf", "odd.vcf"])
            .map(|(text, name)| send(&client, dataset, name, text));
        futures::future::join_all(sending).await;
        let dataset = settled(&client, dataset).await;
        let (ready, failed): (Vec<_>, Vec<_>) = dataset
            .files
            .iter()
            .partition(|file| file.state == FileState::Ready);
        assert_eq!((ready.len(), failed.len()), (1, 1), "{dataset:?}");
        let expected = format!(
            "This file overlaps with {}, which has records from 20:",
            ready[0].filename
        );
        assert!(reason(failed[0]).starts_with(&expected), "{}", reason(failed[0]));
        let page = client
            .query(&QueryRequest::new("GRCh37", "").in_dataset(&dataset.slug))
            .await
            .unwrap();
        assert_eq!(
            page.total,
            Some(ready[0].alleles as u64),
            "nothing of the other is left"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_may_not_lie_in_the_gap_of_another() {
    let server = server().await;
    let (client, dataset) = server.user_with_dataset().await;
    let around = HEADER.to_owned() + &records("20", (100..110).chain(900..910));
    let between = HEADER.to_owned() + &records("20", 500..503);
    let behind = HEADER.to_owned() + &records("20", 910..913);
    for (name, text) in [
        ("around.vcf", &around),
        ("between.vcf", &between),
        ("behind.vcf", &behind),
    ] {
        send(&client, dataset, name, text).await;
        settled(&client, dataset).await;
    }
    let files = settled(&client, dataset).await.files;
    let states: Vec<_> = files.iter().map(|file| file.state).collect();
    assert_eq!(states, [FileState::Ready, FileState::Failed, FileState::Ready]);
    let expected = "This file overlaps with around.vcf, which has records from 20:100 to 20:909";
    assert!(reason(&files[1]).starts_with(expected), "{}", reason(&files[1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_recognised_while_and_after_they_are_imported() {
    let server = server().await;
    let (client, dataset) = server.user_with_dataset().await;
    let text = HEADER.to_owned() + &records("20", 100..400);
    // Complete, and still being imported or not: the second does not know.
    let mut first = begin(&client, dataset, "first.vcf", &text).await;
    first.append(text.clone()).await.unwrap();
    send(&client, dataset, "second.vcf", &text).await;
    let sum: String = Sha256::digest(&text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let files = settled(&client, dataset).await.files;
    assert_eq!(
        (files[0].state, files[1].state),
        (FileState::Ready, FileState::Failed),
        "{files:?}"
    );
    assert!(
        reason(&files[1]).starts_with("The same bytes as first.vcf, "),
        "{}",
        reason(&files[1])
    );
    // After it is ready, and before a byte is sent.
    send(&client, dataset, "third.vcf", &text).await;
    let third = settled(&client, dataset).await.files.remove(2);
    assert!(
        reason(&third).starts_with("The same bytes as first.vcf, imported at "),
        "{}",
        reason(&third)
    );
    let size = Some(text.len() as u64);
    let asked = client
        .begin_upload_of(dataset, "fourth.vcf", size, Some(&sum))
        .await
        .unwrap_err();
    assert_eq!(asked.code(), Some(ErrorCode::Conflict));
    assert!(
        asked
            .to_string()
            .starts_with("The same bytes as first.vcf, imported at "),
        "{asked}"
    );

    // The same length is not the same file, to the last byte; another dataset is another place.
    let other = text.replace("20\t", "21\t");
    send(&client, dataset, "other.vcf", &other).await;
    let last = settled(&client, dataset).await.files.pop().unwrap();
    assert_eq!(
        (last.state, last.size),
        (FileState::Ready, Some(text.len() as i64)),
        "{last:?}"
    );
    let elsewhere = client.create_dataset(&new_dataset("elsewhere")).await.unwrap().id;
    let mut upload = client
        .begin_upload_of(elsewhere, "a.vcf", size, Some(&sum))
        .await
        .unwrap();
    upload.append(text.clone()).await.unwrap();
    assert_eq!(settled(&client, elsewhere).await.files[0].state, FileState::Ready);
    // A sum that the bytes do not have.
    let wrong = client.create_dataset(&new_dataset("wrong")).await.unwrap().id;
    let mut upload = client
        .begin_upload_of(wrong, "a.vcf", Some(other.len() as u64), Some(&sum))
        .await
        .unwrap();
    upload.append(other).await.unwrap();
    let file = settled(&client, wrong).await.files.remove(0);
    assert!(reason(&file).contains("their SHA-256 is another one"), "{file:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_one_sample_each_get_the_command_that_joins_them() {
    let server = server().await;
    let (client, dataset) = server.user_with_dataset().await;
    for name in ["anna", "ben"] {
        let text = HEADER.replace("A\tB", name) + "20\t100\t.\tG\tC\t.\t.\t.\tGT\t0/1\n";
        send(&client, dataset, &format!("{name}.vcf.gz"), &text).await;
        settled(&client, dataset).await;
    }
    let files = settled(&client, dataset).await.files;
    assert_eq!(
        (files[0].state, files[1].state),
        (FileState::Ready, FileState::Failed)
    );
    let command = "bcftools index anna.vcf.gz && bcftools index ben.vcf.gz && \
                   bcftools merge -Oz -o merged.vcf.gz anna.vcf.gz ben.vcf.gz";
    assert!(reason(&files[1]).ends_with(command), "{}", reason(&files[1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn contigs_are_known_by_their_aliases_and_a_file_of_another_build_is_refused() {
    let server = server().await;
    let client = server.user().await;
    let plain = HEADER.replace("##contig=<ID=20>\n##contig=<ID=21>\n", "");
    let table: [(&str, String, &str, Result<&str, &str>); 7] = [
        ("1", String::new(), "1\t100", Ok("1")),
        ("chr1", String::new(), "chr1\t100", Ok("1")),
        ("accession", String::new(), "NC_000001.10\t100", Ok("1")),
        ("another word", String::new(), "Chr1\t100", Ok("Chr1")),
        (
            "header of GRCh38",
            "##contig=<ID=chr1,length=248956422>\n".into(),
            "chr1\t100",
            Err("contig chr1 is 248956422 bases long, but 249250621 in GRCh37; the file looks like GRCh38"),
        ),
        (
            "accession of GRCh38",
            String::new(),
            "NC_000001.11\t100",
            Err("contig NC_000001.11 is one of GRCh38, and the dataset is of GRCh37"),
        ),
        (
            "beyond the end",
            String::new(),
            "21\t48129897",
            Err("position 48129897 lies beyond the end of the chromosome, which has 48129895 bases"),
        ),
    ];
    for (name, contigs, place, expected) in table {
        let dataset = client.create_dataset(&new_dataset(name)).await.unwrap();
        let header = plain.replacen("##FORMAT", &format!("{contigs}##FORMAT"), 1);
        let text = header + &format!("{place}\t.\tG\tC\t.\t.\t.\tGT\t0/1\t1/1\n");
        send(&client, dataset.id, "a.vcf", &text).await;
        let file = settled(&client, dataset.id).await.files.remove(0);
        match expected {
            Ok(chrom) => {
                assert_eq!(file.state, FileState::Ready, "{name}: {file:?}");
                let page = client
                    .query(&QueryRequest::new("GRCh37", "").in_dataset(&dataset.slug))
                    .await
                    .unwrap();
                assert_eq!(page.rows[0].chrom, chrom, "{name}");
            }
            Err(message) => {
                assert_eq!(file.state, FileState::Failed, "{name}");
                assert!(reason(&file).starts_with(message), "{name}: {}", reason(&file));
            }
        }
    }
}
