//! What the integration tests share.

pub mod data;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod random;
pub mod server;
