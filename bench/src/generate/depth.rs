//! Records with `GT:AD:DP:GQ:PL`.
//!
//! Invariant: AD and PL have as many values as the record's alleles ask for, and DP is the sum of AD.

use std::io::Write;

use super::people::populations;
use super::random::Random;
use super::site::{Sites, frequency};

/// Cells drawn from; more than a compression window holds.
const POOL: usize = 8_192;

/// Writes the records; `write` takes a line at a time.
pub fn records(
    samples: usize,
    records: usize,
    random: &mut Random,
    mut write: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let pool = |alternates: usize, random: &mut Random| -> Vec<Vec<Vec<u8>>> {
        (0..3)
            .map(|copies| (0..POOL).map(|_| cell(copies, alternates, random)).collect())
            .collect()
    };
    let pools = [pool(1, random), pool(2, random)];
    let groups = populations(samples).len();
    let (mut sites, mut line) = (Sites::new(), Vec::new());
    for _ in 0..records {
        line.clear();
        let alleles = sites.next(random, &mut line);
        let pool = &pools[alleles.alternates.len() - 1];
        write!(
            line,
            "DP={}\tGT:AD:DP:GQ:PL",
            samples * 20 + random.below(samples * groups)
        )?;
        let frequency = frequency(random);
        for _ in 0..samples {
            let copies = usize::from(random.chance(frequency)) + usize::from(random.chance(frequency));
            match random.below(200) {
                0 => line.extend_from_slice(b"\t./."),
                _ => {
                    line.push(b'\t');
                    line.extend_from_slice(&pool[copies][random.below(POOL)]);
                }
            }
        }
        line.push(b'\n');
        write(&line)?;
    }
    Ok(())
}

/// A sample's cell with so many copies of the last alternate allele.
fn cell(copies: usize, alternates: usize, random: &mut Random) -> Vec<u8> {
    let depth = 12 + random.below(36);
    let carried = match copies {
        0 => 0,
        1 => depth * (35 + random.below(31)) / 100,
        _ => depth,
    };
    let mut depths = vec![0; alternates + 1];
    depths[0] = depth - carried;
    depths[alternates] += carried;
    let quality = (depth * 3).min(99);
    let (first, second) = match copies {
        0 => (0, 0),
        1 => (0, alternates),
        _ => (alternates, alternates),
    };
    // PL in the order of VCF 4.3 section 1.6.2: for each b, for each a up to b.
    let likelihoods = (0..=alternates).flat_map(|b| (0..=b).map(move |a| (a, b)));
    let likelihoods: Vec<usize> = likelihoods
        .map(|genotype| match genotype == (first, second) {
            true => 0,
            false => quality + depth * (1 + random.below(30)),
        })
        .collect();
    let mut cell = Vec::new();
    let _ = write!(
        cell,
        "{first}/{second}:{}:{depth}:{quality}:{}",
        joined(&depths),
        joined(&likelihoods)
    );
    cell
}

fn joined(values: &[usize]) -> String {
    let values: Vec<String> = values.iter().map(usize::to_string).collect();
    values.join(",")
}
