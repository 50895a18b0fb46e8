//! The error table shared by HTTP and WebSocket.
//!
//! Invariant: a code, once published, keeps its meaning and its HTTP status.

use serde::{Deserialize, Serialize};

/// A half-open range of characters (Unicode scalar values) in the query text that an error speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    /// First character, counted from 0.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

/// What every failed request is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// The error.
    pub error: ApiError,
}

/// An error as a client sees it. `message` is written for a person; programs read `code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiError {
    /// What kind of error.
    pub code: ErrorCode,
    /// What happened, in a sentence.
    pub message: String,
    /// The field of the request it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub field: Option<String>,
    /// The part of the query text it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub span: Option<Span>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub hint: Option<String>,
}

impl ApiError {
    /// An error with a code and a sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            span: None,
            hint: None,
        }
    }

    /// The same, naming a field of the request.
    pub fn with_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same, pointing into the query text.
    pub fn with_span(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// The same, saying what to do.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal, $retryable:literal;)*) => {
        /// Every error code; on the wire in snake case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(export))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// All codes, in the order of the table.
            pub const ALL: &[ErrorCode] = &[$(ErrorCode::$name),*];

            /// The HTTP status that goes with the code.
            pub fn status(self) -> u16 { match self { $(Self::$name => $status),* } }

            /// Whether the same request may succeed later without being changed.
            pub fn retryable(self) -> bool { match self { $(Self::$name => $retryable),* } }

            /// The code as it stands on the wire.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $text),* } }
        }
    };
}

error_codes! {
    /// The request could not be read at all.
    BadRequest = "bad_request", 400, false;
    /// A field has a value that is not allowed.
    InvalidField = "invalid_field", 422, false;
    /// Nobody is signed in.
    Unauthenticated = "unauthenticated", 401, false;
    /// Wrong email or password.
    InvalidCredentials = "invalid_credentials", 401, false;
    /// The request came from a page of another origin, or without its token.
    ForeignOrigin = "foreign_origin", 403, false;
    /// No such thing, or no longer.
    NotFound = "not_found", 404, false;
    /// The method is not allowed at this address.
    MethodNotAllowed = "method_not_allowed", 405, false;
    /// The request contradicts the present state.
    Conflict = "conflict", 409, false;
    /// The version asked for is older than what is kept.
    VersionGone = "version_gone", 410, false;
    /// The request speaks another edition of a protocol (`Tus-Resumable`).
    ProtocolVersion = "protocol_version", 412, false;
    /// A named limit was exceeded.
    LimitExceeded = "limit_exceeded", 413, false;
    /// The body is of a type that is not read here.
    UnsupportedMediaType = "unsupported_media_type", 415, false;
    /// The query text could not be understood.
    QuerySyntax = "query_syntax", 422, false;
    /// The query names something that does not exist, or that several things are called.
    QueryName = "query_name", 422, false;
    /// The uploaded file is not a VCF file that can be imported.
    FileRefused = "file_refused", 422, false;
    /// The bytes received are not those that the checksum was made of.
    ChecksumMismatch = "checksum_mismatch", 460, true;
    /// Too many requests.
    RateLimited = "rate_limited", 429, true;
    /// A part of the service is away for now.
    Unavailable = "unavailable", 503, true;
    /// The store of raw files is full.
    StorageFull = "storage_full", 507, true;
    /// A fault of ours; it was logged.
    Internal = "internal", 500, true;
    /// The message is not of the protocol.
    Protocol = "protocol", 400, false;
    /// The client applied nothing for too long.
    SlowClient = "slow_client", 408, true;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_text_is_what_serde_writes() {
        for &code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert!((400..600).contains(&code.status()));
        }
    }
}
