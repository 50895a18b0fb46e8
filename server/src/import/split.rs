//! The first thread of an import: pieces of raw bytes to decompressed chunks of whole lines.
//!
//! Invariant: chunks come in order; those before the checkpoint of a resumed import are skipped, not counted again.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::builder::Checkpoint;
use super::decompress::{Decompressor, Ending};
use super::lines::{CHUNK_BYTES, ChunkInput, LineChunker};
use super::refusal::{Refused, Stop};
use super::tail::Piece;

/// How long whole lines may wait for a chunk to fill up before they are shown.
pub(super) const LIVE_INTERVAL: Duration = Duration::from_millis(500);

/// What the thread hands on.
#[derive(Debug)]
pub(super) enum Part {
    /// The header, with all of its lines.
    Header(ChunkInput),
    /// Whole lines of records, and the raw bytes read so far.
    Chunk(ChunkInput, u64),
    /// It is time to show what there is.
    Quiet,
    /// The end: raw bytes, SHA-256 of them, and what is odd about the ending.
    End(u64, [u8; 32], Ending),
    /// The file cannot be read on.
    Refused(Refused),
}

/// Reads until the end, a refusal, or until nobody listens.
pub(super) fn split(
    mut pieces: mpsc::Receiver<Piece>,
    parts: mpsc::Sender<Part>,
    resume: Option<Checkpoint>,
) {
    let mut splitter = Splitter {
        decompressor: Decompressor::new(),
        lines: LineChunker::new(),
        has_header: false,
        skip_to: resume,
        raw: 0,
        shown: Instant::now(),
    };
    if let Err(Stop::Refused(refused)) = splitter.run(&mut pieces, &parts) {
        let _ = parts.blocking_send(Part::Refused(refused));
    }
}

struct Splitter {
    decompressor: Decompressor,
    lines: LineChunker,
    has_header: bool,
    skip_to: Option<Checkpoint>,
    raw: u64,
    shown: Instant,
}

impl Splitter {
    fn run(&mut self, pieces: &mut mpsc::Receiver<Piece>, parts: &mpsc::Sender<Part>) -> Result<(), Stop> {
        loop {
            match self.next(pieces, parts)? {
                Piece::Bytes(bytes) => {
                    self.raw += bytes.len() as u64;
                    self.decompressor.push(&bytes, self.lines.buffer())?;
                    self.hand_on(parts, CHUNK_BYTES, false)?;
                }
                Piece::End(sha256) => {
                    let ending = self.decompressor.finish(self.lines.buffer())?;
                    self.hand_on(parts, 1, true)?;
                    if let Some(chunk) = self.lines.last() {
                        send(parts, Part::Chunk(chunk, self.raw))?;
                    }
                    return send(parts, Part::End(self.raw, sha256, ending));
                }
            }
        }
    }

    /// The next piece; while none comes, what there is of whole lines is handed on.
    fn next(
        &mut self,
        pieces: &mut mpsc::Receiver<Piece>,
        parts: &mpsc::Sender<Part>,
    ) -> Result<Piece, Stop> {
        loop {
            let wait = LIVE_INTERVAL.saturating_sub(self.shown.elapsed());
            let next = tokio::time::timeout(wait, pieces.recv());
            let piece = match tokio::runtime::Handle::current().block_on(next) {
                Ok(piece) => Some(piece.ok_or(Stop::Abandoned)?),
                Err(_) => None,
            };
            if self.shown.elapsed() >= LIVE_INTERVAL {
                self.hand_on(parts, 1, false)?;
                send(parts, Part::Quiet)?;
                self.shown = Instant::now();
            }
            if let Some(piece) = piece {
                return Ok(piece);
            }
        }
    }

    fn hand_on(&mut self, parts: &mpsc::Sender<Part>, least: usize, is_end: bool) -> Result<(), Stop> {
        if !self.has_header {
            let Some(header) = self.lines.header(is_end)? else {
                return Ok(());
            };
            self.has_header = true;
            send(parts, Part::Header(header))?;
        }
        if !self.skip()? {
            return Ok(());
        }
        while let Some(chunk) = self.lines.chunk(least)? {
            send(parts, Part::Chunk(chunk, self.raw))?;
        }
        Ok(())
    }

    /// Drops what lies before the checkpoint; whether it was reached.
    fn skip(&mut self) -> Result<bool, Stop> {
        let Some(checkpoint) = &self.skip_to else {
            return Ok(true);
        };
        let ahead = checkpoint.offset.saturating_sub(self.lines.offset());
        let here = self.lines.buffer().len() as u64;
        if here < ahead {
            // What is dropped must not be counted as read: the chunker is told to begin further on.
            let (offset, line) = (self.lines.offset() + here, checkpoint.line);
            self.lines = LineChunker::resume(offset, line);
            return Ok(false);
        }
        let rest = self.lines.buffer().split_off(ahead as usize);
        self.lines = LineChunker::resume(checkpoint.offset, checkpoint.line);
        *self.lines.buffer() = rest;
        self.skip_to = None;
        Ok(true)
    }
}

fn send(parts: &mpsc::Sender<Part>, part: Part) -> Result<(), Stop> {
    parts.blocking_send(part).map_err(|_| Stop::Abandoned)
}
