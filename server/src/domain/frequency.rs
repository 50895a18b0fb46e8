//! Frequency arithmetic: grpmax, filtering allele frequency, Hardy-Weinberg tests.
//!
//! Invariant: a figure that its counts do not define is absent, never zero.

use super::planes::Counts;

mod hwe;
mod poisson;

pub use hwe::{hwe_chi_square, hwe_exact};
pub use poisson::poisson_lower_bound;

/// Least AN of a group for grpmax and faf95, unless configured otherwise.
pub const MIN_AN: u32 = 100;

/// A figure of the group that has it, by the group's place among those given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OfGroup {
    /// Place of the group.
    pub group: usize,
    /// The figure.
    pub value: f64,
}

/// Filtering allele frequency: the lower bound of the one-sided 95 % Poisson interval of AC, over AN; 0 where AC <= 1,
/// absent where AN is 0 (Whiffin et al. 2017, doi:10.1038/gim.2017.26).
pub fn faf95(ac: u32, an: u32) -> Option<f64> {
    (an > 0).then(|| {
        if ac <= 1 {
            0.0
        } else {
            poisson_lower_bound(ac) / f64::from(an)
        }
    })
}

/// The group with the highest AF among those with AN >= `min_an`; the first of equals. Absent where no group qualifies
/// or none carries the allele.
pub fn grpmax(groups: impl IntoIterator<Item = Counts>, min_an: u32) -> Option<OfGroup> {
    highest(groups, min_an, |counts| counts.af())
}

/// The highest [`faf95`] among the groups with AN >= `min_an`; the first of equals. Absent where no group qualifies or
/// none has two copies.
pub fn faf95_max(groups: impl IntoIterator<Item = Counts>, min_an: u32) -> Option<OfGroup> {
    highest(groups, min_an, |counts| faf95(counts.ac, counts.an))
}

fn highest(
    groups: impl IntoIterator<Item = Counts>,
    min_an: u32,
    figure: impl Fn(&Counts) -> Option<f64>,
) -> Option<OfGroup> {
    let mut best: Option<OfGroup> = None;
    for (group, counts) in groups
        .into_iter()
        .enumerate()
        .filter(|(_, counts)| counts.an >= min_an)
    {
        let value = figure(&counts).unwrap_or(0.0);
        if value > best.map_or(0.0, |best| best.value) {
            best = Some(OfGroup { group, value });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(ac: u32, an: u32) -> Counts {
        Counts {
            ac,
            an,
            ..Counts::default()
        }
    }

    #[test]
    fn frequencies_are_absent_without_alleles() {
        assert_eq!(counts(0, 0).af(), None);
        assert_eq!(counts(1, 4).af(), Some(0.25));
        assert_eq!(faf95(5, 0), None);
        assert_eq!(faf95(1, 100), Some(0.0));
        assert_eq!(faf95(0, 100), Some(0.0));
    }

    #[test]
    fn grpmax_and_faf95_may_name_different_groups() {
        let groups = [counts(2, 100), counts(150, 10_000), counts(50, 50)];
        let best = grpmax(groups, MIN_AN).map(|best| (best.group, best.value));
        assert_eq!(best, Some((0, 0.02)));
        assert_eq!(faf95_max(groups, MIN_AN).map(|best| best.group), Some(1));
        assert_eq!(grpmax(groups, 1).map(|best| best.group), Some(2));
        assert_eq!(grpmax([counts(0, 100)], MIN_AN), None);
        assert_eq!(faf95_max([counts(1, 100)], MIN_AN), None);
    }
}
