//! What can go wrong.

use allelecast_protocol::{ApiError, ErrorCode};

/// A failed call.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused, and says why.
    #[error("{error}")]
    Api {
        /// HTTP status.
        status: u16,
        /// The server's explanation.
        error: ApiError,
    },
    /// The server refused without an explanation, as a proxy does.
    #[error("the server answered {status}{}", if reason.is_empty() { String::new() } else { format!(": {reason}") })]
    Status {
        /// HTTP status.
        status: u16,
        /// The beginning of its text.
        reason: String,
    },
    /// The server could not be reached, or the connection broke.
    #[error("{}", chain(.0))]
    Http(#[from] reqwest::Error),
    /// A local file could not be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The address is not one of a server.
    #[error("{0:?} is not the address of a server; write http://host:port")]
    Address(String),
    /// The answer is not what the protocol says.
    #[error("unexpected answer: {0}")]
    Protocol(String),
}

impl Error {
    /// The server's code, if it gave one.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Error::Api { error, .. } => Some(error.code),
            _ => None,
        }
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Error::Api { status, .. } | Error::Status { status, .. } => Some(*status),
            Error::Http(error) => error.status().map(|status| status.as_u16()),
            _ => None,
        }
    }
}

/// reqwest's own text ends before the cause.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
