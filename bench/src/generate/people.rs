//! The samples of a generated file: names, populations, super-populations.
//!
//! Invariant: samples of a population stand side by side, in 26 populations of unequal size within 5 super-populations.

use std::fmt::Write;
use std::ops::Range;

/// Populations of each super-population.
const SUPER: [(&str, usize); 5] = [("AFR", 7), ("AMR", 4), ("EAS", 5), ("EUR", 5), ("SAS", 5)];

/// A population.
#[derive(Debug, Clone)]
pub struct Population {
    /// Its name.
    pub name: String,
    /// Its super-population.
    pub super_name: &'static str,
    /// Index of that.
    pub super_index: usize,
    /// Its samples.
    pub samples: Range<usize>,
}

/// The populations of so many samples.
pub fn populations(samples: usize) -> Vec<Population> {
    // Sizes between 3/4 and 5/4 of the mean, as cohorts have them.
    let weights: Vec<usize> = (0..26).map(|index| 75 + (index * 37) % 51).collect();
    let total: usize = weights.iter().sum();
    let mut before = 0;
    let mut populations = Vec::new();
    let supers = (0..).zip(SUPER);
    for (super_index, (super_name, count)) in supers {
        for number in 1..=count {
            let weight = weights[populations.len()];
            let start = before * samples / total;
            before += weight;
            populations.push(Population {
                name: format!("{super_name}{number}"),
                super_name,
                super_index,
                samples: start..before * samples / total,
            });
        }
    }
    populations
}

/// A sample's name.
pub fn name(index: usize) -> String {
    format!("S{:05}", index + 1)
}

/// The panel: `sample`, `POP` and, where asked, `SUPER`.
pub fn panel(samples: usize, with_super: bool) -> String {
    let mut text = String::from(if with_super {
        "sample\tPOP\tSUPER\n"
    } else {
        "sample\tPOP\n"
    });
    for population in populations(samples) {
        for index in population.samples {
            let _ = write!(text, "{}\t{}", name(index), population.name);
            if with_super {
                let _ = write!(text, "\t{}", population.super_name);
            }
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn populations_tile_the_samples() {
        for samples in [26, 200, 2_504] {
            let populations = populations(samples);
            assert_eq!(populations.len(), 26);
            let mut next = 0;
            for population in &populations {
                assert_eq!(population.samples.start, next);
                next = population.samples.end;
            }
            assert_eq!(next, samples);
        }
        assert_eq!(panel(200, true).lines().count(), 201);
    }
}
