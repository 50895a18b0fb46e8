//! Groups made, changed, renamed and removed by hand, and a panel applied later.

use allelecast_client::live::Live;
use allelecast_client::protocol::ErrorCode;
use allelecast_client::protocol::dataset::{GroupUpdate, NewGroup, NewPanel};
use allelecast_client::protocol::row::GroupCounts;
use allelecast_client::{Client, QueryRequest};

use crate::live::support::subscription;
use crate::support::server::{TestServer, new_dataset, server};

const VCF: &str = "##fileformat=VCFv4.2\n##contig=<ID=20>\n##FILTER=<ID=PASS,Description=\"d\">\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"d\">\n\
    ##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"d\">\n##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"d\">\n\
    ##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"d\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tHG1\tHG2\tHG3\tHG4\tHG5\n\
    20\t100\t.\tA\tG,T\t50\tPASS\t.\tGT\t0/1\t1/2\t./1\t1\t0/1/2\n\
    20\t200\t.\tC\tT\t50\tPASS\t.\tGT:AD:DP:GQ\t0/1:9,9:18:99\t1/1:0,9:9:99\t0/0:20,0:20:5\t./.:.:.:.\t1/1:0,30:30:40\n\
    20\t300\t.\tC\tT\t50\tPASS\t.\tGT\t.\t0|0\t1|.\t0\t1/1\n";

/// A server with a dataset of five samples.
async fn prepared() -> (TestServer, Client, i64) {
    let server = server().await;
    let client = server.user().await;
    let dataset = client.create_dataset(&new_dataset("cohort")).await.unwrap();
    let mut upload = client
        .begin_upload(dataset.id, "x.vcf", Some(VCF.len() as u64))
        .await
        .unwrap();
    upload.append(VCF.as_bytes().to_vec()).await.unwrap();
    client.complete(dataset.id).await.unwrap();
    client.settled(dataset.id, |_| ()).await.unwrap();
    (server, client, dataset.id)
}

fn names(members: &[&str]) -> Vec<String> {
    members.iter().map(ToString::to_string).collect()
}

fn new_group(dataset_id: i64, value: &str, members: &[&str]) -> NewGroup {
    NewGroup {
        dataset_id,
        family: None,
        value: value.into(),
        members: names(members),
    }
}

/// What is known of every allele in a group.
async fn counts(client: &Client, group: &str) -> Vec<GroupCounts> {
    let request = QueryRequest {
        groups: vec![group.into()],
        ..QueryRequest::new("GRCh37", "")
    };
    let rows = client.query(&request.in_dataset("cohort")).await.unwrap().rows;
    rows.into_iter()
        .map(|row| row.groups.into_values().next().unwrap())
        .collect()
}

