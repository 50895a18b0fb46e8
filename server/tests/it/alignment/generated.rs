//! A made-up mitochondrion full of repeats, and a file of indels in them.
//!
//! Invariant: a seed gives the same sequence and the same records everywhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Bases of the mitochondrion in all builds.
pub const LENGTH: usize = 16_569;
/// Samples of the file.
pub const SAMPLES: usize = 3;

/// A sequence, and a file of records with its bases.
pub struct Generated {
    pub sequence: Vec<u8>,
    pub header: String,
    pub records: String,
}

impl Generated {
    pub fn new(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let sequence = sequence(&mut random);
        let mut by_position: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for _ in 0..1_000 {
            let position = random.random_range(2..LENGTH - 60);
            let record = record(&mut random, &sequence, position);
            by_position.entry(position).or_default().extend(record);
        }
        let header = "##fileformat=VCFv4.2\n##contig=<ID=MT,length=16569>\n\
                      ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
                      #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\n";
        Generated {
            sequence,
            header: header.to_owned(),
            records: by_position.into_values().flatten().collect(),
        }
    }
}

/// As a FASTA of lines of 60.
pub fn fasta(name: &str, sequence: &[u8]) -> String {
    let mut text = format!(">{name} made up\n");
    for line in sequence.chunks(60) {
        text.push_str(std::str::from_utf8(line).unwrap());
        text.push('\n');
    }
    text
}

/// Runs of short units, some in lower case, and a stretch that is not known.
fn sequence(random: &mut StdRng) -> Vec<u8> {
    let mut sequence = Vec::with_capacity(LENGTH + 100);
    while sequence.len() < LENGTH {
        let unit = bases(random, 1..6);
        let times = random.random_range(1..12);
        let run = unit.repeat(times);
        match random.random_range(0..20) {
            0 => sequence.extend(run.to_ascii_lowercase().bytes()),
            1 => sequence.extend(b"N".repeat(5)),
            _ => sequence.extend(run.bytes()),
        }
    }
    sequence.truncate(LENGTH);
    sequence
}

fn bases(random: &mut StdRng, lengths: std::ops::Range<usize>) -> String {
    let n = random.random_range(lengths);
    (0..n)
        .map(|_| ['A', 'C', 'G', 'T'][random.random_range(0..4)])
        .collect()
}

/// A record with its line end; none where its alternates came out equal to each other or to REF.
fn record(random: &mut StdRng, sequence: &[u8], position: usize) -> Option<String> {
    let n = random.random_range(1..9);
    let reference = String::from_utf8_lossy(&sequence[position - 1..position - 1 + n]).to_ascii_uppercase();
    let mut alternates: Vec<String> = Vec::new();
    for _ in 0..[1, 1, 1, 2, 3][random.random_range(0..5)] {
        let kept = random.random_range(1..=n);
        let alternate = match random.random_range(0..10) {
            // Deleted at the end, in the middle, inserted copies, replaced, nothing in common.
            0..3 => reference[..kept].to_owned(),
            3 => format!("{}{}", &reference[..1], &reference[kept..]),
            4..7 => format!("{reference}{}", &reference[n - kept..]),
            7 => format!(
                "{}{}{}",
                &reference[..kept],
                bases(random, 1..4),
                &reference[kept..]
            ),
            8 => bases(random, 1..5),
            _ => "*".to_owned(),
        };
        alternates.push(alternate);
    }
    let mut all = alternates.clone();
    all.push(reference.clone());
    all.sort();
    all.dedup();
    if all.len() <= alternates.len() || alternates == ["*"] {
        return None;
    }
    let mut line = format!(
        "MT\t{position}\t.\t{reference}\t{}\t.\t.\t.\tGT",
        alternates.join(",")
    );
    for _ in 0..SAMPLES {
        let mut allele = || match random.random_range(0..=alternates.len() + 1) {
            n if n > alternates.len() => ".".to_owned(),
            n => n.to_string(),
        };
        let (first, second) = (allele(), allele());
        write!(line, "\t{first}/{second}").unwrap();
    }
    line.push('\n');
    Some(line)
}
