//! The evaluator: a bound condition over the rows of a cell, and the sums of what it keeps.
//!
//! Invariant: Kleene logic. What is not known is unknown, NOT unknown is unknown, and only true rows are kept.

use allelecast_protocol::chart::{AF_SPECTRUM_BINS, AF_SPECTRUM_EDGES, ChartKind};
use arrow::array::Array;

use super::frame::{Frame, GroupCell};
use super::resolved::{Node, Value};
use crate::domain::ast::{Figure, TextField};
use crate::domain::frequency::hwe_exact;
use crate::domain::stated::{Count, Tallied};

/// Changes whenever the evaluator answers differently from before, so that cached partials are not mixed.
pub(super) const ENGINE_VERSION: u32 = 2;

/// Truth values, ordered so that AND is the least and OR the greatest.
const FALSE: u8 = 0;
const UNKNOWN: u8 = 1;
const TRUE: u8 = 2;

/// The answer of one cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Partial {
    /// Rows of the frame that match.
    pub(super) rows: Vec<u32>,
    /// Rows looked at.
    pub(super) scanned: u32,
    /// By chart: sums by shown group and bin.
    pub(super) charts: Vec<Vec<Vec<i64>>>,
}

/// Evaluates a condition over a frame and sums the charts of what it keeps.
pub(super) fn partial(
    frame: &Frame,
    condition: &Node,
    shown: &[usize],
    hq: bool,
    charts: &[ChartKind],
) -> Partial {
    let evaluator = Evaluator { frame, hq };
    let truth = evaluator.truth(condition);
    let rows: Vec<u32> = (0u32..)
        .zip(&truth)
        .filter(|(_, truth)| **truth == TRUE)
        .map(|(row, _)| row)
        .collect();
    let charts = charts
        .iter()
        .map(|chart| match chart {
            ChartKind::AfSpectrum => shown
                .iter()
                .map(|&group| evaluator.af_spectrum(&rows, group))
                .collect(),
        })
        .collect();
    Partial {
        scanned: frame.rows.len() as u32,
        rows,
        charts,
    }
}

/// The AF bin of a figure: see [`AF_SPECTRUM_EDGES`].
pub(super) fn af_bin(af: Option<f64>) -> usize {
    match af {
        None => 0,
        Some(af) if af <= 0.0 => 1,
        Some(af) => {
            2 + AF_SPECTRUM_EDGES
                .iter()
                .position(|edge| af <= *edge)
                .unwrap_or(AF_SPECTRUM_EDGES.len() - 1)
        }
    }
}

struct Evaluator<'a> {
    frame: &'a Frame,
    hq: bool,
}

