//! How far the writing of an export is, told by one task and read by another.
//!
//! Invariant: the fraction is 1 at most, and reaches it with the last row.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

/// The share of the work that counting the rows is.
const COUNTING: f64 = 0.2;

/// Figures of one writing; each is right by itself, together they may be a moment apart.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Cells that were counted, in millionths of all.
    counted: AtomicU64,
    expected: AtomicI64,
    rows: AtomicI64,
    bytes: AtomicI64,
}

impl Progress {
    /// So many cells of all were counted.
    pub(super) fn counted(&self, cells: usize, of: usize) {
        self.counted
            .store(cells as u64 * 1_000_000 / of.max(1) as u64, Relaxed);
    }

    /// So many rows will be written.
    pub(super) fn expect_rows(&self, rows: i64) {
        self.counted.store(1_000_000, Relaxed);
        self.expected.store(rows, Relaxed);
    }

    /// The file is begun, or begun again.
    pub(super) fn begin(&self) {
        self.rows.store(0, Relaxed);
        self.bytes.store(0, Relaxed);
    }

    /// So much more was written.
    pub(super) fn written(&self, rows: usize, bytes: usize) {
        self.rows.fetch_add(rows as i64, Relaxed);
        self.bytes.fetch_add(bytes as i64, Relaxed);
    }

    /// Rows and bytes written.
    pub(super) fn rows_and_bytes(&self) -> (i64, i64) {
        (self.rows.load(Relaxed), self.bytes.load(Relaxed))
    }

    /// From 0 to 1.
    pub(super) fn fraction(&self) -> f64 {
        let counted = self.counted.load(Relaxed) as f64 / 1e6;
        let expected = self.expected.load(Relaxed).max(1) as f64;
        let written = (self.rows.load(Relaxed) as f64 / expected).min(1.0);
        COUNTING * counted + (1.0 - COUNTING) * written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_comes_first_and_the_last_row_completes_it() {
        let progress = Progress::default();
        let mut seen = vec![progress.fraction()];
        let steps: [&dyn Fn(); 5] = [
            &|| progress.counted(1, 2),
            &|| progress.expect_rows(4),
            &|| progress.written(3, 30),
            &|| progress.begin(),
            &|| progress.written(4, 40),
        ];
        for step in steps {
            step();
            seen.push((progress.fraction() * 1e9).round() / 1e9);
        }
        assert_eq!(seen, [0.0, 0.1, 0.2, 0.8, 0.2, 1.0]);
        assert_eq!(progress.rows_and_bytes(), (4, 40));
    }
}
