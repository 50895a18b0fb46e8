//! Left alignment of insertions and deletions by a reference sequence (Tan, Abecasis and Kang 2015).
//!
//! Invariant: the aligned allele says the same as the trimmed one, and no equivalent one stands further left.

use super::{Allele, AlleleKind};

/// How far before its record left alignment may move an allele: so long an import holds alleles back to keep their order.
pub const REORDER_WINDOW: u32 = 10_000;

/// What left alignment did with an allele.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Alignment {
    /// It stands where trimming left it: it cannot move, or there is no reference for it.
    #[default]
    Trimmed = 0,
    /// It was moved to the left.
    Shifted = 1,
    /// It could move, but would leave the [`REORDER_WINDOW`], or pass alleles that are committed: it stays.
    TooFar = 2,
    /// Its REF is not what the reference has there: it stays.
    OtherReference = 3,
}

impl Alignment {
    /// All, in the order of their codes.
    pub const ALL: [Alignment; 4] = [
        Alignment::Trimmed,
        Alignment::Shifted,
        Alignment::TooFar,
        Alignment::OtherReference,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Alignment::Trimmed => "trimmed",
            Alignment::Shifted => "left_aligned",
            Alignment::TooFar => "too_far",
            Alignment::OtherReference => "other_reference",
        }
    }

    /// That of a stored code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

impl Allele {
    /// The trimmed allele left-aligned; none where it stays, with the reason. `base` gives the reference at a position
    /// from 1; the aligned allele begins at `floor` or behind it.
    ///
    /// # Errors
    /// Those of `base`.
    pub fn left_aligned<E>(
        &self,
        floor: u32,
        mut base: impl FnMut(u32) -> Result<u8, E>,
    ) -> Result<Result<Allele, Alignment>, E> {
        let Some((unit, mut before)) = self.repeat_unit() else {
            return Ok(Err(Alignment::Trimmed));
        };
        // The unit is inserted or deleted before that position. While the base to its left is the unit's last one, the
        // unit can be turned by one base and put one further left.
        let n = unit.len();
        let mut turned = 0;
        while before > 1 && base(before - 1)? == unit[(2 * n - 1 - turned) % n] {
            before -= 1;
            turned = (turned + 1) % n;
            if anchor_of(before) < floor {
                return Ok(Err(Alignment::TooFar));
            }
        }
        if anchor_of(before) < floor {
            return Ok(Err(Alignment::TooFar));
        }
        let mut turned_unit = unit.to_vec();
        turned_unit.rotate_right(turned);
        let is_insertion = self.alternate_bases.len() > self.reference_bases.len();
        let (position, anchored, anchor) = if before > 1 {
            let anchor = base(before - 1)?;
            (before - 1, [&[anchor], &turned_unit[..]].concat(), anchor)
        } else {
            // At the start of the contig the base that follows is the anchor.
            let next = if is_insertion { before } else { before + n as u32 };
            let anchor = base(next)?;
            (before, [&turned_unit[..], &[anchor]].concat(), anchor)
        };
        let long = String::from_utf8_lossy(&anchored).into_owned();
        let short = char::from(anchor).to_string();
        let (reference_bases, alternate_bases) = if is_insertion {
            (short, long)
        } else {
            (long, short)
        };
        if position == self.position && reference_bases == self.reference_bases {
            return Ok(Err(Alignment::Trimmed));
        }
        Ok(Ok(Allele {
            position,
            end: position + reference_bases.len() as u32 - 1,
            kind: AlleleKind::of(&reference_bases, &alternate_bases),
            reference_bases,
            alternate_bases,
            length: 0,
            mate: None,
        }))
    }

    /// The bases inserted or deleted and the position before which that happens, where the allele may have equivalents
    /// further left: one side is a single base, and that is the other's last.
    pub(super) fn repeat_unit(&self) -> Option<(&[u8], u32)> {
        let (r, a) = (self.reference_bases.as_bytes(), self.alternate_bases.as_bytes());
        let (short, long) = if r.len() < a.len() { (r, a) } else { (a, r) };
        let can_move =
            self.kind.is_sequence() && short.len() == 1 && long.len() > 1 && long.last() == short.last();
        can_move.then(|| (&long[..long.len() - 1], self.position))
    }
}

/// Position of an allele whose unit is inserted or deleted before that position.
fn anchor_of(before: u32) -> u32 {
    before.saturating_sub(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::allele::Extent;

    /// 1-based:            123456789012345678901
    const REFERENCE: &[u8] = b"CAAATGTCACACACAGGGNCA";

    fn check(record: (u32, &str, &str), floor: u32, want: Result<(u32, &str, &str), Alignment>) {
        let allele = Allele::new(record.0, record.1, record.2, Extent::default());
        let base = |position: u32| Ok::<u8, std::convert::Infallible>(REFERENCE[position as usize - 1]);
        let Ok(got) = allele.left_aligned(floor, base);
        let got = got.as_ref().map_err(|why| *why).map(|allele| {
            (
                allele.position,
                allele.reference_bases.as_str(),
                allele.alternate_bases.as_str(),
            )
        });
        assert_eq!(got, want, "{record:?}");
    }

    #[test]
    fn indels_move_to_the_left_end_of_their_repeat() {
        let stays = Err(Alignment::Trimmed);
        check((4, "A", "AA"), 1, Ok((1, "C", "CA")));
        check((3, "AA", "A"), 1, Ok((1, "CA", "C")));
        check((2, "AAA", "A"), 1, Ok((1, "CAA", "C")));
        check((13, "ACA", "A"), 1, Ok((7, "TCA", "T")));
        check((13, "A", "ACACA"), 1, Ok((7, "T", "TCACA")));
        check((12, "CAC", "C"), 1, Ok((7, "TCA", "T")));
        check((18, "G", "GG"), 1, Ok((15, "A", "AG")));
        // The base stands behind what is inserted before it.
        check((5, "T", "AT"), 1, Ok((1, "C", "CA")));
        // Nothing to move.
        check((1, "C", "CA"), 1, stays);
        check((6, "G", "T"), 1, stays);
        check((6, "GT", "TG"), 1, stays);
        check((6, "GT", "CCA"), 1, stays);
        check((6, "G", "*"), 1, stays);
        check((6, "G", "<DEL>"), 1, stays);
        check((6, "G", "G[2:6["), 1, stays);
    }

    #[test]
    fn the_contigs_start_has_the_anchor_behind() {
        let stays = Err(Alignment::Trimmed);
        check((1, "C", "CC"), 1, stays);
        check((1, "CA", "A"), 1, stays);
        check((1, "C", "TC"), 1, stays);
        check((2, "A", "CA"), 1, Ok((1, "C", "CC")));
    }

    #[test]
    fn what_would_move_too_far_stays() {
        check((13, "ACA", "A"), 7, Ok((7, "TCA", "T")));
        check((13, "ACA", "A"), 8, Err(Alignment::TooFar));
        check((4, "A", "AA"), 2, Err(Alignment::TooFar));
    }
}
