//! Depth and genotype quality of one group for the alleles of a block.
//!
//! Invariant: a figure that no sample states is NaN, and a column that no record states is absent.

use super::{integers::figures, ipc::Columns};

/// Depth from which a sample counts as well covered.
const WELL_COVERED: u32 = 20;

/// Depth and quality, one value per allele, NaN where no sample of the group states it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QualityColumns {
    /// Mean of DP over the samples that state it.
    pub mean_dp: Option<Vec<f32>>,
    /// Share of those samples with DP >= 20.
    pub over_20x: Option<Vec<f32>>,
    /// Mean of GQ over the samples that state it.
    pub mean_gq: Option<Vec<f32>>,
}

/// Sums of DP and GQ over the samples of a group, for one record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DepthSums {
    dp: u64,
    dp_samples: u32,
    over_20x: u32,
    gq: u64,
    gq_samples: u32,
}

impl DepthSums {
    /// Adds one sample.
    pub fn add(&mut self, dp: Option<u32>, gq: Option<u32>) {
        if let Some(dp) = dp {
            self.dp += u64::from(dp);
            self.dp_samples += 1;
            self.over_20x += u32::from(dp >= WELL_COVERED);
        }
        if let Some(gq) = gq {
            self.gq += u64::from(gq);
            self.gq_samples += 1;
        }
    }
}

impl QualityColumns {
    /// Columns of those sums, one per allele.
    pub fn from_rows(rows: impl Iterator<Item = DepthSums> + Clone) -> Self {
        let column = |numerator: fn(DepthSums) -> u64, samples: fn(DepthSums) -> u32| {
            rows.clone().any(|sums| samples(sums) > 0).then(|| {
                // 0 / 0 is NaN, the figure of a row that no sample states.
                rows.clone()
                    .map(|sums| (numerator(sums) as f64 / f64::from(samples(sums))) as f32)
                    .collect()
            })
        };
        QualityColumns {
            mean_dp: column(|sums| sums.dp, |sums| sums.dp_samples),
            over_20x: column(|sums| sums.over_20x.into(), |sums| sums.dp_samples),
            mean_gq: column(|sums| sums.gq, |sums| sums.gq_samples),
        }
    }

    pub(super) fn arrays(&self, columns: &mut Columns) {
        let named = [
            ("mean_dp", &self.mean_dp),
            ("over_20x", &self.over_20x),
            ("mean_gq", &self.mean_gq),
        ];
        columns.extend(
            named
                .into_iter()
                .filter_map(|(name, values)| Some((name, figures(values.as_ref()?)))),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_over_the_samples_that_state_a_figure() {
        let mut sums = DepthSums::default();
        sums.add(Some(10), Some(99));
        sums.add(Some(30), None);
        sums.add(None, None);
        let columns = QualityColumns::from_rows([sums, DepthSums::default()].into_iter());
        assert_eq!(columns.mean_dp.as_ref().map(|dp| dp[0]), Some(20.0));
        assert_eq!(columns.over_20x.as_ref().map(|share| share[0]), Some(0.5));
        assert_eq!(columns.mean_gq.as_ref().map(|gq| gq[0]), Some(99.0));
        assert!(columns.mean_dp.is_some_and(|dp| dp[1].is_nan()));
        assert_eq!(
            QualityColumns::from_rows([DepthSums::default()].into_iter()),
            QualityColumns::default()
        );
    }
}
