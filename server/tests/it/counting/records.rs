//! The records of a file as it states them, and tables of what is expected of them.

use std::{collections::HashMap, io::Read, path::Path};

use flate2::read::MultiGzDecoder;

/// A record as written.
#[derive(Debug)]
pub struct Original {
    /// Its place in the file, from 0.
    pub number: usize,
    pub position: u32,
    pub reference: String,
    pub alternates: Vec<String>,
}

/// All records by their offset.
pub fn original_alleles(text: &str) -> HashMap<u64, Original> {
    let mut offset = 0;
    let mut records = HashMap::new();
    for line in text.split_inclusive('\n') {
        if !line.starts_with('#') {
            let columns: Vec<&str> = line.splitn(6, '\t').collect();
            let original = Original {
                number: records.len(),
                position: columns[1].parse().unwrap(),
                reference: columns[3].to_owned(),
                alternates: columns[4].split(',').map(str::to_owned).collect(),
            };
            records.insert(offset, original);
        }
        offset += line.len() as u64;
    }
    records
}

/// A table of expected counts: CHROM, POS, ID, REF, ALT, then AC, AN, AF and NS of all samples and of each group.
pub struct Oracle {
    header: Vec<String>,
    lines: Vec<Vec<String>>,
}

/// A line of the table.
pub struct Expected<'a> {
    oracle: &'a Oracle,
    line: &'a [String],
    pub position: u32,
    pub reference: &'a str,
}

/// Expected counts of one allele in one group.
pub struct ExpectedCounts {
    pub ac: u32,
    pub an: u32,
    pub ns: u32,
    pub af: Option<f64>,
}

impl Oracle {
    pub fn read(path: &Path) -> Self {
        let mut text = String::new();
        MultiGzDecoder::new(std::fs::File::open(path).unwrap())
            .read_to_string(&mut text)
            .unwrap();
        let mut lines = text
            .lines()
            .map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
        Oracle {
            header: lines.next().unwrap(),
            lines: lines.collect(),
        }
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Number of groups besides all samples.
    pub fn groups(&self) -> usize {
        self.header.iter().filter(|name| name.starts_with("AC_")).count()
    }

    pub fn record(&self, number: usize) -> Expected<'_> {
        let line = &self.lines[number];
        Expected {
            oracle: self,
            line,
            position: line[1].parse().unwrap(),
            reference: &line[3],
        }
    }
}

impl Expected<'_> {
    /// `suffix` is empty for all samples, `_GBR` for a group; `alternate` counts from 0.
    pub fn counts(&self, suffix: &str, alternate: usize) -> ExpectedCounts {
        let field = |name: &str| {
            let name = format!("{name}{suffix}");
            let column = self
                .oracle
                .header
                .iter()
                .position(|column| *column == name)
                .unwrap();
            self.line[column].as_str()
        };
        let of_allele = |name| field(name).split(',').nth(alternate).unwrap();
        let an = field("AN").parse().unwrap();
        ExpectedCounts {
            ac: of_allele("AC").parse().unwrap(),
            an,
            ns: field("NS").parse().unwrap(),
            af: (an > 0).then(|| of_allele("AF").parse().unwrap()),
        }
    }
}
