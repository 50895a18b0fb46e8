//! All SQL, one file per noun, and the object storage of raw files.
//!
//! Invariant: no other module of the server contains SQL.

pub mod blocks;
pub mod catalogue;
mod error;
pub mod head;
pub mod imports;
pub mod jobs;
pub mod progress;
pub mod recounts;
pub mod samples;

pub use error::StoreError;
