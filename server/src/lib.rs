//! Allelecast's server as a library. Data flows one way:
//! `protocol <- domain <- store <- import, query, live, stats, knowledge, export <- http, ws <- app`.
//!
//! Invariant: no module imports one to its right; `tests/tidy.rs` reads the sources and refuses it.

pub mod app;
pub mod domain;
pub mod export;
pub mod http;
pub mod import;
pub mod knowledge;
pub mod live;
pub mod query;
pub mod stats;
pub mod store;
pub mod ws;
