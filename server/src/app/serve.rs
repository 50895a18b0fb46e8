//! Starting and stopping a server.
//!
//! Invariant: things stop in the reverse of the order in which they started: no new requests, requests under way,
//! background work, database.

mod greeting;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accounts::{self, FirstAccount};
use super::embedded::EmbeddedError;
use super::{Config, Database, ListenError, genes, listen, shutdown, sweep, telemetry};
use crate::export::Exporter;
use crate::http::auth::password::{self, Passwords};
use crate::http::{self, AppState, Settings};
use crate::import::{Workbench, worker};
use crate::live::{self, Hub};
use crate::query::{Engine, QueryError};
use crate::stats::{Runs, Workers};
use crate::store::StoreError;
use crate::store::head::Head;
use crate::store::raw::RawStore;

/// Why a server cannot start, or a command cannot be carried out.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The private PostgreSQL.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The query engine.
    #[error(transparent)]
    Engine(#[from] QueryError),
    /// The address of Redis.
    #[error("REDIS_URL: {0}")]
    Redis(String),
    /// The password hash.
    #[error(transparent)]
    Password(#[from] password::Error),
    /// The bundle of the pages.
    #[error(transparent)]
    Assets(#[from] http::AssetsError),
    /// Files.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// A running server. Dropping it ends it at once; [`Running::stop`] in order.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where people reach it.
    pub public_url: String,
    /// The account that a private database begins with.
    pub first_account: Option<FirstAccount>,
    draining: watch::Sender<bool>,
    server: AbortOnDrop,
    background: JoinSet<()>,
    worker: JoinHandle<((), (), Result<(), tokio::task::JoinError>)>,
    stop: CancellationToken,
    runs: Arc<Runs>,
    tasks: TaskTracker,
    drain: std::time::Duration,
    database: Database,
}

#[derive(Debug)]
struct AbortOnDrop(JoinHandle<std::io::Result<()>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts a server; returns once it answers.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let listener = listen::listen(config.listen).await?;
    let address = listener.local_addr()?;
    let database = Database::open(&config.database).await?;
    // Before anything answers: who waits for `/readyz` finds the account.
    let first_account = match database.embedded {
        Some(_) => accounts::first(&database.pool, &config.database.data_dir).await?,
        None => None,
    };
    let (draining, draining_seen) = watch::channel(false);
    let stop = CancellationToken::new();
    let settings = settings(&config, address);
    let public_url = settings.public_url.clone();
    let head = Arc::new(Head::open(database.pool.clone()).await?);
    let engine = Arc::new(Engine::open(database.pool.clone(), head.clone(), config.engine.limits()).await?);
    let workers = Workers::new(config.statistics.workers());
    let runs = Runs::new(database.pool.clone(), engine.clone(), workers, stop.clone());
    let state = AppState {
        pool: database.pool.clone(),
        hub: Hub::start(engine.clone(), head.clone(), database.pool.clone(), stop.clone()),
        imports: live::imports::start(database.pool.clone(), stop.clone()),
        runs: runs.clone(),
        exporter: Exporter::open(
            database.pool.clone(),
            engine.clone(),
            config.database.data_dir.join("exports"),
        )?,
        engine,
        head,
        raw: RawStore::local(&config.database.data_dir.join("raw"))?,
        assets: Arc::new(http::Assets::open(&settings.static_dir)?),
        raw_arrived: Arc::new(Notify::new()),
        passwords: Passwords::new(settings.limits.concurrent_hashes)?,
        checks: Arc::new(Semaphore::new(settings.limits.concurrent_checks as usize)),
        metrics: telemetry::metrics(),
        draining: draining_seen,
        tasks: TaskTracker::new(),
        settings: Arc::new(settings),
    };
    let mut background = JoinSet::new();
    background.spawn(sweep::run(state.clone()));
    let pins = tokio::spawn(state.engine.pins().clone().keep(stop.clone()));
    background.spawn(genes::load_missing(
        state.head.clone(),
        state.pool.clone(),
        config.genes_dir.clone(),
    ));
    if let Some(url) = &config.redis_url {
        let client =
            redis::Client::open(url.as_str()).map_err(|error| StartError::Redis(error.to_string()))?;
        background.spawn(live::bus::run(client, state.head.clone(), stop.clone()));
    }
    let bench = Workbench {
        pool: state.pool.clone(),
        raw: state.raw.clone(),
        head: state.head.clone(),
        raw_arrived: state.raw_arrived.clone(),
        limits: Default::default(),
        bounds: config.files.clone(),
        lease: Duration::from_secs(config.lease.into()),
    };
    let imports = worker::work(bench, config.jobs as usize, stop.clone());
    let exports = state.exporter.clone().work(stop.clone());
    let worker = tokio::spawn(async { tokio::join!(imports, exports, pins) });
    let (tasks, drain) = (state.tasks.clone(), state.settings.limits.drain_time());
    let server = AbortOnDrop(tokio::spawn(answer(listener, state)));
    Ok(Running {
        address,
        public_url,
        first_account,
        draining,
        server,
        background,
        worker,
        stop,
        runs,
        tasks,
        drain,
        database,
    })
}

impl Running {
    /// Stops in order. Requests under way get the time that the limit `drain` gives them.
    pub async fn stop(mut self) -> Result<(), StartError> {
        self.draining.send_replace(true);
        self.tasks.close();
        let in_order = async {
            let _ = (&mut self.server.0).await;
            self.tasks.wait().await;
        };
        if tokio::time::timeout(self.drain, in_order).await.is_err() {
            tracing::warn!("some requests did not end in time and are cut");
            self.server.0.abort();
        }
        self.stop.cancel();
        if tokio::time::timeout(self.drain, &mut self.worker).await.is_err() {
            tracing::warn!("a job did not stop in time; its lease will run out");
            self.worker.abort();
        }
        if tokio::time::timeout(self.drain, self.runs.ended()).await.is_err() {
            tracing::warn!("a statistic did not stop in time; its lease will run out");
        }
        self.background.shutdown().await;
        self.database.close().await?;
        Ok(())
    }
}

/// Serves until a signal asks to stop.
pub async fn serve(config: Config) -> Result<(), StartError> {
    let running = start(config).await?;
    greeting::print(&running.public_url, running.first_account.as_ref())?;
    let signal = shutdown::requested().await?;
    tracing::info!(signal, "stopping; the same signal again stops at once");
    tokio::select! {
        stopped = running.stop() => stopped,
        again = shutdown::requested() => {
            again?;
            Ok(())
        }
    }
}

async fn answer(listener: TcpListener, state: AppState) -> std::io::Result<()> {
    let mut draining = state.draining.clone();
    let router = http::router(state).into_make_service_with_connect_info::<SocketAddr>();
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
    });
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            let _ = draining.wait_for(|draining| *draining).await;
        })
        .await
}

