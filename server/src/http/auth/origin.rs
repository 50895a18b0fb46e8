//! Requests forged by other sites.
//!
//! Invariant: what changes anything is refused when a browser says that another origin's page sent it. Programs send
//! no `Origin` and carry no cookie that they did not ask for.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use allelecast_protocol::ErrorCode;

use crate::http::{AppState, Error, Settings};

/// Whether the `Origin` is in the allow-list, exactly. Absent counts as not allowed: for `/ws`, where a browser
/// always sends one; programs authenticate with a token instead of a cookie.
pub fn origin_allowed(headers: &HeaderMap, settings: &Settings) -> bool {
    let origin = headers
        .get(header::ORIGIN)
        .and_then(|origin| origin.to_str().ok());
    origin.is_some_and(|origin| settings.allowed_origins.iter().any(|allowed| allowed == origin))
}

/// Refuses unsafe methods from pages of other origins.
pub(in crate::http) async fn refuse_foreign(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    if !request.method().is_safe() && is_foreign(request.headers(), &state.settings) {
        return Error::new(
            ErrorCode::ForeignOrigin,
            "The request came from a page of another origin.",
        )
        .with_hint(format!(
            "This server is to be opened at {}.",
            state.settings.public_url
        ))
        .into_response();
    }
    next.run(request).await
}

fn is_foreign(headers: &HeaderMap, settings: &Settings) -> bool {
    let cross_site = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site");
    cross_site || (headers.contains_key(header::ORIGIN) && !origin_allowed(headers, settings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_match_exactly() {
        let settings = Settings {
            public_url: "http://127.0.0.1:8080".into(),
            allowed_origins: vec!["http://127.0.0.1:8080".into(), "http://localhost:8080".into()],
            trusted_proxies: vec![],
            static_dir: "static/dist".into(),
            demo: crate::http::Demo::default(),
            limits: crate::http::Limits::default(),
            files: crate::import::validate::Limits::default(),
        };
        for (origin, fetch_site, allowed, foreign) in [
            (None, None, false, false),
            (None, Some("cross-site"), false, true),
            (None, Some("same-origin"), false, false),
            (Some("http://127.0.0.1:8080"), Some("same-origin"), true, false),
            (Some("http://localhost:8080"), None, true, false),
            (Some("http://localhost:8080"), Some("cross-site"), true, true),
            (Some("http://localhost:8081"), None, false, true),
            (Some("https://localhost:8080"), None, false, true),
            (Some("http://localhost:8080.evil.example"), None, false, true),
            (Some("null"), None, false, true),
        ] {
            let mut headers = HeaderMap::new();
            origin.map(|value| headers.insert(header::ORIGIN, value.parse().unwrap()));
            fetch_site.map(|value| headers.insert("sec-fetch-site", value.parse().unwrap()));
            assert_eq!(origin_allowed(&headers, &settings), allowed, "{origin:?}");
            assert_eq!(
                is_foreign(&headers, &settings),
                foreign,
                "{origin:?} {fetch_site:?}"
            );
        }
    }
}
