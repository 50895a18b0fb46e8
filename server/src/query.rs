//! From query text to rows and chart sums: parse, resolve, evaluate by cell, page, cache.
//!
//! Invariant: one evaluator serves pages, live changes, charts and exports.
