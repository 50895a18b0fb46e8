//! The route table.
//!
//! Invariant: what is marked `.open()` here is all that a stranger can reach.

use axum::Router;

use super::route::{Route, delete, get, head, options, patch, post, put};
use super::*;

/// Every route.
pub fn table() -> Vec<Route> {
    vec![
        get("/healthz", health::healthz).open(),
        get("/readyz", health::readyz).open(),
        get("/metrics", health::metrics).open(),
        get("/api/openapi.json", openapi::document),
        // Pages.
        get("/", pages::start),
        get("/explore", pages::explore),
        get("/upload", pages::upload),
        get("/check", pages::check),
        get("/datasets/{id}", pages::dataset),
        get("/help", pages::help),
        get("/docs/validation", docs::validation).open(),
        get("/login", pages::login).open(),
        get("/register", pages::register).open(),
        get("/static/{file}", assets::file).open(),
        // Accounts.
        post("/api/v1/account/register", account::register).open(),
        post("/api/v1/account/login", account::login).open(),
        post("/api/v1/account/logout", account::logout),
        get("/api/v1/account", account::show),
        post("/api/v1/tokens", tokens::create),
        get("/api/v1/tokens", tokens::list),
        delete("/api/v1/tokens/{id}", tokens::revoke),
        post("/api/v1/ws-ticket", ws_ticket::create),
        // Datasets and what belongs to them.
        get("/api/v1/datasets", datasets::list),
        post("/api/v1/datasets", datasets::create).carries_panel(),
        post("/api/v1/demo", demo::create),
        get("/api/v1/datasets/{id}", datasets::show),
        delete("/api/v1/datasets/{id}", datasets::remove),
        post("/api/v1/datasets/{id}/complete", datasets::complete),
        put("/api/v1/datasets/{id}/callable", callable::replace).carries_panel(),
        get("/api/v1/datasets/{id}/samples", datasets::samples),
        get("/api/v1/datasets/{id}/findings", findings::list).streams(),
        post("/api/v1/check", check::check).streams(),
        get("/api/v1/check", check::watch).streams(),
        post("/api/v1/files/{id}/cancel", files::cancel),
        post("/api/v1/files/{id}/retry", files::retry),
        get("/api/v1/groups", groups::list),
        post("/api/v1/groups", groups::create).carries_panel(),
        patch("/api/v1/groups/{id}", groups::update).carries_panel(),
        delete("/api/v1/groups/{id}", groups::remove),
        post("/api/v1/panel/preview", panel::preview).carries_panel(),
        put("/api/v1/datasets/{id}/panel", panel::apply).carries_panel(),
        post("/api/v1/info-groups/preview", info_groups::preview).carries_panel(),
        // Questions.
        get("/api/v1/query", query::query).streams(),
        get("/api/v1/aggregates", query::aggregates),
        get("/api/v1/head", query::head),
        get("/api/v1/genes/{symbol}", genes::show),
        post("/api/v1/exports", exports::create),
        get("/api/v1/exports/{id}", exports::show),
        delete("/api/v1/exports/{id}", exports::remove),
        get("/api/v1/exports/{id}/file", exports::file).streams(),
        // Statistics.
        get("/api/v1/statistics", statistics::list),
        post("/api/v1/statistics/hwe", statistics::hwe),
        get("/api/v1/statistics/runs/{id}", statistics::show),
        delete("/api/v1/statistics/runs/{id}", statistics::stop),
        get("/ws", socket::upgrade).open().streams(),
        // Uploads, tus 1.0.
        options("/api/v1/uploads", uploads::capabilities),
        post("/api/v1/uploads", uploads::create).streams(),
        options("/api/v1/uploads/{id}", uploads::capabilities),
        head("/api/v1/uploads/{id}", uploads::offset),
        patch("/api/v1/uploads/{id}", uploads::append).streams(),
        delete("/api/v1/uploads/{id}", uploads::terminate),
    ]
}

/// The whole HTTP service.
pub fn router(state: AppState) -> Router {
    let mut router = Router::new();
    for route in table() {
        router = router.route(route.path, route.into_handler(&state));
    }
    let router = router
        .fallback(pages::nothing_here)
        .method_not_allowed_fallback(health::method_not_allowed);
    middleware::wrap(router, &state).with_state(state)
}
