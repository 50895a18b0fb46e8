//! One connection from its `hello` to its end.
//!
//! Invariant: nothing is sent before the `hello` was accepted; whatever fails ends this connection and no other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use allelecast_protocol::live::{ClientMessage, ImportProgress, ServerMessage, Subscription};
use allelecast_protocol::{ApiError, ErrorCode, SUBPROTOCOL, Version};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::frames;
use super::screen::Screen;
use super::subscription::{self, MAX_PAGE_ROWS, Watched};
use super::window::Window;
use crate::live::{Hub, HubView};
use crate::query::QueryError;
use crate::store::pool::PgPool;
use crate::store::tickets::{self, TicketOwner};

/// Longest wait for the `hello`.
const HELLO: Duration = Duration::from_secs(10);
/// How often the server asks whether the client is there.
const PING: Duration = Duration::from_secs(20);
/// Longest wait for the answer.
const PONG: Duration = Duration::from_secs(10);
/// How long a client may leave a transition unapplied.
const APPLY: Duration = Duration::from_secs(30);
/// How often the sign-in is checked again.
const SIGNED_IN: Duration = Duration::from_secs(15);
/// Most subscriptions of one connection.
const MAX_SUBSCRIPTIONS: usize = 32;

/// Close codes, in the range that RFC 6455 leaves to applications.
mod close {
    pub(super) const PROTOCOL: u16 = 4400;
    pub(super) const UNAUTHENTICATED: u16 = 4401;
    pub(super) const SLOW: u16 = 4408;
    /// Service restart (RFC 6455 registry).
    pub(super) const RESTART: u16 = 1012;
}

/// What connections share.
#[derive(Debug, Clone)]
pub struct Context {
    /// Live queries.
    pub hub: Arc<Hub>,
    /// The database.
    pub pool: PgPool,
    /// News of imports.
    pub imports: watch::Sender<Vec<ImportProgress>>,
    /// Turns true when the server begins to stop.
    pub draining: watch::Receiver<bool>,
}

/// Why a connection ends.
enum End {
    /// The client went, or cannot be reached.
    Gone,
    /// We close it.
    Close(u16, &'static str),
}

impl From<axum::Error> for End {
    fn from(_: axum::Error) -> Self {
        Self::Gone
    }
}

/// Serves an upgraded socket until its end.
pub async fn serve(context: Context, socket: WebSocket) {
    let (mut sink, mut stream) = socket.split();
    let end = match greet(&context, &mut sink, &mut stream).await {
        Ok((owner, resume)) => {
            Connection::new(context, owner, sink)
                .run(&mut stream, resume)
                .await
        }
        Err(end) => (end, sink),
    };
    if let (End::Close(code, reason), mut sink) = end {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        let _ = sink.send(Message::Close(Some(frame))).await;
    }
}

type Resume = Option<allelecast_protocol::live::Resume>;

/// Reads the `hello` and takes its ticket.
async fn greet(
    context: &Context,
    sink: &mut SplitSink<WebSocket, Message>,
    stream: &mut SplitStream<WebSocket>,
) -> Result<(TicketOwner, Resume), End> {
    let first = tokio::time::timeout(HELLO, read(stream)).await;
    let message = first.map_err(|_| End::Close(close::PROTOCOL, "no hello"))??;
    let ClientMessage::Hello {
        protocol,
        ticket,
        resume,
    } = message
    else {
        return Err(End::Close(close::PROTOCOL, "hello expected"));
    };
    if protocol != SUBPROTOCOL {
        return Err(End::Close(close::PROTOCOL, "this server speaks allelecast.v1"));
    }
    let Ok(Some(owner)) = tickets::take(&context.pool, &ticket).await else {
        return Err(End::Close(
            close::UNAUTHENTICATED,
            "the ticket is not good, or no longer",
        ));
    };
    let welcome = ServerMessage::Welcome {
        protocol: SUBPROTOCOL.into(),
        connection_id: uuid::Uuid::new_v4().to_string(),
        head: context.hub.view().version,
    };
    sink.send(Message::Text(frames::encode(&welcome).into())).await?;
    Ok((owner, resume))
}

/// The next message of the protocol.
async fn read(stream: &mut SplitStream<WebSocket>) -> Result<ClientMessage, End> {
    loop {
        match stream.next().await.ok_or(End::Gone)?? {
            Message::Text(text) => {
                return serde_json::from_str(&text).map_err(|error| {
                    tracing::debug!(%error, "a message is not of the protocol");
                    End::Close(close::PROTOCOL, "not a message of the protocol")
                });
            }
            Message::Close(_) => return Err(End::Gone),
            Message::Binary(_) => return Err(End::Close(close::PROTOCOL, "text expected")),
            Message::Ping(_) | Message::Pong(_) => {}
        }
    }
}

struct Connection {
    context: Context,
    owner: TicketOwner,
    sink: SplitSink<WebSocket, Message>,
    screen: Screen,
    sent_at: Instant,
    /// Queries being evaluated for the first time, or bound anew.
    opening: JoinSet<(u32, u64, Result<Watched, QueryError>)>,
    /// Counts the client's demands, so that a late answer to a withdrawn one is dropped.
    demand: u64,
    wanted: std::collections::HashMap<u32, u64>,
    progress: (mpsc::Sender<ServerMessage>, mpsc::Receiver<ServerMessage>),
    hub: watch::Receiver<HubView>,
    imports: watch::Receiver<Vec<ImportProgress>>,
    pinged: Option<Instant>,
}

impl Connection {
    fn new(context: Context, owner: TicketOwner, sink: SplitSink<WebSocket, Message>) -> Self {
        let (hub, mut imports) = (context.hub.subscribe(), context.imports.subscribe());
        imports.mark_changed();
        Self {
            context,
            owner,
            sink,
            screen: Screen::default(),
            sent_at: Instant::now(),
            opening: JoinSet::new(),
            demand: 0,
            wanted: Default::default(),
            progress: mpsc::channel(8),
            hub,
            imports,
            pinged: None,
        }
    }

