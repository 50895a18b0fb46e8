//! The composition root: configuration, start, stop.

pub mod embedded;
