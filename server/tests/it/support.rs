//! What the integration tests share.

pub mod data;
pub mod postgres;
pub mod proxy;
pub mod server;
