//! Records with phased genotypes and nothing else.
//!
//! Invariant: AC and AN say what the genotypes say.

use std::io::Write;

use super::people::{Population, populations};
use super::random::Random;
use super::site::{Sites, frequency};

/// Writes the records; `write` takes a line at a time.
pub fn records(
    samples: usize,
    records: usize,
    random: &mut Random,
    mut write: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let populations = populations(samples);
    let reference: Vec<u8> = b"\t0|0".repeat(samples);
    let (mut sites, mut line, mut genotypes) = (Sites::new(), Vec::new(), Vec::new());
    for _ in 0..records {
        line.clear();
        let alleles = sites.next(random, &mut line);
        genotypes.clear();
        genotypes.extend_from_slice(&reference);
        for allele in 0..alleles.alternates.len() {
            carry(&populations, b'1' + allele as u8, random, &mut genotypes);
        }
        let mut called = samples;
        if random.chance(0.05) {
            random.each(samples, 0.01, |sample| {
                genotypes[sample * 4 + 1..sample * 4 + 4].copy_from_slice(b".|.");
                called -= 1;
            });
        }
        line.extend_from_slice(b"AC=");
        for allele in 0..alleles.alternates.len() {
            let code = b'1' + allele as u8;
            let count = genotypes.iter().filter(|&&byte| byte == code).count();
            let comma = if allele > 0 { "," } else { "" };
            write!(line, "{comma}{count}")?;
        }
        write!(
            line,
            ";AN={};NS={called};DP={}\tGT",
            2 * called,
            samples * 7 + random.below(samples)
        )?;
        line.extend_from_slice(&genotypes);
        line.push(b'\n');
        write(&line)?;
    }
    Ok(())
}

/// Gives an allele to haplotypes, more of them in some populations than in others.
fn carry(populations: &[Population], code: u8, random: &mut Random, genotypes: &mut [u8]) {
    let frequency = frequency(random);
    // Rare alleles are private to few populations, common ones are everywhere.
    let contrast = if frequency < 0.005 { 3.0 } else { 0.7 };
    let supers: Vec<f64> = (0..5).map(|_| random.exponential().powf(contrast)).collect();
    let weights: Vec<f64> = populations
        .iter()
        .map(|population| supers[population.super_index] * random.exponential().powf(contrast))
        .collect();
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    for (population, weight) in populations.iter().zip(&weights) {
        let haplotypes = 2 * population.samples.len();
        let here = (frequency * weight / mean).min(0.98);
        random.each(haplotypes, here, |haplotype| {
            let sample = population.samples.start + haplotype / 2;
            genotypes[sample * 4 + 1 + 2 * (haplotype % 2)] = code;
        });
    }
}
