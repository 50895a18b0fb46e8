//! Space is freed once no version needs it, and whoever still reads an old version is let.

use std::time::Duration;

use allelecast_client::live::{Event, Live};
use allelecast_client::protocol::dataset::Dataset;
use allelecast_client::protocol::live::{ClientMessage, ServerMessage};
use allelecast_client::protocol::{ErrorCode, Version};
use allelecast_client::{Client, QueryRequest};
use allelecast_server::store::head::Head;
use allelecast_server::store::sweep::{Swept, sweep};
use allelecast_server::store::uploads::expiry;
use sqlx::PgPool;

use crate::live::support::{next, settle, subscription};
use crate::support::proxy::Proxy;
use crate::support::server::{PASSWORD, TestServer, new_dataset, server};

const HEADER: &str = "##fileformat=VCFv4.2\n##contig=<ID=20>\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n";

fn records(positions: std::ops::Range<u32>) -> String {
    positions
        .map(|position| format!("20\t{position}\t.\tG\tC\t.\t.\t.\tGT\t0/1\t1/1\n"))
        .collect()
}

/// A dataset of one file, complete; its id and slug.
async fn dataset(client: &Client, name: &str, positions: std::ops::Range<u32>) -> (i64, String) {
    let created = client.create_dataset(&new_dataset(name)).await.unwrap();
    let text = HEADER.to_owned() + &records(positions);
    let mut upload = client
        .begin_upload(created.id, "x.vcf", Some(text.len() as u64))
        .await
        .unwrap();
    upload.append(text).await.unwrap();
    client.complete(created.id).await.unwrap();
    client.settled(created.id, |_| ()).await.unwrap();
    (created.id, created.slug)
}

/// Rows of the catalogue and of each table whose name says that it holds payload.
async fn stored(pool: &PgPool) -> Vec<(String, i64)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
           AND (relname LIKE '%\\_payload' OR relname IN ('block', 'dataset', 'vcf_file', 'sample', 'sample_group',
                                                          'group_version', 'upload', 'upload_part', 'finding', 'job'))
         ORDER BY relname",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut rows = Vec::new();
    for table in tables {
        let n = sqlx::query_scalar(&format!("SELECT count(*) FROM {table}"))
            .fetch_one(pool)
            .await
            .unwrap();
        rows.push((table, n));
    }
    rows
}

