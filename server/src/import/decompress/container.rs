//! Containers told by their first bytes.
//!
//! Invariant: what is named here is refused by name; anything else is taken for text.

use std::fmt;

/// Bytes that suffice to tell a container.
pub(super) const TELLING_BYTES: usize = 18;

/// Bytes that suffice to tell what a container holds.
pub(super) const TELLING_CONTENT_BYTES: usize = 4;

/// First bytes of a gzip member with deflate.
pub(super) const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// A container that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Container {
    Xz,
    Zip,
    SevenZip,
    Compress,
    Bzip2,
    Zstd,
    Lz4,
    Bcf,
    Bam,
    Cram,
}

impl Container {
    /// By the first bytes of a file.
    pub(super) fn of(first: &[u8]) -> Option<Self> {
        let by_magic: [(&[u8], Container); 8] = [
            (b"\xfd7zXZ\0", Container::Xz),
            (b"PK\x03\x04", Container::Zip),
            (b"7z\xbc\xaf\x27\x1c", Container::SevenZip),
            (b"\x1f\x9d", Container::Compress),
            (b"BZh", Container::Bzip2),
            (b"\x28\xb5\x2f\xfd", Container::Zstd),
            (b"\x04\x22\x4d\x18", Container::Lz4),
            (b"CRAM", Container::Cram),
        ];
        let found = by_magic.into_iter().find(|(magic, _)| first.starts_with(magic));
        found
            .map(|(_, container)| container)
            .or_else(|| Self::of_content(first))
    }

    /// By the first bytes inside bgzip.
    pub(super) fn of_content(first: &[u8]) -> Option<Self> {
        match first {
            [b'B', b'C', b'F', 1..=4, ..] => Some(Container::Bcf),
            [b'B', b'A', b'M', 1, ..] => Some(Container::Bam),
            _ => None,
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Container::Xz => "xz",
            Container::Zip => "zip",
            Container::SevenZip => "7z",
            Container::Compress => "compress (.Z)",
            Container::Bzip2 => "bzip2",
            Container::Zstd => "zstd",
            Container::Lz4 => "lz4",
            Container::Bcf => "BCF",
            Container::Bam => "BAM",
            Container::Cram => "CRAM",
        })
    }
}
