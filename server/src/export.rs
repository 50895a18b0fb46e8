//! One file per export format, all fed by the query evaluator through one table of columns.
//!
//! Invariant: an export has the rows of `GET /query` in the same order; a format decides how a cell is written, never
//! which cells there are.

pub mod csv;
mod error;
pub mod run;
mod table;

pub use error::ExportError;
pub use run::Exporter;
