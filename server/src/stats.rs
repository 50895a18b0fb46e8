//! Native summaries and the supervisor of the R worker.
//!
//! Invariant: R runs in processes of its own; whatever they do, this one goes on and can say what happened.

mod error;
mod frames;
mod hwe;
mod process;
mod runs;
mod table;
mod tools;
mod workers;

pub use error::{RunError, WorkerError};
pub use hwe::HWE;
pub use process::{Answer, WorkerConfig};
pub use runs::{Question, Runs};
pub use table::{part, read};
pub use tools::tools;
pub use workers::Workers;
