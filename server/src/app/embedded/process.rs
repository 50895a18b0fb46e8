//! The running PostgreSQL as a child process.
//!
//! Invariant: the thread that starts the process waits for its end, because the kernel sends the parent-death signal
//! when the starting *thread* ends, not when the server does.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::error::EmbeddedError;
use super::place::Place;

/// How long an orderly stop may take; it writes out all changed pages.
const STOP_LIMIT: Duration = Duration::from_secs(60);

const POLL: Duration = Duration::from_millis(10);

/// How much of the log an error repeats.
const TAIL_LINES: usize = 12;

/// A child process that is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    pid: u32,
    handle: OwnedFd,
    stopping: Arc<AtomicBool>,
    /// Gets one message, the end of the process.
    ended: Receiver<Option<ExitStatus>>,
    stopped: bool,
}

impl Process {
    /// Starts `command` in a thread of its own, which lives as long as the process.
    pub(super) fn spawn(mut command: Command) -> Result<Self, EmbeddedError> {
        let (started_sender, started) = mpsc::channel();
        let (ended_sender, ended) = mpsc::channel();
        let stopping = Arc::new(AtomicBool::new(false));
        let expected = Arc::clone(&stopping);
        let program = command.get_program().to_string_lossy().into_owned();
        let launch = |source| EmbeddedError::Launch {
            program: program.clone(),
            source,
        };
        let body = move || {
            let mut child = match start(&mut command) {
                Ok((child, handle)) => {
                    let _ = started_sender.send(Ok((child.id(), handle)));
                    child
                }
                Err(error) => return drop(started_sender.send(Err(error))),
            };
            let status = child.wait().ok();
            if !expected.load(Ordering::Acquire) {
                tracing::error!(pid = child.id(), status = ?status, "the private PostgreSQL ended by itself");
            }
            let _ = ended_sender.send(status);
        };
        std::thread::Builder::new()
            .name("embedded-postgres".into())
            .spawn(body)
            .map_err(launch)?;
        let started = started
            .recv()
            .unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()));
        let (pid, handle) = started.map_err(launch)?;
        Ok(Self {
            pid,
            handle,
            stopping,
            ended,
            stopped: false,
        })
    }

    /// Waits until PostgreSQL has written into `postmaster.pid` that it accepts connections.
    pub(super) fn wait_until_ready(&self, place: &Place, limit: Duration) -> Result<(), EmbeddedError> {
        let deadline = Instant::now() + limit;
        loop {
            let pid_file = fs::read_to_string(place.data().join("postmaster.pid")).unwrap_or_default();
            if is_ready(&pid_file, self.pid) {
                return Ok(());
            }
            match self.ended.recv_timeout(POLL) {
                Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
                Err(RecvTimeoutError::Timeout) => {
                    return Err(EmbeddedError::Unready {
                        log: place.log(),
                        seconds: limit.as_secs(),
                    });
                }
                Ok(_) | Err(RecvTimeoutError::Disconnected) => {
                    return Err(EmbeddedError::Start {
                        log: place.log(),
                        tail: tail(place),
                    });
                }
            }
        }
    }

    /// Orderly first, then at once. Does nothing the second time.
    pub(super) fn stop(&mut self) -> Result<(), EmbeddedError> {
        if std::mem::replace(&mut self.stopped, true) {
            return Ok(());
        }
        self.stopping.store(true, Ordering::Release);
        for signal in [Signal::INT, Signal::QUIT, Signal::KILL] {
            // An error means that it has ended.
            let _ = pidfd_send_signal(&self.handle, signal);
            match self.ended.recv_timeout(STOP_LIMIT) {
                Err(RecvTimeoutError::Timeout) => {
                    tracing::warn!(pid = self.pid, ?signal, "the private PostgreSQL does not end");
                }
                _ => return Ok(()),
            }
        }
        Err(EmbeddedError::Leftover {
            pid: self.pid.cast_signed(),
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::error!(%error, "the private PostgreSQL was not stopped");
        }
    }
}

/// The child and a handle that names it as long as it is held, whatever becomes of its process id.
fn start(command: &mut Command) -> io::Result<(Child, OwnedFd)> {
    let mut child = command.spawn()?;
    let pid = i32::try_from(child.id())
        .ok()
        .and_then(Pid::from_raw)
        .expect("a process id is positive");
    match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(handle) => Ok((child, handle)),
        Err(error) => {
            child.kill()?;
            child.wait()?;
            Err(error.into())
        }
    }
}

/// Line 1 of `postmaster.pid` is the process, line 8 its state.
fn is_ready(pid_file: &str, pid: u32) -> bool {
    let mut lines = pid_file.lines().map(str::trim);
    lines.next() == Some(pid.to_string().as_str()) && lines.nth(6) == Some("ready")
}

fn tail(place: &Place) -> String {
    let log = fs::read(place.log()).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<_> = log.lines().rev().take(TAIL_LINES).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readiness() {
        let file = |state: &str| format!("42\n/data\n1790000000\n5432\n/socket\n\n  1 2\n{state}\n");
        assert!(is_ready(&file("ready   "), 42));
        assert!(!is_ready(&file("ready   "), 43));
        assert!(!is_ready(&file("starting"), 42));
        assert!(!is_ready("42\n/data\n", 42));
        assert!(!is_ready("", 42));
    }
}
