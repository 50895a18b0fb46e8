//! What is compressed: bgzip, gzip, and what only looks like it.
//!
//! Invariant: pieces of any size come to the same, what was compressed comes out again, and a file that lost its end
//! never ends quietly.

use std::io::Write;

use allelecast_server::import::decompress::{DecompressError, Decompressor, Ending};
use flate2::{Compression, GzBuilder, write::GzEncoder};

/// More would only take longer.
const MOST: usize = 4 << 10;

/// Reads the bytes as a file, and then as the content of compressed ones.
pub fn gzip(data: &[u8]) {
    let data = &data[..data.len().min(MOST)];
    let whole = run(data, MOST);
    for piece in [1, 7, 1_000] {
        match (&whole, run(data, piece)) {
            (Ok(whole), Ok(pieces)) => assert!(*whole == pieces, "in pieces of {piece}"),
            // Of several faults, another may show first.
            (Err(_), Err(_)) => {}
            (whole, pieces) => panic!("{whole:?}, but in pieces of {piece} {pieces:?}"),
        }
    }
    let (first, second) = data.split_at(data.len() / 3);
    let gzip = [member(first), member(second)].concat();
    let bgzip = [block(first), block(second), block(b"")].concat();
    for file in [&gzip, &bgzip] {
        match run(file, 100) {
            Ok((text, ending)) => assert!(text == data && ending == Ending::Complete),
            // The content may look like another container.
            Err(error) => assert!(matches!(error, DecompressError::Container(_)), "{error}"),
        }
        // Cut off at a place that the data chooses.
        let at = usize::from(data.first().copied().unwrap_or(7)) * file.len() / 256;
        match run(&file[..at], 100) {
            Ok((text, ending)) => {
                let is_between = ending == Ending::NoEofMarker || text.is_empty() || at < 3;
                assert!(
                    is_between || at == member(first).len(),
                    "cut at {at} of {}",
                    file.len()
                );
            }
            Err(DecompressError::Truncated { offset }) => assert_eq!(offset, at as u64),
            Err(error) => assert!(matches!(error, DecompressError::Container(_)), "{error}"),
        }
    }
}

fn run(bytes: &[u8], piece: usize) -> Result<(Vec<u8>, Ending), DecompressError> {
    let (mut decompressor, mut out) = (Decompressor::new(), Vec::new());
    for piece in bytes.chunks(piece) {
        decompressor.push(piece, &mut out)?;
    }
    let ending = decompressor.finish(&mut out)?;
    assert_eq!(decompressor.received(), bytes.len() as u64);
    Ok((out, ending))
}

fn member(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(text).and_then(|()| encoder.finish());
    written.unwrap_or_else(|error| panic!("memory takes it: {error}"))
}

/// One bgzip block: a gzip member whose extra field states its size.
fn block(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new()
        .extra(b"BC\x02\0\0\0".to_vec())
        .write(Vec::new(), Compression::fast());
    let written = encoder.write_all(text).and_then(|()| encoder.finish());
    let mut block = written.unwrap_or_else(|error| panic!("memory takes it: {error}"));
    let size = (block.len() as u16 - 1).to_le_bytes();
    block[16..18].copy_from_slice(&size);
    block
}