    async fn run(
        mut self,
        stream: &mut SplitStream<WebSocket>,
        resume: Resume,
    ) -> (End, SplitSink<WebSocket, Message>) {
        if let Some(resume) = resume
            && let Err(end) = self.resume(resume).await
        {
            return (end, self.sink);
        }
        let draining = begins(self.context.draining.clone());
        tokio::pin!(draining);
        let mut pings = tokio::time::interval_at(tokio::time::Instant::now() + PING, PING);
        let mut checks = tokio::time::interval_at(tokio::time::Instant::now() + SIGNED_IN, SIGNED_IN);
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        loop {
            let done = tokio::select! {
                message = read(stream) => match message {
                    Ok(message) => self.hear(message).await,
                    Err(end) => Err(end),
                },
                Some(opened) = self.opening.join_next() => match opened {
                    Ok((sub, demand, watched)) => self.opened(sub, demand, watched).await,
                    Err(_) => Ok(()),
                },
                Some(message) = self.progress.1.recv() => self.send(&message).await,
                changed = self.hub.changed() => match changed {
                    Ok(()) => self.rebind().await,
                    Err(_) => Err(End::Close(close::RESTART, "the server is restarting")),
                },
                Ok(()) = self.imports.changed() => self.tell_imports().await,
                _ = pings.tick() => self.ping().await,
                _ = checks.tick() => self.check_signed_in().await,
                _ = ticks.tick() => self.check_alive(),
                () = &mut draining => {
                    let spread = rand::random_range(0..2_000);
                    let _ = self.send(&ServerMessage::Goaway { delay_ms: spread }).await;
                    Err(End::Close(close::RESTART, "the server is restarting"))
                }
            };
            let done = match done {
                Ok(()) => self.advance().await,
                Err(end) => Err(end),
            };
            if let Err(end) = done {
                return (end, self.sink);
            }
        }
    }

    async fn hear(&mut self, message: ClientMessage) -> Result<(), End> {
        match message {
            ClientMessage::Hello { .. } => Err(End::Close(close::PROTOCOL, "one hello is enough")),
            ClientMessage::Subscribe(request) => {
                if self.wanted.len() >= MAX_SUBSCRIPTIONS && !self.wanted.contains_key(&request.sub) {
                    let message = format!("A connection has at most {MAX_SUBSCRIPTIONS} subscriptions.");
                    return self
                        .fail(
                            Some(request.sub),
                            ApiError::new(ErrorCode::LimitExceeded, message),
                        )
                        .await;
                }
                self.open(request);
                Ok(())
            }
            ClientMessage::Unsubscribe { sub } => {
                self.wanted.remove(&sub);
                self.screen.watched.remove(&sub);
                Ok(())
            }
            ClientMessage::Page {
                sub,
                request,
                after,
                limit,
            } => self.page(sub, request, after, limit).await,
            ClientMessage::Applied { to } => {
                if self.screen.applied(to) {
                    Ok(())
                } else {
                    Err(End::Close(close::PROTOCOL, "applied what was not in flight"))
                }
            }
            ClientMessage::Pong => {
                self.pinged = None;
                Ok(())
            }
        }
    }

