//! Versions on the move: the hub that follows the head, the bus between instances, live queries.
//!
//! Invariant: snapshot + transitions = a fresh query at the same version.
