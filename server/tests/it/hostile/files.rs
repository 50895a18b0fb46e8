//! The files, written while the test runs.
//!
//! Invariant: none needs more memory to be written than a few megabytes.

use std::io::{BufWriter, Write};

use flate2::{Compression, write::GzEncoder};
use tempfile::NamedTempFile;

/// A file and the answer that it gets under the profile `spec`.
pub struct Case {
    pub name: &'static str,
    pub refused: bool,
    /// A rule that is among the findings.
    pub rule: Option<&'static str>,
    kind: Kind,
    text: fn(&mut dyn Write) -> std::io::Result<()>,
}

/// What the text is wrapped in, and what becomes of it.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Gzip,
    /// The last bytes are missing.
    Truncated,
    /// A byte in the middle is another.
    Corrupt,
}

const fn refused(
    name: &'static str,
    rule: &'static str,
    kind: Kind,
    text: fn(&mut dyn Write) -> std::io::Result<()>,
) -> Case {
    Case {
        name,
        refused: true,
        rule: Some(rule),
        kind,
        text,
    }
}

const fn accepted(name: &'static str, kind: Kind, text: fn(&mut dyn Write) -> std::io::Result<()>) -> Case {
    Case {
        name,
        refused: false,
        rule: None,
        kind,
        text,
    }
}

