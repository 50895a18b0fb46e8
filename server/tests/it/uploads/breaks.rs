//! Slow, cut and contested uploads, and a server that stops.

use allelecast_client::protocol::ErrorCode;
use allelecast_client::{Client, UploadOptions};
use bytes::Bytes;
use futures::StreamExt;
use reqwest::{Body, Method, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::{code, has_received, raw_id, stored};
use crate::support::server::server_without_imports;

type Sender = mpsc::UnboundedSender<&'static str>;

/// A PATCH whose body is what is sent into the channel; it ends when the channel is dropped.
fn open_patch(client: &Client, path: &str, offset: u64) -> (Sender, tokio::task::JoinHandle<Response>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let chunks =
        UnboundedReceiverStream::new(receiver).map(|text: &str| Ok::<_, std::io::Error>(Bytes::from(text)));
    let request = client
        .request(Method::PATCH, path)
        .unwrap()
        .header("tus-resumable", "1.0.0")
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", offset)
        .body(Body::wrap_stream(chunks));
    (sender, tokio::spawn(async move { request.send().await.unwrap() }))
}

#[tokio::test]
async fn a_slow_upload_is_stored_as_it_arrives() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let upload = client.begin_upload(dataset, "a.vcf", None).await.unwrap();
    let (sender, patch) = open_patch(&client, upload.path(), 0);
    sender.send("first").unwrap();
    has_received(&client, upload.path(), 5).await;
    sender.send("second").unwrap();
    has_received(&client, upload.path(), 11).await;
    drop(sender);
    assert_eq!(patch.await.unwrap().status().as_u16(), 204);
}

#[tokio::test]
async fn of_two_writers_one_goes_on() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let mut upload = client.begin_upload(dataset, "a.vcf", None).await.unwrap();
    let (sender, patch) = open_patch(&client, upload.path(), 0);
    sender.send("aaaa").unwrap();
    has_received(&client, upload.path(), 4).await;
    upload.ask_offset().await.unwrap();
    upload.append("bbbb").await.unwrap();
    sender.send("cccc").unwrap();
    drop(sender);
    let late = patch.await.unwrap();
    assert_eq!(
        (late.status().as_u16(), &late.headers()["upload-offset"]),
        (409, &8.into())
    );
    let bytes = stored(&server.pool().await, &server.raw(), raw_id(upload.path())).await;
    assert_eq!(bytes, b"aaaabbbb");
}

#[tokio::test]
async fn a_cut_upload_keeps_what_arrived() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let token = client.create_token("raw").await.unwrap().token;
    let mut upload = client.begin_upload(dataset, "a.vcf", Some(1000)).await.unwrap();
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://"))
        .await
        .unwrap();
    let head = format!(
        "PATCH {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n\
         Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: 1000\r\n\r\n",
        upload.path()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&[b'x'; 123]).await.unwrap();
    drop(socket);
    has_received(&client, upload.path(), 123).await;
    assert_eq!(upload.ask_offset().await.unwrap(), 123);
    assert_eq!(upload.append(vec![b'y'; 877]).await.unwrap(), 1000);
}

#[tokio::test]
async fn a_stopping_server_stores_what_it_has_and_another_goes_on() {
    let mut server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let token = client.create_token("program").await.unwrap().token;
    let upload = client.begin_upload(dataset, "a.vcf", None).await.unwrap();
    let (sender, patch) = open_patch(&client, upload.path(), 0);
    sender.send("first").unwrap();
    has_received(&client, upload.path(), 5).await;
    sender.send("second").unwrap();
    server.stop().await;
    assert_eq!(patch.await.unwrap().status().as_u16(), 503);
    drop(sender);
    let second = server.second_instance().await;
    let client = Client::new(&format!("http://{}", second.address))
        .unwrap()
        .with_token(token);
    let mut upload = client.resume_upload(upload.path()).await.unwrap();
    assert!([5, 11].contains(&upload.offset()), "{}", upload.offset());
    upload.append("!").await.unwrap();
    second.stop().await.unwrap();
}

#[tokio::test]
async fn a_refused_file_stops_its_uploader() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let mut upload = client.begin_upload(dataset, "a.vcf", Some(10)).await.unwrap();
    upload.append("12345").await.unwrap();
    sqlx::query(r#"UPDATE vcf_file SET state = 'failed', error = '{"message": "no header", "line": 1}'"#)
        .execute(&server.pool().await)
        .await
        .unwrap();
    let error = upload.append("67890").await.unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        (Some(ErrorCode::FileRefused), "no header")
    );
    assert_eq!(upload.ask_offset().await.unwrap_err().status(), Some(422));
}

/// Passes bytes on, and cuts its first connections after they carried so many bytes to the server.
async fn proxy(target: String, budgets: Vec<usize>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut budgets = budgets.into_iter();
        while let Ok((mut client, _)) = listener.accept().await {
            let mut server = TcpStream::connect(&target).await.unwrap();
            let budget = budgets.next();
            tokio::spawn(async move {
                let Some(mut left) = budget else {
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                    return;
                };
                let ((mut from, mut back), (mut answers, mut to)) = (client.split(), server.split());
                let forward = async {
                    let mut buffer = [0; 4096];
                    while left > 0 {
                        let read = from.read(&mut buffer).await.unwrap_or(0);
                        if read == 0 || to.write_all(&buffer[..read]).await.is_err() {
                            return;
                        }
                        left = left.saturating_sub(read);
                    }
                };
                tokio::select! {
                    () = forward => {}
                    _ = tokio::io::copy(&mut answers, &mut back) => {}
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn the_client_goes_on_after_breaks() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let token = client.create_token("program").await.unwrap().token;
    let target = server.url.trim_start_matches("http://").to_owned();
    let url = proxy(target, vec![300_000, 500, 200_000]).await;
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|number| (number % 253) as u8).collect();
    let through = Client::new(&url).unwrap().with_token(token);
    let options = UploadOptions::default();
    let upload = through
        .upload(dataset, "a.vcf", &bytes[..], Some(1_000_000), &options)
        .await
        .unwrap();
    assert_eq!(upload.offset(), 1_000_000);
    assert!(stored(&server.pool().await, &server.raw(), raw_id(upload.path())).await == bytes);
}

#[tokio::test]
async fn an_empty_file_is_complete_at_once() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let mut upload = client.begin_upload(dataset, "a.vcf", Some(0)).await.unwrap();
    assert_eq!(upload.ask_offset().await.unwrap(), 0);
    assert_eq!(code(upload.append("x").await), ErrorCode::LimitExceeded);
    assert_eq!(client.dataset(dataset).await.unwrap().files[0].size, Some(0));
}
