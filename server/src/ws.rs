//! WebSocket connections: the connection task, its frames and its flow control.
//!
//! Invariant: one transition is in flight at a time; until it is applied a connection only remembers that it is behind.

mod connection;
mod frames;
mod screen;
mod subscription;
mod window;

pub use connection::{Context, serve};
