//! References: read from a FASTA when the operator adds one, and from storage when an import aligns with it.
//!
//! Invariant: an import reads the reference that was settled when it began, on whichever instance it goes on.

mod add;
mod fasta;
mod stored;
mod verify;

pub use add::{AddError, Added, add, remove};
pub use fasta::{FastaError, FastaProblem};
pub(super) use stored::of_file;
pub(super) use verify::{Comparison, RefCheck};
