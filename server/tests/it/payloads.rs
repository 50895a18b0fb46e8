//! Payloads of frequencies in the database: shared, added to, and of a database made before they were shared.

use std::fmt::Write;

use allelecast_client::live::{Live, ScreenState};
use allelecast_client::protocol::live::Subscription;
use allelecast_client::protocol::row::Row;
use allelecast_client::{Client, QueryRequest};
use allelecast_server::domain::columns::FrequencyColumns;
use arrow::ipc::reader::StreamReader;
use sqlx::PgPool;

use crate::support::server::{new_dataset, server};

/// One payload for each group version, as they were stored before `0014_shared_frequencies`.
const SEPARATE: &str = r"
    CREATE TABLE earlier AS
        SELECT bucket, block_id, g AS group_version_id,
               substring(data FROM 1 FOR ends[1]) || substring(data FROM ends[at] + 1 FOR ends[at + 1] - ends[at])
                   || '\xffffffff00000000'::bytea AS data
        FROM frequency_payload, unnest(group_versions) AS g, array_position(group_versions, g) AS at;
    DELETE FROM frequency_payload;
    ALTER TABLE frequency_payload DROP COLUMN group_versions, DROP COLUMN ends;
    ALTER TABLE frequency_payload RENAME COLUMN first_version TO group_version_id;
    INSERT INTO frequency_payload SELECT * FROM earlier;
    DROP TABLE earlier";

/// 300 samples in populations of two sizes; the first samples carry most.
fn file_and_panel() -> (String, String) {
    let mut vcf = String::from("##fileformat=VCFv4.3\n##contig=<ID=20,length=63025520>\n");
    vcf += "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n";
    vcf += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    let mut panel = String::from("sample\tpop\n");
    for sample in 0..300 {
        let _ = write!(vcf, "\ts{sample}");
        let _ = writeln!(panel, "s{sample}\tp{}", (sample / 20).min(5));
    }
    for record in 0..40 {
        let id = if record % 3 == 0 { "." } else { "rs7" };
        let _ = write!(
            vcf,
            "\n20\t{}\t{id}\tA\tC,G\t.\tPASS\t.\tGT",
            1000 + record * 70_000
        );
        for sample in 0..300 {
            vcf += match (sample * 7 + record * 13) % (2 + sample / 10) {
                0 => "\t0/1",
                1 => "\t1/2",
                2 if sample % 5 == 0 => "\t./.",
                _ => "\t0/0",
            };
        }
    }
    vcf.push('\n');
    (vcf, panel)
}

async fn rows(client: &Client) -> Vec<Row> {
    let mut request = QueryRequest::new("GRCh37", "af(p1) > 1% OR ac(all) > 2");
    request.limit = Some(1_000);
    client.query(&request).await.unwrap().rows
}

/// The group versions of each payload, as the table says and as the streams themselves do.
async fn payloads(pool: &PgPool) -> Vec<Vec<i64>> {
    let stored: Vec<(Vec<i64>, Vec<u8>)> =
        sqlx::query_as("SELECT group_versions, data FROM frequency_payload ORDER BY block_id, first_version")
            .fetch_all(pool)
            .await
            .unwrap();
    for (group_versions, data) in &stored {
        let stream = StreamReader::try_new(&data[..], None).unwrap();
        assert_eq!(stream.count(), group_versions.len());
    }
    stored
        .into_iter()
        .map(|(group_versions, _)| group_versions)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_share_payloads_and_earlier_ones_are_still_read() {
    let mut server = server().await;
    let (client, pool) = (server.user().await, server.pool().await);
    let (vcf, panel) = file_and_panel();
    let mut new = new_dataset("payloads");
    new.panel = Some(panel);
    let dataset = client.create_dataset(&new).await.unwrap();
    let mut upload = client
        .begin_upload(dataset.id, "x.vcf", Some(vcf.len() as u64))
        .await
        .unwrap();
    upload.append(vcf.into_bytes()).await.unwrap();
    client.complete(dataset.id).await.unwrap();
    client.settled(dataset.id, |_| ()).await.unwrap();

    let expected = rows(&client).await;
    assert_eq!(expected.len(), 80);
    let shared = payloads(&pool).await;
    let blocks: i64 = sqlx::query_scalar("SELECT count(*) FROM block WHERE removed_seq IS NULL")
        .fetch_one(&pool)
        .await
        .unwrap();
    // `all` has counts above 255; the populations have not.
    assert_eq!(shared.len() as i64, 2 * blocks, "{shared:?}");
    assert_eq!(shared.iter().map(Vec::len).max(), Some(6));

    // A later version of a group has a payload of its own.
    let mut live = Live::connect(&client, None).await.unwrap();
    let subscription = Subscription {
        sub: 1,
        build: "GRCh37".into(),
        datasets: Vec::new(),
        query: "ac(p0) > 0".into(),
        groups: Vec::new(),
        charts: Vec::new(),
        page_size: 500,
        hq: false,
    };
    live.subscribe(subscription).await.unwrap();
    let carried = |screen: &ScreenState| screen.get(1).map_or(0, |shown| shown.rows.pos.len());
    live.until(|screen| carried(screen) == 80).await.unwrap();
    let groups = client.groups("GRCh37").await.unwrap();
    let group = groups.iter().find(|group| group.value == "p0").unwrap();
    let members = (280..300).map(|sample| format!("s{sample}")).collect();
    client.update_group(group.id, members).await.unwrap();
    live.until(|screen| carried(screen) < 80).await.unwrap();
    let expected = rows(&client).await;
    let shared = payloads(&pool).await;
    assert_eq!(shared.len() as i64, 3 * blocks, "{shared:?}");

    server.stop().await;
    sqlx::raw_sql(SEPARATE).execute(&pool).await.unwrap();
    let migration = include_str!("../../../migrations/0014_shared_frequencies.sql");
    sqlx::raw_sql(migration).execute(&pool).await.unwrap();
    assert!(payloads(&pool).await.iter().all(|groups| groups.len() == 1));
    let whole: Vec<Vec<u8>> = sqlx::query_scalar("SELECT data FROM frequency_payload")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert!(whole.iter().all(|data| FrequencyColumns::decode(data).is_ok()));
    server.start_again().await;
    assert_eq!(rows(&client).await, expected);
}
