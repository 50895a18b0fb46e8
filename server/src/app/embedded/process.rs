//! The running PostgreSQL as a child process, which is started again when it ends by itself.
//!
//! Invariant: the thread that starts the process waits for its end, because the kernel sends the parent-death signal
//! when the starting *thread* ends, not when the server does. At most one process runs at a time.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::error::EmbeddedError;
use super::place::Place;

/// How long an orderly stop may take; it writes out all changed pages.
const STOP_LIMIT: Duration = Duration::from_secs(60);

const POLL: Duration = Duration::from_millis(10);

/// Pauses before another start, from the first to the longest: orphans of the last one may still hold its memory.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(5)];

/// How much of the log an error repeats.
const TAIL_LINES: usize = 12;

/// A child process that is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    shared: Arc<Shared>,
    /// Gets one message, the end of the last process.
    ended: Receiver<Option<ExitStatus>>,
    stopped: bool,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Fires when `wanted` changes.
    changed: Condvar,
}

/// The process at hand. A start and a stop exclude each other by the lock on this.
#[derive(Debug)]
struct State {
    running: Option<(u32, OwnedFd)>,
    wanted: Wanted,
}

/// What is to become of a process that ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// It was never ready: its end is the answer to the start.
    Once,
    /// It is started again.
    Always,
    /// It is to end.
    Stopped,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn want(&self, wanted: Wanted) {
        self.state().wanted = wanted;
        self.changed.notify_all();
    }
}

impl Process {
    /// Starts `command` in a thread of its own, which lives as long as the process.
    pub(super) fn spawn(mut command: Command) -> Result<Self, EmbeddedError> {
        let (started_sender, started) = mpsc::channel();
        let (ended_sender, ended) = mpsc::channel();
        let (running, wanted) = (None, Wanted::Once);
        let shared = Arc::new(Shared {
            state: Mutex::new(State { running, wanted }),
            changed: Condvar::new(),
        });
        let program = command.get_program().to_string_lossy().into_owned();
        let launch = |source| EmbeddedError::Launch {
            program: program.clone(),
            source,
        };
        let of_thread = Arc::clone(&shared);
        let body = move || {
            let status = keep(&mut command, &of_thread, started_sender);
            let _ = ended_sender.send(status);
        };
        std::thread::Builder::new()
            .name("embedded-postgres".into())
            .spawn(body)
            .map_err(launch)?;
        let started = started
            .recv()
            .unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()));
        started.map_err(launch)?;
        Ok(Self {
            shared,
            ended,
            stopped: false,
        })
    }

    /// Waits until PostgreSQL has written into `postmaster.pid` that it accepts connections; from then on it is
    /// started again whenever it ends by itself.
    pub(super) fn wait_until_ready(&self, place: &Place, limit: Duration) -> Result<(), EmbeddedError> {
        let deadline = Instant::now() + limit;
        loop {
            let pid_file = fs::read_to_string(place.data().join("postmaster.pid")).unwrap_or_default();
            let pid = self.shared.state().running.as_ref().map(|(pid, _)| *pid);
            if pid.is_some_and(|pid| is_ready(&pid_file, pid)) {
                self.shared.want(Wanted::Always);
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
        self.shared.want(Wanted::Stopped);
        // From here on none is started, so that this is the last.
        let running = self.shared.state().running.take();
        for signal in [Signal::INT, Signal::QUIT, Signal::KILL] {
            if let Some((_, handle)) = &running {
                // An error means that it has ended.
                let _ = pidfd_send_signal(handle, signal);
            }
            match self.ended.recv_timeout(STOP_LIMIT) {
                Err(RecvTimeoutError::Timeout) => {
                    tracing::warn!(?signal, "the private PostgreSQL does not end");
                }
                _ => return Ok(()),
            }
        }
        Err(EmbeddedError::Leftover {
            pid: running.map_or(0, |(pid, _)| pid.cast_signed()),
        })
    }
}

/// Runs `command` until its end is wanted, or it never became ready; `started` learns how the first start went.
fn keep(command: &mut Command, shared: &Shared, started: Sender<io::Result<()>>) -> Option<ExitStatus> {
    let mut started = Some(started);
    let mut pause = PAUSES[0];
    loop {
        let begun = Instant::now();
        let child = {
            let mut state = shared.state();
            if state.wanted == Wanted::Stopped {
                return None;
            }
            start(command).map(|(child, handle)| {
                state.running = Some((child.id(), handle));
                child
            })
        };
        let status = match (child, started.take()) {
            (Ok(mut child), first) => {
                if let Some(first) = first {
                    let _ = first.send(Ok(()));
                }
                child.wait().ok()
            }
            (Err(error), Some(first)) => {
                let _ = first.send(Err(error));
                return None;
            }
            (Err(error), None) => {
                tracing::error!(%error, "the private PostgreSQL cannot be started again");
                None
            }
        };
        let state = shared.state();
        if state.wanted != Wanted::Always {
            return status;
        }
        tracing::error!(status = ?status, "the private PostgreSQL ended by itself and is started again");
        if begun.elapsed() > PAUSES[1] {
            pause = PAUSES[0];
        }
        let stopped = |state: &mut State| state.wanted != Wanted::Stopped;
        drop(shared.changed.wait_timeout_while(state, pause, stopped));
        pause = (pause * 2).min(PAUSES[1]);
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
