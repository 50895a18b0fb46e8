//! Bit planes: the genotypes of all samples for one allele, 64 samples a word, and counting in them by popcount.
//!
//! Invariant: bits past the last sample are zero in every plane and every mask.

mod count;
mod mask;
mod row;

pub use count::Counts;
pub(crate) use count::Tally;
pub use mask::{SampleMask, words_for};
pub use row::{Exception, GenotypeRow};
