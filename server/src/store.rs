//! All SQL, one file per noun, and the object storage of raw files.
//!
//! Invariant: no other module of the server contains SQL.
