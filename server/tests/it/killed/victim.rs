//! An import whose server, or whose database, may go at any moment.
//!
//! Invariant: what the server has not acknowledged is sent again, as every client does.

use std::path::PathBuf;

use allelecast_client::{Client, Error, Upload};
use bytes::Bytes;
use futures::StreamExt;
use reqwest::{Body, Method};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::content::{self, Outcome};
use super::file::TestFile;
use crate::support::process::Process;
use crate::support::server::{PASSWORD, new_dataset};

const EMAIL: &str = "user@example.org";

pub struct Import {
    client: Client,
    dataset: i64,
    slug: String,
    upload: Upload,
    text: Bytes,
    samples: usize,
}

impl Import {
    pub async fn begin(url: &str, name: &str, file: &TestFile) -> Self {
        let client = Client::new(url).unwrap();
        if client.login(EMAIL, PASSWORD).await.is_err() {
            client.register(EMAIL, PASSWORD, None).await.unwrap();
        }
        let mut new = new_dataset(name);
        new.panel = Some(file.panel.clone());
        let dataset = client.create_dataset(&new).await.unwrap();
        let size = file.text.len() as u64;
        let upload = client
            .begin_upload(dataset.id, "x.vcf", Some(size))
            .await
            .unwrap();
        Self {
            client,
            dataset: dataset.id,
            slug: dataset.slug,
            upload,
            text: Bytes::from(file.text.clone()),
            samples: file.panel.lines().count() - 1,
        }
    }

    /// Sends all before that offset, however often that takes.
    pub async fn send_to(&mut self, offset: usize) {
        while (self.upload.offset() as usize) < offset {
            let bytes = self.text.slice(self.upload.offset() as usize..offset);
            if self.upload.append(bytes).await.is_err() {
                while self.upload.ask_offset().await.is_err() {}
            }
        }
    }

    /// Sends bytes from that offset on, and returns while the server is still to get more of them.
    pub async fn send_amid(&mut self, offset: usize) {
        self.send_to(offset).await;
        let (sender, receiver) = mpsc::unbounded_channel::<Bytes>();
        let body = UnboundedReceiverStream::new(receiver).map(Ok::<_, std::io::Error>);
        let request = self
            .client
            .request(Method::PATCH, self.upload.path())
            .unwrap()
            .header("tus-resumable", "1.0.0")
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", self.upload.offset())
            .body(Body::wrap_stream(body));
        let patch = tokio::spawn(request.send());
        let rest = self.text.slice(offset..);
        let third = rest.len() / 3;
        sender.send(rest.slice(..third.min(9_999))).unwrap();
        let before = self.upload.offset();
        while third > 0 && self.upload.ask_offset().await.unwrap() == before {}
        sender.send(rest.slice(third.min(9_999)..2 * third)).unwrap();
        // The request stays open until the server goes.
        tokio::spawn(async move {
            let _ = patch.await;
            drop(sender);
        });
    }

    /// Waits until that many alleles were committed.
    pub async fn committed(&self, alleles: i64) {
        while self
            .client
            .dataset(self.dataset)
            .await
            .map_or(-1, |dataset| dataset.alleles)
            < alleles
        {}
    }

    /// Goes on at another server of the same database.
    pub async fn go_on_at(&mut self, url: &str) {
        self.client = Client::new(url).unwrap();
        self.client.login(EMAIL, PASSWORD).await.unwrap();
        self.upload = self.client.resume_upload(self.upload.path()).await.unwrap();
    }

    pub async fn complete(&self) {
        patiently(|| self.client.complete(self.dataset)).await;
    }

    pub async fn outcome(&self) -> Outcome {
        patiently(|| Outcome::of(&self.client, self.dataset, &self.slug)).await
    }

    pub async fn genotypes(&self, pool: &PgPool) -> Vec<String> {
        let file_id = patiently(|| self.client.dataset(self.dataset)).await.files[0].id;
        content::genotypes(pool, file_id, self.samples).await
    }
}

/// Asks until there is an answer; says why there was none.
async fn patiently<T>(ask: impl AsyncFn() -> Result<T, Error>) -> T {
    let mut last = String::new();
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(error) if last == error.to_string() => {}
            Err(error) => {
                last = error.to_string();
                println!("asked again: {last}");
            }
        }
    }
}

/// The private PostgreSQL of a server.
pub struct Postgres {
    socket: PathBuf,
    base: PathBuf,
}

impl Postgres {
    pub fn of(server: &Process) -> Self {
        let (_, arguments) = server.postgres().unwrap();
        let arguments: Vec<&str> = arguments
            .iter()
            .map(|argument| argument.to_str().unwrap())
            .collect();
        let named = |name: &str| arguments.iter().find_map(|argument| argument.strip_prefix(name));
        let data = arguments.iter().position(|argument| *argument == "-D").unwrap() + 1;
        Self {
            socket: named("unix_socket_directories=").unwrap().into(),
            base: PathBuf::from(arguments[data]).parent().unwrap().to_owned(),
        }
    }

    /// `kill -9` of the one that runs now; waits until there is one.
    pub fn kill(server: &Process) {
        loop {
            if let Some((pid, _)) = server.postgres() {
                return kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
            }
        }
    }

    pub async fn pool(&self) -> PgPool {
        let url = format!(
            "postgres://allelecast@localhost:5432/allelecast?host={}",
            self.socket.display()
        );
        PgPool::connect(&url).await.unwrap()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.base);
    }
}
