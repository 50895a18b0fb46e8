//! Messages of the WebSocket `/ws`; `PROTOCOL.md` beside this crate shows each.
//!
//! Invariant: a screen is at one version. A `snapshot` sets it; a `transition` moves every subscription of the
//! screen from `from` to `to` together, and a client applies it only if `from` is its version.

use serde::{Deserialize, Serialize};

use crate::chart::{ChartData, ChartKind};
use crate::dataset::{DatasetState, VcfFile};
use crate::error::ApiError;
use crate::row::RowColumns;
use crate::version::Version;

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// First message of a connection.
    Hello {
        /// Must be [`crate::SUBPROTOCOL`].
        protocol: String,
        /// From `POST /ws-ticket`; each is good once.
        ticket: String,
        /// What the client was watching before it lost its connection.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        resume: Option<Resume>,
    },
    /// Watch a query.
    Subscribe(Subscription),
    /// Stop watching.
    Unsubscribe {
        /// The subscription.
        sub: u32,
    },
    /// Ask for a page; the last one asked for is the window that transitions keep up to date.
    Page {
        /// The subscription.
        sub: u32,
        /// Number chosen by the client, returned in the answer.
        request: u32,
        /// Cursor that the page follows; the first page without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        after: Option<String>,
        /// Rows asked for.
        limit: u32,
    },
    /// The client shows this version now; releases the next transition.
    Applied {
        /// The version.
        to: Version,
    },
    /// Answer to a `ping`.
    Pong,
}

/// What a client was watching, and the version that it showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Resume {
    /// The version on the screen.
    pub version: Version,
    /// The subscriptions on it.
    pub subscriptions: Vec<Subscription>,
}

/// A query being watched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Subscription {
    /// Number chosen by the client, unique on its connection.
    pub sub: u32,
    /// Reference build.
    pub build: String,
    /// Datasets in scope, by slug or id.
    pub datasets: Vec<String>,
    /// Query text; empty for all alleles of the scope.
    pub query: String,
    /// Groups to show, as queries name them; empty for all groups of the scope.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Charts to keep.
    #[serde(default)]
    pub charts: Vec<ChartKind>,
    /// Rows of the first page.
    pub page_size: u32,
    /// Count high-quality calls only.
    #[serde(default)]
    pub hq: bool,
}

/// What a server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The `hello` was accepted.
    Welcome {
        /// The edition spoken.
        protocol: String,
        /// Names this connection in logs.
        connection_id: String,
        /// The newest version this instance knows.
        head: Version,
    },
    /// The whole screen at one version, in parts.
    Snapshot(Screen),
    /// From one version of the screen to the next, in parts.
    Transition {
        /// The version that it starts from.
        from: Version,
        /// Where it leads.
        #[serde(flatten)]
        screen: Screen,
    },
    /// Rows asked for with `page`, in parts.
    Page {
        /// The subscription.
        sub: u32,
        /// The client's number.
        request: u32,
        /// The version of the screen that the rows belong to.
        version: Version,
        /// Cursor of the next page, on the last part; `null` at the end of the result.
        next: Option<String>,
        /// Whether this is the last part.
        last: bool,
        /// The rows.
        rows: RowColumns,
    },
    /// How far a first evaluation has come.
    Progress {
        /// The subscription.
        sub: u32,
        /// Cells evaluated.
        done: u32,
        /// Cells in all.
        of: u32,
    },
    /// How far the imports have come; sent when it changed.
    Imports {
        /// The datasets that moved.
        datasets: Vec<ImportProgress>,
    },
    /// The client's state is of no use: forget it; a snapshot follows.
    Reset {
        /// Why.
        reason: String,
    },
    /// Something failed. With `sub`, only that subscription.
    Error {
        /// The subscription.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        sub: Option<u32>,
        /// The error.
        #[serde(flatten)]
        error: ApiError,
        /// Whether trying again unchanged may help.
        retryable: bool,
    },
    /// The server is going away; connect again after the delay.
    Goaway {
        /// Milliseconds to wait.
        delay_ms: u32,
    },
    /// Are you there?
    Ping {
        /// The newest version this instance knows.
        head: Version,
    },
}

/// One part of a screen's new state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Screen {
    /// The version that the screen is at once all parts are applied.
    pub to: Version,
    /// Number of this part, from 0.
    pub part: u32,
    /// Whether this is the last part; nothing is shown before.
    pub last: bool,
    /// What changes.
    pub pieces: Vec<Piece>,
}

/// A piece of a screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(tag = "piece", rename_all = "snake_case")]
pub enum Piece {
    /// First of each subscription: its count, and whether what follows replaces its state or changes it.
    State {
        /// The subscription.
        sub: u32,
        /// `true`: forget the charts and rows held for it.
        snapshot: bool,
        /// Alleles that match.
        total: u64,
        /// Whether a file in the scope is still importing.
        provisional: bool,
        /// Spans in which rows may have changed: pages held outside the window that touch one are stale.
        changed: Vec<GenomeSpan>,
        /// With a snapshot: the query and groups as they were understood.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        binding: Option<Binding>,
    },
    /// A chart: set by a snapshot, added to by a transition.
    Chart {
        /// The subscription.
        sub: u32,
        /// `true`: the values replace; `false`: they are added.
        set: bool,
        /// The values.
        chart: ChartData,
    },
    /// Rows of the window; replaces it.
    Rows {
        /// The subscription.
        sub: u32,
        /// Whether this is the first part of the window: start from no rows.
        first: bool,
        /// Cursor of the page after the window, on its last part.
        next: Option<String>,
        /// The rows.
        rows: RowColumns,
    },
}

/// What a query was understood as; names are bound once and do not move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Binding {
    /// Canonical text, fully qualified.
    pub query: String,
    /// Groups shown, fully qualified.
    pub groups: Vec<String>,
}

/// A stretch of one chromosome, 1-based and inclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct GenomeSpan {
    /// Chromosome.
    pub chrom: String,
    /// First position.
    pub start: u32,
    /// Last position.
    pub end: u32,
}

/// How far a dataset's import has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ImportProgress {
    /// The dataset.
    pub dataset_id: i64,
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: DatasetState,
    /// Its files.
    pub files: Vec<VcfFile>,
    /// Version that last made, changed, renamed or removed a group of it.
    pub groups_seq: i64,
}
