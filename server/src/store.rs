//! All SQL, one file per noun, and the object storage of raw files.
//!
//! Invariant: no other module of the server contains SQL.

pub mod attempts;
pub mod datasets;
mod error;
pub mod files;
pub mod findings;
pub mod groups;
mod notice;
pub mod pool;
pub mod raw;
pub mod reference;
pub mod samples;
pub mod sessions;
pub mod tickets;
pub mod tokens;
pub mod uploads;
pub mod users;
mod word;

pub use error::Error;
pub use word::Word;
