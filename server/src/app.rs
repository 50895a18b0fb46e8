//! The composition root: configuration, start, stop.
