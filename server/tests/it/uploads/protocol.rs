//! The protocol's rules, and the limits.

use allelecast_client::UploadOptions;
use allelecast_client::protocol::ErrorCode;
use allelecast_client::protocol::dataset::FileState;
use allelecast_server::store::head::Head;
use allelecast_server::store::uploads::{self, expiry};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};

use super::{code, raw_id, stored};
use crate::support::server::{server_with, server_without_imports, without_imports};

#[tokio::test]
async fn bytes_arrive_in_order_and_whole() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let mut upload = client.begin_upload(dataset, "a.vcf", Some(11)).await.unwrap();
    assert_eq!(upload.append("hello ").await.unwrap(), 6);
    assert_eq!(upload.ask_offset().await.unwrap(), 6);
    assert_eq!(upload.append("world").await.unwrap(), 11);
    let id = raw_id(upload.path());
    assert_eq!(
        stored(&server.pool().await, &server.raw(), id).await,
        b"hello world"
    );
    let file = uploads::find(&server.pool().await, id).await.unwrap().unwrap();
    assert!(file.received_all);
    assert_eq!(code(upload.append("more").await), ErrorCode::LimitExceeded);
}

#[tokio::test]
async fn a_file_of_several_parts_is_put_together() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let bytes: Vec<u8> = (0..20_000_000_u32).map(|number| (number % 251) as u8).collect();
    let options = UploadOptions::default();
    let upload = client
        .upload(dataset, "big.vcf", &bytes[..], None, &options)
        .await
        .unwrap();
    let pool = server.pool().await;
    let id = raw_id(upload.path());
    assert!(stored(&pool, &server.raw(), id).await == bytes);
    let file = uploads::find(&pool, id).await.unwrap().unwrap();
    assert_eq!((file.size, file.received_all), (Some(20_000_000), true));
}

#[tokio::test]
async fn capabilities_are_told() {
    let server = server_with(|config| config.limits.max_upload = 1000).await;
    let client = server.user().await;
    let answer = client
        .request(Method::OPTIONS, "/api/v1/uploads")
        .unwrap()
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    for (name, value) in [
        ("tus-resumable", "1.0.0"),
        ("tus-version", "1.0.0"),
        ("tus-max-size", "1000"),
        (
            "tus-extension",
            "creation,creation-with-upload,creation-defer-length,checksum,termination,expiration",
        ),
        ("tus-checksum-algorithm", "sha1,sha256"),
    ] {
        assert_eq!(answer.headers()[name], value);
    }
    let plain = client
        .request(Method::POST, "/api/v1/uploads")
        .unwrap()
        .send()
        .await
        .unwrap();
    assert_eq!(
        (plain.status().as_u16(), &plain.headers()["tus-version"]),
        (412, &"1.0.0".parse().unwrap())
    );
}

#[tokio::test]
async fn the_first_bytes_may_come_with_the_creation() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let metadata = format!(
        "dataset_id {},filename {}",
        STANDARD.encode(dataset.to_string()),
        STANDARD.encode("a.vcf")
    );
    let request = client
        .request(Method::POST, "/api/v1/uploads")
        .unwrap()
        .header("tus-resumable", "1.0.0")
        .header("upload-length", 10)
        .header("upload-metadata", metadata)
        .header("content-type", "application/offset+octet-stream")
        .body("12345");
    let answer = request.send().await.unwrap();
    assert_eq!(
        (answer.status(), &answer.headers()["upload-offset"]),
        (StatusCode::CREATED, &5.into())
    );
    assert!(
        answer.headers()["upload-expires"]
            .to_str()
            .unwrap()
            .ends_with(" GMT")
    );
    let mut upload = client
        .resume_upload(answer.headers()["location"].to_str().unwrap())
        .await
        .unwrap();
    assert_eq!(upload.append("67890").await.unwrap(), 10);
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let mut upload = client.begin_upload(dataset, "a.vcf", Some(10)).await.unwrap();
    upload.append("12345").await.unwrap();
    let path = upload.path().to_owned();
    let patch = |headers: &[(&str, &str)], body: &'static str| {
        let mut request = client
            .request(Method::PATCH, &path)
            .unwrap()
            .header("tus-resumable", "1.0.0")
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        async move { request.send().await.unwrap().status().as_u16() }
    };
    let bytes = ("content-type", "application/offset+octet-stream");
    for (headers, expected) in [
        (&[bytes][..], 400),
        (&[("upload-offset", "5")], 415),
        (&[bytes, ("upload-offset", "0")], 409),
        (&[bytes, ("upload-offset", "9")], 409),
        (
            &[bytes, ("upload-offset", "5"), ("upload-checksum", "md5 abcd")],
            400,
        ),
        (
            &[
                bytes,
                ("upload-offset", "5"),
                ("upload-checksum", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="),
            ],
            460,
        ),
        (&[bytes, ("upload-offset", "5"), ("upload-length", "11")], 409),
    ] {
        assert_eq!(patch(headers, "67890").await, expected, "{headers:?}");
    }
    assert_eq!(upload.ask_offset().await.unwrap(), 5, "nothing of it was stored");
    let sum = format!("sha1 {}", STANDARD.encode(sha1(b"67890")));
    let right = [bytes, ("upload-offset", "5"), ("upload-checksum", sum.as_str())];
    assert_eq!(patch(&right, "67890").await, 204);
    assert_eq!(upload.ask_offset().await.unwrap(), 10);
    assert_eq!(
        code(client.begin_upload(dataset + 1, "a.vcf", Some(1)).await),
        ErrorCode::NotFound
    );
    assert_eq!(
        code(client.begin_upload(dataset, "", Some(1)).await),
        ErrorCode::BadRequest
    );
    let elsewhere = "/api/v1/uploads/00000000-0000-0000-0000-000000000000";
    assert_eq!(
        client.resume_upload(elsewhere).await.unwrap_err().status(),
        Some(404)
    );
}

