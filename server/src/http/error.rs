//! The one error type of the edge.
//!
//! Invariant: internal text goes to the log, once, and never to a client.

use std::error::Error as StdError;

use allelecast_protocol::{ApiError, ErrorBody, ErrorCode};
use axum::Json;
use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::store;

/// An error on its way to a client.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    api: ApiError,
    source: Option<Box<dyn StdError + Send + Sync>>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Error {
    /// An error of that code, with a sentence for a person.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        ApiError::new(code, message).into()
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(ErrorCode::Unauthenticated, "Sign in first.")
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// There is no such `what`.
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no such {what}."))
    }

    /// A field of the request has a value that is not allowed.
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        ApiError::new(ErrorCode::InvalidField, message)
            .with_field(field)
            .into()
    }

    /// The request contradicts the present state.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, message)
    }

    /// A named limit was exceeded.
    pub fn limit_exceeded(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::LimitExceeded, message)
    }

    /// Too many requests.
    pub fn rate_limited(retry_after_seconds: u32) -> Self {
        let wait = match retry_after_seconds.div_ceil(60) {
            0 | 1 => "a minute".to_owned(),
            minutes => format!("{minutes} minutes"),
        };
        Self::new(
            ErrorCode::RateLimited,
            format!("Too many attempts. Try again in {wait}."),
        )
        .with_header(header::RETRY_AFTER, retry_after_seconds.into())
    }

    /// A part of the service is away.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Unavailable, message)
    }

    /// A fault of ours: `source` is logged, the client learns only that it happened.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(
            ErrorCode::Internal,
            "Something went wrong on our side. It was logged.",
        )
        .caused_by(source)
    }

    fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same, with a response header.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The same, saying what to do.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.api.hint = Some(hint.into());
        self
    }

    /// The code.
    pub fn code(&self) -> ErrorCode {
        self.0.api.code
    }
}

impl std::fmt::Display for Error {
    /// What the client reads.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.api.fmt(f)
    }
}

impl From<ApiError> for Error {
    fn from(api: ApiError) -> Self {
        Self(Box::new(Inner {
            api,
            source: None,
            headers: Vec::new(),
        }))
    }
}

impl From<store::StoreError> for Error {
    fn from(error: store::StoreError) -> Self {
        if error.is_away() {
            let text = "The database cannot be reached. Try again in a moment.";
            return Self::unavailable(text).caused_by(error);
        }
        Self::internal(error)
    }
}

impl From<tower_sessions::session::Error> for Error {
    fn from(error: tower_sessions::session::Error) -> Self {
        Self::internal(error)
    }
}

impl From<JsonRejection> for Error {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::JsonDataError(error) => Self::new(ErrorCode::InvalidField, error.body_text()),
            JsonRejection::BytesRejection(error) => error.into(),
            JsonRejection::MissingJsonContentType(_) => Self::new(
                ErrorCode::UnsupportedMediaType,
                "Send the body as application/json.",
            ),
            other => Self::new(ErrorCode::BadRequest, other.body_text()),
        }
    }
}

impl From<BytesRejection> for Error {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Self::limit_exceeded("The body of the request is larger than is allowed here.")
        } else {
            Self::new(
                ErrorCode::BadRequest,
                "The body of the request could not be read.",
            )
        }
    }
}

impl From<QueryRejection> for Error {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(ErrorCode::BadRequest, rejection.body_text())
    }
}

impl From<PathRejection> for Error {
    /// A path that does not parse (letters where an id stands) names nothing.
    fn from(_: PathRejection) -> Self {
        Self::new(ErrorCode::NotFound, "There is nothing at this address.")
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let Inner { api, source, headers } = *self.0;
        let code = api.code;
        if let Some(source) = &source {
            tracing::error!(error = %Chain(source.as_ref()), code = code.as_str(), "request failed");
        }
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(ErrorBody { error: api })).into_response();
        response.headers_mut().extend(headers);
        response
    }
}

/// An error with all its causes.
struct Chain<'a>(&'a (dyn StdError + 'static));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn internal_text_stays_inside() {
        let response = Error::internal("password of the database is hunter2").into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains(r#""code":"internal""#), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn a_wait_is_said_in_words_and_in_the_header() {
        let response = Error::rate_limited(61).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::RETRY_AFTER], "61");
    }
}
