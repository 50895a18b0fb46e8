//! The first columns of generated records.
//!
//! Invariant: positions ascend strictly; REF and ALT differ; one record in 50 has two alternate alleles.

use std::io::Write;

use super::random::Random;

/// Sites of chromosome 20 one after the other.
#[derive(Debug)]
pub struct Sites {
    position: usize,
}

/// A record's alleles.
#[derive(Debug)]
pub struct Alleles {
    /// REF.
    pub reference: Vec<u8>,
    /// ALT, one or two.
    pub alternates: Vec<Vec<u8>>,
}

impl Sites {
    /// From the beginning of the chromosome's first known bases.
    pub fn new() -> Self {
        Self { position: 60_000 }
    }

    /// The next site, about 30 bases on; writes CHROM to FILTER and a tab.
    pub fn next(&mut self, random: &mut Random, line: &mut Vec<u8>) -> Alleles {
        self.position += 1 + random.below(60);
        let first = random.below(4);
        let mut alleles = Alleles {
            reference: vec![base(first)],
            alternates: vec![vec![base(first + 1 + random.below(3))]],
        };
        match random.below(100) {
            // A deletion, an insertion, a second alternate.
            0..5 => {
                let last = alleles.reference[0];
                alleles
                    .reference
                    .extend((0..1 + random.below(6)).map(|_| base(random.below(4))));
                alleles.alternates = vec![vec![last]];
            }
            5..9 => {
                let mut inserted = alleles.reference.clone();
                inserted.extend((0..1 + random.below(6)).map(|_| base(random.below(4))));
                alleles.alternates = vec![inserted];
            }
            9..11 => {
                let second = base(first + 2);
                alleles.alternates = vec![vec![base(first + 1)], vec![second]];
            }
            _ => {}
        }
        line.extend_from_slice(b"20\t");
        let _ = write!(line, "{}\t", self.position);
        match random.chance(0.7) {
            true => drop(write!(line, "rs{}\t", 1_000_000 + self.position * 3)),
            false => line.extend_from_slice(b".\t"),
        }
        line.extend_from_slice(&alleles.reference);
        line.push(b'\t');
        line.extend_from_slice(&alleles.alternates.join(&b','));
        let _ = write!(line, "\t{}\tPASS\t", 30 + random.below(970));
        alleles
    }
}

fn base(index: usize) -> u8 {
    b"ACGT"[index % 4]
}

/// An allele frequency: most are rare, as in sequenced cohorts of thousands.
pub fn frequency(random: &mut Random) -> f64 {
    match random.below(100) {
        0..75 => random.log_uniform(0.000_3, 0.005),
        75..89 => random.log_uniform(0.005, 0.05),
        _ => random.log_uniform(0.05, 0.95),
    }
}
