//! `/ws-ticket`: lets one WebSocket in.

use allelecast_protocol::account::WsTicket;
use axum::Json;
use axum::extract::State;

use super::auth::{CurrentUser, Proof, secret};
use super::{AppState, Error};
use crate::store::tickets;

/// A one-time ticket for the `hello` of a WebSocket.
#[utoipa::path(post, path = "/api/v1/ws-ticket", tag = "live", responses((status = 200, body = WsTicket)))]
pub async fn create(State(state): State<AppState>, current: CurrentUser) -> Result<Json<WsTicket>, Error> {
    let ticket = secret::generate("");
    let expires_in = state.settings.limits.ticket_lifetime;
    let (session_id, token_id) = match &current.proof {
        Proof::Session(id) => (Some(id.as_str()), None),
        Proof::Token(id) => (None, Some(*id)),
    };
    tickets::create(
        &state.pool,
        &ticket,
        current.user.id,
        session_id,
        token_id,
        expires_in,
    )
    .await?;
    Ok(Json(WsTicket { ticket, expires_in }))
}
