//! Opens a file by its first bytes.
//!
//! Invariant: a container that is not read is named, not taken for text.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::import::decompress::{DecompressError, Decompressor, Ending};
use crate::import::validate::ContainerFault;

/// What a file is.
pub(super) enum Source {
    /// Text, inflated where need be.
    Text(Box<Inflated>),
    /// Something else.
    Other(&'static str),
}

const GZIP: &[u8] = b"\x1f\x8b";
const BUFFER: usize = 256 << 10;
const PIECE: usize = 64 << 10;

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
    let is_gzip = start.starts_with(GZIP);
    let mut inflated = Inflated::new(file);
    // A fault in the first block is reported when the lines are read.
    let inner = inflated.fill_buf().ok().filter(|_| is_gzip).and_then(|start| {
        if start.starts_with(GZIP) {
            Some("compressed twice with gzip")
        } else {
            other(start)
        }
    });
    Ok(inner.map_or_else(|| Source::Text(Box::new(inflated)), Source::Other))
}

/// A file as text, decompressed by what imports are decompressed by.
pub(super) struct Inflated {
    file: BufReader<File>,
    decompressor: Decompressor,
    text: Vec<u8>,
    at: usize,
    ending: Option<Ending>,
    fault: Option<DecompressError>,
}

impl Inflated {
    fn new(file: BufReader<File>) -> Self {
        let decompressor = Decompressor::new();
        Self {
            file,
            decompressor,
            text: Vec::new(),
            at: 0,
            ending: None,
            fault: None,
        }
    }

    /// How the file ended, once it was read to its end.
    pub(super) fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// Decompresses until there is text, the end, or a fault.
    fn inflate(&mut self) -> Result<(), Stop> {
        self.text.clear();
        self.at = 0;
        let mut piece = [0; PIECE];
        while self.text.is_empty() && self.ending.is_none() {
            let read = self.file.read(&mut piece).map_err(Stop::Io)?;
            if read == 0 {
                self.ending = Some(self.decompressor.finish(&mut self.text).map_err(Stop::Fault)?);
            } else {
                self.decompressor
                    .push(&piece[..read], &mut self.text)
                    .map_err(Stop::Fault)?;
            }
        }
        Ok(())
    }
}

enum Stop {
    Io(io::Error),
    Fault(DecompressError),
}

impl BufRead for Inflated {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.text.len() {
            if let Some(fault) = &self.fault {
                return Err(io::Error::new(io::ErrorKind::InvalidData, fault.clone()));
            }
            match self.inflate() {
                Ok(()) => {}
                Err(Stop::Io(error)) => return Err(error),
                Err(Stop::Fault(fault)) => {
                    // What came before the fault is read first.
                    self.fault = Some(fault.clone());
                    if self.text.is_empty() {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, fault));
                    }
                }
            }
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl Read for Inflated {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

fn other(start: &[u8]) -> Option<&'static str> {
    OTHERS
        .iter()
        .find(|(magic, _)| start.starts_with(magic))
        .map(|(_, name)| *name)
}

/// Whether an error while reading is a fault of the container; any other error is passed on.
pub(super) fn fault(error: io::Error) -> io::Result<(ContainerFault, String)> {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<DecompressError>())
    {
        Some(fault) => Ok((ContainerFault::of(fault), fault.to_string())),
        None => Err(error),
    }
}
