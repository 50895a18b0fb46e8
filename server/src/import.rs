//! From uploaded bytes to committed blocks: decompress, validate, normalise, count, commit, resume.
//!
//! Invariant: what is committed is a prefix of the file, and the checkpoint committed with it says which.

pub mod validate;
