//! Login sessions in a cookie.
//!
//! Invariant: a session is stored at login and not before, its id is new then, and its row says whose it is.

use time::Duration;
use tower_sessions::cookie::SameSite;
use tower_sessions::service::PlaintextCookie;
use tower_sessions::{Expiry, Session, SessionManagerLayer};
use tower_sessions_sqlx_store::PostgresStore;
use uuid::Uuid;

use crate::http::{AppState, Error};
use crate::store::sessions;

/// Name of the cookie.
pub const COOKIE: &str = "allelecast_session";

/// The layer that reads and sets the cookie; it asks the database only when a handler asks it.
pub(in crate::http) fn layer(state: &AppState) -> SessionManagerLayer<PostgresStore, PlaintextCookie> {
    let lifetime = Duration::seconds(state.settings.limits.session_lifetime.into());
    SessionManagerLayer::new(PostgresStore::new(state.pool.clone()))
        .with_name(COOKIE)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(state.settings.is_https())
        .with_expiry(Expiry::OnInactivity(lifetime))
}

/// Signs somebody in. The session's id is renewed, so one that was planted before is worth nothing.
pub async fn begin(state: &AppState, session: &Session, user_id: Uuid) -> Result<(), Error> {
    session.clear().await;
    session.insert("user_id", user_id).await?;
    session.cycle_id().await?;
    session.save().await?;
    let id = session
        .id()
        .ok_or_else(|| Error::internal("a saved session has no id"))?;
    if !sessions::assign(&state.pool, &id.to_string(), user_id).await? {
        return Err(Error::internal("a saved session was not found"));
    }
    Ok(())
}

/// Signs out.
pub async fn end(session: &Session) -> Result<(), Error> {
    Ok(session.flush().await?)
}
