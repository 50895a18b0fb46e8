//! The tools that can be run, as `r/TOOLS.md` lists them.
//!
//! Invariant: what stands here is what `POST /statistics/{tool}` takes.

use allelecast_protocol::statistics::StatisticTool;

use super::hwe;

/// Every tool.
pub fn tools() -> Vec<StatisticTool> {
    vec![StatisticTool {
        name: hwe::HWE.to_owned(),
        question: "Which alleles deviate from Hardy-Weinberg equilibrium in a group?".to_owned(),
        package: "snpStats".to_owned(),
        max_alleles: hwe::LIMITS.alleles as u32,
        max_samples: hwe::LIMITS.samples as u32,
    }]
}
