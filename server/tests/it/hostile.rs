//! Files that are damaged, or made to take the machine's memory or time: each gets its answer, from the command and
//! from an import, and neither needs much memory for it.
//!
//! Invariant: both judge the same bytes, and memory is what the operating system measured of the process.

mod files;

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use allelecast_client::Client;
use allelecast_client::protocol::dataset::{FileState, VcfFile};
use bytes::Bytes;

use crate::support::postgres::database;
use crate::support::process::Process;
use crate::support::server::{PASSWORD, new_dataset};
use files::{Case, HOSTILE};

/// What the command may take at most, not optimised as the tests are. Some of the files are longer than this.
const MOST_OF_COMMAND: u64 = 512 << 20;

/// What a server may take at most, likewise: the names of a million samples take most of it, the other files far less.
const MOST_OF_SERVER: u64 = 1 << 30;

/// Limits under which the files are judged: the defaults, but for a bomb that would otherwise run for days.
const LIMITS: [&str; 2] = ["--max-expanded", "100MiB"];

#[test]
fn the_command_answers_within_bounded_memory() {
    for case in HOSTILE {
        let file = case.write();
        let (status, output, memory) = check(file.path());
        let report: serde_json::Value = serde_json::from_str(&output).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let rules: Vec<&str> = findings
            .iter()
            .map(|finding| finding["rule"].as_str().unwrap())
            .collect();
        println!("{}: {} MiB, {rules:?}", case.name, memory >> 20);
        assert_eq!(
            status.code(),
            Some(i32::from(case.refused)),
            "{}: {rules:?}",
            case.name
        );
        assert!(
            case.rule
                .is_none_or(|rule| rules.iter().any(|found| found.contains(rule))),
            "{}: {rules:?}",
            case.name
        );
        assert!(memory < MOST_OF_COMMAND, "{}: {} MiB", case.name, memory >> 20);
    }
}

/// Runs the command; how it ended, what it said, and the most memory that it had.
fn check(file: &Path) -> (ExitStatus, String, u64) {
    #[expect(clippy::zombie_processes, reason = "wait4 below waits for it, and measures")]
    let mut child = Command::new(env!("CARGO_BIN_EXE_allelecast-server"))
        .args(["check", "--json"])
        .args(LIMITS)
        .arg(file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = String::new();
    std::io::Read::read_to_string(&mut child.stdout.take().unwrap(), &mut output).unwrap();
    let (mut status, mut usage) = (0, std::mem::MaybeUninit::<libc::rusage>::uninit());
    // SAFETY: both pointers are to places of the right type; the child was not waited for yet.
    let ended = unsafe { libc::wait4(child.id() as i32, &mut status, 0, usage.as_mut_ptr()) };
    assert_eq!(ended, child.id() as i32);
    // SAFETY: `wait4` filled it in, as its success says.
    let memory = unsafe { usage.assume_init() }.ru_maxrss as u64;
    (ExitStatus::from_raw(status), output, memory << 10)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_answers_within_bounded_memory() {
    let (database, data) = (database().await, tempfile::tempdir().unwrap());
    let server = Process::start(Some(&database.url), data.path(), &LIMITS);
    let client = Client::new(&server.url).unwrap();
    client.register("user@example.org", PASSWORD, None).await.unwrap();
    println!("idle: {} MiB", server.peak_memory() >> 20);
    for case in HOSTILE {
        let (file, findings) = import(&client, case).await;
        let memory = server.peak_memory();
        println!("{}: {} MiB, {:?}", case.name, memory >> 20, file.error);
        let expected = if case.refused {
            FileState::Failed
        } else {
            FileState::Ready
        };
        assert_eq!(file.state, expected, "{}: {file:?}", case.name);
        assert_eq!(file.error.is_some(), case.refused, "{}: {file:?}", case.name);
        assert!(
            case.rule.is_none_or(|rule| findings.contains(rule)),
            "{}: {findings}",
            case.name
        );
        assert!(memory < MOST_OF_SERVER, "{}: {} MiB", case.name, memory >> 20);
    }
}

/// Uploads the file to a dataset of its own; what became of it, and the findings.
async fn import(client: &Client, case: &Case) -> (VcfFile, String) {
    let bytes = Bytes::from(std::fs::read(case.write().path()).unwrap());
    let dataset = client.create_dataset(&new_dataset(case.name)).await.unwrap();
    let size = bytes.len() as u64;
    let mut upload = client
        .begin_upload(dataset.id, "hostile.vcf.gz", Some(size))
        .await
        .unwrap();
    upload.append(bytes).await.unwrap();
    client.complete(dataset.id).await.unwrap();
    let mut settled = client.settled(dataset.id, |_| ()).await.unwrap();
    let findings = client.findings_csv(dataset.id).await.unwrap();
    (settled.files.remove(0), findings)
}
