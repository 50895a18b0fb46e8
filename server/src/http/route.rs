//! One line of the route table.
//!
//! Invariant: a route demands a signed-in user unless its line says `.open()`; the check runs before the handler and
//! its extractors.

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{self, MethodRouter};

use super::{AppState, auth, middleware};

/// How much body a route reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyLimit {
    Json,
    Panel,
    /// The handler reads a stream and counts for itself.
    Stream,
}

/// A method at a path, its handler, and what holds for it.
pub struct Route {
    /// The method; `GET` answers `HEAD` too.
    pub method: Method,
    /// The path, as axum writes it.
    pub path: &'static str,
    /// Whether anybody may call it.
    pub open: bool,
    timed: bool,
    body: BodyLimit,
    handler: MethodRouter<AppState>,
}

macro_rules! verbs {
    ($($name:ident = $method:ident;)*) => { $(
        #[doc = concat!("A `", stringify!($method), "` route.")]
        pub fn $name<H: Handler<T, AppState>, T: 'static>(path: &'static str, handler: H) -> Route {
            let handler = routing::$name(handler);
            Route { method: Method::$method, path, open: false, timed: true, body: BodyLimit::Json, handler }
        }
    )* };
}

verbs! { get = GET; post = POST; patch = PATCH; delete = DELETE; put = PUT; head = HEAD; options = OPTIONS; }

impl Route {
    /// Anybody may call it.
    pub fn open(self) -> Self {
        Self { open: true, ..self }
    }

    /// It may carry a sample panel.
    pub fn carries_panel(self) -> Self {
        Self {
            body: BodyLimit::Panel,
            ..self
        }
    }

    /// It reads or writes a stream: no time limit, and the handler counts the bytes.
    pub fn streams(self) -> Self {
        Self {
            timed: false,
            body: BodyLimit::Stream,
            ..self
        }
    }

    /// The handler with its layers.
    pub fn into_handler(self, state: &AppState) -> MethodRouter<AppState> {
        let limits = &state.settings.limits;
        let bytes = |limit: u64| DefaultBodyLimit::max(usize::try_from(limit).unwrap_or(usize::MAX));
        let mut handler = match self.body {
            BodyLimit::Json => self.handler.layer(bytes(limits.max_json)),
            BodyLimit::Panel => self.handler.layer(bytes(limits.max_panel)),
            BodyLimit::Stream => self.handler.layer(DefaultBodyLimit::disable()),
        };
        if !self.open {
            handler = handler.layer(from_fn_with_state(state.clone(), auth::require_user));
        }
        if self.timed {
            handler = handler.layer(from_fn_with_state(limits.request_time(), middleware::time_limit));
        }
        handler
    }
}
