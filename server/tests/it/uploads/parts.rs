//! What uploads become in storage, how they share the quota, and what they keep waiting.

use allelecast_client::protocol::ErrorCode;
use allelecast_server::store::uploads::{self, Appended, UploadLimits};
use futures::future::join_all;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{has_received, raw_id, stored};
use crate::support::server::{server_with, server_without_imports, without_imports};

#[tokio::test]
async fn a_cut_at_any_byte_loses_nothing() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let token = client.create_token("raw").await.unwrap().token;
    let bytes: Vec<u8> = (0..32).collect();
    let upload_cut_at = |cut: usize| {
        let (client, token, bytes, url) = (client.clone(), token.clone(), bytes.clone(), server.url.clone());
        async move {
            let mut upload = client
                .begin_upload(dataset, "a.vcf", Some(bytes.len() as u64))
                .await
                .unwrap();
            let head = format!(
                "PATCH {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n\
                 Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: {}\r\n\r\n",
                upload.path(),
                bytes.len()
            );
            let mut socket = TcpStream::connect(url.trim_start_matches("http://"))
                .await
                .unwrap();
            socket.write_all(head.as_bytes()).await.unwrap();
            socket.write_all(&bytes[..cut]).await.unwrap();
            drop(socket);
            has_received(&client, upload.path(), cut as u64).await;
            assert_eq!(upload.ask_offset().await.unwrap(), cut as u64);
            upload.append(bytes[cut..].to_vec()).await.unwrap();
            raw_id(upload.path())
        }
    };
    let ids = join_all((1..bytes.len()).map(upload_cut_at)).await;
    let (pool, raw) = (server.pool().await, server.raw());
    for id in ids {
        assert_eq!(stored(&pool, &raw, id).await, bytes);
    }
}

#[tokio::test]
async fn many_small_appends_are_few_parts() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let mut upload = client.begin_upload(dataset, "a.vcf", None).await.unwrap();
    let (pool, raw, id) = (server.pool().await, server.raw(), raw_id(upload.path()));
    let mut expected = Vec::new();
    for n in 0..100u8 {
        let bytes = vec![n; 1 + usize::from(n) % 7];
        expected.extend_from_slice(&bytes);
        upload.append(bytes).await.unwrap();
    }
    assert_eq!(stored(&pool, &raw, id).await, expected);
    let parts = uploads::parts_from(&pool, id, 0, i64::MAX).await.unwrap();
    assert!(parts.len() <= 8, "{parts:?}");
    assert_eq!(
        server.raw_files(),
        parts.len(),
        "those that were joined are deleted"
    );
}

#[tokio::test]
async fn parallel_uploads_share_the_quota_to_the_byte() {
    let server = without_imports(server_with(|config| config.limits.quota = 1_000).await).await;
    let (client, dataset) = server.user_with_dataset().await;
    let mut all = Vec::new();
    for _ in 0..8 {
        all.push(client.begin_upload(dataset, "a.vcf", None).await.unwrap());
    }
    let sent = join_all(all.iter_mut().map(|upload| upload.append(vec![b'x'; 300]))).await;
    let stored = sent.iter().filter(|result| result.is_ok()).count();
    assert_eq!(stored, 3);
    for error in sent.into_iter().filter_map(Result::err) {
        assert_eq!(error.code(), Some(ErrorCode::StorageFull), "{error}");
    }
    let files = client.dataset(dataset).await.unwrap().files;
    assert_eq!(files.iter().map(|file| file.received).sum::<i64>(), 900);

    // What was promised counts before it arrives.
    let (client, dataset) = server.user_with_dataset().await;
    client.begin_upload(dataset, "a.vcf", Some(700)).await.unwrap();
    let second = client.begin_upload(dataset, "b.vcf", Some(301)).await;
    assert_eq!(super::code(second), ErrorCode::StorageFull);
    client.begin_upload(dataset, "b.vcf", Some(300)).await.unwrap();
}

#[tokio::test]
async fn a_commit_of_the_import_does_not_wait_for_bytes_that_are_being_stored() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let upload = client.begin_upload(dataset, "a.vcf", Some(5)).await.unwrap();
    let (pool, raw, id) = (server.pool().await, server.raw(), raw_id(upload.path()));
    // A writer that is at the object storage holds this lock and no row.
    let mut writer = pool.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('allelecast upload ' || $1::text, 0))")
        .bind(id)
        .execute(&mut *writer)
        .await
        .unwrap();
    let limits = UploadLimits {
        quota: 1_000,
        upload_expiry: 60,
    };
    let second = {
        let (pool, raw) = (pool.clone(), raw.clone());
        tokio::spawn(async move { uploads::append(&pool, &raw, id, 0, "12345".into(), limits).await })
    };
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity
                                WHERE datname = current_database() AND wait_event = 'advisory')";
    while !sqlx::query_scalar::<_, bool>(waits)
        .fetch_one(&pool)
        .await
        .unwrap()
    {
        tokio::task::yield_now().await;
    }
    let mut commit = pool.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM vcf_file FOR UPDATE NOWAIT")
        .execute(&mut *commit)
        .await
        .expect("no row is locked");
    commit.rollback().await.unwrap();
    assert!(!second.is_finished());
    writer.rollback().await.unwrap();
    assert_eq!(second.await.unwrap().unwrap(), Appended::Received(5));
}
