//! The middleware stack, all of it.
//!
//! Invariant: the order is written in [`wrap`] and nowhere else; what stands first sees a request first.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tracing::Instrument;
use uuid::Uuid;

use super::{AppState, Error, auth};

mod headers;

/// Puts the stack around the routes.
pub(super) fn wrap(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    // Streams are sent row by row; a compressor would hold them back.
    let compressible = DefaultPredicate::new()
        .and(NotForContentType::const_new("application/x-ndjson"))
        .and(NotForContentType::const_new("text/csv"));
    router.layer(
        ServiceBuilder::new()
            .layer(from_fn(observe))
            .layer(from_fn_with_state(
                headers::headers(&state.settings),
                headers::add,
            ))
            .layer(CompressionLayer::new().compress_when(compressible))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(state.clone(), auth::origin::refuse_foreign))
            .layer(auth::session::layer(state)),
    )
}

/// Names the request, logs it without its query string, body or headers, and measures it.
async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = Uuid::now_v7().to_string();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("request", %id, %method, path = request.uri().path());
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    span.in_scope(|| tracing::debug!(status, seconds, "answered"));
    let labels = [
        ("method", method.to_string()),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::counter!("allelecast_http_requests_total", &labels).increment(1);
    metrics::histogram!("allelecast_http_request_seconds", &labels[..2]).record(seconds);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    Error::internal(format!("a handler panicked: {text}")).into_response()
}

/// Gives up on a request that takes too long.
pub(super) async fn time_limit(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let error = Error::unavailable("This took too long.");
            error.with_header(header::RETRY_AFTER, 5.into()).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn answer(router: Router) -> (StatusCode, String) {
        let response = router
            .oneshot(Request::get("/").body(Body::empty()).unwrap())
            .await
            .unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_request_is_given_up_after_its_time() {
        let endless = get(std::future::pending::<()>);
        let limit = from_fn_with_state(Duration::ZERO, time_limit);
        let (status, text) = answer(Router::new().route("/", endless).layer(limit)).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(text.contains(r#""code":"unavailable""#), "{text}");
    }

    #[tokio::test]
    async fn a_panic_is_an_error_like_any_other() {
        async fn panics() {
            panic!("the secret is 42");
        }
        let router = Router::new()
            .route("/", get(panics))
            .layer(CatchPanicLayer::custom(panicked));
        let (status, text) = answer(router).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            text.contains(r#""code":"internal""#) && !text.contains("42"),
            "{text}"
        );
    }
}
