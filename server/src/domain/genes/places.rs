//! Which genes a position belongs to, by binary search.
//!
//! Invariant: stretches are sorted by their starts, and `reach` is the furthest end of all up to each, so that a search
//! back from the last stretch that begins in time stops where none before can still reach the position.

use std::collections::HashMap;
use std::sync::Arc;

use super::Gene;

/// The stretches of genes of one build, by contig.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(HashMap<i16, Vec<Place>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    start: u32,
    gene: usize,
    end: u32,
    reach: u32,
}

impl Places {
    /// Sorts the stretches of genes, which are known by their numbers from then on.
    pub(super) fn of(genes: &[Arc<Gene>]) -> Self {
        let mut contigs: HashMap<i16, Vec<Place>> = HashMap::new();
        for (number, gene) in genes.iter().enumerate() {
            for interval in gene.intervals.iter() {
                contigs.entry(interval.contig).or_default().push(Place {
                    start: interval.start,
                    gene: number,
                    end: interval.end,
                    reach: interval.end,
                });
            }
        }
        for places in contigs.values_mut() {
            places.sort_unstable();
            let mut reach = 0;
            for place in places {
                reach = place.end.max(reach);
                place.reach = reach;
            }
        }
        Self(contigs)
    }

    /// Numbers of the genes at a position, in the order in which they begin.
    pub(super) fn at(&self, contig: i16, position: u32) -> Vec<usize> {
        let places = self.0.get(&contig).map_or(&[][..], Vec::as_slice);
        let begun = &places[..places.partition_point(|place| place.start <= position)];
        let near = begun.iter().rev().take_while(|place| place.reach >= position);
        let mut found: Vec<usize> = near
            .filter(|place| place.end >= position)
            .map(|place| place.gene)
            .collect();
        found.reverse();
        found
    }
}
