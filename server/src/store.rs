//! All SQL, one file per noun, and the object storage of raw files.
//!
//! Invariant: no other module of the server contains SQL.

pub mod attempts;
pub mod blocks;
pub mod callable;
pub mod catalogue;
pub mod datasets;
mod error;
pub mod exports;
pub mod files;
pub mod findings;
pub mod genes;
pub mod groups;
pub mod head;
pub mod imports;
pub mod jobs;
mod locks;
pub mod pins;
pub mod pool;
pub mod progress;
pub mod raw;
pub mod recounts;
pub mod reference;
pub mod samples;
pub mod sequences;
pub mod sessions;
pub mod statistics;
pub mod sweep;
pub mod tickets;
pub mod tokens;
pub mod uploads;
pub mod users;
mod word;

pub use error::StoreError;
pub use word::Word;
