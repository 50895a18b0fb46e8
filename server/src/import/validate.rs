//! Judges a VCF against the specification of its own version (4.1 to 4.5), under one of three profiles.
//!
//! [`Validator`] reads the header line by line; afterwards [`Validator::records`] gives the immutable rules that
//! any number of threads apply to chunks of records, and [`OrderCheck`] follows the file in order. A fault of the
//! file is a [`Finding`] in a [`Report`], never an `Err`.
//!
//! Invariant: pure and synchronous, no I/O; what a record yields depends on the header, the profile and that
//! record alone, so chunks may be validated in any order.

mod container;
mod fileformat;
mod finding;
mod header;
mod limits;
mod order;
mod profile;
mod record;
mod report;
mod reserved;
pub mod rules;
mod validator;
mod value;
mod version;

pub use container::ContainerFault;
pub use finding::Finding;
pub use limits::Limits;
pub use order::OrderCheck;
pub use profile::{Class, Profile, Severity};
pub use record::{AlleleKey, ChunkState, RecordValidator, Site, Sites};
pub use report::{Group, Report, Verdict};
pub use rules::{Part, Rule, Rules};
pub use validator::Validator;
pub use version::Version;
