//! The blocks of bgzip (SAM specification, section 4.1).
//!
//! Invariant: a block comes out whole and checked, or not at all.

use super::DecompressError;

const HEADER: usize = 12;
const TRAILER: usize = 8;
/// Most bytes that a block may expand to.
const MAX_EXPANDED: usize = 1 << 16;

/// Splits a bgzip file into blocks and inflates them.
pub(super) struct Bgzf {
    inflate: libdeflater::Decompressor,
    /// Bytes of a block that is not complete.
    pending: Vec<u8>,
    /// Bytes of the file before `pending`.
    consumed: u64,
    last_was_empty: bool,
}

/// What a push came to.
pub(super) enum Step {
    /// More blocks may follow.
    Continue,
    /// From here on the file is no bgzip, but may be gzip.
    NotBgzf(Vec<u8>),
}

impl Default for Bgzf {
    fn default() -> Self {
        let inflate = libdeflater::Decompressor::new();
        Bgzf {
            inflate,
            pending: Vec::new(),
            consumed: 0,
            last_was_empty: false,
        }
    }
}

/// Whether the bytes begin with the header of a bgzip block.
pub(super) fn is_header(bytes: &[u8]) -> bool {
    matches!(block_size(bytes), Ok(Some(_)))
}

/// Size of the block that the bytes begin with; `Ok(None)` if it is not a bgzip block, `Err` if more bytes are needed.
fn block_size(bytes: &[u8]) -> Result<Option<usize>, ()> {
    let magic = [0x1f, 0x8b, 8, 4];
    let known = bytes.len().min(magic.len());
    if bytes[..known] != magic[..known] {
        return Ok(None);
    }
    if bytes.len() < HEADER {
        return Err(());
    }
    let extra_size = usize::from(u16::from_le_bytes([bytes[10], bytes[11]]));
    let mut extra = bytes.get(HEADER..HEADER + extra_size).ok_or(())?;
    while let [a, b, low, high, rest @ ..] = extra {
        let size = usize::from(u16::from_le_bytes([*low, *high]));
        match rest {
            [low, high, ..] if (*a, *b, size) == (b'B', b'C', 2) => {
                let total = usize::from(u16::from_le_bytes([*low, *high])) + 1;
                return Ok((total >= HEADER + extra_size + TRAILER).then_some(total));
            }
            _ => extra = rest.get(size..).unwrap_or_default(),
        }
    }
    Ok(None)
}

impl Bgzf {
    pub(super) fn is_between_blocks(&self) -> bool {
        self.pending.is_empty()
    }

    /// Whether the last block was empty, which is how bgzip marks the end.
    pub(super) fn ends_with_marker(&self) -> bool {
        self.last_was_empty
    }

    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Step, DecompressError> {
        // Only the block that pieces of input share is copied.
        let mut rest = bytes;
        while !self.pending.is_empty() {
            let Some(missing) = self.missing() else {
                let mut pending = std::mem::take(&mut self.pending);
                pending.extend_from_slice(rest);
                return Ok(Step::NotBgzf(pending));
            };
            let (now, later) = rest.split_at(missing.min(rest.len()));
            self.pending.extend_from_slice(now);
            rest = later;
            if now.len() < missing {
                return Ok(Step::Continue);
            }
            if let Ok(Some(size)) = block_size(&self.pending)
                && size == self.pending.len()
            {
                let block = std::mem::take(&mut self.pending);
                self.inflate(&block, out)?;
            }
        }
        loop {
            match block_size(rest) {
                Ok(Some(size)) if rest.len() >= size => {
                    self.inflate(&rest[..size], out)?;
                    rest = &rest[size..];
                }
                Ok(None) if !rest.is_empty() => return Ok(Step::NotBgzf(rest.to_vec())),
                _ => {
                    self.pending.extend_from_slice(rest);
                    return Ok(Step::Continue);
                }
            }
        }
    }

    /// Bytes that the pending block lacks, as far as can be told; none where it is no bgzip block.
    fn missing(&self) -> Option<usize> {
        match block_size(&self.pending) {
            Ok(Some(size)) => Some(size - self.pending.len()),
            Ok(None) => None,
            Err(()) => Some(1),
        }
    }

    fn inflate(&mut self, block: &[u8], out: &mut Vec<u8>) -> Result<(), DecompressError> {
        let offset = self.consumed;
        let corrupt = |reason: &str| DecompressError::Corrupt {
            offset,
            reason: reason.to_owned(),
        };
        let word = |at: usize| u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]]);
        let data = HEADER + usize::from(u16::from_le_bytes([block[10], block[11]]));
        let (checksum, expanded) = (word(block.len() - 8), word(block.len() - 4) as usize);
        if expanded > MAX_EXPANDED {
            return Err(corrupt("a block claims more than 64 KiB"));
        }
        let start = out.len();
        out.resize(start + expanded, 0);
        let inflated = self
            .inflate
            .deflate_decompress(&block[data..block.len() - TRAILER], &mut out[start..]);
        let is_whole = matches!(inflated, Ok(size) if size == expanded);
        if !is_whole || libdeflater::crc32(&out[start..]) != checksum {
            out.truncate(start);
            return Err(corrupt(if is_whole {
                "a block's checksum is wrong"
            } else {
                "a block cannot be inflated"
            }));
        }
        self.consumed += block.len() as u64;
        self.last_was_empty = expanded == 0;
        Ok(())
    }
}
