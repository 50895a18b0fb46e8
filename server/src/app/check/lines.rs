//! Reads lines of bounded length.
//!
//! Invariant: the buffer never holds more than the longest allowed line; the rest of a longer one is skipped.

use std::io::{self, BufRead};

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line stands in the buffer.
    Whole { terminated: bool },
    /// A line was longer than allowed and skipped.
    TooLong,
    /// The file has ended.
    End,
}

pub(super) struct Lines<R> {
    reader: R,
    most: usize,
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R, most: usize) -> Self {
        Lines { reader, most }
    }

    /// What the lines come from.
    pub fn reader(&self) -> &R {
        &self.reader
    }

    /// Reads the next line into `buffer`.
    pub fn next(&mut self, buffer: &mut Vec<u8>) -> io::Result<Line> {
        buffer.clear();
        let (mut too_long, mut any) = (false, false);
        loop {
            let available = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if available.is_empty() {
                return Ok(match (too_long, any) {
                    (true, _) => Line::TooLong,
                    (false, true) => Line::Whole { terminated: false },
                    (false, false) => Line::End,
                });
            }
            any = true;
            let end = memchr::memchr(b'\n', available);
            let part = &available[..end.map_or(available.len(), |at| at + 1)];
            // One byte more than the limit is room for the line end.
            too_long |= buffer.len() + part.len() > self.most + 1;
            if too_long {
                buffer.clear();
            } else {
                buffer.extend_from_slice(part);
            }
            let taken = part.len();
            self.reader.consume(taken);
            if end.is_some() {
                return Ok(if too_long {
                    Line::TooLong
                } else {
                    Line::Whole { terminated: true }
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_skipped_whole() {
        let text = b"ab\nabcdef\n\nabc\nxy";
        let mut lines = Lines::new(io::BufReader::with_capacity(2, &text[..]), 3);
        let mut buffer = Vec::new();
        let mut seen = Vec::new();
        loop {
            match lines.next(&mut buffer).unwrap() {
                Line::End => break,
                Line::TooLong => seen.push("too long".to_owned()),
                Line::Whole { terminated } => {
                    let end = if terminated { "" } else { "!" };
                    seen.push(format!("{}{end}", String::from_utf8_lossy(&buffer).trim_end()));
                }
            }
        }
        assert_eq!(seen, ["ab", "too long", "", "abc", "xy!"]);
    }
}
