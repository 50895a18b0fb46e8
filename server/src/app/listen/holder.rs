//! Who listens on a port, as far as `/proc` tells.
//!
//! Invariant: only reads, and what cannot be read counts as unknown: the processes of other users hide their files.

use std::fmt;
use std::fs;

/// A process that listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// This one.
    Process {
        /// Its id.
        pid: u32,
        /// Its name.
        name: String,
    },
    /// One that this user may not look into.
    Unknown,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holder::Process { pid, name } => write!(f, "process {pid} ({name})"),
            Holder::Unknown => f.write_str("a process of another user (`sudo ss -ltnp` names it)"),
        }
    }
}

impl Holder {
    /// Looks for whoever listens on a TCP port.
    pub(super) fn of_port(port: u16) -> Self {
        let tables =
            ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| fs::read_to_string(path).unwrap_or_default());
        let inodes: Vec<String> = tables.iter().flat_map(|table| listening(table, port)).collect();
        processes()
            .find(|&pid| has_socket(pid, &inodes))
            .map_or(Holder::Unknown, |pid| Holder::Process { pid, name: name(pid) })
    }
}

/// Inodes of the sockets that listen on `port`, from a table like `/proc/net/tcp`.
fn listening(table: &str, port: u16) -> impl Iterator<Item = String> {
    let suffix = format!(":{port:04X}");
    table.lines().skip(1).filter_map(move |line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        // sl, local_address, rem_address, st, …, inode; state 0A is LISTEN.
        let listens = columns.get(1)?.ends_with(&suffix) && *columns.get(3)? == "0A";
        listens
            .then(|| columns.get(9).map(|inode| (*inode).to_owned()))
            .flatten()
    })
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn has_socket(pid: u32, inodes: &[String]) -> bool {
    let files = fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .flatten();
    let mut targets = files.filter_map(|file| fs::read_link(file.path()).ok());
    targets.any(|target| {
        let text = target.to_string_lossy();
        let inode = text
            .strip_prefix("socket:[")
            .and_then(|rest| rest.strip_suffix(']'));
        inode.is_some_and(|inode| inodes.iter().any(|known| known == inode))
    })
}

/// File name of the program; the kernel's own name for it is cut at 15 characters.
fn name(pid: u32) -> String {
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let arguments = read("cmdline");
    let program = arguments
        .split('\0')
        .next()
        .and_then(|path| path.rsplit('/').next())
        .unwrap_or_default();
    if program.is_empty() {
        read("comm").trim().to_owned()
    } else {
        program.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_table_of_sockets() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0";
        assert_eq!(listening(table, 8080).collect::<Vec<_>>(), ["4711"]);
        assert_eq!(listening(table, 8081).collect::<Vec<_>>(), ["4713"]);
        assert_eq!(listening(table, 8082).count(), 0);
    }
}
