//! A BED as it is uploaded: plain or compressed.
//!
//! Invariant: bounded memory, whatever the bytes claim to hold.

use super::decompress::{DecompressError, Decompressor};
use crate::domain::bed::{BedError, MAX_BED_BYTES, parse};
use crate::domain::build::ContigIndex;
use crate::domain::intervals::Intervals;

/// Compressed bytes inflated at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Why a BED is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BedRefused {
    /// It cannot be inflated.
    #[error("The BED cannot be read: {0}.")]
    Compression(#[from] DecompressError),
    /// It is too large.
    #[error("The BED has more than {} MiB of text.", MAX_BED_BYTES >> 20)]
    TooLarge,
    /// A line cannot be read.
    #[error("The BED cannot be read: {0}.")]
    Line(#[from] BedError),
}

/// The regions of a BED: text, gzip or bgzip.
///
/// # Errors
/// It is too large, or cannot be read.
pub fn read(bytes: &[u8], contigs: &ContigIndex) -> Result<Intervals, BedRefused> {
    let mut decompressor = Decompressor::new();
    let mut text = Vec::new();
    for piece in bytes.chunks(PIECE_BYTES) {
        decompressor.push(piece, &mut text)?;
        if text.len() > MAX_BED_BYTES {
            return Err(BedRefused::TooLarge);
        }
    }
    decompressor.finish(&mut text)?;
    Ok(parse(&text, |name| contigs.get(name))?)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::domain::build::Build;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn plain_and_compressed_say_the_same() {
        let contigs = ContigIndex::new(Build::Grch38);
        let text = b"chr1\t0\t100\nchrX\t5\t10\n";
        let bases = |bytes: &[u8]| read(bytes, &contigs).map(|regions| regions.bases());
        assert_eq!(bases(text), Ok(105));
        assert_eq!(bases(&gzip(text)), Ok(105));
        assert_eq!(bases(&[gzip(text), gzip(b"chr2\t0\t1\n")].concat()), Ok(106));
        assert_eq!(bases(b""), Ok(0));
        assert_eq!(
            bases(b"1\t"),
            Err(BedRefused::Line(
                parse(b"1\t", |name| contigs.get(name)).unwrap_err()
            ))
        );
        let cut = gzip(&text.repeat(50));
        assert!(matches!(
            bases(&cut[..cut.len() - 9]),
            Err(BedRefused::Compression(_))
        ));
        let bomb = gzip(&vec![b'\n'; MAX_BED_BYTES + 1]);
        assert_eq!(bases(&bomb), Err(BedRefused::TooLarge));
    }
}
