//! From query text to rows and chart sums: parse, resolve, evaluate by cell, page, cache.
//!
//! Invariant: one evaluator serves pages, live changes, charts and exports.

pub mod catalogue;
mod columns;
mod cursor;
mod engine;
mod error;
mod evaluate;
mod frame;
mod genes;
mod genotypes;
pub mod parse;
mod resolve;
mod resolved;
mod rows;
mod sums;

pub use engine::{At, Engine, EngineLimits, Page};
pub use error::QueryError;
pub use genotypes::{AlleleName, GenotypeMatrix, MatrixError, MatrixLimits};
pub use resolve::{Request, UnknownGene, find_gene, resolve};
pub use resolved::{GroupRef, QueryKey, Resolved};
pub use rows::{ResultRow, row_columns, row_objects};
pub use sums::Sums;
