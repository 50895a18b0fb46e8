//! `/api/openapi.json`.
//!
//! Invariant: it describes every route of the table below `/api/v1`, and no other; a test compares the two.

use axum::Json;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::auth::CurrentUser;
use super::*;

#[derive(OpenApi)]
#[openapi(
    info(title = "Allelecast", description = "Allele frequencies per sample group, live."),
    paths(
        account::register, account::login, account::logout, account::show,
        tokens::create, tokens::list, tokens::revoke, ws_ticket::create,
        datasets::list, datasets::create, datasets::show, datasets::remove, datasets::complete, datasets::samples,
        callable::replace,
        findings::list, check::check, check::watch, files::cancel, files::retry, groups::list, groups::create, groups::update, groups::remove,
        panel::preview, panel::apply, info_groups::preview,
        query::query, query::aggregates, query::head, genes::show,
        demo::create,
        exports::create, exports::show, exports::file, exports::remove,
        statistics::list, statistics::hwe, statistics::show, statistics::stop,
        uploads::capabilities, uploads::create, uploads::offset, uploads::append, uploads::terminate,
    ),
    components(schemas(allelecast_protocol::ErrorBody)),
    security(("session" = []), ("token" = [])),
    modifiers(&SignIn)
)]
pub(super) struct Document;

struct SignIn;

impl Modify for SignIn {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKey::Cookie(ApiKeyValue::new(auth::session::COOKIE));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

/// The description of this interface.
pub async fn document(_: CurrentUser) -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}
