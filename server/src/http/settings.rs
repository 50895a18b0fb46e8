//! What the HTTP side needs to know of its surroundings.
//!
//! Invariant: built once at start and never changed.

use std::net::IpAddr;
use std::path::PathBuf;

use super::Limits;
use super::demo::Demo;
use crate::import::validate;

/// Settings of the HTTP side.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people reach the server, without a trailing slash.
    pub public_url: String,
    /// Origins whose pages may change things and open sockets, as browsers write them (`http://127.0.0.1:8080`).
    pub allowed_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// The bundle of the pages.
    pub static_dir: PathBuf,
    /// The demo data.
    pub demo: Demo,
    /// Limits.
    pub limits: Limits,
    /// Limits of the files that are read.
    pub files: validate::Limits,
}

impl Settings {
    /// Whether people reach the server over TLS: cookies are `Secure` and HSTS is sent.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
