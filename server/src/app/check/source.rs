//! Opens a file by its first bytes.
//!
//! Invariant: a container that is not read is named, not taken for text.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::import::validate::ContainerFault;

/// What a file is.
pub(super) enum Source {
    /// Text, inflated where need be.
    Text(Box<dyn BufRead>),
    /// Something else.
    Other(&'static str),
}

const GZIP: &[u8] = b"\x1f\x8b";
const BUFFER: usize = 256 << 10;

/// Containers that are not read, by their first bytes.
const OTHERS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xfd7zXZ\x00", "an XZ file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"BZh", "a bzip2 file"),
    (b"\x1f\x9d", "a compress (.Z) file"),
    (b"\x1f\xa0", "a compress (.Z) file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"CRAM", "a CRAM file"),
    (b"BCF", "a BCF file"),
    (b"BAM\x01", "a BAM file"),
];

pub(super) fn open(path: &Path) -> io::Result<Source> {
    let mut file = BufReader::with_capacity(BUFFER, File::open(path)?);
    let start = file.fill_buf()?;
    if let Some(name) = other(start) {
        return Ok(Source::Other(name));
    }
    if !start.starts_with(GZIP) {
        return Ok(Source::Text(Box::new(file)));
    }
    let mut inflated = BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file));
    // A fault in the first block is reported when the lines are read.
    let inner = inflated.fill_buf().ok().and_then(|start| {
        if start.starts_with(GZIP) {
            Some("compressed twice with gzip")
        } else {
            other(start)
        }
    });
    Ok(inner.map_or_else(|| Source::Text(Box::new(inflated)), Source::Other))
}

fn other(start: &[u8]) -> Option<&'static str> {
    OTHERS
        .iter()
        .find(|(magic, _)| start.starts_with(magic))
        .map(|(_, name)| *name)
}

/// Whether an error while reading is a fault of the container; any other error is passed on.
pub(super) fn fault(error: io::Error) -> io::Result<(ContainerFault, String)> {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Ok((
            ContainerFault::Truncated,
            "the compressed file ends before its last member does".into(),
        )),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Ok((
            ContainerFault::Corrupt,
            format!("the compressed file cannot be inflated: {error}"),
        )),
        _ => Err(error),
    }
}
