//! Messages to frames of bounded size: what is larger is sent in parts.
//!
//! Invariant: no frame is larger than the limit unless a single row or series is.

use allelecast_protocol::live::{Piece, Screen, ServerMessage};
use allelecast_protocol::row::RowColumns;
use allelecast_protocol::{MAX_FRAME_BYTES, Version};

use crate::query::{Resolved, ResultRow, row_columns};

/// Bytes of a frame left for what surrounds its pieces.
const ENVELOPE: usize = 512;
/// Most bytes of pieces in one frame.
const ROOM: usize = MAX_FRAME_BYTES - ENVELOPE;

/// The frames of a screen's new state: a snapshot, or a transition from a version.
pub(super) fn screen(from: Option<Version>, to: Version, pieces: Vec<Piece>) -> Vec<String> {
    let mut parts: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut used = 0;
    for piece in pieces.into_iter().flat_map(split) {
        let size = encode(&piece).len() + 1;
        if used + size > ROOM && used > 0 {
            parts.push(Vec::new());
            used = 0;
        }
        used += size;
        if let Some(part) = parts.last_mut() {
            part.push(piece);
        }
    }
    let last = parts.len() - 1;
    (0u32..)
        .zip(parts)
        .map(|(part, pieces)| {
            let screen = Screen {
                to,
                part,
                last: part as usize == last,
                pieces,
            };
            encode(&match from {
                None => ServerMessage::Snapshot(screen),
                Some(from) => ServerMessage::Transition { from, screen },
            })
        })
        .collect()
}

/// The frames of a page.
pub(super) fn page(
    (sub, request, version): (u32, u32, Version),
    rows: &[ResultRow],
    next: Option<&str>,
    query: &Resolved,
) -> Vec<String> {
    let parts = row_parts(rows, query);
    let count = parts.len();
    let frame = |(at, rows): (usize, RowColumns)| {
        let last = at + 1 == count;
        let next = next.filter(|_| last).map(str::to_owned);
        encode(&ServerMessage::Page {
            sub,
            request,
            version,
            next,
            last,
            rows,
        })
    };
    parts.into_iter().enumerate().map(frame).collect()
}

/// The pieces of a window's rows.
pub(super) fn window(sub: u32, rows: &[ResultRow], next: Option<&str>, query: &Resolved) -> Vec<Piece> {
    let parts = row_parts(rows, query);
    let count = parts.len();
    let piece = |(at, rows)| Piece::Rows {
        sub,
        first: at == 0,
        next: next.filter(|_| at + 1 == count).map(str::to_owned),
        rows,
    };
    parts.into_iter().enumerate().map(piece).collect()
}

/// A message as text.
pub(super) fn encode(message: &impl serde::Serialize) -> String {
    // The wire types have string keys only, so they always serialise.
    serde_json::to_string(message).unwrap_or_default()
}

/// Rows as columns, in parts that each fit a frame; one empty part where there is no row.
fn row_parts(rows: &[ResultRow], query: &Resolved) -> Vec<RowColumns> {
    let columns = row_columns(rows, query);
    if rows.len() <= 1 || encode(&columns).len() <= ROOM {
        return vec![columns];
    }
    let (left, right) = rows.split_at(rows.len() / 2);
    let mut parts = row_parts(left, query);
    parts.extend(row_parts(right, query));
    parts
}

/// A chart with many series in pieces that each fit a frame.
fn split(piece: Piece) -> Vec<Piece> {
    match piece {
        Piece::Chart { sub, set, mut chart } if chart.series.len() > 1 && encode(&chart).len() > ROOM => {
            let rest = chart.series.split_off(chart.series.len() / 2);
            let right = allelecast_protocol::chart::ChartData {
                kind: chart.kind,
                series: rest,
            };
            let mut pieces = split(Piece::Chart { sub, set, chart });
            pieces.extend(split(Piece::Chart {
                sub,
                set,
                chart: right,
            }));
            pieces
        }
        other => vec![other],
    }
}

#[cfg(test)]
mod tests {
    use allelecast_protocol::chart::{ChartData, ChartKind, Series};

    use super::*;

    #[test]
    fn a_wide_chart_is_sent_in_parts() {
        let series = |group| Series {
            group: format!("kgp.pop.{group:0>40}"),
            values: vec![123_456_789; 18],
        };
        let chart = ChartData {
            kind: ChartKind::AfSpectrum,
            series: (0..300).map(series).collect(),
        };
        let to = Version { epoch: 1, seq: 2 };
        let frames = screen(
            None,
            to,
            vec![Piece::Chart {
                sub: 1,
                set: true,
                chart,
            }],
        );
        assert!(frames.len() > 1);
        let (mut seen, mut lasts) = (0, 0);
        for frame in &frames {
            assert!(frame.len() <= MAX_FRAME_BYTES, "{}", frame.len());
            let ServerMessage::Snapshot(part) = serde_json::from_str(frame).unwrap() else {
                panic!("{frame}")
            };
            lasts += usize::from(part.last);
            for piece in part.pieces {
                let Piece::Chart { chart, .. } = piece else {
                    panic!()
                };
                seen += chart.series.len();
            }
        }
        assert_eq!((seen, lasts), (300, 1));
    }
}
