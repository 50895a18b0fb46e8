//! The wire: every type that crosses between an Allelecast server and its clients, and the table of error codes.
//!
//! Invariant: serde only, no behaviour beyond conversion; TypeScript is generated from these types, so a change
//! here changes both sides. Unknown fields are ignored by every reader.

pub mod account;
pub mod chart;
pub mod check;
pub mod dataset;
pub mod error;
pub mod export;
pub mod finding;
pub mod gene;
pub mod live;
pub mod panel;
pub mod r;
pub mod row;
pub mod size;
pub mod statistics;
pub mod version;

pub use error::{ApiError, ErrorBody, ErrorCode, Span};
pub use version::Version;

/// WebSocket subprotocol and `hello.protocol` of this edition.
pub const SUBPROTOCOL: &str = "allelecast.v1";

/// Largest text or binary frame that either side sends, in bytes: each socket keeps the largest it ever sent.
pub const MAX_FRAME_BYTES: usize = 16 * 1024;
