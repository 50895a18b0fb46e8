//! `/ws`: the upgrade to a WebSocket.
//!
//! Invariant: a browser's page of another origin gets no socket; who it is says the ticket in its first message.

use allelecast_protocol::{ErrorCode, MAX_FRAME_BYTES, SUBPROTOCOL};
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, header};
use axum::response::Response;

use super::auth::origin::origin_allowed;
use super::{AppState, Error};
use crate::ws;

/// Buffers of each socket, in bytes: the default costs some 130 KiB a socket.
const BUFFER: usize = 4 * 1024;
/// Largest message that a client may send, in bytes.
const MAX_MESSAGE: usize = 4 * MAX_FRAME_BYTES;

/// Upgrades to `allelecast.v1`.
pub async fn upgrade(
    State(state): State<AppState>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Error> {
    if headers.contains_key(header::ORIGIN) && !origin_allowed(&headers, &state.settings) {
        return Err(Error::new(
            ErrorCode::ForeignOrigin,
            "The socket was asked for by a page of another origin.",
        ));
    }
    let sockets = state.tasks.clone();
    Ok(upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(move |socket| sockets.track_future(ws::serve(state.socket_context(), socket))))
}
