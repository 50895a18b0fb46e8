//! What can go wrong between a query's text and its rows.
//!
//! Invariant: everything but [`QueryError::Store`] and [`QueryError::Damaged`] is the asker's to mend, and says where.

use allelecast_protocol::{ApiError, ErrorCode, Span};

use crate::domain::ast::TextSpan;
use crate::store::StoreError;

/// A query that was not answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The text is not of the language.
    #[error("{message}")]
    Syntax {
        /// Where.
        span: TextSpan,
        /// What was expected.
        message: String,
        /// What to write instead.
        hint: Option<String>,
    },
    /// A name means nothing, or several things.
    #[error("{message}")]
    Name {
        /// Where.
        span: TextSpan,
        /// Which name and why.
        message: String,
        /// The nearest names.
        hint: Option<String>,
    },
    /// Something of the request beside the text does not fit.
    #[error("{message}")]
    Field {
        /// Which field.
        field: &'static str,
        /// Why.
        message: String,
    },
    /// The version asked for is no longer kept.
    #[error("version {0} is no longer kept")]
    VersionGone(String),
    /// The database or a payload could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored payload does not decode.
    #[error("block {block}: {message}")]
    Damaged {
        /// The block.
        block: i64,
        /// What the decoder said.
        message: String,
    },
}

impl QueryError {
    /// A syntax error at a place.
    pub fn syntax(span: TextSpan, message: impl Into<String>) -> Self {
        Self::Syntax {
            span,
            message: message.into(),
            hint: None,
        }
    }

    /// The error as a client sees it; internal text stays here.
    pub fn to_api(&self) -> ApiError {
        let wire = |span: &TextSpan| Span {
            start: span.start as u32,
            end: span.end as u32,
        };
        match self {
            Self::Syntax { span, message, hint } => ApiError {
                hint: hint.clone(),
                ..ApiError::new(ErrorCode::QuerySyntax, message)
                    .with_field("q")
                    .with_span(wire(span))
            },
            Self::Name { span, message, hint } => ApiError {
                hint: hint.clone(),
                ..ApiError::new(ErrorCode::QueryName, message)
                    .with_field("q")
                    .with_span(wire(span))
            },
            Self::Field { field, message } => {
                ApiError::new(ErrorCode::InvalidField, message).with_field(*field)
            }
            Self::VersionGone(version) => ApiError::new(
                ErrorCode::VersionGone,
                format!("Version {version} is no longer kept."),
            )
            .with_hint("Ask again without a version."),
            Self::Store(_) => {
                ApiError::new(ErrorCode::Unavailable, "The database cannot be reached just now.")
            }
            Self::Damaged { .. } => ApiError::new(ErrorCode::Internal, "A stored block cannot be read."),
        }
    }
}
