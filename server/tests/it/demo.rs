//! The demo data, loaded by one call.

use allelecast_client::protocol::ErrorCode;
use allelecast_client::protocol::dataset::{CreatedDataset, DatasetState};
use allelecast_client::{Client, QueryRequest};
use reqwest::Method;

use crate::support::data::shapeit4;
use crate::support::server::server_with;

async fn load(client: &Client) -> reqwest::Response {
    let request = client.request(Method::POST, "/api/v1/demo").unwrap();
    request.send().await.unwrap()
}

#[tokio::test]
async fn the_demo_arrives_as_an_upload_does() {
    let Some(vcf) = shapeit4() else { return };
    let panel = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../deploy/demo/shapeit4_example_panel.tsv"
    );
    let server = server_with(|config| {
        config.demo.vcf = vcf;
        config.demo.panel = panel.into();
        config.demo.rate = 100 << 20;
    })
    .await;
    let client = server.user().await;
    let response = load(&client).await;
    assert_eq!(response.status(), 201);
    let created: CreatedDataset = response.json().await.unwrap();
    assert_eq!(created.slug, "demo");
    let dataset = client.settled(created.id, |_| ()).await.unwrap();
    assert_eq!((dataset.state, dataset.samples), (DatasetState::Ready, 203));
    let common = QueryRequest::new("GRCh37", "af(CEU) > 5%").in_dataset("demo");
    assert!(client.query(&common).await.unwrap().total > Some(0));

    let second: CreatedDataset = load(&client).await.json().await.unwrap();
    assert_eq!(second.slug, "demo_2");
}

#[tokio::test]
async fn an_interrupted_demo_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (vcf, panel) = (folder.path().join("a.vcf"), folder.path().join("panel.tsv"));
    std::fs::write(&vcf, "##fileformat=VCFv4.3\n".repeat(1_000)).unwrap();
    std::fs::write(&panel, "sample\tpop\nA\tP\n").unwrap();
    let mut server = server_with(|config| {
        config.demo.vcf = vcf;
        config.demo.panel = panel;
        config.demo.rate = 10;
    })
    .await;
    let client = server.user().await;
    let created: CreatedDataset = load(&client).await.json().await.unwrap();
    server.stop().await;
    let message: String = sqlx::query_scalar("SELECT error->>'message' FROM vcf_file WHERE dataset_id = $1")
        .bind(created.id)
        .fetch_one(&server.pool().await)
        .await
        .unwrap();
    assert!(message.starts_with("The demo was interrupted"), "{message}");
}

#[tokio::test]
async fn without_the_data_it_says_where_to_get_it() {
    let server = server_with(|config| config.demo.vcf = "/nowhere/demo.vcf.gz".into()).await;
    let client = server.user().await;
    let response = load(&client).await;
    assert_eq!(response.status(), 503);
    let body: allelecast_client::protocol::ErrorBody = response.json().await.unwrap();
    assert_eq!(body.error.code, ErrorCode::Unavailable);
    assert!(body.error.hint.unwrap().contains("make run"));
    assert!(client.datasets().await.unwrap().is_empty());
}
