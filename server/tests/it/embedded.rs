//! The private PostgreSQL, started and stopped for real.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use allelecast_server::app::embedded::{Embedded, EmbeddedError};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio::io::unix::AsyncFd;

/// Set for a copy of this test binary that holds a database until it is killed.
const HOLD: &str = "ALLELECAST_TEST_HOLD";

/// A data folder and, as root, the folder under `/var/lib/allelecast` that it leads to.
struct Data {
    folder: TempDir,
    base: Option<PathBuf>,
}

impl Data {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            base: None,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    async fn start(&mut self) -> Result<Embedded, EmbeddedError> {
        let path = self.path();
        let started = tokio::task::spawn_blocking(move || Embedded::start(&path))
            .await
            .unwrap()?;
        self.base = Some(started.folder().to_owned());
        Ok(started)
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if let Some(base) = &self.base {
            let _ = std::fs::remove_dir_all(base);
        }
    }
}

async fn connect(embedded: &Embedded) -> PgConnection {
    PgConnection::connect(embedded.url()).await.unwrap()
}

async fn kept_numbers(embedded: &Embedded) -> Vec<i32> {
    sqlx::query_scalar("SELECT n FROM kept ORDER BY n")
        .fetch_all(&mut connect(embedded).await)
        .await
        .unwrap()
}

async fn keep(embedded: &Embedded, number: i32) {
    let mut connection = connect(embedded).await;
    sqlx::query("CREATE TABLE IF NOT EXISTS kept (n int)")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("INSERT INTO kept VALUES ($1)")
        .bind(number)
        .execute(&mut connection)
        .await
        .unwrap();
}

fn postmaster(base: &Path) -> Pid {
    let text = std::fs::read_to_string(base.join("data/postmaster.pid")).unwrap();
    Pid::from_raw(text.lines().next().unwrap().parse().unwrap()).unwrap()
}

/// Waits for the end of a process that need not be a child of this one.
async fn ended(pid: Pid) {
    if let Ok(process) = pidfd_open(pid, PidfdFlags::NONBLOCK) {
        // SAFETY: an `OwnedFd` keeps the file that it names open and the same until it is dropped.
        let process = unsafe { AsyncFd::register(process) }.unwrap();
        process.readable().await.unwrap().retain_ready();
    }
}

/// Another process that holds a database.
struct Holder {
    process: Child,
    // Kept open: the test harness in there prints once more when it ends.
    _output: BufReader<ChildStdout>,
}

impl Holder {
    /// Runs this binary's `holds_a_database` on `data`, as `user` if given, and returns once the database is up.
    fn start(binary: &Path, data: &Path, user: Option<&str>) -> Self {
        let mut command = match user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command
                    .args(["--reuid", user, "--regid", "nogroup", "--clear-groups", "--"])
                    .arg(binary);
                command
            }
            None => Command::new(binary),
        };
        command
            .args(["--exact", "embedded::holds_a_database", "--nocapture"])
            .env(HOLD, data);
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let ready = output
            .by_ref()
            .lines()
            .map_while(Result::ok)
            .any(|line| line == "holding");
        assert!(ready, "the holder ended early: {:?}", process.wait());
        Self {
            process,
            _output: output,
        }
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Lets it stop its database in order.
    fn release(mut self) {
        drop(self.process.stdin.take());
        assert!(self.process.wait().unwrap().success());
    }
}

/// Not a test of its own: what `Holder` runs. It ends when its standard input does, or is killed before.
#[tokio::test]
async fn holds_a_database() {
    let Some(data) = std::env::var_os(HOLD) else {
        return;
    };
    let embedded = tokio::task::spawn_blocking(move || Embedded::start(Path::new(&data)))
        .await
        .unwrap()
        .unwrap();
    keep(&embedded, 1).await;
    println!("\nholding");
    std::io::stdin().lines().for_each(drop);
    embedded.stop().unwrap();
}

#[tokio::test]
async fn data_survives_a_stop() {
    let mut data = Data::new();
    let first = data.start().await.unwrap();
    keep(&first, 7).await;
    first.stop().unwrap();
    let second = data.start().await.unwrap();
    assert_eq!(kept_numbers(&second).await, [7]);
}

