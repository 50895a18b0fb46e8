//! Trimming of a pair of base strings.
//!
//! Invariant: at least one base of each remains, and the common suffix goes before the common prefix.

use std::ops::Range;

/// Bases cut from the front, and the ranges of both strings that remain.
pub(super) fn trim(reference: &[u8], alternate: &[u8]) -> (usize, Range<usize>, Range<usize>) {
    let (mut r, mut a) = (reference.len(), alternate.len());
    while r > 1 && a > 1 && reference[r - 1].eq_ignore_ascii_case(&alternate[a - 1]) {
        r -= 1;
        a -= 1;
    }
    let mut prefix = 0;
    while r - prefix > 1 && a - prefix > 1 && reference[prefix].eq_ignore_ascii_case(&alternate[prefix]) {
        prefix += 1;
    }
    (prefix, prefix..r, prefix..a)
}
