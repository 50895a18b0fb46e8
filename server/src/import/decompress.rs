//! Push decompression: plain text, bgzip, gzip of one or many members.
//!
//! Invariant: bytes come out in order, as soon as they can, and a damaged or cut-off file never ends quietly.

use std::io::Write;

use flate2::write::MultiGzDecoder;

mod bgzf;
mod container;

use bgzf::{Bgzf, Step};
pub use container::Container;

/// Why bytes cannot be decompressed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecompressError {
    /// Another container than those that are read.
    #[error("{0}")]
    Container(Container),
    /// Data that cannot be what was compressed.
    #[error("the compressed data is corrupt near byte {offset} of the file: {reason}")]
    Corrupt {
        /// Offset in the compressed file, of the block or the piece of input.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// The file ends amid compressed data.
    #[error("the file is cut off: it ends at byte {offset}, amid compressed data")]
    Truncated {
        /// Size of the compressed file.
        offset: u64,
    },
}

/// How a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As it should.
    Complete,
    /// A bgzip file without its end-of-file marker: whole blocks may be missing.
    NoEofMarker,
}

/// How the bytes are compressed, once enough of them were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// In independent blocks.
    Bgzip,
    /// As one stream, or several after one another.
    Gzip,
}

/// Decompresses a file that arrives in pieces. A gzip stream may expand a thousandfold: pieces of 64 KiB keep the
/// output of one push within 64 MiB.
pub struct Decompressor {
    state: State,
    /// Compressed bytes received.
    received: u64,
    /// The first decompressed bytes, until there are enough of them to tell what they are.
    head: Option<Vec<u8>>,
}

enum State {
    /// The first bytes, too few to tell.
    Unknown(Vec<u8>),
    Plain,
    Bgzf(Box<Bgzf>),
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
}

impl Default for Decompressor {
    fn default() -> Self {
        Decompressor {
            state: State::Unknown(Vec::new()),
            received: 0,
            head: Some(Vec::new()),
        }
    }
}

impl Decompressor {
    /// Waits for the first bytes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the file and appends what they give to `out`.
    ///
    /// # Errors
    /// The bytes are of another container, or corrupt. The decompressor must not be used any further.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), DecompressError> {
        let (offset, start) = (self.received, out.len());
        self.received += bytes.len() as u64;
        if let State::Unknown(first) = &mut self.state {
            first.extend_from_slice(bytes);
            if first.len() < container::TELLING_BYTES {
                return Ok(());
            }
            self.begin(out)?;
        } else {
            self.feed(bytes, offset, out)?;
        }
        self.tell(&out[start..], false)
    }

    /// Refuses another container inside, told by the first decompressed bytes.
    fn tell(&mut self, new: &[u8], is_end: bool) -> Result<(), DecompressError> {
        let Some(head) = &mut self.head else { return Ok(()) };
        let missing = container::TELLING_BYTES.saturating_sub(head.len());
        head.extend_from_slice(&new[..new.len().min(missing)]);
        if head.len() < container::TELLING_BYTES && !is_end {
            return Ok(());
        }
        let found = Container::of_content(head);
        self.head = None;
        found.map_or(Ok(()), |container| Err(DecompressError::Container(container)))
    }

    /// Says that the file is complete.
    ///
    /// # Errors
    /// It ends amid compressed data.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<Ending, DecompressError> {
        let start = out.len();
        let ending = self.end(out);
        // A file of another kind is named, also where it is cut off.
        self.tell(&out[start..], true)?;
        ending
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<Ending, DecompressError> {
        if let State::Unknown(_) = self.state {
            self.begin(out)?;
        }
        let truncated = DecompressError::Truncated {
            offset: self.received,
        };
        match &mut self.state {
            State::Unknown(_) | State::Plain => Ok(Ending::Complete),
            State::Bgzf(bgzf) if !bgzf.is_between_blocks() => Err(truncated),
            State::Bgzf(bgzf) if bgzf.ends_with_marker() => Ok(Ending::Complete),
            State::Bgzf(_) => Ok(Ending::NoEofMarker),
            State::Gzip(decoder) => {
                decoder.try_finish().map_err(|_| truncated)?;
                out.append(decoder.get_mut());
                Ok(Ending::Complete)
            }
        }
    }

    /// How the file is compressed; none before that can be told.
    pub fn compression(&self) -> Option<Compression> {
        match self.state {
            State::Unknown(_) => None,
            State::Plain => Some(Compression::Plain),
            State::Bgzf(_) => Some(Compression::Bgzip),
            State::Gzip(_) => Some(Compression::Gzip),
        }
    }

    /// Compressed bytes received so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), DecompressError> {
        let State::Unknown(first) = &mut self.state else {
            return Ok(());
        };
        let first = std::mem::take(first);
        if let Some(container) = Container::of(&first) {
            return Err(DecompressError::Container(container));
        }
        self.state = if bgzf::is_header(&first) {
            State::Bgzf(Box::default())
        } else if first.starts_with(&container::GZIP) {
            State::Gzip(Box::new(MultiGzDecoder::new(Vec::new())))
        } else {
            State::Plain
        };
        self.feed(&first, 0, out)
    }

    fn feed(&mut self, bytes: &[u8], offset: u64, out: &mut Vec<u8>) -> Result<(), DecompressError> {
        match &mut self.state {
            State::Unknown(_) => {}
            State::Plain => out.extend_from_slice(bytes),
            State::Bgzf(bgzf) => {
                if let Step::NotBgzf(rest) = bgzf.push(bytes, out)? {
                    let at = self.received - rest.len() as u64;
                    self.state = State::Gzip(Box::new(MultiGzDecoder::new(Vec::new())));
                    self.feed(&rest, at, out)?;
                }
            }
            State::Gzip(decoder) => {
                let corrupt = |error: std::io::Error| DecompressError::Corrupt {
                    offset,
                    reason: error.to_string(),
                };
                decoder.write_all(bytes).map_err(corrupt)?;
                // What was decoded so far, not what the decoder holds back.
                decoder.flush().map_err(corrupt)?;
                out.append(decoder.get_mut());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