impl Evaluator<'_> {
    fn rows(&self) -> usize {
        self.frame.rows.len()
    }

    fn truth(&self, node: &Node) -> Vec<u8> {
        match node {
            Node::All => vec![TRUE; self.rows()],
            Node::And(parts) => self.fold(parts, TRUE, |all, part| *all = (*all).min(part)),
            Node::Or(parts) => self.fold(parts, FALSE, |any, part| *any = (*any).max(part)),
            Node::Not(inner) => self.truth(inner).into_iter().map(|truth| TRUE - truth).collect(),
            Node::Within(intervals) => {
                let contig = self.frame.input.cell.contig;
                self.sites(|sites, row| intervals.contains(contig, sites.pos[row]))
            }
            Node::Allele {
                contig,
                position,
                reference_bases,
                alternate_bases,
            } => {
                let here = *contig == self.frame.input.cell.contig;
                self.sites(|sites, row| {
                    here && sites.pos[row] == *position
                        && sites.reference.value(row) == reference_bases
                        && sites.alternate.value(row) == alternate_bases
                })
            }
            Node::Id(id) => self.sites(|sites, row| {
                sites.id.is_valid(row)
                    && sites
                        .id
                        .value(row)
                        .split(';')
                        .any(|one| one.eq_ignore_ascii_case(id))
            }),
            Node::Text {
                field,
                negated,
                value,
            } => self.text(*field, *negated, value),
            Node::Compare { left, op, right } => {
                let (left, right) = (self.numbers(left), self.numbers(right));
                left.iter()
                    .zip(&right)
                    .map(|(&left, &right)| known(op.holds(left, right), left, right))
                    .collect()
            }
            Node::Between { value, low, high } => self
                .numbers(value)
                .iter()
                .map(|&n| known((*low..=*high).contains(&n), n, n))
                .collect(),
            Node::Seen(group) => self.groups(*group, |cell| cell.is_carried(self.hq)),
            Node::Covered(group) => self.groups(*group, |cell| cell != GroupCell::NoData),
        }
    }

    fn fold(&self, parts: &[Node], start: u8, join: fn(&mut u8, u8)) -> Vec<u8> {
        let mut all = vec![start; self.rows()];
        for part in parts {
            all.iter_mut()
                .zip(self.truth(part))
                .for_each(|(all, part)| join(all, part));
        }
        all
    }

    fn sites(&self, holds: impl Fn(&crate::domain::columns::SiteColumns, usize) -> bool) -> Vec<u8> {
        (0..self.rows())
            .map(|row| {
                let (sites, at) = self.frame.site(row);
                if holds(sites, at) { TRUE } else { FALSE }
            })
            .collect()
    }

    fn groups(&self, group: usize, holds: impl Fn(GroupCell) -> bool) -> Vec<u8> {
        (0..self.rows())
            .map(|row| {
                if holds(self.frame.group(row, group)) {
                    TRUE
                } else {
                    FALSE
                }
            })
            .collect()
    }

    /// FILTER is unknown where filters were not applied; a type is always known.
    fn text(&self, field: TextField, negated: bool, value: &str) -> Vec<u8> {
        let is = |holds: bool| if holds != negated { TRUE } else { FALSE };
        (0..self.rows())
            .map(|row| {
                let (sites, at) = self.frame.site(row);
                match field {
                    TextField::Type => is(sites.kind[at].as_str().eq_ignore_ascii_case(value)),
                    TextField::Filter => match sites.filter.value(at) {
                        "." => UNKNOWN,
                        filters => is(filters
                            .split(';')
                            .any(|filter| filter.eq_ignore_ascii_case(value))),
                    },
                }
            })
            .collect()
    }

    /// Numbers of all rows, NaN where unknown.
    fn numbers(&self, value: &Value) -> Vec<f64> {
        match value {
            Value::Number(number) => vec![*number; self.rows()],
            Value::Qual => (0..self.rows())
                .map(|row| {
                    let (sites, at) = self.frame.site(row);
                    f64::from(sites.qual[at])
                })
                .collect(),
            Value::Figure {
                factor,
                figure,
                group,
            } => (0..self.rows())
                .map(|row| factor * self.figure(row, *figure, *group).unwrap_or(f64::NAN))
                .collect(),
        }
    }

    fn figure(&self, row: usize, figure: Figure, group: usize) -> Option<f64> {
        if figure == Figure::Dp {
            return self.depth(row, group);
        }
        let cell = self.frame.group(row, group);
        if figure == Figure::Af {
            return cell.af(self.hq);
        }
        let counts = cell.counts(self.hq)?;
        let count = |count| counts.get(count).map(f64::from);
        let members = || {
            self.frame.input.groups[group]
                .parts
                .iter()
                .filter_map(|part| Some(part.size?.members))
                .sum::<u32>()
        };
        match figure {
            Figure::Ac => count(Count::Ac),
            Figure::An => count(Count::An),
            Figure::Het => count(Count::Het),
            Figure::Hom => count(Count::Hom),
            Figure::Hemi => count(Count::Hemi),
            Figure::Callrate => Some(members())
                .filter(|n| *n > 0)
                .and_then(|n| Some(count(Count::Ns)? / f64::from(n))),
            Figure::Hwe => hwe(&counts),
            Figure::Af | Figure::Dp => None,
        }
    }

    /// Mean depth; over several datasets weighted by their called samples.
    fn depth(&self, row: usize, group: usize) -> Option<f64> {
        let (mut sum, mut weight) = (0.0, 0.0);
        for part in &self.frame.input.groups[group].parts {
            let (dp, samples) = match self.frame.frequencies(row, part) {
                Some((columns, at)) => {
                    let dp = columns.quality.mean_dp.as_ref().map(|dp| dp[at]);
                    (dp, columns.raw.ns[at].max(1))
                }
                None => match self.frame.inferred(row, part) {
                    Some(known) => (known.mean_depth(), known.depth.1),
                    None => continue,
                },
            };
            if let Some(dp) = dp.filter(|dp| !dp.is_nan()) {
                sum += f64::from(dp) * f64::from(samples);
                weight += f64::from(samples);
            }
        }
        (weight > 0.0).then(|| sum / weight)
    }

    fn af_spectrum(&self, rows: &[u32], group: usize) -> Vec<i64> {
        let mut bins = vec![0; AF_SPECTRUM_BINS];
        for &row in rows {
            bins[af_bin(self.frame.group(row as usize, group).af(self.hq))] += 1;
        }
        bins
    }
}

fn hwe(counts: &Tallied) -> Option<f64> {
    hwe_exact(
        counts.get(Count::NDip)?,
        counts.get(Count::Het)?,
        counts.get(Count::Hom)?,
    )
}

fn known(holds: bool, left: f64, right: f64) -> u8 {
    match (left.is_nan() || right.is_nan(), holds) {
        (true, _) => UNKNOWN,
        (false, true) => TRUE,
        (false, false) => FALSE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frequency_has_one_bin() {
        let table = [
            (None, 0),
            (Some(0.0), 1),
            (Some(1e-9), 2),
            (Some(0.001), 2),
            (Some(0.0011), 3),
            (Some(0.5), 12),
            (Some(0.95), 17),
            (Some(1.0), 17),
        ];
        for (af, bin) in table {
            assert_eq!(af_bin(af), bin, "{af:?}");
        }
        assert_eq!(AF_SPECTRUM_BINS, 18);
    }
}
