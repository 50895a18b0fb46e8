//! The pages: shells that name their script and style; what is on them comes through the API and the socket.
//!
//! Invariant: a shell holds no data but the name and address of who is signed in.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use tower_sessions::Session;

use super::assets::Assets;
use super::auth::{self, CurrentUser};
use super::{AppState, Error};
use crate::store::users::User;

/// What every shell has around its content.
pub(super) struct Frame {
    pub(super) icon: String,
    pub(super) theme: String,
    pub(super) style: String,
    pub(super) script: String,
    pub(super) preload: Vec<String>,
    pub(super) account: Option<Who>,
    /// Which entry of the navigation is current.
    pub(super) section: &'static str,
}

/// Who is signed in, as the header shows it.
pub(super) struct Who {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) initial: String,
}

impl From<User> for Who {
    fn from(user: User) -> Self {
        let initial = user
            .name
            .chars()
            .next()
            .map(|first| first.to_uppercase().collect())
            .unwrap_or_default();
        Self {
            name: user.name,
            email: user.email,
            initial,
        }
    }
}

impl Frame {
    /// The shell of a page with that script, in that section of the navigation.
    pub(super) fn new(
        assets: &Assets,
        script: &str,
        section: &'static str,
        user: Option<User>,
    ) -> Result<Self, Error> {
        Ok(Self {
            icon: assets.url("favicon.svg")?,
            theme: assets.url("theme.js")?,
            style: assets.url("app.css")?,
            script: assets.url(script)?,
            preload: assets.preload(script)?,
            account: user.map(Who::from),
            section,
        })
    }
}

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "register.html")]
struct Register {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "explore.html")]
struct Explore {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "upload.html")]
struct Upload {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "check.html")]
struct CheckFile {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "dataset.html")]
struct Dataset {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "help.html")]
struct Help {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFound {
    frame: Frame,
}

pub(super) type Page = Result<Response, Error>;

/// A template as an answer.
pub(super) fn page(template: &impl Template) -> Page {
    Ok(Html(template.render().map_err(Error::internal)?).into_response())
}

/// Who is signed in, on a page that strangers see too.
pub(super) async fn visitor(
    state: &AppState,
    headers: &HeaderMap,
    session: &Session,
) -> Result<Option<User>, Error> {
    Ok(auth::identify(state, headers, Some(session))
        .await?
        .map(|current| current.user))
}

/// `/login`; who is signed in already is led on.
pub async fn login(State(state): State<AppState>, headers: HeaderMap, session: Session) -> Page {
    if visitor(&state, &headers, &session).await?.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    page(&Login {
        frame: Frame::new(&state.assets, "account.js", "account", None)?,
    })
}

/// `/register`; who is signed in already is led on.
pub async fn register(State(state): State<AppState>, headers: HeaderMap, session: Session) -> Page {
    if visitor(&state, &headers, &session).await?.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    page(&Register {
        frame: Frame::new(&state.assets, "account.js", "account", None)?,
    })
}

/// `/`: search, imports that run, datasets.
pub async fn start(State(state): State<AppState>, current: CurrentUser) -> Page {
    page(&Start {
        frame: Frame::new(&state.assets, "start.js", "start", Some(current.user))?,
    })
}

/// `/explore`: a query, its alleles and its charts, live.
pub async fn explore(State(state): State<AppState>, current: CurrentUser) -> Page {
    page(&Explore {
        frame: Frame::new(&state.assets, "explore.js", "explore", Some(current.user))?,
    })
}

/// `/upload`.
pub async fn upload(State(state): State<AppState>, current: CurrentUser) -> Page {
    page(&Upload {
        frame: Frame::new(&state.assets, "upload.js", "upload", Some(current.user))?,
    })
}

/// `/check`: a file judged and not stored.
pub async fn check(State(state): State<AppState>, current: CurrentUser) -> Page {
    page(&CheckFile {
        frame: Frame::new(&state.assets, "check.js", "check", Some(current.user))?,
    })
}

/// `/datasets/{id}`.
pub async fn dataset(State(state): State<AppState>, current: CurrentUser) -> Page {
    page(&Dataset {
        frame: Frame::new(&state.assets, "dataset.js", "start", Some(current.user))?,
    })
}

/// `/help`: the query language.
pub async fn help(State(state): State<AppState>, current: CurrentUser) -> Page {
    page(&Help {
        frame: Frame::new(&state.assets, "help.js", "help", Some(current.user))?,
    })
}

/// No route matches: a page for people, the envelope for programs.
pub async fn nothing_here(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
    session: Session,
) -> Page {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    let is_page = accept.is_some_and(|accept| accept.contains("text/html"));
    if uri.path().starts_with("/api/") || !is_page {
        return Err(super::health::nothing_here().await);
    }
    let frame = Frame::new(
        &state.assets,
        "help.js",
        "none",
        visitor(&state, &headers, &session).await?,
    )?;
    Ok((StatusCode::NOT_FOUND, page(&NotFound { frame })?).into_response())
}
