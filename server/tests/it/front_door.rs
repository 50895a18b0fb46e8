//! What holds for every route: who may pass, what is answered, which headers are set.

use std::collections::BTreeSet;

use allelecast_client::protocol::{ErrorBody, ErrorCode};
use allelecast_server::http::routes;
use reqwest::{Method, StatusCode, header, redirect};
use serde_json::Value;

use crate::support::server::{server, server_with};

/// All that a stranger may reach.
const OPEN: &[&str] = &[
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /login",
    "GET /register",
    // What a report links to.
    "GET /docs/validation",
    // Scripts and styles.
    "GET /static/{file}",
    // A socket says who it is in its first message, by a one-time ticket.
    "GET /ws",
    "POST /api/v1/account/register",
    "POST /api/v1/account/login",
];

#[tokio::test]
async fn all_but_a_named_few_need_a_login() {
    let server = server().await;
    let http = reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .build()
        .unwrap();
    let mut open = BTreeSet::new();
    for route in routes::table() {
        let path = route.path.replace("{id}", "1");
        let answer = http
            .request(route.method.clone(), format!("{}{path}", server.url))
            .send()
            .await
            .unwrap();
        let name = format!("{} {}", route.method, route.path);
        if route.open {
            assert_ne!(answer.status(), StatusCode::UNAUTHORIZED, "{name}");
            open.insert(name);
        } else if path.starts_with("/api/") || route.method != Method::GET {
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{name}");
        } else {
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{name}");
            let target = answer.headers()[header::LOCATION].to_str().unwrap();
            assert!(target.starts_with("/login?next="), "{name}: {target}");
        }
    }
    assert_eq!(open, OPEN.iter().map(|&name| name.to_owned()).collect());
}

#[tokio::test]
async fn the_description_lists_every_call() {
    let server = server().await;
    let client = server.user().await;
    let answer = client
        .request(Method::GET, "/api/openapi.json")
        .unwrap()
        .send()
        .await
        .unwrap();
    let document: Value = answer.json().await.unwrap();
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let table = routes::table()
        .into_iter()
        .filter(|route| route.path.starts_with("/api/v1/"));
    // Both addresses answer OPTIONS alike.
    let listed: BTreeSet<String> = table
        .map(|route| format!("{} {}", route.method, route.path))
        .filter(|name| name != "OPTIONS /api/v1/uploads/{id}")
        .collect();
    assert_eq!(described, listed);
    assert!(document["components"]["schemas"]["Dataset"]["properties"]["slug"].is_object());
}

#[tokio::test]
async fn errors_come_in_one_envelope() {
    let server = server_with(|config| config.limits.max_json = 1000).await;
    let client = server.user().await;
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(2000));
    for (method, path, body, code) in [
        (Method::GET, "/api/v1/nothing", "", ErrorCode::NotFound),
        (Method::GET, "/nothing", "", ErrorCode::NotFound),
        (Method::GET, "/api/v1/datasets/x", "", ErrorCode::NotFound),
        (Method::GET, "/api/v1/datasets/77", "", ErrorCode::NotFound),
        (Method::PUT, "/api/v1/datasets", "", ErrorCode::MethodNotAllowed),
        (Method::POST, "/api/v1/tokens", "{", ErrorCode::BadRequest),
        (Method::POST, "/api/v1/tokens", "{}", ErrorCode::InvalidField),
        (Method::POST, "/api/v1/tokens", &long, ErrorCode::LimitExceeded),
        (Method::GET, "/api/v1/groups", "", ErrorCode::BadRequest),
        (
            Method::GET,
            "/api/v1/groups?build=hg19",
            "",
            ErrorCode::InvalidField,
        ),
    ] {
        let request = client.request(method.clone(), path).unwrap();
        let request = request
            .header("content-type", "application/json")
            .body(body.to_owned());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), code.status(), "{method} {path}");
        assert_eq!(
            answer.json::<ErrorBody>().await.unwrap().error.code,
            code,
            "{method} {path}"
        );
    }
    let plain = client
        .request(Method::POST, "/api/v1/tokens")
        .unwrap()
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(
        plain.json::<ErrorBody>().await.unwrap().error.code,
        ErrorCode::UnsupportedMediaType
    );
}

#[tokio::test]
async fn every_answer_is_guarded() {
    let server = server().await;
    for path in ["/healthz", "/api/v1/account", "/nothing"] {
        let answer = reqwest::get(format!("{}{path}", server.url)).await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap();
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-security-policy").starts_with("default-src 'none'; script-src 'self';"));
        assert_eq!(header("x-request-id").len(), 36);
        assert!(!answer.headers().contains_key("strict-transport-security"));
    }
    let secure = server_with(|config| config.public_url = Some("https://alleles.example".into())).await;
    let answer = reqwest::get(format!("{}/healthz", secure.url)).await.unwrap();
    assert!(answer.headers().contains_key("strict-transport-security"));
}

#[tokio::test]
async fn pages_of_other_origins_change_nothing() {
    let server = server().await;
    let client = server.user().await;
    let post = |name: &'static str, value: String| {
        client
            .request(Method::POST, "/api/v1/tokens")
            .unwrap()
            .header(name, value)
            .json(&serde_json::json!({"name": "x"}))
    };
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let answer = post(name, value.into()).send().await.unwrap();
        assert_eq!(
            answer.json::<ErrorBody>().await.unwrap().error.code,
            ErrorCode::ForeignOrigin,
            "{value}"
        );
    }
    let own = server.url.clone();
    for (name, value) in [("origin", own.as_str()), ("sec-fetch-site", "same-origin")] {
        assert_eq!(
            post(name, value.into()).send().await.unwrap().status(),
            StatusCode::CREATED,
            "{value}"
        );
    }
}

#[tokio::test]
async fn figures_are_exported() {
    let server = server().await;
    reqwest::get(format!("{}/healthz", server.url)).await.unwrap();
    let text = reqwest::get(format!("{}/metrics", server.url))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let expected = r#"allelecast_http_requests_total{method="GET",route="/healthz",status="200"}"#;
    assert!(text.contains(expected), "{text}");
}
