//! The database cluster itself: how it is made, who may enter, how it is set.
//!
//! Invariant: a `data` folder that exists is complete; it is made under another name and renamed.
//!
//! Settings are given on the command line at each start, so a new release of the server can change them.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::NAME;
use super::binaries::Binaries;
use super::error::EmbeddedError;
use super::place::{Place, at};

/// Part of the socket's file name; no TCP port is opened.
pub(super) const PORT: u16 = 5432;

/// A log longer than this is set aside at the next start; one older log is kept.
const LOG_MAX: u64 = 8 << 20;

/// For a machine with two cores that PostgreSQL shares with the server's own caches.
const SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", ""),
    ("max_connections", "100"),
    ("shared_buffers", "192MB"),
    ("effective_cache_size", "1GB"),
    ("maintenance_work_mem", "128MB"),
    ("wal_compression", "on"),
    ("max_wal_size", "2GB"),
    ("checkpoint_timeout", "15min"),
    ("random_page_cost", "1.1"),
    ("jit", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("cluster_name", NAME),
];

/// Makes the cluster and in it the empty database.
pub(super) fn initialise(binaries: &Binaries, place: &Place) -> Result<(), EmbeddedError> {
    let making = place.base.join("data.new");
    if making.exists() {
        fs::remove_dir_all(&making).map_err(at(&making))?;
    }
    place.make_owned_dir(&making)?;

    let mut initdb = as_owner(&binaries.initdb(), place, "KILL");
    initdb
        .arg("-D")
        .arg(&making)
        .args(["-U", NAME, "--auth=peer", "--locale=C.UTF-8", "-E", "UTF8"]);
    finish(run(initdb, "")?, &making)?;

    let mut single = as_owner(&binaries.postgres(), place, "KILL");
    single
        .args(["--single", "-j", "-D"])
        .arg(&making)
        .args(["-c", "exit_on_error=on", "postgres"]);
    finish(run(single, &format!("CREATE DATABASE {NAME};\n\n"))?, &making)?;

    fs::rename(&making, place.data()).map_err(at(&place.data()))
}

/// Admits the user that runs this process, as the one role, and nobody else.
pub(super) fn write_access_rules(place: &Place) -> Result<(), EmbeddedError> {
    let mut id = Command::new("id");
    id.arg("-un");
    let user = finish(run(id, "")?, &place.base)?;
    let write = |file: &str, text: String| {
        let path = place.base.join(file);
        fs::write(&path, text).map_err(at(&path))
    };
    write("pg_hba.conf", format!("local all {NAME} peer map={NAME}\n"))?;
    write(
        "pg_ident.conf",
        format!("{NAME} \"{}\" {NAME}\n", user.trim().replace('"', "\"\"")),
    )
}

/// The command that runs the database in the foreground until it gets SIGINT.
pub(super) fn server_command(binaries: &Binaries, place: &Place) -> Result<Command, EmbeddedError> {
    let log = place.log();
    if fs::metadata(&log).is_ok_and(|found| found.len() > LOG_MAX) {
        let older = log.with_extension("log.1");
        fs::rename(&log, &older).map_err(at(&older))?;
    }
    let file = fs::File::options()
        .create(true)
        .append(true)
        .open(&log)
        .map_err(at(&log))?;
    let mut command = as_owner(&binaries.postgres(), place, "INT");
    command.arg("-D").arg(place.data());
    for (name, value) in SETTINGS {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    let folder_setting = |name: &str, path: &Path| {
        let mut setting = std::ffi::OsString::from(format!("{name}="));
        setting.push(path);
        setting
    };
    command.arg("-c").arg(format!("port={PORT}"));
    command
        .arg("-c")
        .arg(folder_setting("unix_socket_directories", &place.socket_dir));
    command
        .arg("-c")
        .arg(folder_setting("hba_file", &place.base.join("pg_hba.conf")));
    command
        .arg("-c")
        .arg(folder_setting("ident_file", &place.base.join("pg_ident.conf")));
    command.stdout(file.try_clone().map_err(at(&log))?).stderr(file);
    Ok(command)
}

/// `program` as PostgreSQL's user, with a bare environment, ended by `signal` when the thread that starts it ends,
/// and out of reach of a Ctrl-C in the terminal.
fn as_owner(program: &Path, place: &Place, signal: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig").arg(signal);
    if let Some(owner) = place.owner {
        command
            .arg(format!("--reuid={}", owner.uid))
            .arg(format!("--regid={}", owner.gid))
            .arg("--clear-groups");
    }
    command.arg("--").arg(program);
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8");
    command.current_dir("/").stdin(Stdio::null()).process_group(0);
    command
}

fn run(mut command: Command, input: &str) -> Result<Output, EmbeddedError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let launch = |source| EmbeddedError::Launch {
        program: program.clone(),
        source,
    };
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.map_err(launch)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ended before it read this says why on its standard error.
        let _ = stdin.write_all(input.as_bytes());
    }
    child.wait_with_output().map_err(launch)
}

fn finish(output: Output, data: &Path) -> Result<String, EmbeddedError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let output = text(&output.stdout) + &text(&output.stderr);
    Err(EmbeddedError::Initialise {
        data: data.into(),
        output: output.trim_end().into(),
    })
}
