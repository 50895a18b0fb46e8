//! A PostgreSQL that an earlier server left behind, running or only as a file.
//!
//! Invariant: no process is signalled unless its command line names this very database.
//!
//! Called while holding the folder's lock, so whatever still runs has lost its server.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::error::EmbeddedError;
use super::place::{Place, at};

/// How long each step may take: first the orderly stop, then the immediate one.
const STEPS: [(Signal, Duration); 2] = [
    (Signal::INT, Duration::from_secs(60)),
    (Signal::QUIT, Duration::from_secs(15)),
];

const POLL: Duration = Duration::from_millis(20);

/// Stops the PostgreSQL that `postmaster.pid` names, and removes the file where it names a process that is something
/// else by now. A file whose process is gone stays: PostgreSQL reads it to recover.
pub(super) fn stop(place: &Place) -> Result<(), EmbeddedError> {
    let data = place.data();
    let pid_file = data.join("postmaster.pid");
    let Some(pid) = fs::read_to_string(&pid_file).ok().as_deref().and_then(postmaster) else {
        return Ok(());
    };
    if is_postmaster_of(pid, &data) {
        tracing::warn!(
            pid = pid.as_raw_nonzero().get(),
            "stopping a PostgreSQL that an earlier start left running"
        );
        return end(pid, &data);
    }
    if Path::new("/proc").join(pid.to_string()).exists() {
        fs::remove_file(&pid_file).map_err(at(&pid_file))?;
    }
    Ok(())
}

fn end(pid: Pid, data: &Path) -> Result<(), EmbeddedError> {
    for (signal, limit) in STEPS {
        if let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) {
            // The handle keeps naming one process: looked at again, it is the right one or has ended.
            if is_postmaster_of(pid, data) {
                let _ = pidfd_send_signal(&process, signal);
            }
        }
        let deadline = Instant::now() + limit;
        while is_postmaster_of(pid, data) {
            if Instant::now() > deadline {
                break;
            }
            std::thread::sleep(POLL);
        }
        if !is_postmaster_of(pid, data) {
            return Ok(());
        }
    }
    Err(EmbeddedError::Leftover {
        pid: pid.as_raw_nonzero().get(),
    })
}

/// The process id in the first line of `postmaster.pid`.
fn postmaster(text: &str) -> Option<Pid> {
    text.lines().next()?.trim().parse().ok().and_then(Pid::from_raw)
}

/// By the command line, which everybody may read, unlike the working folder of another user's process.
fn is_postmaster_of(pid: Pid, data: &Path) -> bool {
    let command_line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let arguments: Vec<&[u8]> = command_line.split(|byte| *byte == 0).collect();
    arguments[0].ends_with(b"postgres")
        && arguments
            .windows(2)
            .any(|pair| pair[0] == b"-D" && pair[1] == data.as_os_str().as_encoded_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postmaster_files() {
        for (text, pid) in [
            ("4711\n/data\n1790000000\n5432\n", Some(4711)),
            ("4711", Some(4711)),
            ("", None),
            ("x\n", None),
            ("0\n", None),
        ] {
            assert_eq!(
                postmaster(text).map(|pid| pid.as_raw_nonzero().get()),
                pid,
                "{text:?}"
            );
        }
    }

    #[test]
    fn another_process_is_not_ours() {
        assert!(!is_postmaster_of(
            rustix::process::getpid(),
            Path::new("/nowhere")
        ));
    }
}
