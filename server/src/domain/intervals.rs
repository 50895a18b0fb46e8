//! Sets of positions as sorted intervals, contig by contig.
//!
//! Invariant: intervals are 1-based inclusive, sorted, and neither overlap nor touch.

/// A stretch of one contig.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// Ordinal of the contig.
    pub contig: i16,
    /// First position.
    pub start: u32,
    /// Last position.
    pub end: u32,
}

/// A set of positions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Intervals(Vec<Interval>);

impl Intervals {
    /// The union of intervals in any order; those that end before they start are empty.
    pub fn new(mut intervals: Vec<Interval>) -> Self {
        intervals.retain(|interval| interval.start <= interval.end);
        intervals.sort_unstable();
        let mut merged: Vec<Interval> = Vec::with_capacity(intervals.len());
        for interval in intervals {
            match merged.last_mut() {
                Some(last)
                    if last.contig == interval.contig && interval.start <= last.end.saturating_add(1) =>
                {
                    last.end = last.end.max(interval.end);
                }
                _ => merged.push(interval),
            }
        }
        Self(merged)
    }

    /// The intervals in order.
    pub fn iter(&self) -> impl Iterator<Item = &Interval> {
        self.0.iter()
    }

    /// Number of intervals.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Number of positions.
    pub fn bases(&self) -> u64 {
        self.0
            .iter()
            .map(|interval| u64::from(interval.end - interval.start) + 1)
            .sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a position belongs to the set.
    pub fn contains(&self, contig: i16, position: u32) -> bool {
        let after = self
            .0
            .partition_point(|interval| (interval.contig, interval.start) <= (contig, position));
        after
            .checked_sub(1)
            .is_some_and(|at| self.0[at].contig == contig && position <= self.0[at].end)
    }

    /// The intervals that reach into a stretch, whole.
    pub fn touching(&self, contig: i16, start: u32, end: u32) -> &[Interval] {
        let first = self
            .0
            .partition_point(|interval| (interval.contig, interval.end) < (contig, start));
        let after = self
            .0
            .partition_point(|interval| (interval.contig, interval.start) <= (contig, end));
        &self.0[first..after.max(first)]
    }

    /// Whether some position from `start` to `end` belongs to the set.
    pub fn overlaps(&self, contig: i16, start: u32, end: u32) -> bool {
        let after = self
            .0
            .partition_point(|interval| (interval.contig, interval.start) <= (contig, end));
        after
            .checked_sub(1)
            .is_some_and(|at| self.0[at].contig == contig && start <= self.0[at].end)
    }

    /// Positions in either set.
    pub fn union(&self, other: &Self) -> Self {
        Self::new(self.0.iter().chain(&other.0).copied().collect())
    }

    /// Positions in both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = Vec::new();
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            if a.contig == b.contig {
                let (start, end) = (a.start.max(b.start), a.end.min(b.end));
                if start <= end {
                    common.push(Interval {
                        contig: a.contig,
                        start,
                        end,
                    });
                }
            }
            if (a.contig, a.end) <= (b.contig, b.end) {
                left.next()
            } else {
                right.next()
            };
        }
        Self(common)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(intervals: &[(i16, u32, u32)]) -> Intervals {
        Intervals::new(
            intervals
                .iter()
                .map(|&(contig, start, end)| Interval { contig, start, end })
                .collect(),
        )
    }

    #[test]
    fn intervals_merge_and_meet() {
        let table: [(&[_], &[_], &[_], &[_]); 3] = [
            (
                &[(1, 1, 5), (1, 6, 9)],
                &[(1, 4, 20)],
                &[(1, 1, 20)],
                &[(1, 4, 9)],
            ),
            (
                &[(1, 1, 5), (2, 1, 5)],
                &[(2, 3, 9)],
                &[(1, 1, 5), (2, 1, 9)],
                &[(2, 3, 5)],
            ),
            (
                &[(1, 1, 5), (1, 9, 12)],
                &[(1, 5, 9), (1, 11, 30)],
                &[(1, 1, 30)],
                &[(1, 5, 5), (1, 9, 9), (1, 11, 12)],
            ),
        ];
        for (a, b, union, intersection) in table {
            assert_eq!(set(a).union(&set(b)), set(union));
            assert_eq!(set(a).intersection(&set(b)), set(intersection));
            assert_eq!(set(b).intersection(&set(a)), set(intersection));
        }
    }

    #[test]
    fn membership_is_exact_at_the_ends() {
        let set = set(&[(1, 10, 20), (3, 5, 5)]);
        let table = [
            (1, 9, false),
            (1, 10, true),
            (1, 20, true),
            (1, 21, false),
            (2, 10, false),
            (3, 5, true),
        ];
        for (contig, position, expected) in table {
            assert_eq!(set.contains(contig, position), expected, "{contig}:{position}");
        }
        assert_eq!(set.touching(1, 20, 99).len(), 1);
        assert_eq!(set.touching(1, 21, 99), []);
        assert_eq!(set.touching(2, 0, u32::MAX), []);
        assert_eq!((set.len(), set.bases()), (2, 12));
        assert!(set.overlaps(1, 1, 10) && set.overlaps(1, 20, 30) && !set.overlaps(1, 21, 30));
        assert!(!set.overlaps(2, 0, u32::MAX) && set.overlaps(3, 0, u32::MAX));
    }
}
