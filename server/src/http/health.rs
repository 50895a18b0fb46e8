//! What machines ask: is it alive, is it ready, how is it doing; and the answers to wrong addresses.

use allelecast_protocol::ErrorCode;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::{AppState, Error};
use crate::store::pool;

/// The process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers and the server is not stopping.
pub async fn readyz(State(state): State<AppState>) -> Result<&'static str, Error> {
    if *state.draining.borrow() {
        return Err(Error::unavailable("The server is stopping."));
    }
    pool::ping(&state.pool).await?;
    Ok("ready\n")
}

/// Figures for Prometheus.
pub async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4")],
        state.metrics.render(),
    )
}

/// No route matches.
pub async fn nothing_here() -> Error {
    Error::new(ErrorCode::NotFound, "There is nothing at this address.")
}

/// A route matches, but not with this method.
pub async fn method_not_allowed() -> Error {
    Error::new(
        ErrorCode::MethodNotAllowed,
        "This address does not take that method.",
    )
}
