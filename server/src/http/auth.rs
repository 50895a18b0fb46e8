//! Who is calling: a login session in a cookie, or an API token.
//!
//! Invariant: [`CurrentUser`] is put into a request by [`require_user`] alone, so a handler that takes it cannot run
//! for a stranger.

pub mod address;
pub mod origin;
pub mod password;
pub mod secret;
pub mod session;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use tower_sessions::Session;
use uuid::Uuid;

use super::{AppState, Error};
use crate::store::users::User;
use crate::store::{tokens, users};

/// How a request proved who it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The login session of that id.
    Session(String),
    /// The API token of that id.
    Token(Uuid),
}

/// The signed-in user.
#[derive(Debug, Clone)]
pub struct CurrentUser {
    /// The account.
    pub user: User,
    /// How it was proved.
    pub proof: Proof,
}

impl<S: Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parts
            .extensions
            .get::<CurrentUser>()
            .cloned()
            .ok_or_else(Error::unauthenticated)
    }
}

/// Lets signed-in users pass. Others get a 401 from the API and are led from a page to `/login`.
pub(super) async fn require_user(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let session = request.extensions().get::<Session>().cloned();
    let headers = request.headers().clone();
    match identify(&state, &headers, session.as_ref()).await {
        Ok(Some(user)) => {
            request.extensions_mut().insert(user);
            next.run(request).await
        }
        Ok(None) if leads_to_login(&request) => {
            let wanted = request.uri().path_and_query().map_or("/", |path| path.as_str());
            let next: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
            Redirect::to(&format!("/login?next={next}")).into_response()
        }
        Ok(None) => Error::unauthenticated().into_response(),
        Err(error) => error.into_response(),
    }
}

fn leads_to_login(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() == Method::GET && !path.starts_with("/api/") && path != "/ws"
}

/// The user of a request that may come from a stranger, such as the login page's.
pub async fn identify(
    state: &AppState,
    headers: &HeaderMap,
    session: Option<&Session>,
) -> Result<Option<CurrentUser>, Error> {
    if let Some(token) = bearer(headers) {
        let owner = tokens::owner(&state.pool, &secret::digest(token)).await?;
        return Ok(owner.map(|(id, user)| CurrentUser {
            user,
            proof: Proof::Token(id),
        }));
    }
    let Some(id) = session.and_then(Session::id) else {
        return Ok(None);
    };
    let id = id.to_string();
    let user = users::of_session(&state.pool, &id).await?;
    Ok(user.map(|user| CurrentUser {
        user,
        proof: Proof::Session(id),
    }))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