/// Waits until nothing of the dataset is being counted.
async fn counted(client: &Client, dataset_id: i64) {
    while client
        .dataset(dataset_id)
        .await
        .unwrap()
        .groups
        .iter()
        .any(|group| group.counting)
    {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_group_answers_from_the_planes_until_it_is_counted() {
    let (server, client, id) = prepared().await;
    let pool = server.pool().await;
    sqlx::raw_sql(
        "ALTER TABLE job ALTER COLUMN state SET DEFAULT 'running';
         ALTER TABLE job ALTER COLUMN leased_until SET DEFAULT 'infinity'",
    )
    .execute(&pool)
    .await
    .unwrap();
    let group = client
        .create_group(&new_group(id, "odd", &["HG1", "HG3", "HG5"]))
        .await
        .unwrap();
    assert_eq!(
        (group.name.as_str(), group.samples, group.counting),
        ("cohort.custom.odd", 3, true)
    );
    let stored = || async {
        let query =
            "SELECT count(*) FROM frequency_payload p JOIN group_version v ON v.id = ANY(p.group_versions)
                     WHERE v.group_id = $1";
        let rows: i64 = sqlx::query_scalar(query)
            .bind(group.id)
            .fetch_one(&pool)
            .await
            .unwrap();
        rows
    };
    let ad_hoc = counts(&client, "{HG1, HG3, HG5}").await;
    assert_eq!(ad_hoc[0].ac, Some(3), "0/1, ./1 and one of 0/1/2");
    assert_eq!(
        ad_hoc[2].hq.map(|hq| (hq.ac, hq.an)),
        Some((Some(3), Some(4))),
        "HG3 has GQ 5"
    );
    assert_eq!(
        (stored().await, counts(&client, "odd").await),
        (0, ad_hoc.clone())
    );

    sqlx::query("UPDATE job SET state = 'queued', leased_until = NULL WHERE state = 'running'")
        .execute(&pool)
        .await
        .unwrap();
    counted(&client, id).await;
    assert_eq!((stored().await, counts(&client, "odd").await), (1, ad_hoc));
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_changed_renamed_and_removed() {
    let (_server, client, id) = prepared().await;
    let group = client
        .create_group(&new_group(id, "mine", &["HG1"]))
        .await
        .unwrap();
    let one = counts(&client, "{HG1}").await;
    assert_eq!(counts(&client, "mine").await, one);
    client
        .update_group(group.id, names(&["HG2", "HG5"]))
        .await
        .unwrap();
    counted(&client, id).await;
    let two = counts(&client, "{HG2, HG5}").await;
    assert_eq!(counts(&client, "mine").await, two);
    let before = client.head().await.unwrap();
    let rename = GroupUpdate {
        family: Some("study".into()),
        value: Some("yours".into()),
        ..GroupUpdate::default()
    };
    assert_eq!(
        client.change_group(group.id, &rename).await.unwrap().name,
        "cohort.study.yours"
    );
    assert_eq!(counts(&client, "study.yours").await, two);
    client.delete_group(group.id).await.unwrap();
    let gone = client
        .query(&QueryRequest::new("GRCh37", "ac(yours) > 0").in_dataset("cohort"))
        .await;
    assert_eq!(gone.unwrap_err().code(), Some(ErrorCode::QueryName));
    let mut past = QueryRequest::new("GRCh37", "ac(yours) > 0").in_dataset("cohort");
    past.version = Some(before);
    assert!(
        !client.query(&past).await.unwrap().rows.is_empty(),
        "it answers at the version before"
    );
    // Its name is free again.
    client
        .create_group(&NewGroup {
            family: Some("study".into()),
            ..new_group(id, "yours", &["HG4"])
        })
        .await
        .unwrap();
    let everybody = client.dataset(id).await.unwrap().groups[0].id;
    assert_eq!(
        client.delete_group(everybody).await.unwrap_err().code(),
        Some(ErrorCode::Conflict)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_is_refused() {
    let (_server, client, id) = prepared().await;
    client
        .create_group(&new_group(id, "taken", &["HG1"]))
        .await
        .unwrap();
    for (value, members, words) in [
        (
            "x",
            &["HG1", "HG22", "nobody"][..],
            "“HG22” and 1 more are not samples",
        ),
        ("x", &["HG1", "HG22"], "Did you mean HG2"),
        ("x", &["HG1", "HG1"], "“HG1” stands twice"),
        ("x", &[], "at least one sample"),
        ("", &["HG1"], "1 to 100 characters"),
        ("a(b)", &["HG1"], "none of them one of"),
        ("all", &["HG1"], "everybody"),
        ("taken", &["HG1"], "has a group custom.taken already"),
    ] {
        let error = client
            .create_group(&new_group(id, value, members))
            .await
            .unwrap_err();
        assert!(
            format!("{error:?}").contains(words),
            "{value} {members:?}: {error:?}"
        );
    }
    assert_eq!(
        client
            .create_group(&new_group(id + 1, "x", &["HG1"]))
            .await
            .unwrap_err()
            .code(),
        Some(ErrorCode::NotFound)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_can_come_later() {
    let (_server, client, id) = prepared().await;
    client
        .create_group(&new_group(id, "mine", &["HG1"]))
        .await
        .unwrap();
    let put = |panel: &str| {
        let panel = NewPanel {
            panel: panel.into(),
            ignore_prefix: false,
        };
        let client = client.clone();
        async move { client.put_panel(id, &panel).await }
    };
    let shown = |dataset: allelecast_client::protocol::dataset::Dataset| -> Vec<(String, i64)> {
        let groups = dataset.groups.into_iter();
        groups
            .map(|group| (format!("{}.{}", group.family, group.value), group.samples))
            .collect()
    };
    let pairs = |list: &[(&str, i64)]| -> Vec<(String, i64)> {
        list.iter()
            .map(|(name, samples)| (name.to_string(), *samples))
            .collect()
    };
    let first = put("sample\tpop\tcohort\nHG1\tA\tx;y\nHG2\tA\ty\nHG3\tB\t\n")
        .await
        .unwrap();
    let want = [
        ("all.all", 5),
        ("custom.mine", 1),
        ("pop.A", 2),
        ("pop.B", 1),
        ("cohort.x", 1),
        ("cohort.y", 2),
    ];
    assert_eq!(shown(first), pairs(&want));
    assert_eq!(
        counts(&client, "cohort.y").await,
        counts(&client, "{HG1, HG2}").await
    );
    let head = client.head().await.unwrap();
    let second = put("sample\tpop\nHG1\tA\nHG2\tC\nHG3\tA\n").await.unwrap();
    let want = [
        ("all.all", 5),
        ("custom.mine", 1),
        ("pop.A", 2),
        ("cohort.x", 1),
        ("cohort.y", 2),
        ("pop.C", 1),
    ];
    assert_eq!(shown(second), pairs(&want));
    assert_eq!(
        client.head().await.unwrap().seq,
        head.seq + 1,
        "one change shows the whole panel"
    );
    assert_eq!(
        counts(&client, "pop.A").await,
        counts(&client, "{HG1, HG3}").await
    );
    counted(&client, id).await;
    assert_eq!(
        counts(&client, "pop.A").await,
        counts(&client, "{HG1, HG3}").await
    );
    assert!(put("sample\tpop\nX\tA\n").await.is_err(), "nobody of the dataset");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_screen_sees_groups_come_and_go() {
    let (_server, client, id) = prepared().await;
    let mut live = Live::connect(&client, None).await.unwrap();
    live.subscribe(subscription(1, &["cohort".into()], ""))
        .await
        .unwrap();
    let groups = |screen: &allelecast_client::live::ScreenState| -> Vec<String> {
        let binding = screen.get(1).and_then(|shown| shown.binding.clone());
        binding.map(|binding| binding.groups).unwrap_or_default()
    };
    live.until(|screen| groups(screen) == ["cohort.all"])
        .await
        .unwrap();
    let group = client
        .create_group(&new_group(id, "mine", &["HG1", "HG2"]))
        .await
        .unwrap();
    live.until(|screen| groups(screen) == ["cohort.all", "cohort.custom.mine"])
        .await
        .unwrap();
    let rename = GroupUpdate {
        value: Some("ours".into()),
        ..GroupUpdate::default()
    };
    client.change_group(group.id, &rename).await.unwrap();
    live.until(|screen| groups(screen) == ["cohort.all", "cohort.custom.ours"])
        .await
        .unwrap();
    client.delete_group(group.id).await.unwrap();
    live.until(|screen| groups(screen) == ["cohort.all"])
        .await
        .unwrap();
}
