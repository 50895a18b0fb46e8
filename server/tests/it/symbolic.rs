//! Symbolic alleles and breakends of two datasets: one row only where END, SVLEN and mate agree.

use allelecast_client::{Client, QueryRequest};

use crate::support::server::{new_dataset, server};

const HEADER: &str = "##fileformat=VCFv4.2\n##contig=<ID=1>\n##contig=<ID=chr1>\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\n";

async fn import(client: &Client, name: &str, records: &[(u32, &str, &str)], contig: &str) {
    let mut text = HEADER.to_owned();
    for (pos, alt, info) in records {
        text += &format!("{contig}\t{pos}\t.\tA\t{alt}\t.\tPASS\t{info}\tGT\t0/1\n");
    }
    let dataset = client.create_dataset(&new_dataset(name)).await.unwrap();
    let size = Some(text.len() as u64);
    let mut upload = client.begin_upload(dataset.id, "x.vcf", size).await.unwrap();
    upload.append(text).await.unwrap();
    client.complete(dataset.id).await.unwrap();
    let settled = client.settled(dataset.id, |_| ()).await.unwrap();
    assert_eq!(settled.alleles, records.len() as i64, "{settled:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn symbolic_alleles_merge_only_when_they_are_the_same() {
    let server = server().await;
    let client = server.user().await;
    // Each pair at a position of its own: what the first dataset has, what the second, whether they are one allele.
    let pairs = [
        ("<DEL>", "END=5000", "<DEL>", "END=5000", true),
        ("<DEL>", "END=5000", "<DEL>", "END=5001", false),
        ("<INS>", "SVLEN=300", "<INS>", "SVLEN=300", true),
        ("<INS>", "SVLEN=300", "<INS>", "SVLEN=301", false),
        ("<INS>", "SVLEN=300", "<INS>", ".", false),
        ("<INS:ME:ALU>", "SVLEN=280", "<INS:ME:L1>", "SVLEN=280", false),
        ("A]17:198982]", ".", "A]chr17:198982]", ".", true),
        ("A]17:198982]", ".", "A]chr17:198983]", ".", false),
        ("A]17:198982]", ".", "A[chr17:198982[", ".", false),
        ("<TRA>", "CHR2=17;END=77", "<TRA>", "CHR2=chr17;END=77", true),
        ("<TRA>", "CHR2=17;END=77", "<TRA>", "CHR2=chr18;END=77", false),
        ("<TRA>", "CHR2=17;POS2=77", "<TRA>", "CHR2=chr17;POS2=78", false),
        ("*", ".", "*", ".", true),
    ];
    let places = || (1_000u32..).step_by(100).zip(pairs);
    let mut first: Vec<_> = places().map(|(pos, pair)| (pos, pair.0, pair.1)).collect();
    let mut second: Vec<_> = places().map(|(pos, pair)| (pos, pair.2, pair.3)).collect();
    // Two of one file that differ in length are no duplicates: the second merges with the other file's only one.
    first.extend([(9_000, "<INS>", "SVLEN=100"), (9_000, "<INS>", "SVLEN=200")]);
    second.push((9_000, "<INS>", "SVLEN=200"));
    import(&client, "First", &first, "1").await;
    import(&client, "Second", &second, "chr1").await;

    // Page by page, so that the cursor has to tell the alleles of a position apart.
    let mut request = QueryRequest {
        limit: Some(1),
        ..QueryRequest::new("GRCh37", "")
    };
    let mut rows = Vec::new();
    loop {
        let page = client.query(&request).await.unwrap();
        rows.extend(page.rows);
        match page.next {
            Some(next) => request.cursor = Some(next),
            None => break,
        }
    }
    for (pos, (first, first_info, second, second_info, same)) in places() {
        let found: Vec<_> = rows.iter().filter(|row| row.pos == pos).collect();
        let case = format!("{first} {first_info} and {second} {second_info}: {found:?}");
        assert_eq!(found.len(), if same { 1 } else { 2 }, "{case}");
        assert_eq!(found[0].datasets.len(), if same { 2 } else { 1 }, "{case}");
    }
    let datasets = rows
        .iter()
        .filter(|row| row.pos == 9_000)
        .map(|row| row.datasets.len());
    assert_eq!(datasets.collect::<Vec<_>>(), [1, 2]);
}
