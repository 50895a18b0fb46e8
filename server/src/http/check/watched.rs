//! A check over a WebSocket: pieces in, progress out, each answered before many more are taken.
//!
//! Invariant: the thread that judges ends when the socket does, and the socket when the thread has a verdict.

use std::time::{Duration, Instant};

use allelecast_protocol::check::CheckProgress;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use super::{PIECES_WAITING, finding, totals, verdict};
use crate::http::AppState;
use crate::import::check::Check;
use crate::import::validate::Version;

/// Shortest time between two messages that tell the totals.
const TOTALS: Duration = Duration::from_millis(200);
/// Findings of one message.
const FINDINGS: usize = 400;

/// Close codes of RFC 6455 and its registry.
mod close {
    pub(super) const UNSUPPORTED: u16 = 1003;
    pub(super) const POLICY: u16 = 1008;
    pub(super) const TOO_BIG: u16 = 1009;
    pub(super) const RESTART: u16 = 1012;
}

pub(super) async fn serve(state: &AppState, mut socket: WebSocket, check: Check, filename: String) {
    let (pieces_to, pieces) = mpsc::channel(PIECES_WAITING);
    let (steps_to, mut steps) = mpsc::channel(PIECES_WAITING);
    tokio::task::spawn_blocking(move || judge(check, &filename, pieces, &steps_to));
    let limits = &state.settings.limits;
    let mut draining = state.draining.clone();
    let (mut bytes, mut held) = (0, None);
    let end = loop {
        tokio::select! {
            step = steps.recv() => {
                // Without a verdict the thread ends only when it panicked.
                let Some(step) = step else { break None };
                let is_last = step.verdict.is_some();
                let Ok(text) = serde_json::to_string(&step) else { break None };
                if socket.send(Message::Text(text.into())).await.is_err() || is_last {
                    break None;
                }
            }
            room = pieces_to.reserve(), if held.is_some() => match room {
                Ok(room) => room.send(held.take().flatten()),
                // The thread needs no more: its verdict is on the way.
                Err(_) => held = None,
            },
            message = tokio::time::timeout(limits.check_idle_time(), socket.recv()), if held.is_none() => match message {
                Ok(Some(Ok(Message::Binary(piece)))) => {
                    bytes += piece.len() as u64;
                    if bytes > limits.max_check {
                        break Some((close::TOO_BIG, "too large to be checked here"));
                    }
                    held = Some(Some(piece));
                }
                Ok(Some(Ok(Message::Text(text)))) if text == "end" => held = Some(None),
                Ok(Some(Ok(Message::Text(_)))) => break Some((close::UNSUPPORTED, "the only text is \"end\"")),
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return,
                Err(_) => break Some((close::POLICY, "no bytes came for too long")),
            },
            () = drained(&mut draining) => break Some((close::RESTART, "the server stops")),
        }
    };
    let (code, reason) = end.unwrap_or((1000, ""));
    let frame = CloseFrame {
        code,
        reason: reason.into(),
    };
    // Nobody is left to tell if this fails.
    let _ = socket.send(Message::Close(Some(frame))).await;
}

/// Waits until the server stops.
async fn drained(draining: &mut watch::Receiver<bool>) {
    let _ = draining.wait_for(|is_draining| *is_draining).await;
}

/// Judges on a thread of its own, until the verdict or until nobody listens.
fn judge(
    mut check: Check,
    filename: &str,
    mut pieces: mpsc::Receiver<Option<Bytes>>,
    steps: &mpsc::Sender<CheckProgress>,
) {
    let mut teller = Teller::default();
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Some(piece) => {
                teller.bytes += piece.len() as i64;
                check.push(&piece);
            }
            None => check.finish(),
        }
        for step in teller.tell(&mut check, filename) {
            if steps.blocking_send(step).is_err() {
                return;
            }
        }
        if check.is_over() {
            return;
        }
    }
}

/// What was told so far.
#[derive(Default)]
struct Teller {
    bytes: i64,
    found: u64,
    told_at: Option<Instant>,
}

impl Teller {
    fn tell(&mut self, check: &mut Check, filename: &str) -> Vec<CheckProgress> {
        let is_over = check.is_over();
        let found = check
            .report()
            .groups()
            .into_iter()
            .map(|(_, group)| group.total)
            .sum();
        let is_due = is_over || self.told_at.is_none_or(|at| at.elapsed() >= TOTALS);
        let totals = (found != self.found && is_due).then(|| totals(check.report()));
        if totals.is_some() {
            (self.found, self.told_at) = (found, Some(Instant::now()));
        }
        let findings = check.report_mut().take_new();
        let report = check.report();
        let step = |findings: &[_]| CheckProgress {
            bytes: self.bytes,
            lines: check.lines() as i64,
            vcf_version: report.version.map(Version::number).map(str::to_owned),
            totals: None,
            findings: findings.iter().map(|found| finding(found, filename)).collect(),
            verdict: None,
        };
        let mut steps: Vec<CheckProgress> = findings.chunks(FINDINGS).map(step).collect();
        if steps.is_empty() {
            steps.push(step(&[]));
        }
        if let Some(last) = steps.last_mut() {
            last.totals = totals;
            last.verdict = is_over.then(|| verdict(report));
        }
        steps
    }
}
