//! Records without samples, whose INFO counts alleles for each population as public databases do.
//!
//! Invariant: 30 keys a record; AC <= AN, AF = AC / AN.

use std::io::Write;

use super::random::Random;
use super::site::{Sites, frequency};

/// Populations with counts of their own.
const POPULATIONS: [&str; 6] = ["afr", "amr", "asj", "eas", "nfe", "sas"];

/// The header's lines of the INFO keys.
pub fn header() -> String {
    let mut text = String::new();
    let suffixes = std::iter::once(String::new()).chain(POPULATIONS.iter().map(|name| format!("_{name}")));
    for suffix in suffixes {
        for (key, number, kind, what) in [
            ("AC", "A", "Integer", "Alternate allele count"),
            ("AN", "1", "Integer", "Number of alleles called"),
            ("AF", "A", "Float", "Alternate allele frequency"),
            ("nhomalt", "A", "Integer", "Number of homozygous individuals"),
        ] {
            text.push_str(&format!(
                "##INFO=<ID={key}{suffix},Number={number},Type={kind},Description=\"{what}\">\n"
            ));
        }
    }
    text.push_str("##INFO=<ID=FS,Number=1,Type=Float,Description=\"Strand bias\">\n");
    text.push_str("##INFO=<ID=MQ,Number=1,Type=Float,Description=\"Mapping quality\">\n");
    text
}

/// Writes the records; `write` takes a line at a time.
pub fn records(
    records: usize,
    random: &mut Random,
    mut write: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let (mut sites, mut line) = (Sites::new(), Vec::new());
    for _ in 0..records {
        line.clear();
        let alternates = sites.next(random, &mut line).alternates.len();
        let frequency = frequency(random);
        let mut total = Counts::new(alternates);
        let mut parts = Vec::new();
        for name in POPULATIONS {
            let weight = random.exponential();
            let mut counts = Counts::new(alternates);
            counts.an = 20_000 + 2 * random.below(10_000);
            for allele in 0..alternates {
                let expected = frequency * weight * counts.an as f64 / alternates as f64;
                let most = counts.an / alternates;
                counts.ac[allele] = ((expected + random.unit()) as usize).min(most);
                counts.homozygous[allele] = (counts.ac[allele] as f64 * frequency / 2.0) as usize;
            }
            total.add(&counts);
            parts.push((format!("_{name}"), counts));
        }
        total.write("", &mut line);
        for (suffix, counts) in &parts {
            line.push(b';');
            counts.write(suffix, &mut line);
        }
        let (bias, quality) = (random.below(10_000), random.below(1_000));
        writeln!(
            line,
            ";FS={}.{:03};MQ={}.{}",
            bias / 1_000,
            bias % 1_000,
            50 + quality / 100,
            quality % 100
        )?;
        write(&line)?;
    }
    Ok(())
}

struct Counts {
    an: usize,
    ac: Vec<usize>,
    homozygous: Vec<usize>,
}

impl Counts {
    fn new(alternates: usize) -> Self {
        Self {
            an: 0,
            ac: vec![0; alternates],
            homozygous: vec![0; alternates],
        }
    }

    fn add(&mut self, other: &Self) {
        self.an += other.an;
        for allele in 0..self.ac.len() {
            self.ac[allele] += other.ac[allele];
            self.homozygous[allele] += other.homozygous[allele];
        }
    }

    fn write(&self, suffix: &str, line: &mut Vec<u8>) {
        let each = |line: &mut Vec<u8>, key: &str, value: &dyn Fn(usize) -> String| {
            let values: Vec<String> = (0..self.ac.len()).map(value).collect();
            let _ = write!(line, "{key}{suffix}={}", values.join(","));
        };
        each(line, "AC", &|allele| self.ac[allele].to_string());
        let _ = write!(line, ";AN{suffix}={};", self.an);
        each(line, "AF", &|allele| {
            format!("{:.6}", self.ac[allele] as f64 / self.an as f64)
        });
        line.push(b';');
        each(line, "nhomalt", &|allele| self.homozygous[allele].to_string());
    }
}
