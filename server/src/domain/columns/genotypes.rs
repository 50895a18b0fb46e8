//! The genotypes of a block: the bit planes of all samples, allele by allele.
//!
//! Invariant: rows are in the order of the sites; a plane that is absent is zero throughout (plane 2) or unknown (hq).

use std::ops::Range;

use crate::domain::planes::{Exception, GenotypeRow, words_for};

mod codec;

/// Most bytes of planes in one frame.
pub const FRAME_BYTES: usize = 1 << 20;

/// Decoded genotypes of a block, rows of [`words_for`] words one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GenotypeColumns {
    samples: usize,
    rows: usize,
    p0: Vec<u64>,
    p1: Vec<u64>,
    /// Empty as long as no row has one.
    p2: Vec<u64>,
    /// Empty as long as it is known of no row.
    hq: Vec<u64>,
    /// Whether the high-quality plane of a row is known; empty as long as it is of none.
    hq_known: Vec<bool>,
    exceptions: Vec<Exception>,
    /// Where each row's exceptions end.
    exception_ends: Vec<u32>,
}

/// A stored part of the genotypes of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenotypeFrame {
    /// Rows of the block that the frame holds.
    pub rows: Range<usize>,
    /// Arrow IPC stream.
    pub payload: Vec<u8>,
}

impl GenotypeColumns {
    /// No rows yet, of a file with that many samples.
    pub fn new(samples: usize) -> Self {
        GenotypeColumns {
            samples,
            ..GenotypeColumns::default()
        }
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Number of alleles.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Bytes that the planes take in memory.
    pub fn plane_bytes(&self) -> usize {
        (self.p0.len() + self.p1.len() + self.p2.len() + self.hq.len()) * 8
    }

    /// The planes of one allele.
    pub fn row(&self, row: usize) -> GenotypeRow<'_> {
        let words = words_for(self.samples);
        let range = row * words..(row + 1) * words;
        let start = row.checked_sub(1).map_or(0, |before| self.exception_ends[before]);
        GenotypeRow {
            p0: &self.p0[range.clone()],
            p1: &self.p1[range.clone()],
            p2: self
                .p2
                .get(range.clone())
                .filter(|p2| p2.iter().any(|&word| word != 0)),
            hq: self
                .hq_known
                .get(row)
                .filter(|&&known| known)
                .map(|_| &self.hq[range]),
            exceptions: &self.exceptions[start as usize..self.exception_ends[row] as usize],
        }
    }

    /// Appends an allele.
    ///
    /// # Panics
    /// The row is of another number of samples.
    pub fn push(&mut self, row: &GenotypeRow<'_>) {
        let words = words_for(self.samples);
        assert!(
            row.p0.len() == words && row.p1.len() == words,
            "a row has one word per 64 samples"
        );
        self.p0.extend_from_slice(row.p0);
        self.p1.extend_from_slice(row.p1);
        if let Some(p2) = row.p2.filter(|p2| p2.iter().any(|&word| word != 0)) {
            self.p2.resize(self.rows * words, 0);
            self.p2.extend_from_slice(p2);
        } else if !self.p2.is_empty() {
            self.p2.resize((self.rows + 1) * words, 0);
        }
        if let Some(hq) = row.hq {
            self.hq_known.resize(self.rows, false);
            self.hq.resize(self.rows * words, 0);
            self.hq_known.push(true);
            self.hq.extend_from_slice(hq);
        } else if !self.hq_known.is_empty() {
            self.hq_known.push(false);
            self.hq.resize((self.rows + 1) * words, 0);
        }
        self.exceptions.extend_from_slice(row.exceptions);
        self.exception_ends.push(self.exceptions.len() as u32);
        self.rows += 1;
    }
}
