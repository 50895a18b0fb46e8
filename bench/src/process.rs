//! What the kernel says of processes: processor time and peak memory. Linux only.
//!
//! Invariant: processor time is of the process and of those of its children that have ended.

use std::fs;
use std::io;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// How a command ran.
#[derive(Debug, Clone, Copy)]
pub struct Ran {
    /// From start to end.
    pub wall: Duration,
    /// Processor time.
    pub cpu: Duration,
    /// Peak of its resident memory, bytes.
    pub peak: u64,
}

/// Runs a command to its end; its output is dropped.
pub fn run(command: &mut Command) -> anyhow::Result<Ran> {
    let shown = format!("{command:?}");
    let started = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{shown} cannot be started: `deploy/bootstrap test` installs it"))?;
    let (status, usage) = wait(&child)?;
    if status != 0 {
        bail!("{shown} failed: status {status}");
    }
    Ok(Ran {
        wall: started.elapsed(),
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
        peak: usage.ru_maxrss as u64 * 1024,
    })
}

fn wait(child: &Child) -> io::Result<(i32, libc::rusage)> {
    let (mut status, mut usage) = (0, std::mem::MaybeUninit::zeroed());
    // SAFETY: both pointers are valid for writes, and all bytes zero is a value of `rusage`.
    let usage = unsafe {
        if libc::wait4(child.id() as libc::pid_t, &mut status, 0, usage.as_mut_ptr()) < 0 {
            return Err(io::Error::last_os_error());
        }
        usage.assume_init()
    };
    Ok((status, usage))
}

fn time(value: libc::timeval) -> Duration {
    Duration::from_secs(value.tv_sec as u64) + Duration::from_micros(value.tv_usec as u64)
}

/// Processor time that a process has used so far.
pub fn cpu(pid: u32) -> io::Result<Duration> {
    Ok(ticks(stat(pid)?.get(11..15).unwrap_or_default()))
}

/// Processor time of a process and its living children.
pub fn family_cpu(pid: u32) -> io::Result<Duration> {
    let mut total = cpu(pid)?;
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(child) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // A process that has just ended is counted with its parent.
        if let (Ok(true), Ok(used)) = (parent(child).map(|parent| parent == pid), cpu(child)) {
            total += used;
        }
    }
    Ok(total)
}

/// The parent of a process.
pub fn parent(pid: u32) -> io::Result<u32> {
    Ok(stat(pid)?.get(1).map_or(0, |parent| *parent as u32))
}

/// The numbers of `/proc/PID/stat` that follow the state, the state as 0; field 4 of proc(5) is at 1.
fn stat(pid: u32) -> io::Result<Vec<u64>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    Ok(after_name
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0))
        .collect())
}

/// Processor time that the whole machine has used so far, waiting and idling left out.
pub fn machine_cpu() -> io::Result<Duration> {
    let text = fs::read_to_string("/proc/stat")?;
    let fields: Vec<u64> = text
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(1)
        .map(|field| field.parse().unwrap_or(0))
        .collect();
    // user nice system idle iowait irq softirq steal
    let busy: Vec<u64> = [0, 1, 2, 5, 6, 7]
        .iter()
        .filter_map(|&index| fields.get(index).copied())
        .collect();
    Ok(ticks(&busy))
}

fn ticks(ticks: &[u64]) -> Duration {
    // USER_HZ is 100 on every Linux that Rust supports.
    Duration::from_millis(10 * ticks.iter().sum::<u64>())
}

/// Lets the peak of a process's memory begin anew; returns its memory now, bytes.
pub fn reset_peak(pid: u32) -> io::Result<u64> {
    fs::write(format!("/proc/{pid}/clear_refs"), "5")?;
    memory(pid, "VmRSS:")
}

/// The peak of a process's resident memory, bytes.
pub fn peak(pid: u32) -> io::Result<u64> {
    memory(pid, "VmHWM:")
}

fn memory(pid: u32, key: &str) -> io::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let value = text.lines().find_map(|line| line.strip_prefix(key));
    let kib = value.and_then(|value| value.trim().trim_end_matches(" kB").parse::<u64>().ok());
    Ok(kib.unwrap_or(0) * 1024)
}