/// What the HTTP side needs to know, now that the port is known.
fn settings(config: &Config, address: SocketAddr) -> Settings {
    let port = address.port();
    let local = [
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
    ];
    let mut allowed_origins = config.allowed_origins.clone();
    let public_url = match &config.public_url {
        Some(url) => {
            allowed_origins.push(url.clone());
            url.clone()
        }
        None => {
            allowed_origins.extend(local.clone());
            if address.ip().is_unspecified() || address.ip().is_loopback() {
                local[0].clone()
            } else {
                allowed_origins.push(format!("http://{address}"));
                format!("http://{address}")
            }
        }
    };
    allowed_origins.sort();
    allowed_origins.dedup();
    Settings {
        public_url,
        allowed_origins,
        trusted_proxies: config.trusted_proxies.clone(),
        static_dir: config.static_dir.clone(),
        demo: config.demo.clone(),
        limits: config.limits.clone(),
        files: config.files.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(public_url: Option<&str>) -> Config {
        let mut config = Config::for_tests("postgres://nowhere", "data".into());
        config.public_url = public_url.map(str::to_owned);
        config
    }

    #[test]
    fn origins_follow_from_the_address_or_the_public_url() {
        let local = "127.0.0.1:8080".parse().unwrap();
        let plain = settings(&config(None), local);
        assert_eq!(plain.public_url, "http://127.0.0.1:8080");
        assert_eq!(
            plain.allowed_origins,
            ["http://127.0.0.1:8080", "http://localhost:8080"]
        );
        assert!(!plain.is_https());
        let public = settings(&config(Some("https://alleles.example")), local);
        assert_eq!(public.allowed_origins, ["https://alleles.example"]);
        assert!(public.is_https());
        let lan = settings(&config(None), "192.168.1.7:80".parse().unwrap());
        assert_eq!(lan.public_url, "http://192.168.1.7:80");
    }
}