#[tokio::test]
async fn it_is_set_as_the_server_expects() {
    let mut data = Data::new();
    let embedded = data.start().await.unwrap();
    let mut connection = connect(&embedded).await;
    for (setting, expected) in [
        ("server_encoding", "UTF8"),
        ("lc_collate", "C.UTF-8"),
        ("listen_addresses", ""),
        ("fsync", "on"),
        ("TimeZone", "UTC"),
    ] {
        let value: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(setting)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(value, expected, "{setting}");
    }
    let sockets = std::fs::metadata(embedded.folder().join("socket")).unwrap();
    assert_eq!(sockets.permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn one_server_per_data_folder() {
    let mut data = Data::new();
    let first = data.start().await.unwrap();
    let error = data.start().await.unwrap_err();
    assert!(matches!(error, EmbeddedError::InUse { .. }), "{error}");
    assert!(
        error.to_string().contains(&std::process::id().to_string()),
        "{error}"
    );
    keep(&first, 1).await;
}

#[tokio::test]
async fn two_data_folders_do_not_share() {
    let (mut one, mut other) = (Data::new(), Data::new());
    let (first, second) = (one.start().await.unwrap(), other.start().await.unwrap());
    keep(&first, 1).await;
    keep(&second, 2).await;
    assert_eq!(kept_numbers(&first).await, [1]);
    assert_eq!(kept_numbers(&second).await, [2]);
}

#[tokio::test]
async fn a_killed_server_takes_its_database_along() {
    let mut data = Data::new();
    // The first start tells where the database lies.
    data.start().await.unwrap().stop().unwrap();
    let holder = Holder::start(&std::env::current_exe().unwrap(), &data.path(), None);
    let postmaster = postmaster(data.base.as_deref().unwrap());
    holder.kill();
    ended(postmaster).await;
    let next = data.start().await.unwrap();
    assert_eq!(kept_numbers(&next).await, [1]);
}

#[tokio::test]
async fn a_start_right_after_a_kill_waits_for_the_old_database() {
    let mut data = Data::new();
    for _ in 0..3 {
        Holder::start(&std::env::current_exe().unwrap(), &data.path(), None).kill();
        data.start().await.unwrap().stop().unwrap();
    }
    assert_eq!(kept_numbers(&data.start().await.unwrap()).await, [1, 1, 1]);
}

#[tokio::test]
async fn a_killed_database_recovers() {
    let mut data = Data::new();
    let first = data.start().await.unwrap();
    keep(&first, 3).await;
    let pid = postmaster(first.folder());
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    ended(pid).await;
    drop(first);
    assert_eq!(kept_numbers(&data.start().await.unwrap()).await, [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_ends_by_itself_is_started_again() {
    let mut data = Data::new();
    let embedded = data.start().await.unwrap();
    let folder = embedded.folder().to_owned();
    for number in 0..3 {
        keep(&embedded, number).await;
        // A connection that stays open keeps a process of the killed one alive for a moment.
        let open = connect(&embedded).await;
        let pid = postmaster(&folder);
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        ended(pid).await;
        drop(open);
        while PgConnection::connect(embedded.url()).await.is_err() {}
        assert_ne!(postmaster(&folder), pid);
        assert_eq!(kept_numbers(&embedded).await, (0..=number).collect::<Vec<_>>());
    }
    let pid = postmaster(&folder);
    embedded.stop().unwrap();
    ended(pid).await;
    assert!(!folder.join("data/postmaster.pid").exists());
}

#[tokio::test]
async fn a_pid_file_that_names_another_process_is_no_obstacle() {
    let mut data = Data::new();
    let first = data.start().await.unwrap();
    keep(&first, 4).await;
    let pid_file = first.folder().join("data/postmaster.pid");
    let text = std::fs::read_to_string(&pid_file).unwrap();
    first.stop().unwrap();
    // As after a reboot, where the number has gone to somebody else: here to this very process.
    let (_, rest) = text.split_once('\n').unwrap();
    std::fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).unwrap();
    assert_eq!(kept_numbers(&data.start().await.unwrap()).await, [4]);
}

/// Only root can become somebody else; elsewhere every other test here is this one.
#[tokio::test]
async fn an_ordinary_user_needs_no_root() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    std::fs::set_permissions(home.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let binary = home.path().join("it");
    std::fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();
    // A path too long for a socket, at that.
    let work = home.path().join("x".repeat(90));
    std::fs::create_dir(&work).unwrap();
    chown(&work, Some(65534), Some(65534)).unwrap();
    let data = work.join("data");

    let holder = Holder::start(&binary, &data, Some("nobody"));
    let postmaster = postmaster(&data.join("postgres"));
    holder.kill();
    ended(postmaster).await;

    Holder::start(&binary, &data, Some("nobody")).release();
    assert!(!data.join("postgres/data/postmaster.pid").exists());
    let sockets = std::fs::read_dir("/tmp")
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().into_string().unwrap());
    assert_eq!(
        sockets
            .filter(|name| name.starts_with("allelecast-65534-"))
            .collect::<Vec<_>>(),
        [""; 0]
    );
}
