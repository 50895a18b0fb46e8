//! REF against the reference.
//!
//! Invariant: case does not matter, an ambiguity code of the reference stands for its first base, and N is anything.

use super::{ReferenceReader, Unreadable, reduced};

/// How REF and the reference agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// In every base.
    Same,
    /// In every base, some of which are N in one of the two.
    Open,
    /// Not in the base of that index from 0, where the reference has that, or ends.
    Differs(usize, Option<u8>),
    /// The reference does not have the position, so there is nothing to compare.
    Absent,
}

impl ReferenceReader<'_> {
    /// Compares REF, which begins at a position from 1, with the reference.
    ///
    /// # Errors
    /// A part cannot be read now.
    pub fn compare(&mut self, ordinal: i16, position: u32, bases: &[u8]) -> Result<Agreement, Unreadable> {
        if self.stated(ordinal, position)?.is_none() {
            return Ok(Agreement::Absent);
        }
        let mut agreement = Agreement::Same;
        for (index, (at, &base)) in (position..).zip(bases).enumerate() {
            let stated = self.stated(ordinal, at)?;
            let base = base.to_ascii_uppercase();
            match stated {
                Some(letter) if reduced(letter) == base && base != b'N' => {}
                Some(letter) if letter == b'N' || base == b'N' => agreement = Agreement::Open,
                _ => return Ok(Agreement::Differs(index, stated)),
            }
        }
        Ok(agreement)
    }
}