async fn floor(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT floor FROM head")
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Sweeps until the floor is at the head: until every instance has moved its pin there.
async fn sweep_to_head(pool: &PgPool) -> Swept {
    let mut all = Swept::default();
    loop {
        let swept = sweep(pool, Duration::ZERO).await.unwrap();
        all.blocks += swept.blocks;
        all.group_versions += swept.group_versions;
        all.datasets += swept.datasets;
        let head: i64 = sqlx::query_scalar("SELECT seq FROM head")
            .fetch_one(pool)
            .await
            .unwrap();
        if floor(pool).await == head {
            return all;
        }
        tokio::task::yield_now().await;
    }
}

/// All rows at once: a page that others follow would pin its version.
fn asking(slug: &str) -> QueryRequest {
    QueryRequest {
        limit: Some(1_000),
        ..QueryRequest::new("GRCh37", "").in_dataset(slug)
    }
}

async fn at(client: &Client, slug: &str, version: Version) -> Result<Option<u64>, ErrorCode> {
    let request = QueryRequest {
        version: Some(version),
        ..asking(slug)
    };
    match client.query(&request).await {
        Ok(page) => Ok(page.total),
        Err(error) => Err(error.code().unwrap()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_dataset_leaves_nothing() {
    let server: TestServer = server().await;
    let (client, pool, raw) = (server.user().await, server.pool().await, server.raw());
    let (id, slug) = dataset(&client, "gone", 100..400).await;
    let before = client.head().await.unwrap();
    assert!(
        stored(&pool)
            .await
            .iter()
            .filter(
                |(table, _)| ["site_payload", "frequency_payload", "genotype_payload"]
                    .contains(&table.as_str())
            )
            .all(|(_, n)| *n > 0)
    );
    client.delete_dataset(id).await.unwrap();
    assert_eq!(
        at(&client, &slug, before).await,
        Ok(Some(300)),
        "an old version is readable until it is swept"
    );

    // Two at once, as two instances would.
    let head = Head::open(pool.clone()).await.unwrap();
    let both = tokio::join!(sweep(&pool, Duration::ZERO), sweep(&pool, Duration::ZERO));
    both.0.unwrap();
    both.1.unwrap();
    expiry::sweep(&head, &pool, &raw, 0).await.unwrap();
    sweep_to_head(&pool).await;
    let left: Vec<(String, i64)> = stored(&pool).await.into_iter().filter(|(_, n)| *n > 0).collect();
    assert_eq!(left, [], "every row is gone");
    assert_eq!(server.raw_files(), 0, "and the raw bytes");

    assert_eq!(at(&client, &slug, before).await, Err(ErrorCode::VersionGone));
    let changes: i64 = sqlx::query_scalar("SELECT count(*) FROM change")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(changes, 0);
    // All goes on: on this instance, whose memory knew the dataset, and on a new one.
    let (_, slug) = dataset(&client, "next", 10..20).await;
    assert_eq!(client.query(&asking(&slug)).await.unwrap().total, Some(10));
    let second = server.second_instance().await;
    let email = client.account().await.unwrap().email;
    let there = Client::new(&format!("http://{}", second.address)).unwrap();
    there.login(&email, PASSWORD).await.unwrap();
    assert_eq!(there.query(&asking(&slug)).await.unwrap().total, Some(10));
    second.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_read_on_keeps_its_version() {
    let server = server().await;
    let (client, pool) = (server.user().await, server.pool().await);
    let (id, slug) = dataset(&client, "read", 100..400).await;
    let request = QueryRequest {
        limit: Some(100),
        ..asking(&slug)
    };
    let first = client.query(&request).await.unwrap();
    client.delete_dataset(id).await.unwrap();
    for _ in 0..3 {
        sweep(&pool, Duration::ZERO).await.unwrap();
    }
    assert!(floor(&pool).await <= first.version.seq);
    let mut cursor = first.next;
    let mut rows = first.rows.len();
    while let Some(next) = cursor {
        let request = QueryRequest {
            version: Some(first.version),
            cursor: Some(next),
            ..request.clone()
        };
        let page = client.query(&request).await.unwrap();
        rows += page.rows.len();
        cursor = page.next;
    }
    assert_eq!(rows, 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_that_comes_back_from_below_the_floor_begins_anew() {
    let server = server().await;
    let (client, pool) = (server.user().await, server.pool().await);
    let email = client.account().await.unwrap().email;
    let proxy = Proxy::before(&server.url).await;
    let far = Client::new(&proxy.url()).unwrap();
    far.login(&email, PASSWORD).await.unwrap();
    dataset(&client, "kept", 100..200).await;
    let (gone, _) = dataset(&client, "gone", 300..400).await;
    let asked = [subscription(1, &[], "")];
    let mut live = Live::connect(&far, None).await.unwrap();
    live.subscribe(asked[0].clone()).await.unwrap();
    settle(&mut live, &client, &asked).await;
    proxy.cut();
    while live.next().await.is_ok() {}
    client.delete_dataset(gone).await.unwrap();
    sweep_to_head(&pool).await;
    proxy.mend();
    let mut live = Live::connect(&far, Some(live.into_screen())).await.unwrap();
    loop {
        if let Event::Message(message) = next(&mut live).await.unwrap()
            && matches!(*message, ServerMessage::Reset { .. })
        {
            break;
        }
    }
    settle(&mut live, &client, &asked).await;
    assert_eq!(live.screen().get(1).unwrap().total, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_screen_is_read_on_while_all_around_it_is_swept() {
    let server = server().await;
    let (client, pool) = (server.user().await, server.pool().await);
    let (_, slug) = dataset(&client, "kept", 100..200).await;
    let asked = [subscription(1, std::slice::from_ref(&slug), "")];
    let mut live = Live::connect(&client, None).await.unwrap();
    live.subscribe(asked[0].clone()).await.unwrap();
    settle(&mut live, &client, &asked).await;
    for round in 0..3 {
        let (id, _) = dataset(&client, &format!("gone {round}"), 100..150).await;
        client.delete_dataset(id).await.unwrap();
    }
    let swept = sweep_to_head(&pool).await;
    assert_eq!(swept.datasets, 3);
    // The screen shows an old version, which says the same as the head; its pages are still answered.
    let page = ClientMessage::Page {
        sub: 1,
        request: 1,
        after: None,
        limit: 50,
    };
    live.send(&page).await.unwrap();
    loop {
        if let Event::Message(message) = next(&mut live).await.unwrap() {
            match *message {
                ServerMessage::Page { .. } => break,
                ServerMessage::Error { error, .. } => panic!("{error:?}"),
                _ => {}
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replaced_blocks_and_group_versions_go() {
    let server = server().await;
    let (client, pool) = (server.user().await, server.pool().await);
    let mut new = new_dataset("live");
    new.panel = Some("sample\tpop\nA\tP\nB\tP\n".into());
    let created = client.create_dataset(&new).await.unwrap();
    let mut upload = client.begin_upload(created.id, "x.vcf", None).await.unwrap();
    upload
        .append(HEADER.to_owned() + &records(100..200))
        .await
        .unwrap();
    while client.dataset(created.id).await.unwrap().alleles == 0 {}
    let asked = [subscription(1, std::slice::from_ref(&created.slug), "")];
    let mut live = Live::connect(&client, None).await.unwrap();
    live.subscribe(asked[0].clone()).await.unwrap();
    upload.append(records(300..400)).await.unwrap();
    upload.declare_size(upload.offset()).await.unwrap();
    client.complete(created.id).await.unwrap();
    let settled = client.settled(created.id, |_| ()).await.unwrap();
    settle(&mut live, &client, &asked).await;
    let shown = live.screen().version().unwrap();

    // Compaction: nobody notices, and what it replaced goes.
    let compacted = "SELECT count(*) FROM change WHERE kind = 'blocks_compacted'";
    while sqlx::query_scalar::<_, i64>(compacted)
        .fetch_one(&pool)
        .await
        .unwrap()
        == 0
    {}
    let page = |client: Client, request: QueryRequest| async move { client.query(&request).await.unwrap() };
    let before = page(
        client.clone(),
        QueryRequest {
            version: Some(shown),
            ..asking(&created.slug)
        },
    )
    .await;
    let after = page(client.clone(), asking(&created.slug)).await;
    assert!(after.version.seq > shown.seq);
    assert_eq!(format!("{:?}", before.rows), format!("{:?}", after.rows));

    // A group that was counted again.
    let group = settled.groups.iter().find(|group| group.value == "P").unwrap();
    client.update_group(group.id, vec!["A".into()]).await.unwrap();
    let recounted = |dataset: Dataset| {
        dataset
            .groups
            .iter()
            .any(|known| known.id == group.id && known.samples == 1)
    };
    while !recounted(client.dataset(created.id).await.unwrap()) {}
    let published: i64 = sqlx::query_scalar("SELECT max(seq) FROM change WHERE kind = 'group_published'")
        .fetch_one(&pool)
        .await
        .unwrap();
    let next_shown = loop {
        if let Event::Shown(version) = next(&mut live).await.unwrap() {
            break version;
        }
    };
    assert!(next_shown.seq >= published, "the compaction was no transition");
    let swept = sweep_to_head(&pool).await;
    assert!(swept.blocks >= 2 && swept.group_versions == 1, "{swept:?}");
    let counts: Vec<i64> = vec![
        sqlx::query_scalar("SELECT count(*) FROM block")
            .fetch_one(&pool)
            .await
            .unwrap(),
        sqlx::query_scalar("SELECT count(*) FROM block WHERE removed_seq IS NOT NULL")
            .fetch_one(&pool)
            .await
            .unwrap(),
        sqlx::query_scalar("SELECT count(*) FROM group_version")
            .fetch_one(&pool)
            .await
            .unwrap(),
    ];
    assert_eq!(counts, [1, 0, 2]);
    let rows = client.query(&asking(&created.slug)).await.unwrap();
    assert_eq!(
        (rows.total, rows.rows[0].groups["live.pop.P"].an),
        (Some(200), Some(2))
    );
}
