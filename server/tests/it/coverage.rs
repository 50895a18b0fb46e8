//! What files say of sites that they leave out: nothing, callable regions, gVCF blocks.

use allelecast_client::live::Live;
use allelecast_client::protocol::ErrorCode;
use allelecast_client::protocol::dataset::{AbsentSites, CallableRegions, Dataset, NewDataset};
use allelecast_client::protocol::row::{GroupCounts, Row, Status};
use allelecast_client::{Client, Error, QueryRequest};

use crate::live::support::{settle, subscription};
use crate::support::server::{new_dataset, server};

mod gvcf;

const PANEL: &str = "sample\tpop\tsex\nA\tP\tmale\nB\tP\tfemale\nC\tQ\tmale\nD\tQ\t\nE\tQ\tfemale\n";

/// Alleles that the other dataset lacks: on an autosome, in the PAR of X, beside it, on Y and on MT.
const ASKING: &str = "##fileformat=VCFv4.2
##contig=<ID=1>
##contig=<ID=X>
##contig=<ID=Y>
##contig=<ID=MT>
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO	FORMAT	Z
1	100	.	A	C	.	.	.	GT	0/1
1	200	.	A	C	.	.	.	GT	0/1
1	900	.	A	C	.	.	.	GT	0/1
X	100000	.	A	C	.	.	.	GT	0/1
X	5000000	.	A	C	.	.	.	GT	0/1
Y	5000000	.	A	C	.	.	.	GT	1
MT	100	.	A	C	.	.	.	GT	1
";

/// One allele on each of these contigs, so that the file speaks of them.
fn answering() -> String {
    let mut text = String::from(
        "##fileformat=VCFv4.2\n##contig=<ID=1>\n##contig=<ID=X>\n##contig=<ID=Y>\n##contig=<ID=MT>\n\
         ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\tD\tE\n",
    );
    for (contig, position) in [("1", 50), ("1", 200), ("X", 5), ("Y", 5), ("MT", 5)] {
        text += &format!("{contig}\t{position}\t.\tA\tC\t.\t.\t.\tGT\t0/1\t0/0\t./.\t0/0\t0/0\n");
    }
    text
}

/// A dataset whose absent sites mean the reference.
fn reference(name: &str, bed: Option<&str>) -> NewDataset {
    let mut new = new_dataset(name);
    new.panel = Some(PANEL.into());
    new.absent_sites = AbsentSites::Reference;
    new.callable = bed.map(Into::into);
    new
}

async fn import(client: &Client, new: &NewDataset, vcf: &str) -> Dataset {
    let id = client.create_dataset(new).await.unwrap().id;
    let size = vcf.len() as u64;
    let mut upload = client.begin_upload(id, "x.vcf", Some(size)).await.unwrap();
    upload.append(vcf.to_owned()).await.unwrap();
    client.complete(id).await.unwrap();
    let settled = client.settled(id, |_| ()).await.unwrap();
    assert_eq!(settled.findings.errors, 0, "{settled:?}");
    settled
}

async fn rows(client: &Client, query: &str) -> Vec<Row> {
    let request = QueryRequest {
        limit: Some(1_000),
        ..QueryRequest::new("GRCh37", query)
    };
    client.query(&request).await.unwrap().rows
}

fn cell<'a>(rows: &'a [Row], variant: &str, group: &str) -> &'a GroupCounts {
    let row = rows.iter().find(|row| row.variant_id == variant);
    &row.unwrap_or_else(|| panic!("{variant} is listed")).groups[group]
}

fn refused(error: Error) -> (ErrorCode, String) {
    let Error::Api { error, .. } = error else {
        panic!("{error}")
    };
    (error.code, error.message)
}

