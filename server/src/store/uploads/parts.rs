//! Joining the small parts of a slow upload, so that their number stays bounded.
//!
//! New bytes are stored together with the parts before them that are small and not more than twice as long, counted from
//! the end. Of the parts that stay small each is then more than twice as long as the next: of those there are no more
//! than [`MOST_SMALL`], and a byte is written again about once for each doubling.
//!
//! Invariant: a part is full, or it is more than twice as long as the next.

use bytes::{Bytes, BytesMut};
use uuid::Uuid;

use super::Part;
use crate::store::StoreError;
use crate::store::raw::RawStore;

/// A part of so many bytes is not joined any more.
const FULL: i64 = 4 << 20;
/// Most small parts in a row: lengths that halve from [`FULL`] to a byte.
pub(super) const MOST_SMALL: i64 = 24;

/// Those of an upload's newest parts, newest first, that bytes of a length are stored together with.
pub(super) fn joined(newest: &[Part], length: i64) -> &[Part] {
    let mut whole = length;
    for (n, part) in newest.iter().enumerate() {
        let before = i64::from(part.length);
        if before >= FULL || before > 2 * whole {
            return &newest[..n];
        }
        whole += before;
    }
    newest
}

/// The part that stands for the joined ones and the bytes, and what it holds. It has a number that none has yet, since
/// readers may be at the others.
pub(super) async fn join(
    raw: &RawStore,
    raw_id: Uuid,
    newest: &[Part],
    joined: &[Part],
    bytes: Bytes,
) -> Result<(Part, Bytes), StoreError> {
    let end = newest
        .first()
        .map_or(0, |part| part.start + i64::from(part.length));
    let number = newest.iter().map(|part| part.number + 1).max().unwrap_or(0);
    let start = joined.last().map_or(end, |part| part.start);
    let bytes = if joined.is_empty() {
        bytes
    } else {
        let mut whole = BytesMut::new();
        for part in joined.iter().rev() {
            whole.extend_from_slice(&raw.read_part(raw_id, part.number).await?);
        }
        whole.extend_from_slice(&bytes);
        whole.freeze()
    };
    let length = i32::try_from(bytes.len()).map_err(std::io::Error::other)?;
    Ok((
        Part {
            number,
            start,
            length,
        },
        bytes,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appends so many bytes as [`join`] does; oldest first.
    fn append(parts: &mut Vec<Part>, length: i32) {
        let newest: Vec<Part> = parts.iter().rev().copied().collect();
        let joined = joined(&newest, length.into());
        let start = match (joined.last(), parts.last()) {
            (Some(first), _) => first.start,
            (None, Some(last)) => last.start + i64::from(last.length),
            (None, None) => 0,
        };
        let length = length + joined.iter().map(|part| part.length).sum::<i32>();
        let number = newest.first().map_or(0, |part| part.number + 1);
        parts.truncate(parts.len() - joined.len());
        parts.push(Part {
            number,
            start,
            length,
        });
    }

    #[test]
    fn many_small_parts_become_few() {
        for step in [1, 700, 25_000, 3 << 20] {
            let (mut parts, mut written) = (Vec::new(), 0);
            let appends = (64 << 20) / step.max(2_000);
            for _ in 0..appends {
                append(&mut parts, step);
                written += i64::from(parts.last().unwrap().length);
            }
            let total = i64::from(step) * i64::from(appends);
            assert_eq!(
                parts.iter().map(|part| i64::from(part.length)).sum::<i64>(),
                total
            );
            assert!(
                parts.len() as i64 <= total / FULL + MOST_SMALL,
                "{step}: {} parts",
                parts.len()
            );
            assert!(
                parts
                    .windows(2)
                    .all(|pair| pair[0].start + i64::from(pair[0].length) == pair[1].start)
            );
            assert!(
                written <= total * MOST_SMALL,
                "{step}: {written} bytes written for {total}"
            );
        }
    }

    #[test]
    fn full_parts_and_much_longer_ones_stay() {
        let part = |length| Part {
            number: 0,
            start: 0,
            length,
        };
        for (newest, length, expected) in [
            (&[][..], 5, 0),
            (&[part(10)], 5, 1),
            (&[part(11)], 5, 0),
            (&[part(10), part(30), part(91)], 5, 2),
            (&[part(4 << 20)], 8 << 20, 0),
            (&[part((4 << 20) - 1)], 8 << 20, 1),
        ] {
            assert_eq!(joined(newest, length).len(), expected, "{newest:?} {length}");
        }
    }
}
