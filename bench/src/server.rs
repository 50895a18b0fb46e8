//! A server to measure: the release binary beside this one, with a private PostgreSQL and an empty data folder.
//!
//! Invariant: nothing of it remains, whether the benchmark ends well or not; PostgreSQL runs with the settings that
//! `allelecast-server serve` gives it, durable commits included.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use allelecast_client::Client;
use allelecast_server::app::embedded::Embedded;
use anyhow::{Context, bail};
use sqlx::PgPool;
use tempfile::TempDir;

use crate::process;

/// How long a start may take.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A running server.
pub struct Server {
    /// Signed in.
    pub client: Client,
    /// Its database.
    pub pool: PgPool,
    /// Address of its database.
    pub database_url: String,
    /// Resident memory before the first import, bytes.
    pub idle: u64,
    child: Child,
    postmaster: u32,
    postgres: Option<Embedded>,
    folder: PathBuf,
    _data: TempDir,
}

impl Server {
    /// Starts the server and signs in.
    pub async fn start() -> anyhow::Result<Self> {
        let program = std::env::current_exe()?.with_file_name("allelecast-server");
        if !program.exists() {
            bail!(
                "{} is missing: `cargo build --release -p allelecast-server` makes it",
                program.display()
            );
        }
        let data = tempfile::tempdir_in(crate::cache()?)?;
        let folder = data.path().to_owned();
        let postgres = tokio::task::spawn_blocking(move || Embedded::start(&folder)).await??;
        let pool = PgPool::connect(postgres.url()).await?;
        let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
            .fetch_one(&pool)
            .await?;
        let address = free_address()?;
        let mut command = Command::new(program);
        command
            .args(["serve", "--log", "warn", "--listen", &address, "--database-url"])
            .arg(postgres.url())
            .arg("--data-dir")
            .arg(data.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let child = command.spawn()?;
        let mut server = Self {
            client: Client::new(&format!("http://{address}"))?,
            pool,
            database_url: postgres.url().to_owned(),
            idle: 0,
            child,
            postmaster: process::parent(backend as u32)?,
            folder: postgres.folder().to_owned(),
            postgres: Some(postgres),
            _data: data,
        };
        server.wait_until_ready().await?;
        let registered = server
            .client
            .register("bench@example.org", "a password of the benchmark", None);
        registered.await.context("no account could be made")?;
        server.idle = process::reset_peak(server.pid())?;
        Ok(server)
    }

    async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        while self
            .client
            .account()
            .await
            .is_err_and(|error| error.code().is_none())
        {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended: {status}");
            }
            if Instant::now() > deadline {
                bail!("the server does not answer");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Processor time so far: of the server, and of PostgreSQL.
    pub fn cpu(&self) -> std::io::Result<(Duration, Duration)> {
        Ok((process::cpu(self.pid())?, process::family_cpu(self.postmaster)?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Its folder may be outside the data folder, so it is removed by name.
        drop(self.postgres.take());
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// An address whose port is free now.
fn free_address() -> std::io::Result<String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}