    /// Evaluates a query in the background.
    fn open(&mut self, request: Subscription) {
        self.demand += 1;
        let (sub, demand) = (request.sub, self.demand);
        self.wanted.insert(sub, demand);
        let (hub, progress) = (self.context.hub.clone(), self.progress.0.clone());
        self.opening.spawn(async move {
            let report = |done: usize, of: usize| {
                if done.is_multiple_of(16) {
                    let (done, of) = (done as u32, of as u32);
                    // Progress is latest-wins: what finds no room is left out.
                    let _ = progress.try_send(ServerMessage::Progress { sub, done, of });
                }
            };
            (sub, demand, subscription::watch(&hub, request, report).await)
        });
    }

    async fn opened(
        &mut self,
        sub: u32,
        demand: u64,
        watched: Result<Watched, QueryError>,
    ) -> Result<(), End> {
        tracing::debug!(sub, demand, ok = watched.is_ok(), "query opened");
        if self.wanted.get(&sub) != Some(&demand) {
            return Ok(());
        }
        match watched {
            Ok(mut watched) => {
                // A query bound anew keeps the client's window.
                if let Some(before) = self.screen.watched.get(&sub) {
                    watched.window = Window::new(before.window.after.clone(), before.window.limit);
                }
                self.screen.watched.insert(sub, watched);
                Ok(())
            }
            Err(error) => {
                self.wanted.remove(&sub);
                self.screen.watched.remove(&sub);
                self.fail_query(sub, &error).await
            }
        }
    }

    /// Takes up what the client was watching: with a patch where its version is still held, else with a snapshot.
    async fn resume(&mut self, resume: allelecast_protocol::live::Resume) -> Result<(), End> {
        if resume.subscriptions.len() > MAX_SUBSCRIPTIONS {
            return Err(End::Close(close::PROTOCOL, "too many subscriptions"));
        }
        let hub = self.context.hub.clone();
        let version = resume.version;
        let mut is_held = version.epoch == hub.view().version.epoch && version.seq <= hub.view().version.seq;
        if is_held {
            // Below the floor nothing is told apart any more.
            self.screen.held = hub.engine().hold(version).await.ok();
            is_held = self.screen.held.is_some();
        }
        for request in resume.subscriptions {
            let sub = request.sub;
            self.demand += 1;
            self.wanted.insert(sub, self.demand);
            match subscription::watch(&hub, request, |_, _| ()).await {
                Ok(mut watched) => {
                    is_held = is_held && watched.resume_at(version.seq);
                    self.screen.watched.insert(sub, watched);
                }
                Err(error) => {
                    self.wanted.remove(&sub);
                    self.fail_query(sub, &error).await?;
                }
            }
        }
        if is_held {
            self.screen.version = Some(version);
        } else {
            self.screen.forget();
            self.send(&ServerMessage::Reset {
                reason: "the version is no longer held".into(),
            })
            .await?;
        }
        self.advance().await
    }

    /// Looks at the names of the screen again where they may mean something else by now.
    async fn rebind(&mut self) -> Result<(), End> {
        let view = *self.hub.borrow_and_update();
        let mut again = Vec::new();
        for watched in self.screen.watched.values_mut() {
            if watched.names_at >= view.names_changed {
                continue;
            }
            watched.names_at = view.names_changed;
            let Ok(catalogue) = self.context.hub.engine().knowing(view.version).await else {
                continue;
            };
            match subscription::bind(&self.context.hub, &watched.request, &catalogue, view.version.seq).await
            {
                Ok(resolved) if resolved.key == watched.live.query.key => {}
                Ok(_) => again.push(watched.request.clone()),
                // A name that is gone keeps what it was bound to: there is no data for it any more.
                Err(_) => {}
            }
        }
        again.into_iter().for_each(|request| self.open(request));
        Ok(())
    }

