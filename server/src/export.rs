//! One file per export format, all fed by the query evaluator.

pub mod csv;
