//! Counts of which a file states some and leaves others out.
//!
//! Invariant: what is not stated is unknown, never zero; a figure made of an unknown count is unknown.

use super::planes::Counts;

/// One of the counts of [`Counts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the fields of Counts")]
pub enum Count {
    Ns,
    An,
    Ac,
    Het,
    Hom,
    Hemi,
    NDip,
}

/// A set of counts: bit 0 for `ns`, then `an`, `ac`, `het`, `hom`, `hemi`, `n_dip`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Known(u8);

impl Known {
    /// No count.
    pub const NONE: Self = Self(0);
    /// Every count, as where genotypes are counted.
    pub const ALL: Self = Self(0x7f);

    /// The set of those bits.
    pub fn from_bits(bits: u32) -> Self {
        Self(bits as u8 & Self::ALL.0)
    }

    /// The bits of the set.
    pub fn bits(self) -> u32 {
        self.0.into()
    }

    /// Whether a count is known.
    pub fn has(self, count: Count) -> bool {
        self.0 >> count as u8 & 1 == 1
    }

    /// The set with one count more.
    pub fn with(self, count: Count) -> Self {
        Self(self.0 | 1 << count as u8)
    }

    /// What both know.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// Counts, and which of them are known; the others are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tallied {
    /// The counts.
    pub counts: Counts,
    /// Those that mean something.
    pub known: Known,
}

impl From<Counts> for Tallied {
    fn from(counts: Counts) -> Self {
        Self {
            counts,
            known: Known::ALL,
        }
    }
}

impl Tallied {
    /// One count, where it is known.
    pub fn get(&self, count: Count) -> Option<u32> {
        let counts = &self.counts;
        let value = match count {
            Count::Ns => counts.ns,
            Count::An => counts.an,
            Count::Ac => counts.ac,
            Count::Het => counts.het,
            Count::Hom => counts.hom,
            Count::Hemi => counts.hemi,
            Count::NDip => counts.n_dip,
        };
        self.known.has(count).then_some(value)
    }

    /// Notes what a file states of one count.
    pub fn set(&mut self, count: Count, stated: Option<u32>) {
        let Some(value) = stated else { return };
        let counts = &mut self.counts;
        *match count {
            Count::Ns => &mut counts.ns,
            Count::An => &mut counts.an,
            Count::Ac => &mut counts.ac,
            Count::Het => &mut counts.het,
            Count::Hom => &mut counts.hom,
            Count::Hemi => &mut counts.hemi,
            Count::NDip => &mut counts.n_dip,
        } = value;
        self.known = self.known.with(count);
    }

    /// AC / AN, where both are known and AN is not 0.
    pub fn af(&self) -> Option<f64> {
        let both = self.known.has(Count::Ac) && self.known.has(Count::An);
        both.then(|| self.counts.af()).flatten()
    }

    /// The sum, known where both are.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            counts: self.counts + other.counts,
            known: self.known.and(other.known),
        }
    }
}

/// What a file states of one allele in one group.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stated {
    /// Counts as called.
    pub raw: Tallied,
    /// Counts of high-quality calls.
    pub high_quality: Tallied,
    /// The frequency, where it does not follow from the counts.
    pub af: Option<f32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_stated_stays_unknown() {
        let mut some = Tallied::default();
        some.set(Count::Ac, Some(3));
        assert_eq!(
            (some.get(Count::Ac), some.get(Count::An), some.af()),
            (Some(3), None, None)
        );
        some.set(Count::An, Some(6));
        assert_eq!(some.af(), Some(0.5));
        let sum = some.plus(
            &Counts {
                ac: 1,
                an: 2,
                ns: 1,
                ..Counts::default()
            }
            .into(),
        );
        assert_eq!((sum.af(), sum.get(Count::Ns)), (Some(0.5), None));
        assert_eq!(Known::from_bits(some.known.bits()), some.known);
    }
}
