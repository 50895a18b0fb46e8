//! Two instances on one database: an upload to one moves a dashboard on the other, with Redis and without.

use std::process::{Child, Command, Stdio};

use allelecast_client::Client;
use allelecast_client::live::Live;
use allelecast_client::protocol::dataset::FileState;

use super::support::{settle, subscription};
use crate::support::server::{PASSWORD, TestServer, new_dataset, server_with};

const HEADER: &str = "##fileformat=VCFv4.2\n##contig=<ID=20>\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n";

fn vcf(positions: std::ops::Range<u32>) -> String {
    let records = positions.map(|position| format!("20\t{position}\t.\tG\tC\t.\t.\t.\tGT\t0/1\t0/0\n"));
    HEADER.to_owned() + &records.collect::<String>()
}

async fn import(client: &Client, dataset: i64, text: String) {
    let mut upload = client
        .begin_upload(dataset, "x.vcf", Some(text.len() as u64))
        .await
        .unwrap();
    upload.append(text).await.unwrap();
    loop {
        let files = client.dataset(dataset).await.unwrap().files;
        let newest = files.iter().max_by_key(|file| file.id).unwrap();
        match newest.state {
            FileState::Ready => return,
            FileState::Waiting | FileState::Importing => {}
            FileState::Failed | FileState::Cancelled => panic!("{newest:?}"),
        }
    }
}

/// A Redis of the test's own, which it may stop and start.
struct Redis {
    port: u16,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Redis {
    fn start(port: Option<u16>) -> Self {
        let port = port.unwrap_or_else(|| {
            // Free now; taken by Redis a moment later.
            std::net::TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
                .port()
        });
        let folder = tempfile::tempdir().unwrap();
        let process = Command::new("redis-server")
            .args([
                "--port",
                &port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .arg("--dir")
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed: deploy/bootstrap test");
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Self {
            port,
            process,
            _folder: folder,
        }
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn stop(mut self) -> u16 {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.port
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn signed_in(server: &TestServer, url: &str) -> (Client, Client) {
    let here = server.user().await;
    let email = here.account().await.unwrap().email;
    let there = Client::new(url).unwrap();
    there.login(&email, PASSWORD).await.unwrap();
    (here, there)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_to_one_moves_a_dashboard_on_the_other_and_redis_may_go_and_come() {
    let redis = Redis::start(None);
    let url = redis.url();
    let server = server_with(|config| config.redis_url = Some(url.clone())).await;
    let second = server
        .second_instance_with(|config| config.redis_url = Some(url.clone()))
        .await;
    let (here, there) = signed_in(&server, &format!("http://{}", second.address)).await;
    let dataset = here.create_dataset(&new_dataset("shared")).await.unwrap();

    let asked = [subscription(
        1,
        std::slice::from_ref(&dataset.slug),
        "af(all) > 10%",
    )];
    import(&here, dataset.id, vcf(100..110)).await;
    let mut live = Live::connect(&there, None).await.unwrap();
    live.subscribe(asked[0].clone()).await.unwrap();
    settle(&mut live, &there, &asked).await;
    assert_eq!(live.screen().get(1).unwrap().total, 10);

    import(&here, dataset.id, vcf(1_000..1_020)).await;
    settle(&mut live, &there, &asked).await;
    assert_eq!(live.screen().get(1).unwrap().total, 30);

    // Without Redis nothing is lost: the head is polled.
    let port = redis.stop();
    import(&here, dataset.id, vcf(5_000..5_005)).await;
    settle(&mut live, &there, &asked).await;
    assert_eq!(live.screen().get(1).unwrap().total, 35);

    let _redis = Redis::start(Some(port));
    import(&here, dataset.id, vcf(9_000..9_005)).await;
    settle(&mut live, &there, &asked).await;
    assert_eq!(live.screen().get(1).unwrap().total, 40);
    second.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_was_never_there_is_not_needed() {
    let nowhere = || Some("redis://127.0.0.1:1".to_owned());
    let server = server_with(|config| config.redis_url = nowhere()).await;
    let second = server
        .second_instance_with(|config| config.redis_url = nowhere())
        .await;
    let (here, there) = signed_in(&server, &format!("http://{}", second.address)).await;
    let dataset = here.create_dataset(&new_dataset("shared")).await.unwrap();
    let asked = [subscription(1, std::slice::from_ref(&dataset.slug), "")];
    let mut live = Live::connect(&there, None).await.unwrap();
    live.subscribe(asked[0].clone()).await.unwrap();
    import(&here, dataset.id, vcf(100..110)).await;
    settle(&mut live, &there, &asked).await;
    assert_eq!(live.screen().get(1).unwrap().total, 10);
    second.stop().await.unwrap();
}
