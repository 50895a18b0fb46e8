//! Live screens: what a socket shows is what a fresh query of the same version says.

mod breaks;
mod instances;
mod invariant;
pub mod support;
