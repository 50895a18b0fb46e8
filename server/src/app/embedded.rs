//! The private PostgreSQL of a server that was given no `DATABASE_URL`.
//!
//! Invariant: one data folder has one database, used by one server at a time, and no PostgreSQL outlives its server:
//! it is stopped in order, ended by the kernel when the server is killed, and found and stopped by the next start
//! if it is still there. One that ends while its server runs is started again.
//!
//! It listens on no port, only on a socket in a folder that its owner alone can enter, and it admits only the
//! operating system's user that runs the server (`peer`), so there is no password.

mod binaries;
mod cluster;
mod error;
mod leftover;
mod place;
mod process;

use std::fs::File;
use std::path::Path;
use std::time::Duration;

pub use error::EmbeddedError;

use binaries::Binaries;
use place::Place;
use process::Process;

/// The database and its one role carry this name.
const NAME: &str = "allelecast";

/// How long a start may take while the process lives: after a crash of the machine PostgreSQL replays its log first.
const START_LIMIT: Duration = Duration::from_secs(300);

/// A running private PostgreSQL. Dropping it stops it.
#[derive(Debug)]
pub struct Embedded {
    url: String,
    // Dropped in this order: PostgreSQL has ended before its folders are left and another server may take them.
    process: Process,
    place: Place,
    _lock: File,
}

impl Embedded {
    /// Starts the database that belongs to `data_dir`; makes the folder and the database if they do not exist.
    ///
    /// Blocks for about a second at the first start, less later, longer after a crash: call it before
    /// the asynchronous runtime starts or through `spawn_blocking`.
    pub fn start(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let place = Place::prepare(data_dir)?;
        let lock = place.lock()?;
        leftover::stop(&place)?;
        let binaries = Binaries::find(place.stored_major()?)?;
        if !place.is_initialised() {
            tracing::info!(folder = %place.base.display(), "making a private PostgreSQL database");
            cluster::initialise(&binaries, &place)?;
        }
        cluster::write_access_rules(&place)?;
        let process = Process::spawn(cluster::server_command(&binaries, &place)?)?;
        process.wait_until_ready(&place, START_LIMIT)?;
        Ok(Self {
            url: url(&place.socket_dir)?,
            process,
            place,
            _lock: lock,
        })
    }

    /// The connection URL, for sqlx and for `psql`; usable by the user that runs this process only.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder that holds the database's files, its log and its lock.
    pub fn folder(&self) -> &Path {
        &self.place.base
    }

    /// Ends open connections, writes everything out and stops the database.
    pub fn stop(mut self) -> Result<(), EmbeddedError> {
        self.process.stop()
    }
}

/// The port is part of the socket's file name; naming it keeps a `PGPORT` in the environment from mattering.
fn url(socket_dir: &Path) -> Result<String, EmbeddedError> {
    let mut url = url::Url::parse(&format!("postgres://{NAME}@localhost:{}/{NAME}", cluster::PORT))
        .expect("the fixed part of the URL is well-formed");
    let socket_dir = socket_dir.to_str().ok_or_else(|| EmbeddedError::PathText {
        path: socket_dir.into(),
    })?;
    url.query_pairs_mut().append_pair("host", socket_dir);
    Ok(url.into())
}
