//! From decompressed bytes to the header's text and to chunks of whole lines.
//!
//! Invariant: header and chunks, put together, are the file; none but the last may end without a line feed.

use bytes::Bytes;

use super::validate::Limits;

/// Size from which a chunk is worth a task of its own; one of several lines is at most twice as long.
pub const CHUNK_BYTES: usize = 1 << 20;

/// What some programs write before UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whole lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkInput {
    /// Number of the first line in the file, from 1.
    pub first_line: u64,
    /// Offset of the first line in the uncompressed file.
    pub offset: u64,
    /// The lines.
    pub text: Bytes,
}

/// The lines of a text, each with its end.
pub fn lines(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let end = memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1);
        let line;
        (line, text) = text.split_at(end);
        (!line.is_empty()).then_some(line)
    })
}

/// A line, the header or the file as a whole is too long to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooLong {
    /// A line.
    #[error(
        "line {line} is longer than {most} bytes, the most that are read: check whether line breaks were lost, or split \
         the samples over several files"
    )]
    Line {
        /// Where it begins.
        line: u64,
        /// The limit.
        most: usize,
    },
    /// The header.
    #[error(
        "the header is longer than {most} bytes, the most that are read: remove lines that the records do not need"
    )]
    Header {
        /// The limit.
        most: u64,
    },
    /// The file, decompressed.
    #[error("the file expands to more than {most} bytes, the most that are read: split it by chromosomes")]
    File {
        /// The limit.
        most: u64,
    },
}

/// Cuts bytes at line ends.
#[derive(Debug)]
pub struct LineChunker {
    buffer: Vec<u8>,
    /// Whole lines that precede the buffer.
    ready: Bytes,
    /// Offset of the first byte that was not yet given out.
    offset: u64,
    line: u64,
    /// Bytes of the buffer already searched for a line end.
    searched: usize,
    most: Most,
}

/// The limits that matter here.
#[derive(Clone, Copy, Debug)]
struct Most {
    line: usize,
    header: u64,
    file: u64,
}

impl Default for LineChunker {
    fn default() -> Self {
        LineChunker::new()
    }
}

impl LineChunker {
    /// At the start of a file.
    pub fn new() -> Self {
        Self::within(&Limits::default())
    }

    /// At the start of a file that is held to those limits.
    pub fn within(limits: &Limits) -> Self {
        LineChunker {
            buffer: Vec::new(),
            ready: Bytes::new(),
            offset: 0,
            line: 1,
            searched: 0,
            most: Most {
                line: limits.line_bytes,
                header: limits.header_bytes,
                file: limits.expanded_bytes,
            },
        }
    }

    /// At the start of a line amid the file.
    pub fn resume(offset: u64, line: u64) -> Self {
        Self::new().at(offset, line)
    }

    /// The same, of which nothing was read, at the start of a line amid the file.
    pub fn at(self, offset: u64, line: u64) -> Self {
        LineChunker {
            offset,
            line,
            most: self.most,
            ..Self::new()
        }
    }

    /// Where decompressed bytes are appended.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Offset of the first byte that was not yet given out.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The header, from the first line to the one that begins with `#CHROM`, once it is complete: a line after it, or
    /// the end of the file (`is_end`), may be needed to know. A byte order mark stays before the first line.
    ///
    /// # Errors
    /// The header does not end within the limit.
    pub fn header(&mut self, is_end: bool) -> Result<Option<ChunkInput>, TooLong> {
        if self.searched == 0 && self.buffer.starts_with(BYTE_ORDER_MARK) {
            self.searched = BYTE_ORDER_MARK.len();
        } else if self.searched == 0 && BYTE_ORDER_MARK.starts_with(&self.buffer) && !is_end {
            return Ok(None);
        }
        loop {
            let rest = &self.buffer[self.searched..];
            if rest.first().is_some_and(|&first| first != b'#') {
                return Ok(Some(self.cut(self.searched)));
            }
            let Some(end) = memchr::memchr(b'\n', rest) else {
                break;
            };
            let is_last = rest.starts_with(b"#CHROM");
            self.searched += end + 1;
            if is_last {
                return Ok(Some(self.cut(self.searched)));
            }
        }
        if is_end {
            return Ok(Some(self.cut(self.buffer.len())));
        }
        let most = self.most.header;
        if self.buffer.len() as u64 > most {
            return Err(TooLong::Header { most });
        }
        Ok(None)
    }