#[tokio::test]
async fn room_is_limited() {
    let server = server_with(|config| {
        config.limits.max_upload = 1000;
        config.limits.quota = 100;
        config.limits.max_checked_patch = 10;
    })
    .await;
    // What is sent here is no VCF, and an import would refuse it in between.
    let server = without_imports(server).await;
    let (client, dataset) = server.user_with_dataset().await;
    assert_eq!(
        code(client.begin_upload(dataset, "a.vcf", Some(1001)).await),
        ErrorCode::LimitExceeded
    );
    assert_eq!(
        code(client.begin_upload(dataset, "a.vcf", Some(101)).await),
        ErrorCode::StorageFull
    );
    let mut deferred = client.begin_upload(dataset, "a.vcf", None).await.unwrap();
    deferred.append(vec![b'x'; 60]).await.unwrap();
    assert_eq!(
        code(deferred.append(vec![b'x'; 60]).await),
        ErrorCode::StorageFull
    );
    let request = client.request(Method::PATCH, deferred.path()).unwrap();
    let request = request
        .header("tus-resumable", "1.0.0")
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", 60)
        .header("upload-checksum", "sha1 AAAA")
        .body("12345678901");
    assert_eq!(request.send().await.unwrap().status().as_u16(), 413);
    deferred.terminate().await.unwrap();
    client.begin_upload(dataset, "a.vcf", Some(100)).await.unwrap();

    let full = server_with(|config| config.limits.disk_reserve = u64::MAX / 2).await;
    let (client, dataset) = full.user_with_dataset().await;
    assert_eq!(
        code(client.begin_upload(dataset, "a.vcf", Some(1)).await),
        ErrorCode::StorageFull
    );
}

#[tokio::test]
async fn ended_and_abandoned_uploads_leave_nothing() {
    let server = without_imports(server_with(|config| config.limits.upload_expiry = 0).await).await;
    let (client, dataset) = server.user_with_dataset().await;
    let (pool, raw) = (server.pool().await, server.raw());
    let mut ended = client.begin_upload(dataset, "a.vcf", Some(10)).await.unwrap();
    ended.append("12345").await.unwrap();
    let id = raw_id(ended.path());
    let path = ended.path().to_owned();
    ended.terminate().await.unwrap();
    assert!(stored(&pool, &raw, id).await.is_empty());
    assert!(raw.read_part(id, 0).await.is_err());
    assert_eq!(client.resume_upload(&path).await.unwrap_err().status(), Some(404));
    let file = client.dataset(dataset).await.unwrap().files.remove(0);
    assert_eq!(file.state, FileState::Cancelled);
    assert_eq!(
        code(client.retry_file(file.id).await),
        ErrorCode::Conflict,
        "its bytes are gone"
    );

    let mut abandoned = client.begin_upload(dataset, "b.vcf", Some(10)).await.unwrap();
    abandoned.append("12345").await.unwrap();
    let head = Head::open(pool.clone()).await.unwrap();
    let swept = expiry::sweep(&head, &pool, &raw, 0).await.unwrap();
    assert_eq!(
        swept,
        expiry::Swept {
            given_up: 1,
            deleted: 1
        }
    );
    assert!(raw.read_part(raw_id(abandoned.path()), 0).await.is_err());
    assert_eq!(
        expiry::sweep(&head, &pool, &raw, 0).await.unwrap(),
        expiry::Swept::default()
    );
}

#[tokio::test]
async fn what_may_still_be_needed_is_kept() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let (pool, raw) = (server.pool().await, server.raw());
    let head = Head::open(pool.clone()).await.unwrap();
    let mut upload = client.begin_upload(dataset, "a.vcf", Some(5)).await.unwrap();
    upload.append("12345").await.unwrap();
    let file = client.dataset(dataset).await.unwrap().files[0].id;
    client.cancel_file(file).await.unwrap();
    assert_eq!(
        expiry::sweep(&head, &pool, &raw, 86_400).await.unwrap(),
        expiry::Swept::default()
    );
    client.retry_file(file).await.unwrap();
    assert_eq!(
        expiry::sweep(&head, &pool, &raw, 0).await.unwrap(),
        expiry::Swept::default()
    );
    client.delete_dataset(dataset).await.unwrap();
    let swept = expiry::sweep(&head, &pool, &raw, 86_400).await.unwrap();
    assert_eq!(
        swept,
        expiry::Swept {
            given_up: 0,
            deleted: 1
        }
    );
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    use sha1::Digest;
    sha1::Sha1::digest(bytes).to_vec()
}