#[tokio::test(flavor = "multi_thread")]
async fn absent_sites_are_no_data_or_not_seen() {
    let server = server().await;
    let client = server.user().await;
    import(&client, &new_dataset("asking"), ASKING).await;
    let mut unknown = reference("unknown", None);
    unknown.absent_sites = AbsentSites::Unknown;
    import(&client, &unknown, &answering()).await;
    import(&client, &reference("whole", None), &answering()).await;
    let bed = "chr1\t99\t100\nX\t0\t155270560\nchrY\t0\t59373566\nchrM\t0\t16569\n";
    let within = import(&client, &reference("within", Some(bed)), &answering()).await;
    let callable = CallableRegions {
        regions: 4,
        bases: 1 + 155_270_560 + 59_373_566 + 16_569,
    };
    assert_eq!(within.callable, Some(callable));

    let all = rows(&client, "").await;
    for (variant, group, status, ns, an) in [
        // Males 1, females 1 and 1 unknown of P (A, B) and Q (C, D, E).
        ("1-100-A-C", "all", Status::NotSeen, 5, 10),
        ("1-100-A-C", "pop.P", Status::NotSeen, 2, 4),
        ("1-200-A-C", "pop.Q", Status::Ac0, 2, 4),
        ("X-100000-A-C", "all", Status::NotSeen, 5, 10),
        ("X-5000000-A-C", "all", Status::NotSeen, 5, 8),
        ("X-5000000-A-C", "pop.P", Status::NotSeen, 2, 3),
        ("X-5000000-A-C", "pop.Q", Status::NotSeen, 3, 5),
        ("Y-5000000-A-C", "all", Status::NotSeen, 3, 3),
        ("MT-100-A-C", "all", Status::NotSeen, 5, 5),
    ] {
        for dataset in ["whole", "within"] {
            let found = cell(&all, variant, &format!("{dataset}.{group}"));
            let inferred = status == Status::NotSeen;
            assert_eq!(
                (
                    found.status,
                    found.ns,
                    found.an,
                    found.ac,
                    found.inferred,
                    found.af
                ),
                (status, Some(ns), Some(an), Some(0), inferred, Some(0.0)),
                "{variant} in {dataset}.{group}"
            );
        }
        let unknown = cell(&all, variant, &format!("unknown.{group}"));
        let want = if status == Status::Ac0 {
            status
        } else {
            Status::NoData
        };
        assert_eq!(
            (unknown.status, unknown.inferred),
            (want, false),
            "{variant} in unknown.{group}"
        );
        assert_eq!(unknown.an.is_some(), want == Status::Ac0);
    }
    // Beside its callable regions a file says nothing.
    assert_eq!(cell(&all, "1-900-A-C", "within.all").status, Status::NoData);
    assert_eq!(cell(&all, "1-900-A-C", "whole.all").an, Some(10));

    // AF 0 is less than 1 %, and what is not known is neither true nor false.
    for (query, alleles) in [
        ("region:1:900-900 AND af(whole.all) < 1%", 1),
        ("region:1:900-900 AND af(within.all) < 1%", 0),
        ("region:1:900-900 AND NOT af(within.all) < 1%", 0),
        ("region:1:900-900 AND covered(whole.all)", 1),
        ("region:1:900-900 AND covered(within.all)", 0),
        ("region:1:900-900 AND NOT covered(within.all)", 1),
        ("region:1:900-900 AND NOT seen(within.all)", 1),
        (
            "region:1:100-100 AND af(within.all) < 1% AND an(within.all) = 10",
            1,
        ),
        ("region:1:100-100 AND af(unknown.all) < 1%", 0),
        ("region:1:100-100 AND NOT seen(unknown.all)", 1),
    ] {
        assert_eq!(rows(&client, query).await.len(), alleles, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ac_0_is_a_third_answer() {
    let server = server().await;
    let client = server.user().await;
    let formats = ["AD,Number=R", "DP,Number=1", "GQ,Number=1"]
        .map(|key| format!("##FORMAT=<ID={key},Type=Integer,Description=\"x\">\n"))
        .concat();
    let header = ASKING.split("#CHROM").next().unwrap();
    let vcf = format!(
        "{header}{formats}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tZ\tY\n\
         1\t100\t.\tA\tC\t.\t.\t.\tGT:AD:DP:GQ\t0/1:9,1:10:5\t0/0:30,0:30:99\n"
    );
    import(&client, &new_dataset("low"), &vcf).await;
    for (hq, status, af) in [(false, Status::Observed, 0.25), (true, Status::Ac0, 0.0)] {
        let request = QueryRequest {
            hq,
            ..QueryRequest::new("GRCh37", format!("af(all) = {af}"))
        };
        let rows = client.query(&request).await.unwrap().rows;
        assert_eq!(cell(&rows, "1-100-A-C", "low.all").status, status, "hq {hq}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callable_regions_are_judged_and_replaced_live() {
    let server = server().await;
    let client = server.user().await;
    let second = server.second_instance().await;
    let judge = Client::new(&format!("http://{}", second.address)).unwrap();
    let email = client.account().await.unwrap().email;
    judge
        .login(&email, crate::support::server::PASSWORD)
        .await
        .unwrap();

    // A dataset is not made with a BED that cannot be read, nor where absent sites are unknown.
    let mut new = reference("x", Some("1\t0\t10\n1\tten\t20\n"));
    let (code, message) = refused(client.create_dataset(&new).await.unwrap_err());
    assert_eq!(code, ErrorCode::InvalidField);
    assert!(message.contains("line 2") && message.contains("ten"), "{message}");
    new.callable = Some("1\t0\t10\n".into());
    new.absent_sites = AbsentSites::Unknown;
    let (_, message) = refused(client.create_dataset(&new).await.unwrap_err());
    assert!(message.contains("unknown"), "{message}");
    assert!(client.datasets().await.unwrap().is_empty());

    let asking = import(&client, &new_dataset("asking"), ASKING).await;
    let within = import(&client, &reference("within", None), &answering()).await;
    let asked = [
        subscription(
            1,
            &[asking.slug.clone(), within.slug.clone()],
            "af(within.pop.P) < 1%",
        ),
        subscription(2, &[], "NOT covered(within.all)"),
    ];
    let mut live = Live::connect(&client, None).await.unwrap();
    for asked in &asked {
        live.subscribe(asked.clone()).await.unwrap();
    }
    settle(&mut live, &judge, &asked).await;
    let before = client.head().await.unwrap();

    let mut bed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut bed, b"1\t0\t150\nX\t0\t1000000\n").unwrap();
    let changed = client
        .replace_callable(within.id, bed.finish().unwrap())
        .await
        .unwrap();
    assert_eq!(changed.callable.map(|callable| callable.bases), Some(1_000_150));
    settle(&mut live, &judge, &asked).await;
    let matched = rows(&client, "af(within.pop.P) < 1%").await;
    let variants: Vec<&str> = matched.iter().map(|row| row.variant_id.as_str()).collect();
    assert_eq!(variants, ["1-100-A-C", "X-100000-A-C"]);

    let replaced = client
        .replace_callable(within.id, b"1\t800\t1000\n".to_vec())
        .await
        .unwrap();
    assert_eq!(replaced.callable.map(|callable| callable.regions), Some(1));
    settle(&mut live, &judge, &asked).await;
    assert_eq!(rows(&client, "af(within.pop.P) < 1%").await.len(), 1);
    // The version before still has its own regions.
    let old = QueryRequest {
        version: Some(before),
        ..QueryRequest::new("GRCh37", "af(within.pop.P) < 1%")
    };
    assert_eq!(client.query(&old).await.unwrap().rows.len(), 6);

    let (_, message) = refused(
        client
            .replace_callable(within.id, b"7\t0\n".to_vec())
            .await
            .unwrap_err(),
    );
    assert!(message.contains("line 1"), "{message}");
    let (_, message) = refused(
        client
            .replace_callable(asking.id, b"7\t0\t5\n".to_vec())
            .await
            .unwrap_err(),
    );
    assert!(message.contains("unknown"), "{message}");
    let (code, _) = refused(client.replace_callable(999_999, Vec::new()).await.unwrap_err());
    assert_eq!(code, ErrorCode::NotFound);
    second.stop().await.unwrap();
}
