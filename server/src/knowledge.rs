//! Gene annotation: importers and look-ups.
//!
//! Invariant: importers are pure functions of a file's text; conflicts of names are decided in one place ([`settle`]).

mod biovizbase;
mod ideogram;
mod import;
mod place;
mod settle;
mod source;

pub use import::{ImportError, import, import_missing, read};
pub use settle::settle;
pub use source::Source;
