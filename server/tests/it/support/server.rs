//! A server in this process, on a free port and a database of its own.

use std::sync::atomic::{AtomicU32, Ordering};

use allelecast_client::Client;
use allelecast_client::protocol::dataset::NewDataset;
use allelecast_server::app::{self, Config, Running};
use allelecast_server::store::raw::RawStore;
use sqlx::PgPool;
use tempfile::TempDir;

use super::postgres::{TestDatabase, database};

/// The password of every test account.
pub const PASSWORD: &str = "correct horse battery";

/// A running server; ended when dropped.
pub struct TestServer {
    /// Where it is.
    pub url: String,
    // Dropped before what it works on.
    running: Option<Running>,
    data: TempDir,
    database: TestDatabase,
}

/// A server with the default settings.
pub async fn server() -> TestServer {
    server_with(|_| {}).await
}

/// A server that takes uploads and does not import them.
pub async fn server_without_imports() -> TestServer {
    without_imports(server().await).await
}

/// The same server, whose import jobs are held by nobody for ever.
pub async fn without_imports(server: TestServer) -> TestServer {
    sqlx::raw_sql(
        "ALTER TABLE job ALTER COLUMN state SET DEFAULT 'running';
         ALTER TABLE job ALTER COLUMN leased_until SET DEFAULT 'infinity'",
    )
    .execute(&server.pool().await)
    .await
    .unwrap();
    server
}

/// A server with other settings.
pub async fn server_with(change: impl FnOnce(&mut Config)) -> TestServer {
    // `ALLELECAST_LOG=debug` shows what the servers of a test say.
    if let Ok(filter) = std::env::var("ALLELECAST_LOG") {
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_test_writer()
            .try_init();
    }
    let database = database().await;
    let data = tempfile::tempdir().unwrap();
    let mut config = Config::for_tests(&database.url, data.path().to_owned());
    change(&mut config);
    let running = app::start(config).await.unwrap();
    TestServer {
        url: format!("http://{}", running.address),
        running: Some(running),
        data,
        database,
    }
}

impl TestServer {
    /// Another instance on the same database and the same raw files.
    pub async fn second_instance(&self) -> Running {
        self.second_instance_with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn second_instance_with(&self, change: impl FnOnce(&mut Config)) -> Running {
        let mut config = Config::for_tests(&self.database.url, self.data.path().to_owned());
        change(&mut config);
        app::start(config).await.unwrap()
    }

    /// Stops it in order; the database stays.
    pub async fn stop(&mut self) {
        self.running.take().unwrap().stop().await.unwrap();
    }

    /// A client that is not signed in.
    pub fn stranger(&self) -> Client {
        Client::new(&self.url).unwrap()
    }

    /// A client with an account of its own.
    pub async fn user(&self) -> Client {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let client = self.stranger();
        let email = format!("user{}@example.org", NUMBER.fetch_add(1, Ordering::Relaxed));
        client.register(&email, PASSWORD, None).await.unwrap();
        client
    }

    /// A client with an account, and a dataset that waits for files.
    pub async fn user_with_dataset(&self) -> (Client, i64) {
        let client = self.user().await;
        let dataset = client.create_dataset(&new_dataset("Test")).await.unwrap();
        (client, dataset.id)
    }

    /// Starts it again on the same database and files, at the same address, so that `Client`s of before go on.
    pub async fn start_again(&mut self) {
        let mut config = Config::for_tests(&self.database.url, self.data.path().to_owned());
        config.listen = self.url.trim_start_matches("http://").parse().unwrap();
        self.running = Some(app::start(config).await.unwrap());
    }

    /// How many files its exports have.
    pub fn exported_files(&self) -> usize {
        std::fs::read_dir(self.data.path().join("exports"))
            .unwrap()
            .count()
    }

    /// How many parts of raw files it stores.
    pub fn raw_files(&self) -> usize {
        let uploads = std::fs::read_dir(self.data.path().join("raw")).unwrap();
        uploads
            .map(|upload| std::fs::read_dir(upload.unwrap().path()).unwrap().count())
            .sum()
    }

    /// Its data folder.
    pub fn data_dir(&self) -> &std::path::Path {
        self.data.path()
    }

    /// Its raw files.
    pub fn raw(&self) -> RawStore {
        RawStore::local(&self.data.path().join("raw")).unwrap()
    }

    /// Where its database is.
    pub fn database_url(&self) -> String {
        self.database.url.clone()
    }

    /// Its database.
    pub async fn pool(&self) -> PgPool {
        PgPool::connect(&self.database.url).await.unwrap()
    }
}

/// A dataset as the forms make it.
pub fn new_dataset(name: &str) -> NewDataset {
    let json = serde_json::json!({ "name": name, "build": "GRCh37" });
    serde_json::from_value(json).unwrap()
}