pub const HOSTILE: &[Case] = &[
    refused("truncated", "container-truncated", Kind::Truncated, |out| {
        records(out, 20_000)
    }),
    // The changed byte may make what follows run past the end.
    refused("corrupt", "container-", Kind::Corrupt, |out| records(out, 20_000)),
    refused("a line of 1 GiB", "line-too-long", Kind::Gzip, |out| {
        head(out, 0)?;
        flood(out, b"1\t5\t.\tA\tACGTACGTACGTACGT", 1 << 30)
    }),
    refused("1 GiB of NUL bytes", "line-too-long", Kind::Gzip, |out| {
        flood(out, &[0], 1 << 30)
    }),
    refused("a header of 100 MB", "header-too-long", Kind::Gzip, |out| {
        out.write_all(FILEFORMAT)?;
        flood(out, b"##contig=<ID=contig,length=1000>\n", 100_000_000)?;
        out.write_all(COLUMNS)?;
        out.write_all(b"\n")
    }),
    refused("a header line of 100 MB", "too-long", Kind::Gzip, |out| {
        out.write_all(FILEFORMAT)?;
        out.write_all(b"##INFO=<ID=")?;
        flood(out, b"A,", 100_000_000)
    }),
    refused("1 GiB of sound records", "file-too-long", Kind::Gzip, |out| {
        head(out, 1_000)?;
        for position in 1..=1 << 18 {
            write!(out, "1\t{position}\t.\tA\tG\t.\tPASS\t.\tGT")?;
            flood(out, b"\t0|0", 4_000)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }),
    refused("a NUL byte", "nul-byte", Kind::Plain, |out| {
        head(out, 0)?;
        out.write_all(b"1\t5\t.\tA\tG\t.\tPA\0SS\t.\n1\t6\t.\tA\tG\t.\t.\t.\n")
    }),
    refused("a NUL byte in the header", "nul-byte", Kind::Plain, |out| {
        out.write_all(FILEFORMAT)?;
        out.write_all(b"##source=\0\n")?;
        out.write_all(COLUMNS)?;
        out.write_all(b"\n1\t6\t.\tA\tG\t.\t.\t.\n")
    }),
    accepted("CRLF", Kind::Plain, |out| {
        let mut text = Vec::new();
        records(&mut text, 100)?;
        let text = String::from_utf8_lossy(&text).replace('\n', "\r\n");
        out.write_all(text.as_bytes())
    }),
    refused("a byte order mark", "byte-order-mark", Kind::Plain, |out| {
        out.write_all(b"\xef\xbb\xbf")?;
        records(out, 100)
    }),
    accepted("a million samples", Kind::Gzip, |out| {
        head(out, 1_000_000)?;
        for position in 5..8 {
            write!(out, "1\t{position}\t.\tA\tG\t.\tPASS\t.\tGT")?;
            flood(out, b"\t0|1", 4_000_000)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }),
    refused(
        "more than a million samples",
        "samples-too-many",
        Kind::Gzip,
        |out| head(out, 1_000_001),
    ),
    refused("a million alternates", "alternates-too-many", Kind::Gzip, |out| {
        head(out, 0)?;
        out.write_all(b"1\t5\t.\tA\t")?;
        for number in 0..1_000_000 {
            write!(out, "<D{number}>,")?;
        }
        out.write_all(b"G\t.\t.\t.\n")
    }),
    refused(
        "alternates times samples",
        "alternates-too-many",
        Kind::Gzip,
        |out| {
            head(out, 100_000)?;
            out.write_all(b"1\t5\t.\tA\t")?;
            for number in 0..10_000 {
                write!(out, "<D{number}>,")?;
            }
            out.write_all(b"G\t.\t.\t.\tGT")?;
            flood(out, b"\t0|1", 400_000)?;
            out.write_all(b"\n")
        },
    ),
    accepted("many alternates of many samples", Kind::Gzip, |out| {
        head(out, 1_000)?;
        for position in 1..60 {
            write!(out, "1\t{position}\t.\tA\tG")?;
            for number in 0..4_000 {
                write!(out, ",<D{number}>")?;
            }
            out.write_all(b"\t.\t.\t.\tGT")?;
            flood(out, b"\t0|1", 4_000)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }),
    refused("a million keys in INFO", "entries-too-many", Kind::Gzip, |out| {
        head(out, 0)?;
        out.write_all(b"1\t5\t.\tA\tG\t.\t.\t")?;
        for number in 0..1_000_000 {
            write!(out, "K{number};")?;
        }
        out.write_all(b"K\n")
    }),
    refused(
        "a million keys in FORMAT",
        "entries-too-many",
        Kind::Gzip,
        |out| {
            head(out, 1)?;
            out.write_all(b"1\t5\t.\tA\tG\t.\t.\t.\tGT")?;
            for number in 0..1_000_000 {
                write!(out, ":K{number}")?;
            }
            out.write_all(b"\t0|1\n")
        },
    ),
    refused("a list of 60 MB in a header line", "too-", Kind::Gzip, |out| {
        out.write_all(FILEFORMAT)?;
        out.write_all(b"##INFO=<ID=A")?;
        flood(out, b",a=b", 30_000_000)?;
        out.write_all(b">\n")?;
        out.write_all(COLUMNS)?;
        out.write_all(b"\n")
    }),
];

const FILEFORMAT: &[u8] = b"##fileformat=VCFv4.3\n";
const COLUMNS: &[u8] = b"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";

/// A header with that many samples.
fn head(out: &mut dyn Write, samples: usize) -> std::io::Result<()> {
    out.write_all(FILEFORMAT)?;
    out.write_all(b"##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n")?;
    out.write_all(COLUMNS)?;
    if samples > 0 {
        out.write_all(b"\tFORMAT")?;
    }
    for sample in 0..samples {
        write!(out, "\ts{sample}")?;
    }
    out.write_all(b"\n")
}

fn records(out: &mut dyn Write, number: usize) -> std::io::Result<()> {
    head(out, 2)?;
    for position in 1..=number {
        writeln!(
            out,
            "1\t{position}\trs{}\tA\tG\t{}\tPASS\t.\tGT\t0/1\t1/1",
            position * 7_919 % 99_991,
            position % 89
        )?;
    }
    Ok(())
}

/// Repeats a text until it comes to so many bytes.
fn flood(out: &mut dyn Write, text: &[u8], bytes: usize) -> std::io::Result<()> {
    let many = text.repeat(((1 << 16) / text.len()).max(1));
    let mut left = bytes;
    while left > 0 {
        let now = left.min(many.len());
        out.write_all(&many[..now])?;
        left -= now;
    }
    Ok(())
}

impl Case {
    pub fn write(&self) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        if self.kind == Kind::Plain {
            let mut out = BufWriter::new(file.as_file_mut());
            (self.text)(&mut out).unwrap();
            out.flush().unwrap();
            drop(out);
            return file;
        }
        let encoder = GzEncoder::new(BufWriter::new(file.as_file_mut()), Compression::fast());
        let mut out = BufWriter::with_capacity(1 << 20, encoder);
        (self.text)(&mut out).unwrap();
        let Ok(encoder) = out.into_inner() else {
            panic!("{} was not written", self.name);
        };
        encoder.finish().unwrap().flush().unwrap();
        let size = file.as_file().metadata().unwrap().len();
        match self.kind {
            Kind::Truncated => file.as_file().set_len(size - 20).unwrap(),
            Kind::Corrupt => {
                let mut bytes = std::fs::read(file.path()).unwrap();
                bytes[size as usize / 2] ^= 0x55;
                std::fs::write(file.path(), bytes).unwrap();
            }
            Kind::Plain | Kind::Gzip => {}
        }
        file
    }
}