    /// Whole lines at hand, if they come to `least` bytes; to be asked again until there is none.
    ///
    /// # Errors
    /// A line does not end within the limit, or the file is longer than the limit.
    pub fn chunk(&mut self, least: usize) -> Result<Option<ChunkInput>, TooLong> {
        if self.ready.is_empty() {
            if self.buffer.len() < least.max(1) {
                return Ok(None);
            }
            let Some(end) = memchr::memrchr(b'\n', &self.buffer[self.searched..]) else {
                self.searched = self.buffer.len();
                let (line, most) = (self.line, self.most.line);
                let is_long = self.buffer.len() > most;
                return if is_long {
                    Err(TooLong::Line { line, most })
                } else {
                    Ok(None)
                };
            };
            self.ready = self.take(self.searched + end + 1);
        }
        let most = self.most.file;
        if self.offset + self.ready.len() as u64 > most {
            return Err(TooLong::File { most });
        }
        let mut end = self.ready.len();
        if end > 2 * CHUNK_BYTES {
            let first = memchr::memchr(b'\n', &self.ready[CHUNK_BYTES..]);
            end = first.map_or(end, |first| CHUNK_BYTES + first + 1);
        }
        let text = self.ready.split_to(end);
        Ok(Some(self.give(text)))
    }

    /// What is left at the end of the file.
    pub fn last(&mut self) -> Option<ChunkInput> {
        (!self.buffer.is_empty()).then(|| self.cut(self.buffer.len()))
    }

    fn cut(&mut self, at: usize) -> ChunkInput {
        let text = self.take(at);
        self.give(text)
    }

    /// Takes the first bytes out of the buffer.
    fn take(&mut self, at: usize) -> Bytes {
        let mut rest = Vec::with_capacity(self.buffer.capacity().min(2 * CHUNK_BYTES));
        rest.extend_from_slice(&self.buffer[at..]);
        self.buffer.truncate(at);
        self.searched = 0;
        Bytes::from(std::mem::replace(&mut self.buffer, rest))
    }

