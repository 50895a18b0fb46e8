//! The composition root: configuration, start, stop.
//!
//! Invariant: what [`start`] began, [`Running::stop`] ends; several servers fit in one process.

pub mod accounts;
pub mod check;
pub mod config;
mod database;
pub mod embedded;
pub mod genes;
mod listen;
pub mod reference;
mod serve;
mod shutdown;
mod sweep;
pub mod telemetry;

pub use config::Config;
pub use database::Database;
pub use listen::ListenError;
pub use serve::{Running, StartError, serve, start};
