//! What must hold for any bytes: each function takes some and panics where it does not hold.
//!
//! Invariant: the functions need nothing of libFuzzer, so that the tests replay the corpus through the same ones.

mod genotypes;
mod gzip;
mod header;
pub mod mutate;
mod record;

pub use genotypes::genotypes;
pub use gzip::gzip;
pub use header::header;
pub use record::record;