    fn give(&mut self, text: Bytes) -> ChunkInput {
        let chunk = ChunkInput {
            first_line: self.line,
            offset: self.offset,
            text,
        };
        self.offset += chunk.text.len() as u64;
        self.line += memchr::memchr_iter(b'\n', &chunk.text).count() as u64;
        chunk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\u{feff}##a\n##b\r\n#CHROM\tPOS\n1\t1\n1\t2\n1\t3";

    #[test]
    fn pieces_of_any_size_give_the_file() {
        for piece in 1..FILE.len() {
            let mut chunker = LineChunker::new();
            let (mut header, mut chunks) = (None, Vec::new());
            for piece in FILE.as_bytes().chunks(piece) {
                chunker.buffer().extend_from_slice(piece);
                if header.is_none() {
                    header = chunker.header(false).unwrap();
                }
                if header.is_some() {
                    chunks.extend(chunker.chunk(5).unwrap());
                }
            }
            chunks.extend(chunker.last());
            let header = header.unwrap();
            assert_eq!((header.offset, header.first_line), (0, 1));
            assert_eq!(header.text, "\u{feff}##a\n##b\r\n#CHROM\tPOS\n");
            let (mut offset, mut line) = (header.text.len() as u64, 4);
            for chunk in &chunks {
                assert_eq!((chunk.offset, chunk.first_line), (offset, line));
                offset += chunk.text.len() as u64;
                line += chunk.text.iter().filter(|&&byte| byte == b'\n').count() as u64;
            }
            assert_eq!(offset, FILE.len() as u64);
            assert_eq!(
                chunks
                    .iter()
                    .flat_map(|chunk| chunk.text.to_vec())
                    .collect::<Vec<_>>(),
                b"1\t1\n1\t2\n1\t3"
            );
        }
    }

    #[test]
    fn a_header_may_be_missing_or_all_there_is() {
        for (text, is_end, want) in [
            ("1\t1\n", false, Some("")),
            ("##a\n1\t1\n", false, Some("##a\n")),
            ("##a\n", false, None),
            ("##a\n", true, Some("##a\n")),
            ("##a\n#CHROM", false, None),
            ("##a\n#CHROM", true, Some("##a\n#CHROM")),
            ("", true, Some("")),
        ] {
            let mut chunker = LineChunker::new();
            chunker.buffer().extend_from_slice(text.as_bytes());
            let header = chunker.header(is_end).unwrap();
            assert_eq!(
                header.as_ref().map(|header| &header.text[..]),
                want.map(str::as_bytes),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_flood_of_lines_comes_in_chunks() {
        let line = [b"x".repeat(999), b"\n".to_vec()].concat();
        let mut chunker = LineChunker::resume(0, 1);
        chunker.buffer().extend(line.repeat(10_000));
        chunker.buffer().extend(b"x".repeat(5 << 20));
        chunker.buffer().extend(b"\nrest");
        let mut sizes = Vec::new();
        while let Some(chunk) = chunker.chunk(1).unwrap() {
            assert!(chunk.text.ends_with(b"\n"));
            sizes.push(chunk.text.len());
        }
        let (longest, others) = (sizes.iter().max().unwrap(), sizes.len());
        assert!(others >= 9 && *longest < 6 << 20, "{sizes:?}");
        assert!(
            sizes.iter().filter(|&&size| size > 2 * CHUNK_BYTES).count() <= 1,
            "{sizes:?}"
        );
        assert_eq!(sizes.iter().sum::<usize>(), 10_000_000 + (5 << 20) + 1);
        assert_eq!(chunker.last().unwrap().text, "rest");
    }

    #[test]
    fn what_is_too_long_is_named() {
        let limits = Limits {
            line_bytes: 10,
            header_bytes: 20,
            expanded_bytes: 50,
            ..Limits::default()
        };
        let chunker = || LineChunker::within(&limits);
        let mut header = chunker();
        header.buffer().extend_from_slice(b"##a\n##bbbbbbbbbbbbbbbbb");
        assert_eq!(header.header(false), Err(TooLong::Header { most: 20 }));
        let mut line = chunker().at(30, 7);
        line.buffer().extend_from_slice(b"aa\nbbbbbbbbbbb");
        assert_eq!(line.chunk(1).unwrap().unwrap().text, "aa\n");
        assert_eq!(line.chunk(1), Err(TooLong::Line { line: 8, most: 10 }));
        let mut file = chunker().at(45, 7);
        file.buffer().extend_from_slice(b"aa\nbbb\n");
        assert_eq!(file.chunk(1), Err(TooLong::File { most: 50 }));
    }

    #[test]
    fn chunks_wait_until_they_are_large_enough() {
        let mut chunker = LineChunker::resume(100, 7);
        chunker.buffer().extend_from_slice(b"a\nb");
        assert_eq!(chunker.chunk(10), Ok(None));
        let chunk = chunker.chunk(0).unwrap().unwrap();
        assert_eq!(
            (chunk.offset, chunk.first_line, &chunk.text[..]),
            (100, 7, &b"a\n"[..])
        );
        assert_eq!(chunker.chunk(0), Ok(None));
        assert_eq!(
            chunker.last().map(|chunk| (chunk.offset, chunk.first_line)),
            Some((102, 8))
        );
    }
}
