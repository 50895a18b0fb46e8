//! A connection that is cut, and an import that is killed.

use allelecast_client::Client;
use allelecast_client::live::{Event, Live};
use allelecast_client::protocol::ErrorCode;
use allelecast_client::protocol::dataset::FileState;
use allelecast_client::protocol::live::ServerMessage;

use super::support::{assert_fresh, next, settle, subscription};
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

async fn alleles(client: &Client, dataset: i64) -> i64 {
    client.dataset(dataset).await.unwrap().alleles
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_connection_resumes_without_gap_or_duplicate() {
    let server: TestServer = server().await;
    let client = server.user().await;
    let email = client.account().await.unwrap().email;
    let proxy = Proxy::before(&server.url).await;
    let far = Client::new(&proxy.url()).unwrap();
    far.login(&email, PASSWORD).await.unwrap();
    let dataset = client.create_dataset(&new_dataset("cut")).await.unwrap();
    let mut upload = client.begin_upload(dataset.id, "x.vcf", None).await.unwrap();
    upload
        .append(HEADER.to_owned() + &records(100..200))
        .await
        .unwrap();
    while alleles(&client, dataset.id).await == 0 {}

    let asked = [subscription(
        1,
        std::slice::from_ref(&dataset.slug),
        "hom(all) = 1",
    )];
    let mut live = Live::connect(&far, None).await.unwrap();
    live.subscribe(asked[0].clone()).await.unwrap();
    settle(&mut live, &client, &asked).await;
    let before = live.screen().get(1).unwrap().total;

    // While the wire is cut, the import goes on.
    proxy.cut();
    while live.next().await.is_ok() {}
    assert!(Live::connect(&far, None).await.is_err(), "the wire is cut");
    upload.append(records(300..400)).await.unwrap();
    upload.declare_size(upload.offset()).await.unwrap();
    client.complete(dataset.id).await.unwrap();
    client.settled(dataset.id, |_| ()).await.unwrap();
    proxy.mend();

    // A patch leads on from the version that was shown: nothing is reset.
    let shown = live.screen().version().unwrap();
    let mut live = Live::connect(&far, Some(live.into_screen())).await.unwrap();
    loop {
        match next(&mut live).await.unwrap() {
            Event::Shown(version) => {
                assert!(version.seq > shown.seq);
                assert_fresh(&client, live.screen(), &asked[0], version).await;
                break;
            }
            Event::Message(message) => {
                assert!(
                    !matches!(
                        *message,
                        ServerMessage::Error { .. } | ServerMessage::Reset { .. }
                    ),
                    "{message:?}"
                );
            }
        }
    }
    settle(&mut live, &client, &asked).await;
    let after = live.screen().get(1).unwrap();
    assert!(before < after.total);
    assert_eq!((after.total, after.provisional), (200, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_goes_on_where_a_stopped_server_left_it() {
    let mut server = server().await;
    let client = server.user().await;
    let dataset = client.create_dataset(&new_dataset("stopped")).await.unwrap();
    let mut upload = client.begin_upload(dataset.id, "x.vcf", None).await.unwrap();
    upload
        .append(HEADER.to_owned() + &records(100..200))
        .await
        .unwrap();
    while alleles(&client, dataset.id).await == 0 {}
    server.stop().await;
    server.start_again().await;
    upload.append(records(300..400)).await.unwrap();
    upload.declare_size(upload.offset()).await.unwrap();
    client.complete(dataset.id).await.unwrap();
    let settled = client.settled(dataset.id, |_| ()).await.unwrap();
    assert_eq!(settled.files[0].state, FileState::Ready, "{settled:?}");
    assert_eq!((settled.alleles, settled.files[0].records), (200, 200));
    let page = client
        .query(&allelecast_client::QueryRequest::new("GRCh37", "").in_dataset(&dataset.slug))
        .await
        .unwrap();
    assert_eq!(page.total, Some(200), "nothing twice, nothing missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_file_is_refused_with_its_line_and_taken_back() {
    let server = server().await;
    let client = server.user().await;
    let dataset = client.create_dataset(&new_dataset("bad")).await.unwrap();
    let asked = [subscription(1, std::slice::from_ref(&dataset.slug), "")];
    let mut live = Live::connect(&client, None).await.unwrap();
    live.subscribe(asked[0].clone()).await.unwrap();
    let mut upload = client.begin_upload(dataset.id, "x.vcf", None).await.unwrap();
    upload
        .append(HEADER.to_owned() + &records(100..200))
        .await
        .unwrap();
    super::support::until(&mut live, &client, &asked, |screen| {
        screen
            .get(1)
            .is_some_and(|shown| shown.total > 0 && shown.provisional)
    })
    .await;
    upload
        .append("20\t300\t.\tG\tC\t.\t.\t.\tGT\t0/1\n20\tx\t.\tG\tC\t.\t.\t.\tGT\t0/1\t0/0\n")
        .await
        .unwrap();
    upload.declare_size(upload.offset()).await.unwrap();
    client.complete(dataset.id).await.unwrap();
    let settled = client.settled(dataset.id, |_| ()).await.unwrap();
    let error = settled.files[0].error.clone().unwrap();
    assert_eq!(
        (settled.files[0].state, error.line),
        (FileState::Failed, Some(105)),
        "{error:?}"
    );
    assert_eq!(settled.findings.errors, 2);
    let lines: Vec<i64> = client
        .findings(dataset.id, None)
        .await
        .unwrap()
        .findings
        .iter()
        .map(|f| f.line)
        .collect();
    assert_eq!(lines, [105, 106], "every fault is told, not only the first");
    settle(&mut live, &client, &asked).await;
    assert_eq!(live.screen().get(1).unwrap().total, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_needs_a_ticket_that_was_not_used() {
    let server = server().await;
    let client = server.user().await;
    let stranger = server.stranger();
    let refused = Live::connect(&stranger, None).await.unwrap_err();
    assert!(format!("{refused}").contains("Sign in"), "{refused}");
    let mut live = Live::connect(&client, None).await.unwrap();
    let asked = subscription(1, &["nothing".into()], "");
    live.subscribe(asked).await.unwrap();
    loop {
        if let Event::Message(message) = next(&mut live).await.unwrap()
            && let ServerMessage::Error { sub, error, .. } = *message
        {
            assert_eq!((sub, error.code), (Some(1), ErrorCode::InvalidField));
            break;
        }
    }
}
