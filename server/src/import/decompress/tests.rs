//! Files of each kind, whole, foreign, cut off and damaged.
//!
//! Invariant: each kind is pushed in pieces of several sizes.

use flate2::{Compression as Level, write::GzEncoder};

use super::*;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Level::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// One bgzip block.
fn block(text: &[u8]) -> Vec<u8> {
    let mut data = vec![0; 1 << 16];
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
    let size = compressor.deflate_compress(text, &mut data).unwrap();
    let mut block = vec![0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0];
    block.extend(((size + 25) as u16).to_le_bytes());
    block.extend(&data[..size]);
    block.extend(libdeflater::crc32(text).to_le_bytes());
    block.extend((text.len() as u32).to_le_bytes());
    block
}

/// Pushes the bytes in pieces of one size.
fn run(bytes: &[u8], piece: usize) -> Result<(Vec<u8>, Ending), DecompressError> {
    let (mut decompressor, mut out) = (Decompressor::new(), Vec::new());
    for piece in bytes.chunks(piece) {
        decompressor.push(piece, &mut out)?;
    }
    let ending = decompressor.finish(&mut out)?;
    assert_eq!(decompressor.received(), bytes.len() as u64);
    Ok((out, ending))
}

fn text() -> Vec<u8> {
    (0..5000)
        .flat_map(|line| format!("{line}\tACGT\n").into_bytes())
        .collect()
}

#[test]
fn every_kind_comes_out_whole_in_pieces_of_any_size() {
    let text = text();
    let (first, second) = text.split_at(20_000);
    let eof = block(b"");
    let bgzip = [block(first), block(second), eof.clone()].concat();
    let mut with_extra = block(&text);
    // A foreign subfield before the one that matters.
    with_extra.splice(12..12, [b'X', b'Y', 1, 0, 7]);
    with_extra[10] = 11;
    let size = u16::from_le_bytes([with_extra[21], with_extra[22]]) + 5;
    with_extra[21..23].copy_from_slice(&size.to_le_bytes());
    for (name, bytes, ending) in [
        ("plain", text.clone(), Ending::Complete),
        ("gzip", gzip(&text), Ending::Complete),
        ("members", [gzip(first), gzip(second)].concat(), Ending::Complete),
        ("bgzip", bgzip, Ending::Complete),
        (
            "bgzip without marker",
            [block(first), block(second)].concat(),
            Ending::NoEofMarker,
        ),
        (
            "foreign subfield",
            [with_extra, eof.clone()].concat(),
            Ending::Complete,
        ),
        (
            "bgzip, then gzip",
            [block(first), gzip(second)].concat(),
            Ending::Complete,
        ),
    ] {
        for piece in [1, 7, 18, 1000, 1 << 20] {
            assert_eq!(
                run(&bytes, piece),
                Ok((text.clone(), ending)),
                "{name} in pieces of {piece}"
            );
        }
    }
}

#[test]
fn short_files_come_out() {
    for text in [&b""[..], b"#", b"##fileformat"] {
        assert_eq!(run(text, 1), Ok((text.to_vec(), Ending::Complete)));
    }
}

#[test]
fn other_containers_are_named_whatever_the_pieces() {
    let pad = |magic: &[u8]| [magic, &[0; 400]].concat();
    let tar = [&[0; 257][..], b"ustar", &[0; 250]].concat();
    for (bytes, want) in [
        (pad(b"\xfd7zXZ\0"), Container::Xz),
        (pad(b"PK\x03\x04"), Container::Zip),
        (pad(b"\x1f\x9d\x90"), Container::Compress),
        (pad(b"BZh9"), Container::Bzip2),
        (pad(b"\x28\xb5\x2f\xfd"), Container::Zstd),
        (pad(b"CRAM\x03"), Container::Cram),
        (pad(b"BCF\x02\x02"), Container::Bcf),
        (tar.clone(), Container::Tar),
        (gzip(&tar), Container::Tar),
        (block(&pad(b"BCF\x02\x02")), Container::Bcf),
        (block(&pad(b"BAM\x01")), Container::Bam),
        (gzip(&pad(b"BAM\x01")), Container::Bam),
        (gzip(&gzip(&text())), Container::GzipTwice),
        (b"PK\x03\x04".to_vec(), Container::Zip),
        (gzip(b"BCF\x02\x02"), Container::Bcf),
    ] {
        for piece in [1, 300, 1 << 20] {
            assert_eq!(
                run(&bytes, piece),
                Err(DecompressError::Container(want)),
                "{want} in pieces of {piece}"
            );
        }
    }
}

#[test]
fn damage_never_ends_quietly() {
    let text = text();
    let bgzip = [block(&text[..30_000]), block(&text[30_000..])].concat();
    for (name, bytes) in [("gzip", gzip(&text)), ("bgzip", bgzip)] {
        for cut in [20, 100, bytes.len() / 2 + 3, bytes.len() - 1] {
            let got = run(&bytes[..cut], 4096);
            assert_eq!(
                got,
                Err(DecompressError::Truncated { offset: cut as u64 }),
                "{name} cut at {cut}"
            );
        }
        for at in [40, bytes.len() / 2, bytes.len() - 6] {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0x55;
            assert!(run(&bytes, 4096).is_err(), "{name} with byte {at} changed");
        }
    }
}
