//! Versions on the move: the hub that follows the head, the bus between instances, live queries.
//!
//! Invariant: snapshot + transitions = a fresh query at the same version.

pub mod bus;
mod history;
mod hub;
pub mod imports;
mod touched;

pub use history::{Changed, LiveState};
pub use hub::{Hub, HubView, LiveQuery};