    /// Sends what the screen lacks, unless the client still has something to apply.
    async fn advance(&mut self) -> Result<(), End> {
        let to = self.context.hub.view().version;
        if !self.screen.is_behind(to) {
            return Ok(());
        }
        if self
            .screen
            .version
            .is_some_and(|version| version.epoch != to.epoch)
        {
            self.send(&ServerMessage::Reset {
                reason: "the database is another one".into(),
            })
            .await?;
        }
        match self.screen.advance(&self.context.hub, to).await {
            Ok(frames) => {
                tracing::debug!(%to, frames = frames.len(), "screen advanced");
                if !frames.is_empty() {
                    self.sent_at = Instant::now();
                }
                for frame in frames {
                    self.sink.send(Message::Text(frame.into())).await?;
                }
                Ok(())
            }
            Err(error) => {
                tracing::warn!(%error, "a screen could not be moved; it will be tried again");
                Ok(())
            }
        }
    }

    async fn page(&mut self, sub: u32, request: u32, after: Option<String>, limit: u32) -> Result<(), End> {
        let Some(version) = self.screen.page_version() else {
            return Ok(());
        };
        let Some(watched) = self.screen.watched.get_mut(&sub) else {
            return self
                .fail(
                    Some(sub),
                    ApiError::new(ErrorCode::NotFound, "There is no such subscription."),
                )
                .await;
        };
        if limit == 0 || limit > MAX_PAGE_ROWS {
            let message = format!("A page has 1 to {MAX_PAGE_ROWS} rows.");
            return self
                .fail(Some(sub), ApiError::new(ErrorCode::LimitExceeded, message))
                .await;
        }
        match read_page(&self.context.hub, watched, version, after, limit).await {
            Ok(page) => {
                let query = watched.live.query.clone();
                for frame in frames::page((sub, request, version), &page.rows, page.next.as_deref(), &query) {
                    self.sink.send(Message::Text(frame.into())).await?;
                }
                Ok(())
            }
            Err(error) => self.fail_query(sub, &error).await,
        }
    }

    async fn tell_imports(&mut self) -> Result<(), End> {
        let datasets = self.imports.borrow_and_update().clone();
        self.send(&ServerMessage::Imports { datasets }).await
    }

    async fn ping(&mut self) -> Result<(), End> {
        self.pinged.get_or_insert_with(Instant::now);
        let head = self.context.hub.view().version;
        self.send(&ServerMessage::Ping { head }).await
    }

    async fn check_signed_in(&mut self) -> Result<(), End> {
        match tickets::is_signed_in(&self.context.pool, &self.owner).await {
            Ok(false) => Err(End::Close(close::UNAUTHENTICATED, "signed out")),
            // While the database is away nobody is signed out.
            Ok(true) | Err(_) => Ok(()),
        }
    }

    fn check_alive(&mut self) -> Result<(), End> {
        if self.pinged.is_some_and(|at| at.elapsed() > PONG) {
            return Err(End::Gone);
        }
        if self.screen.in_flight.is_some() && self.sent_at.elapsed() > APPLY {
            return Err(End::Close(close::SLOW, "nothing was applied for too long"));
        }
        Ok(())
    }

    async fn fail_query(&mut self, sub: u32, error: &QueryError) -> Result<(), End> {
        if matches!(error, QueryError::Store(_) | QueryError::Damaged { .. }) {
            tracing::error!(%error, "a query failed");
        }
        self.fail(Some(sub), error.to_api()).await
    }

    async fn fail(&mut self, sub: Option<u32>, error: ApiError) -> Result<(), End> {
        let retryable = error.code.retryable();
        self.send(&ServerMessage::Error {
            sub,
            error,
            retryable,
        })
        .await
    }

    async fn send(&mut self, message: &ServerMessage) -> Result<(), End> {
        Ok(self
            .sink
            .send(Message::Text(frames::encode(message).into()))
            .await?)
    }
}

/// Reads a page at the screen's version, which becomes the subscription's window.
async fn read_page(
    hub: &Hub,
    watched: &mut Watched,
    version: Version,
    after: Option<String>,
    limit: u32,
) -> Result<crate::query::Page, QueryError> {
    let catalogue = hub.engine().knowing(version).await?;
    let query = &watched.live.query;
    let page = hub
        .engine()
        .page(query, &catalogue, version.seq, after.as_deref(), limit as usize)
        .await?;
    watched.window = Window::new(after, limit as usize);
    watched.window.note(&page);
    Ok(page)
}

/// Waits until the server begins to stop.
async fn begins(mut draining: watch::Receiver<bool>) {
    // A sender that is gone without a word stops nobody.
    if draining.wait_for(|draining| *draining).await.map(drop).is_err() {
        std::future::pending::<()>().await;
    }
}
