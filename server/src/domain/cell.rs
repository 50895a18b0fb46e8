//! Cells: the genome cut into pieces of 2^20 bases, the unit of evaluation.
//!
//! Invariant: each position of a contig lies in exactly one cell; cells order as positions do.

/// Number of low bits of a position that vary within a cell.
pub const CELL_BITS: u32 = 20;

/// One cell of one contig.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellId {
    /// Ordinal of the contig.
    pub contig: i16,
    /// Number of the cell on it, from 0.
    pub index: u32,
}

impl CellId {
    /// The cell of a position, 1-based; position 0 (the telomere) counts to the first.
    pub fn of(contig: i16, position: u32) -> Self {
        Self {
            contig,
            index: position.saturating_sub(1) >> CELL_BITS,
        }
    }

    /// First position that belongs to it.
    pub fn first(self) -> u32 {
        if self.index == 0 {
            0
        } else {
            (self.index << CELL_BITS) + 1
        }
    }

    /// Last position that belongs to it.
    pub fn last(self) -> u32 {
        (self.index + 1) << CELL_BITS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_tile_a_contig() {
        let table = [
            (0, 0),
            (1, 0),
            (1 << 20, 0),
            ((1 << 20) + 1, 1),
            (2 << 20, 1),
            (u32::MAX, 4095),
        ];
        for (position, index) in table {
            let cell = CellId::of(1, position);
            assert_eq!(cell.index, index, "{position}");
            assert!(cell.first() <= position, "{position}");
            assert!(index == 4095 || position <= cell.last(), "{position}");
        }
    }
}
