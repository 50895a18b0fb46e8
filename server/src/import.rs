//! From uploaded bytes to committed blocks: decompress, validate, normalise, count, commit, resume.
//!
//! Invariant: what is committed is a prefix of the file, and the checkpoint committed with it says which.

mod align;
pub mod bed;
pub mod builder;
pub mod cells;
pub mod check;
mod compact;
pub mod count;
mod coverage;
pub mod decompress;
pub mod encode;
pub mod genotypes;
pub mod header;
mod judge;
pub mod lines;
pub mod record;
mod recount;
pub mod reference;
mod refusal;
mod run;
mod split;
mod tail;
mod tally;
mod twins;
pub mod validate;
pub mod worker;

pub use run::{ImportError, Workbench};
