//! Files of text, plain or bgzip.
//!
//! Invariant: a bgzip file consists of blocks of at most 64 KiB and ends with the empty block (SAM specification, 4.1).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use libdeflater::{CompressionLvl, Compressor, Crc};

/// Uncompressed bytes of a block: what deflate may add still fits.
const BLOCK: usize = 0xff00;

/// The empty block that ends a file.
const END: [u8; 28] = [
    0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0, 27, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

/// A file being written.
pub struct Output {
    file: BufWriter<File>,
    compressor: Option<Compressor>,
    block: Vec<u8>,
}

impl Output {
    /// A new file.
    pub fn create(path: &Path, is_bgzip: bool) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(1 << 20, File::create(path)?),
            compressor: is_bgzip.then(|| Compressor::new(CompressionLvl::default())),
            block: Vec::with_capacity(BLOCK),
        })
    }

    /// Adds text.
    pub fn write(&mut self, mut text: &[u8]) -> io::Result<()> {
        if self.compressor.is_none() {
            return self.file.write_all(text);
        }
        while !text.is_empty() {
            let (now, rest) = text.split_at(text.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            text = rest;
            if self.block.len() == BLOCK {
                self.flush_block()?;
            }
        }
        Ok(())
    }

    fn flush_block(&mut self) -> io::Result<()> {
        let Some(compressor) = &mut self.compressor else {
            return Ok(());
        };
        let mut deflated = vec![0; compressor.deflate_compress_bound(self.block.len())];
        let length = compressor
            .deflate_compress(&self.block, &mut deflated)
            .map_err(|error| io::Error::other(error.to_string()))?;
        let size = u16::try_from(length + 25).map_err(io::Error::other)?;
        let mut crc = Crc::new();
        crc.update(&self.block);
        self.file.write_all(&END[..16])?;
        self.file.write_all(&size.to_le_bytes())?;
        self.file.write_all(&deflated[..length])?;
        self.file.write_all(&crc.sum().to_le_bytes())?;
        self.file.write_all(&(self.block.len() as u32).to_le_bytes())?;
        self.block.clear();
        Ok(())
    }

    /// Ends the file.
    pub fn finish(mut self) -> io::Result<()> {
        if self.compressor.is_some() {
            if !self.block.is_empty() {
                self.flush_block()?;
            }
            self.file.write_all(&END)?;
        }
        self.file.flush()
    }
}
