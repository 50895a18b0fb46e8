//! What adds up over cells: the count of matches and the charts.
//!
//! Invariant: sums form a group; `after = before + (after - before)`, element by element.

use allelecast_protocol::chart::{AF_SPECTRUM_BINS, ChartData, ChartKind, Series};

use super::evaluate::Partial;
use super::resolved::Resolved;

/// Sums of a query over some cells, or the difference of two such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums {
    /// Alleles that match.
    pub total: i64,
    /// Alleles looked at.
    pub scanned: i64,
    /// By chart: sums by shown group and bin.
    pub charts: Vec<Vec<Vec<i64>>>,
}

impl Sums {
    /// Nothing yet, for these charts and that many shown groups.
    pub fn zero(charts: &[ChartKind], groups: usize) -> Self {
        let chart = |kind: &ChartKind| match kind {
            ChartKind::AfSpectrum => vec![vec![0; AF_SPECTRUM_BINS]; groups],
        };
        Self {
            total: 0,
            scanned: 0,
            charts: charts.iter().map(chart).collect(),
        }
    }

    pub(super) fn add(&mut self, partial: &Partial) {
        self.apply(partial, 1);
    }

    pub(super) fn subtract(&mut self, partial: &Partial) {
        self.apply(partial, -1);
    }

    fn apply(&mut self, partial: &Partial, sign: i64) {
        self.total += sign * partial.rows.len() as i64;
        self.scanned += sign * i64::from(partial.scanned);
        for (chart, values) in self.charts.iter_mut().zip(&partial.charts) {
            for (series, values) in chart.iter_mut().zip(values) {
                series
                    .iter_mut()
                    .zip(values)
                    .for_each(|(sum, value)| *sum += sign * value);
            }
        }
    }

    /// The sum of two.
    pub fn plus(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a + b)
    }

    /// What leads from `before` to here.
    pub fn minus(&self, before: &Self) -> Self {
        self.combine(before, |a, b| a - b)
    }

    fn combine(&self, other: &Self, join: fn(i64, i64) -> i64) -> Self {
        let series = |(a, b): (&Vec<i64>, &Vec<i64>)| a.iter().zip(b).map(|(&a, &b)| join(a, b)).collect();
        let chart = |(a, b): (&Vec<Vec<i64>>, &Vec<Vec<i64>>)| a.iter().zip(b).map(series).collect();
        Self {
            total: join(self.total, other.total),
            scanned: join(self.scanned, other.scanned),
            charts: self.charts.iter().zip(&other.charts).map(chart).collect(),
        }
    }

    /// The charts as they are sent; of a difference only the series that changed.
    pub fn charts(&self, query: &Resolved, kinds: &[ChartKind], only_changed: bool) -> Vec<ChartData> {
        let names = || {
            query
                .shown
                .iter()
                .map(|&group| query.groups[group].name.to_string())
        };
        let data = |(kind, chart): (&ChartKind, &Vec<Vec<i64>>)| ChartData {
            kind: *kind,
            series: names()
                .zip(chart)
                .filter(|(_, values)| !only_changed || values.iter().any(|value| *value != 0))
                .map(|(group, values)| Series {
                    group,
                    values: values.clone(),
                })
                .collect(),
        };
        let all = kinds.iter().zip(&self.charts).map(data);
        all.filter(|chart| !only_changed || !chart.series.is_empty())
            .collect()
    }
}
