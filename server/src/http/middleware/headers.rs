//! Response headers that keep a browser from doing what no page of ours asks for.
//!
//! Invariant: they are on every response, unless a handler set its own value.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::http::Settings;

/// The headers, made once.
pub(super) type Headers = Arc<[(HeaderName, HeaderValue)]>;

/// Adds the headers.
pub(super) async fn add(State(headers): State<Headers>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in headers.iter() {
        response
            .headers_mut()
            .entry(name)
            .or_insert_with(|| value.clone());
    }
    response
}

/// The headers of a server with these settings.
pub(super) fn headers(settings: &Settings) -> Headers {
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), \
             payment=(), usb=()",
        ),
    ];
    let mut headers: Vec<_> = fixed
        .into_iter()
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .collect();
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&settings.allowed_origins)) {
        headers.push((header::CONTENT_SECURITY_POLICY, policy));
    }
    if settings.is_https() {
        let value = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.push((header::STRICT_TRANSPORT_SECURITY, value));
    }
    headers.into()
}

/// Everything from this server and nothing inline; sockets to the origins it is reached at (older browsers do not
/// count a WebSocket as `'self'`).
fn content_security_policy(origins: &[String]) -> String {
    let mut connect = String::from("'self'");
    for origin in origins {
        // http becomes ws, https becomes wss.
        if let Some(rest) = origin.strip_prefix("http") {
            connect.push_str(" ws");
            connect.push_str(rest);
        }
    }
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src {connect}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_may_go_to_the_origins_only() {
        let policy = content_security_policy(&["http://127.0.0.1:8080".into(), "https://a.example".into()]);
        assert!(
            policy.contains("connect-src 'self' ws://127.0.0.1:8080 wss://a.example;"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}
