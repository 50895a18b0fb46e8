//! The subscriptions of one connection as one screen, at one version.
//!
//! Invariant: every subscription that the client was told of moves in the same transition.

use std::collections::BTreeMap;

use allelecast_protocol::Version;

use super::frames;
use super::subscription::Watched;
use crate::live::Hub;
use crate::query::QueryError;
use crate::store::pins::Held;

/// What a client shows.
#[derive(Debug, Default)]
pub(super) struct Screen {
    pub(super) watched: BTreeMap<u32, Watched>,
    /// The version that the client shows; `None` before the first snapshot.
    pub(super) version: Option<Version>,
    /// A later version at which all that it shows is the same.
    evaluated: Option<Version>,
    /// The version that was sent and is not applied yet.
    pub(super) in_flight: Option<Version>,
    /// Keeps the version that page requests are answered at readable.
    pub(super) held: Option<Held>,
}

impl Screen {
    /// The version to answer page requests at: the newest that the client holds or is about to.
    pub(super) fn page_version(&self) -> Option<Version> {
        self.in_flight.or(self.evaluated).or(self.version)
    }

    /// Whether there is something to send at a version.
    pub(super) fn is_behind(&self, head: Version) -> bool {
        let at_head = self.evaluated.or(self.version) == Some(head);
        self.in_flight.is_none()
            && !self.watched.is_empty()
            && (!at_head || self.watched.values().any(Watched::is_new))
    }

    /// The frames that bring the screen to a version; none where nothing on it differs. Afterwards they are in flight.
    pub(super) async fn advance(&mut self, hub: &Hub, to: Version) -> Result<Vec<String>, QueryError> {
        if self.version.is_some_and(|version| version.epoch != to.epoch) {
            self.forget();
        }
        let held = hub.engine().hold(to).await?;
        let catalogue = hub.engine().knowing(to).await?;
        let mut pieces = Vec::new();
        for watched in self.watched.values_mut() {
            pieces.extend(watched.pieces(hub, &catalogue, to.seq).await?);
        }
        self.held = Some(held);
        if pieces.is_empty() {
            self.evaluated = Some(to);
            return Ok(Vec::new());
        }
        self.in_flight = Some(to);
        Ok(frames::screen(self.version, to, pieces))
    }

    /// Notes that the client applied what was in flight; whether that is what it says.
    pub(super) fn applied(&mut self, to: Version) -> bool {
        let expected = self.in_flight == Some(to);
        if expected {
            self.in_flight = None;
            self.version = Some(to);
            self.evaluated = None;
        }
        expected
    }

    /// Forgets what the client shows: it starts over with a snapshot.
    pub(super) fn forget(&mut self) {
        self.version = None;
        self.evaluated = None;
        self.in_flight = None;
        self.held = None;
        self.watched.values_mut().for_each(Watched::forget);
    }
}
