//! The WebSocket: one connection, and the screen that its messages build.
//!
//! Invariant: a frame is applied only if it leads from the version that the screen is at; anything else is an error.

mod screen;

use allelecast_protocol::live::{ClientMessage, Resume, ServerMessage, Subscription};
use allelecast_protocol::{SUBPROTOCOL, Version};
use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub use screen::{ScreenError, ScreenState, SubscriptionState};

use crate::{Client, Error};

/// Why a live connection ended.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// No ticket was to be had.
    #[error(transparent)]
    Request(#[from] Error),
    /// The socket failed.
    #[error("socket: {0}")]
    Socket(#[source] Box<tungstenite::Error>),
    /// The server closed it.
    #[error("the server closed the connection: {code} {reason}")]
    Closed {
        /// Close code; 1006 where there was none.
        code: u16,
        /// Why.
        reason: String,
    },
    /// The server broke the protocol.
    #[error("not a message of the protocol: {0}")]
    Message(#[from] serde_json::Error),
    /// The server skipped or repeated something.
    #[error(transparent)]
    Screen(#[from] ScreenError),
}

impl From<tungstenite::Error> for LiveError {
    fn from(error: tungstenite::Error) -> Self {
        Self::Socket(Box::new(error))
    }
}

/// What a connection tells of.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The screen is at another version.
    Shown(Version),
    /// Anything else: pages, progress, imports, errors, a coming end.
    Message(Box<ServerMessage>),
}

/// A connection.
#[derive(Debug)]
pub struct Live {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    screen: ScreenState,
    /// Whether transitions are acknowledged as they are applied; a slow client may do without.
    pub acknowledge: bool,
}

impl Live {
    /// Connects; with the screen of an earlier connection takes up where that stood.
    pub async fn connect(client: &Client, screen: Option<ScreenState>) -> Result<Self, LiveError> {
        let ticket = client.ws_ticket().await?.ticket;
        let mut address = client.base().clone();
        let scheme = if address.scheme() == "https" { "wss" } else { "ws" };
        // Both schemes are special ones, so that the change is allowed.
        let _ = address.set_scheme(scheme);
        address.set_path("/ws");
        let mut request = address.as_str().into_client_request()?;
        request
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", HeaderValue::from_static(SUBPROTOCOL));
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        let screen = screen.unwrap_or_default();
        let resume = screen.version().map(|version| Resume {
            version,
            subscriptions: screen.subscriptions(),
        });
        let again = if resume.is_none() {
            screen.subscriptions()
        } else {
            Vec::new()
        };
        let mut live = Self {
            socket,
            screen,
            acknowledge: true,
        };
        live.send(&ClientMessage::Hello {
            protocol: SUBPROTOCOL.into(),
            ticket,
            resume,
        })
        .await?;
        for subscription in again {
            live.send(&ClientMessage::Subscribe(subscription)).await?;
        }
        Ok(live)
    }

    /// Watches a query.
    pub async fn subscribe(&mut self, subscription: Subscription) -> Result<(), LiveError> {
        self.screen.expect(subscription.clone());
        self.send(&ClientMessage::Subscribe(subscription)).await
    }

    /// Stops watching one.
    pub async fn unsubscribe(&mut self, sub: u32) -> Result<(), LiveError> {
        self.screen.forget(sub);
        self.send(&ClientMessage::Unsubscribe { sub }).await
    }

    /// Sends a message as it is.
    pub async fn send(&mut self, message: &ClientMessage) -> Result<(), LiveError> {
        let text = serde_json::to_string(message)?;
        Ok(self.socket.send(Message::Text(text.into())).await?)
    }

    /// Waits for the next event; answers pings and acknowledges transitions by itself.
    pub async fn next(&mut self) -> Result<Event, LiveError> {
        loop {
            let message = self.read().await?;
            match message {
                ServerMessage::Ping { .. } => self.send(&ClientMessage::Pong).await?,
                reset @ ServerMessage::Reset { .. } => {
                    self.screen.reset();
                    return Ok(Event::Message(Box::new(reset)));
                }
                ServerMessage::Snapshot(screen) => {
                    if let Some(version) = self.screen.apply(None, screen)? {
                        return self.shown(version).await;
                    }
                }
                ServerMessage::Transition { from, screen } => {
                    if let Some(version) = self.screen.apply(Some(from), screen)? {
                        return self.shown(version).await;
                    }
                }
                other => return Ok(Event::Message(Box::new(other))),
            }
        }
    }

    /// Waits until the screen is as wanted.
    pub async fn until(&mut self, wanted: impl Fn(&ScreenState) -> bool) -> Result<&ScreenState, LiveError> {
        while !wanted(&self.screen) {
            self.next().await?;
        }
        Ok(&self.screen)
    }

    /// What is shown.
    pub fn screen(&self) -> &ScreenState {
        &self.screen
    }

    /// Ends the connection and keeps the screen, to resume with.
    pub fn into_screen(self) -> ScreenState {
        self.screen
    }

    async fn shown(&mut self, to: Version) -> Result<Event, LiveError> {
        if self.acknowledge {
            self.send(&ClientMessage::Applied { to }).await?;
        }
        Ok(Event::Shown(to))
    }

    async fn read(&mut self) -> Result<ServerMessage, LiveError> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text)?),
                Some(Ok(Message::Close(frame))) => {
                    let (code, reason) = frame.map_or((1005, String::new()), |frame| {
                        (frame.code.into(), frame.reason.to_string())
                    });
                    return Err(LiveError::Closed { code, reason });
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => {
                    return Err(LiveError::Closed {
                        code: 1006,
                        reason: String::new(),
                    });
                }
            }
        }
    }
}
