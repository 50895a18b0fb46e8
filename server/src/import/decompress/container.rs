//! Containers told by their first bytes.
//!
//! Invariant: what is named here is refused by name, with what to do; anything else is taken for text.

use std::fmt;

/// Bytes that suffice to tell a container; the mark of a tar archive stands behind its first member's name.
pub(super) const TELLING_BYTES: usize = 262;

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
    Tar,
    Bcf,
    Bam,
    Cram,
    /// Gzip inside gzip.
    GzipTwice,
}

/// By magic, and where it stands.
const BY_MAGIC: [(usize, &[u8], Container); 11] = [
    (0, b"\xfd7zXZ\0", Container::Xz),
    (0, b"PK\x03\x04", Container::Zip),
    (0, b"PK\x05\x06", Container::Zip),
    (0, b"7z\xbc\xaf\x27\x1c", Container::SevenZip),
    (0, b"\x1f\x9d", Container::Compress),
    (0, b"\x1f\xa0", Container::Compress),
    (0, b"BZh", Container::Bzip2),
    (0, b"\x28\xb5\x2f\xfd", Container::Zstd),
    (0, b"\x04\x22\x4d\x18", Container::Lz4),
    (0, b"CRAM", Container::Cram),
    (257, b"ustar", Container::Tar),
];

impl Container {
    /// By the first bytes of a file.
    pub(super) fn of(first: &[u8]) -> Option<Self> {
        let is_here = |at: usize, magic: &[u8]| first.get(at..).is_some_and(|bytes| bytes.starts_with(magic));
        let by_magic = || BY_MAGIC.iter().find(|(at, magic, _)| is_here(*at, magic));
        match first {
            [b'B', b'C', b'F', 1..=4, ..] => Some(Container::Bcf),
            [b'B', b'A', b'M', 1, ..] => Some(Container::Bam),
            _ => by_magic().map(|(_, _, container)| *container),
        }
    }

    /// By the first bytes inside gzip.
    pub(super) fn of_content(first: &[u8]) -> Option<Self> {
        if first.starts_with(&GZIP) {
            return Some(Container::GzipTwice);
        }
        Self::of(first)
    }

    /// What to do with such a file.
    fn way_out(self) -> &'static str {
        match self {
            Container::Xz => "unpack it, then compress it: xz -dc FILE | bgzip > FILE.vcf.gz",
            Container::Zip => "unpack it, then compress it: unzip -p FILE | bgzip > FILE.vcf.gz",
            Container::SevenZip => "unpack it, then compress it: 7z e -so FILE | bgzip > FILE.vcf.gz",
            Container::Compress => "unpack it, then compress it: uncompress -c FILE | bgzip > FILE.vcf.gz",
            Container::Bzip2 => "unpack it, then compress it: bzip2 -dc FILE | bgzip > FILE.vcf.gz",
            Container::Zstd => "unpack it, then compress it: zstd -dc FILE | bgzip > FILE.vcf.gz",
            Container::Lz4 => "unpack it, then compress it: lz4 -dc FILE | bgzip > FILE.vcf.gz",
            Container::Tar => "unpack it with tar -xf FILE and send the VCF files in it one by one",
            Container::Bcf => "convert it: bcftools view -Oz -o FILE.vcf.gz FILE",
            Container::Bam | Container::Cram => {
                "it holds reads; call variants first, for example: bcftools mpileup -f REF FILE | bcftools call -m -Oz -o FILE.vcf.gz"
            }
            Container::GzipTwice => "unpack it once: gunzip -c FILE > FILE.vcf.gz",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Container::Xz => "an xz file",
            Container::Zip => "a zip archive",
            Container::SevenZip => "a 7z archive",
            Container::Compress => "a compress (.Z) file",
            Container::Bzip2 => "a bzip2 file",
            Container::Zstd => "a zstd file",
            Container::Lz4 => "an lz4 file",
            Container::Tar => "a tar archive",
            Container::Bcf => "a BCF file",
            Container::Bam => "a BAM file",
            Container::Cram => "a CRAM file",
            Container::GzipTwice => "compressed twice with gzip",
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the file is {}; {}", self.name(), self.way_out())
    }
}
