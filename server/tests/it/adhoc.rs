//! A group of samples of one's choice, counted from the genotype planes: what bcftools counts of the same samples.

use std::path::Path;
use std::process::{Command, Stdio};

use allelecast_client::QueryRequest;
use allelecast_client::protocol::row::Row;

use crate::support::data;
use crate::support::server::{new_dataset, server};

/// (POS, REF, ALT, AC, AN) of each allele among some samples, as bcftools counts them.
fn bcftools(vcf: &Path, samples: &[&str]) -> Vec<(u32, String, String, u32, u32)> {
    let pipe = |command: &mut Command| {
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut norm = pipe(Command::new("bcftools").args(["norm", "-m-", "-Ou"]).arg(vcf));
    let view = ["view", "-Ou", "-s", &samples.join(","), "-"];
    let mut view = pipe(
        Command::new("bcftools")
            .args(view)
            .stdin(norm.stdout.take().unwrap()),
    );
    let fill = ["+fill-tags", "-Ou", "-", "--", "-t", "AC,AN"];
    let mut fill = pipe(
        Command::new("bcftools")
            .args(fill)
            .stdin(view.stdout.take().unwrap()),
    );
    let query = Command::new("bcftools")
        .args(["query", "-f", "%POS\t%REF\t%ALT\t%INFO/AC\t%INFO/AN\n", "-"])
        .stdin(fill.stdout.take().unwrap())
        .output()
        .unwrap();
    let sound = [&mut norm, &mut view, &mut fill]
        .into_iter()
        .all(|process| process.wait().unwrap().success());
    assert!(sound && query.status.success(), "{query:?}");
    let text = String::from_utf8(query.stdout).unwrap();
    text.lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let number = |at: usize| fields[at].parse().unwrap();
            (
                number(0),
                fields[1].to_owned(),
                fields[2].to_owned(),
                number(3),
                number(4),
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ad_hoc_group_counts_what_bcftools_counts() {
    let Some(vcf) = data::shapeit4() else { return };
    let server = server().await;
    let client = server.user().await;
    let dataset = client.create_dataset(&new_dataset("adhoc")).await.unwrap();
    let bytes = std::fs::read(&vcf).unwrap();
    let mut upload = client
        .begin_upload(dataset.id, "x.vcf.gz", Some(bytes.len() as u64))
        .await
        .unwrap();
    upload.append(bytes).await.unwrap();
    client.complete(dataset.id).await.unwrap();
    client.settled(dataset.id, |_| ()).await.unwrap();

    let samples = ["NA06989", "NA06994", "NA20502", "NA20503", "NA20504"];
    let name = format!("{{{}}}", samples.join(", "));
    let mut request = QueryRequest {
        groups: vec![name.clone()],
        limit: Some(1_000),
        // The same group as a condition: carriers only.
        ..QueryRequest::new("GRCh37", format!("region:20:1000000-1400000 AND ac({name}) > 0"))
    }
    .in_dataset(&dataset.slug);
    let mut rows: Vec<Row> = Vec::new();
    loop {
        let page = client.query(&request).await.unwrap();
        rows.extend(page.rows);
        match page.next {
            Some(next) => request.cursor = Some(next),
            None => break,
        }
    }
    let expected: Vec<_> = bcftools(&vcf, &samples)
        .into_iter()
        .filter(|allele| allele.0 <= 1_400_000 && allele.3 > 0)
        .collect();
    let found: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let counts = &row.groups[&name];
            (
                row.pos,
                row.reference_bases,
                row.alternate_bases,
                counts.ac.unwrap(),
                counts.an.unwrap(),
            )
        })
        .collect();
    assert!(found.len() > 500, "{}", found.len());
    assert_eq!(found, expected);
}
