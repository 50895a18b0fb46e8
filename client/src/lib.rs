//! Talking to an Allelecast server from Rust.
//!
//! Invariant: every failure that the server explains arrives as [`Error::Api`] with its code; nothing is retried but
//! uploads, which go on from what the server has.
//!
//! ```no_run
//! # async fn example() -> Result<(), allelecast_client::Error> {
//! use allelecast_client::{Client, QueryRequest};
//!
//! let client = Client::new("http://127.0.0.1:8080")?.with_token("act_…");
//! let page = client.query(&QueryRequest::new("GRCh37", "af(EUR) < 1%")).await?;
//! println!("{} rows at version {}", page.rows.len(), page.version);
//! # Ok(())
//! # }
//! ```

mod account;
mod check;
mod dataset;
mod error;
mod export;
mod gene;
pub mod live;
mod query;
mod request;
mod statistics;
pub mod upload;

pub use allelecast_protocol as protocol;
pub use error::Error;
pub use query::QueryRequest;
pub use request::Client;
pub use upload::{Upload, UploadOptions, sha256_of};
