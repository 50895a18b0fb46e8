//! Files without samples, whose INFO states the counts of groups.

use std::collections::BTreeMap;
use std::process::Command;

use allelecast_client::protocol::dataset::{Dataset, GroupUpdate, NewDataset};
use allelecast_client::protocol::row::{GroupCounts, Row, Status};
use allelecast_client::{Client, QueryRequest};

use crate::support::data;
use crate::support::server::{new_dataset, server};

async fn import(client: &Client, new: &NewDataset, files: &[(&str, Vec<u8>)]) -> Dataset {
    let dataset = client.create_dataset(new).await.unwrap();
    for (name, bytes) in files {
        let size = Some(bytes.len() as u64);
        let mut upload = client.begin_upload(dataset.id, name, size).await.unwrap();
        upload.append(bytes.clone()).await.unwrap();
        client.settled(dataset.id, |_| ()).await.unwrap();
    }
    client.complete(dataset.id).await.unwrap();
    let dataset = client.settled(dataset.id, |_| ()).await.unwrap();
    let errors: Vec<_> = dataset
        .files
        .iter()
        .filter_map(|file| file.error.clone())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    dataset
}

async fn rows(client: &Client, dataset: &Dataset, query: &str) -> Vec<Row> {
    let request = QueryRequest {
        limit: Some(1_000),
        ..QueryRequest::new("GRCh37", query)
    };
    let page = client.query(&request.in_dataset(&dataset.slug)).await;
    page.unwrap_or_else(|error| panic!("{query}: {error}")).rows
}

fn named(name: &str, info_groups: serde_json::Value) -> NewDataset {
    let mut new = new_dataset(name);
    new.info_groups = serde_json::from_value(info_groups).unwrap();
    new
}

#[tokio::test(flavor = "multi_thread")]
async fn gnomad_counts_are_those_of_info() {
    let Some(vcf) = data::shared("vcf/gnomad_exomes_chr1_sites.vcf.gz") else {
        return;
    };
    let server = server().await;
    let client = server.user().await;
    let bytes = std::fs::read(&vcf).unwrap();
    let dataset = import(&client, &new_dataset("gnomad"), &[("gnomad.vcf.gz", bytes)]).await;
    assert_eq!(dataset.samples, 0);
    assert!(dataset.groups.iter().all(|group| group.from_info));
    let mut families: BTreeMap<&str, usize> = BTreeMap::new();
    for group in &dataset.groups {
        *families.entry(&group.family).or_default() += 1;
    }
    assert_eq!(
        (families["all"], families["pop"], families["sex"]),
        (1, 8, 2),
        "{families:?}"
    );
    assert!(
        families["subpop"] >= 5 && families["pop_sex"] >= 14,
        "{families:?}"
    );

    let mut wanted: Vec<(String, [String; 3], bool)> = Vec::new();
    for group in &dataset.groups {
        let suffix = if group.family == "all" {
            String::new()
        } else {
            format!("_{}", group.value)
        };
        let keys = ["AC", "AN", "nhomalt"].map(|key| format!("{key}{suffix}"));
        wanted.push((group.name.clone(), keys, true));
    }
    let raw = ["AC_raw", "AN_raw", "nhomalt_raw"].map(str::to_owned);
    wanted.push((format!("{}.all", dataset.slug), raw, false));
    let fields = wanted
        .iter()
        .flat_map(|(_, keys, _)| keys.iter().map(|key| format!("\\t%INFO/{key}")));
    let format = format!("%POS\\t%REF\\t%ALT{}\\n", fields.collect::<String>());
    let output = Command::new("bcftools")
        .args(["query", "-f", &format])
        .arg(&vcf)
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let expected: BTreeMap<String, Vec<Option<u32>>> = text
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let counts = fields[3..].iter().map(|count| count.parse().ok());
            (
                format!("1-{}-{}-{}", fields[0], fields[1], fields[2]),
                counts.collect(),
            )
        })
        .collect();

    let all = rows(&client, &dataset, "").await;
    assert_eq!((all.len(), expected.len()), (100, 100));
    let mut compared = 0;
    for row in &all {
        let want = &expected[&row.variant_id];
        for ((name, _, is_hq), want) in wanted.iter().zip(want.chunks(3)) {
            let counts = &row.groups[name];
            let got = match (is_hq, counts.hq) {
                (true, hq) => hq.map_or([None; 3], |hq| [hq.ac, hq.an, hq.hom]),
                (false, _) => [counts.ac, counts.an, counts.hom],
            };
            assert_eq!(got, want, "{} {name}", row.variant_id);
            compared += 1;
        }
        let afr = &row.groups[&format!("{}.pop.afr", dataset.slug)];
        assert_eq!(
            (afr.ac, afr.an, afr.af),
            (None, None, None),
            "as called, nothing is known"
        );
    }
    assert_eq!(compared, 100 * (dataset.groups.len() + 1));

    // Where no other counts are stated, a query's figures are of the high-quality ones, whichever are asked for.
    let of = |row: &Row| {
        row.groups[&format!("{}.pop.afr", dataset.slug)]
            .hq
            .and_then(|hq| hq.af)
    };
    let common = all
        .iter()
        .filter(|row| of(row).is_some_and(|af| af > 0.01))
        .count();
    assert!(common > 0);
    assert_eq!(rows(&client, &dataset, "af(afr) > 1%").await.len(), common);
}

