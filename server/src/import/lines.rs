//! From decompressed bytes to the header's text and to chunks of whole lines.
//!
//! Invariant: header and chunks, put together, are the file; none but the last may end without a line feed.

use bytes::Bytes;

/// Size from which a chunk is worth a task of its own.
pub const CHUNK_BYTES: usize = 1 << 20;
/// Longest line, and longest header.
pub const MAX_LINE_BYTES: usize = 64 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

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

/// A line, or the header as a whole, is too long to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is longer than {MAX_LINE_BYTES} bytes")]
pub struct LineTooLong {
    /// Where it begins.
    pub line: u64,
}

/// Cuts bytes at line ends.
#[derive(Debug)]
pub struct LineChunker {
    buffer: Vec<u8>,
    offset: u64,
    line: u64,
    /// Bytes of the buffer already searched for the end of the header.
    searched: usize,
}

impl Default for LineChunker {
    fn default() -> Self {
        LineChunker::resume(0, 1)
    }
}

impl LineChunker {
    /// At the start of a file.
    pub fn new() -> Self {
        Self::default()
    }

    /// At the start of a line amid the file.
    pub fn resume(offset: u64, line: u64) -> Self {
        LineChunker {
            buffer: Vec::new(),
            offset,
            line,
            searched: 0,
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
    /// the end of the file (`is_end`), may be needed to know. A byte order mark is left out.
    ///
    /// # Errors
    /// The header does not end within [`MAX_LINE_BYTES`].
    pub fn header(&mut self, is_end: bool) -> Result<Option<ChunkInput>, LineTooLong> {
        if self.offset == 0 && self.buffer.starts_with(BYTE_ORDER_MARK) {
            self.buffer.drain(..BYTE_ORDER_MARK.len());
            self.offset += BYTE_ORDER_MARK.len() as u64;
        } else if self.offset == 0 && BYTE_ORDER_MARK.starts_with(&self.buffer) && !is_end {
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
        self.check_length()?;
        Ok(None)
    }

    /// The whole lines at hand, if they come to `least` bytes.
    ///
    /// # Errors
    /// A line does not end within [`MAX_LINE_BYTES`].
    pub fn chunk(&mut self, least: usize) -> Result<Option<ChunkInput>, LineTooLong> {
        if self.buffer.len() < least.max(1) {
            return Ok(None);
        }
        match memchr::memrchr(b'\n', &self.buffer) {
            Some(end) => Ok(Some(self.cut(end + 1))),
            None => self.check_length().map(|()| None),
        }
    }

    /// What is left at the end of the file.
    pub fn last(&mut self) -> Option<ChunkInput> {
        (!self.buffer.is_empty()).then(|| self.cut(self.buffer.len()))
    }

    fn check_length(&self) -> Result<(), LineTooLong> {
        if self.buffer.len() > MAX_LINE_BYTES {
            Err(LineTooLong { line: self.line })
        } else {
            Ok(())
        }
    }

    fn cut(&mut self, at: usize) -> ChunkInput {
        let mut rest = Vec::with_capacity(self.buffer.capacity().min(2 * CHUNK_BYTES));
        rest.extend_from_slice(&self.buffer[at..]);
        self.buffer.truncate(at);
        let text = Bytes::from(std::mem::replace(&mut self.buffer, rest));
        let chunk = ChunkInput {
            first_line: self.line,
            offset: self.offset,
            text,
        };
        self.offset += at as u64;
        self.line += memchr::memchr_iter(b'\n', &chunk.text).count() as u64;
        self.searched = 0;
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
            assert_eq!((header.offset, header.first_line), (3, 1));
            assert_eq!(header.text, "##a\n##b\r\n#CHROM\tPOS\n");
            let (mut offset, mut line) = (3 + header.text.len() as u64, 4);
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
