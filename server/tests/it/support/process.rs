//! A server in a process of its own, which can be killed and whose memory can be measured.
//!
//! Invariant: it does not outlive the test.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A server that answers.
pub struct Process {
    child: Child,
    /// Where it is.
    pub url: String,
}

impl Process {
    /// Starts a server on a free port; without a database's URL it runs a private one.
    pub fn start(database_url: Option<&str>, data: &Path, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_allelecast-server"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
        command.arg(data).args(more).env_remove("DATABASE_URL");
        if let Some(url) = database_url {
            command.args(["--database-url", url]);
        }
        // `ALLELECAST_LOG=debug` shows what it says.
        let log = match std::env::var_os("ALLELECAST_LOG") {
            Some(_) => Stdio::inherit(),
            None => Stdio::null(),
        };
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| {
            line.unwrap()
                .split_once("ready at")
                .map(|(_, url)| url.trim().to_owned())
        });
        let url = line.expect("the server says where it is");
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop in order, and waits until it has.
    pub fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert!(self.child.wait().unwrap().success());
    }

    /// The most memory that it has had, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        1024 * peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    }

    /// Its private PostgreSQL: process id and arguments; none while there is none.
    pub fn postgres(&self) -> Option<(i32, Vec<OsString>)> {
        let parent = format!("PPid:\t{}", self.child.id());
        std::fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let status = std::fs::read_to_string(entry.path().join("status")).ok()?;
            let is_postgres = status.starts_with("Name:\tpostgres\n")
                && !status.contains("\nState:\tZ")
                && status.lines().any(|line| line == parent);
            let arguments = std::fs::read(entry.path().join("cmdline"))
                .ok()
                .filter(|_| is_postgres)?;
            let arguments = arguments.split(|byte| *byte == 0);
            Some((
                pid,
                arguments
                    .map(|argument| String::from_utf8_lossy(argument).into_owned().into())
                    .collect(),
            ))
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