const HEAD: &str = "##fileformat=VCFv4.2\n##INFO=<ID=AC,Number=A,Type=Integer,Description=\"d\">\n\
    ##INFO=<ID=AN,Number=1,Type=Integer,Description=\"d\">\n##INFO=<ID=AF,Number=A,Type=Float,Description=\"d\">\n\
    ##INFO=<ID=EUR_AF,Number=A,Type=Float,Description=\"d\">\n##INFO=<ID=AFR_AF,Number=A,Type=Float,Description=\"d\">\n\
    ##FILTER=<ID=PASS,Description=\"d\">\n##contig=<ID=20>\n##contig=<ID=21>\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";

fn cell<'a>(row: &'a Row, group: &str) -> &'a GroupCounts {
    row.groups
        .iter()
        .find(|(name, _)| name.ends_with(group))
        .unwrap()
        .1
}

#[tokio::test(flavor = "multi_thread")]
async fn frequencies_alone_leave_counts_unknown() {
    let server = server().await;
    let client = server.user().await;
    let first = format!(
        "{HEAD}20\t100\t.\tA\tG,T\t50\tPASS\tAC=3,5;AN=5008;AF=0.0006,0.001;EUR_AF=0.1,0.25;AFR_AF=0,.\n\
         20\t200\t.\tC\tT\t50\tPASS\tAC=8;AN=5008;AF=0.0016;EUR_AF=0.000399361\n\
         20\t300\t.\tC\tT\t50\tPASS\tAC=8;AN=4;EUR_AF=1.5;AFR_AF=-1\n"
    );
    let second = format!("{HEAD}21\t100\t.\tA\tG\t50\tPASS\tAC=1;AN=10;EUR_AF=0.5;AFR_AF=0.5\n");
    let files = [("20.vcf", first.into_bytes()), ("21.vcf", second.into_bytes())];
    let dataset = import(&client, &new_dataset("kgp"), &files).await;
    let names: Vec<&str> = dataset.groups.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(
        names,
        ["kgp.all", "kgp.pop.EUR", "kgp.pop.AFR"],
        "each once, from two files"
    );

    let all = rows(&client, &dataset, "").await;
    let shown = |group: &str| -> Vec<(Status, Option<u32>, Option<f64>)> {
        let of = |row: &Row| {
            let counts = cell(row, group);
            (counts.status, counts.ac, counts.af)
        };
        all.iter().map(of).collect()
    };
    use Status::*;
    assert_eq!(
        shown(".pop.EUR"),
        [
            (Observed, None, Some(0.1)),
            (Observed, None, Some(0.25)),
            (Observed, None, Some(0.000399361)),
            (NoData, None, None),
            (Observed, None, Some(0.5)),
        ]
    );
    assert_eq!(
        shown(".pop.AFR"),
        [
            (Ac0, None, Some(0.0)),
            (NoData, None, None),
            (NoData, None, None),
            (NoData, None, None),
            (Observed, None, Some(0.5)),
        ]
    );
    assert_eq!(shown("kgp.all")[0], (Observed, Some(3), Some(3.0 / 5008.0)));
    assert_eq!(shown("kgp.all")[3].0, NoData, "AC above AN is neither");

    for (query, positions) in [
        ("af(EUR) = 10%", &[100][..]),
        ("af(EUR) > 0.2", &[100, 100]),
        ("NOT af(EUR) > 0.2", &[100, 200]),
        ("af(AFR) < 1%", &[100]),
        ("ac(EUR) >= 0", &[]),
        ("seen(AFR)", &[100]),
        ("covered(AFR)", &[100, 100]),
        ("ac(all) >= 8", &[200]),
    ] {
        let found: Vec<u32> = rows(&client, &dataset, query)
            .await
            .iter()
            .map(|row| row.pos)
            .collect();
        assert_eq!(found, positions, "{query}");
    }

    let findings = client.findings(dataset.id, None).await.unwrap();
    let doubts: Vec<(i64, &str)> = findings
        .findings
        .iter()
        .filter(|finding| finding.rule == "info-group-counts")
        .map(|finding| (finding.line, finding.text.as_str()))
        .collect();
    assert_eq!(doubts, [(13, "AC=8"), (13, "EUR_AF=1.5"), (13, "AFR_AF=-1")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_of_info_are_chosen_renamed_and_removed() {
    let server = server().await;
    let client = server.user().await;
    let infos = ["AC", "AN", "EUR_AF", "AFR_AF"].map(str::to_owned);
    let offered = client.preview_info_groups(infos.into()).await.unwrap();
    let keys: Vec<&str> = offered.iter().map(|offer| offer.key.as_str()).collect();
    assert_eq!(keys, ["all", "EUR", "AFR"]);

    let file = |chrom: &str| {
        let record = format!("{HEAD}{chrom}\t100\t.\tA\tG\t50\tPASS\tAC=1;AN=10;EUR_AF=0.5;AFR_AF=0.25\n");
        (format!("{chrom}.vcf"), record.into_bytes())
    };
    let (name, bytes) = file("20");
    let none = import(&client, &named("none", "none".into()), &[(&name, bytes.clone())]).await;
    assert_eq!(none.groups.len(), 1);
    let chosen = serde_json::json!([{"key": "EUR", "family": "ancestry", "value": "Europe"}]);
    let chosen = import(&client, &named("chosen", chosen), &[(&name, bytes.clone())]).await;
    assert_eq!(chosen.groups[1].name, "chosen.ancestry.Europe");
    let twice = serde_json::json!([{"key": "EUR", "value": "x"}, {"key": "AFR", "value": "x"}]);
    assert!(client.create_dataset(&named("twice", twice)).await.is_err());

    // What was renamed or removed stays so when a further file states it again.
    let dataset = client.create_dataset(&new_dataset("later")).await.unwrap();
    for chrom in ["20", "21"] {
        let (name, bytes) = file(chrom);
        let mut upload = client
            .begin_upload(dataset.id, &name, Some(bytes.len() as u64))
            .await
            .unwrap();
        upload.append(bytes).await.unwrap();
        let now = client.settled(dataset.id, |_| ()).await.unwrap();
        let names: Vec<&str> = now.groups.iter().map(|group| group.name.as_str()).collect();
        if chrom == "21" {
            assert_eq!(names, ["later.all", "later.pop.Europe"]);
            break;
        }
        assert_eq!(names, ["later.all", "later.pop.EUR", "later.pop.AFR"]);
        let rename = GroupUpdate {
            value: Some("Europe".into()),
            ..GroupUpdate::default()
        };
        assert_eq!(
            client
                .change_group(now.groups[1].id, &rename)
                .await
                .unwrap()
                .value,
            "Europe"
        );
        let other_members = client.update_group(now.groups[1].id, vec!["A".into()]).await;
        assert!(other_members.is_err(), "it has no samples");
        client.delete_group(now.groups[2].id).await.unwrap();
    }
    let now = client.dataset(dataset.id).await.unwrap();
    assert_eq!(rows(&client, &now, "af(Europe) = 0.5").await.len(), 2);
}
