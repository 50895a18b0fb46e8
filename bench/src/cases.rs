//! The cases of the import benchmark.
//!
//! Invariant: a case says all that its file depends on.

/// What the records hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Phased genotypes only.
    Genotypes,
    /// `GT:AD:DP:GQ:PL`.
    Depth,
    /// No samples, 30 INFO keys.
    Sites,
}

/// A case.
#[derive(Debug, Clone)]
pub struct Case {
    /// Names it on the command line and in the results.
    pub name: &'static str,
    /// What the records hold.
    pub shape: Shape,
    /// Records.
    pub records: usize,
    /// Samples.
    pub samples: usize,
    /// Compressed by bgzip, or plain.
    pub is_bgzip: bool,
    /// Whether 5 super-populations and all samples are counted beside the 26 populations.
    pub with_super: bool,
}

/// All cases.
pub fn all() -> Vec<Case> {
    let gt = Case {
        name: "gt-26",
        shape: Shape::Genotypes,
        records: 20_000,
        samples: 2_504,
        is_bgzip: true,
        with_super: false,
    };
    let depth = Case {
        name: "depth-bgzip",
        shape: Shape::Depth,
        samples: 200,
        ..gt.clone()
    };
    vec![
        Case {
            name: "gt-32",
            records: 50_000,
            with_super: true,
            ..gt.clone()
        },
        gt,
        Case {
            name: "depth-plain",
            is_bgzip: false,
            ..depth.clone()
        },
        depth,
        Case {
            name: "sites",
            shape: Shape::Sites,
            records: 300_000,
            samples: 0,
            is_bgzip: true,
            with_super: false,
        },
    ]
}

impl Case {
    /// In words.
    pub fn describe(&self) -> String {
        let container = if self.is_bgzip { "bgzip" } else { "plain" };
        let (records, samples) = (self.records, self.samples);
        match self.shape {
            Shape::Genotypes if self.with_super => {
                format!("{records} records x {samples} samples, GT, 26 + 5 groups + all, {container}")
            }
            Shape::Genotypes => {
                format!("{records} records x {samples} samples, GT, 26 groups + all, {container}")
            }
            Shape::Depth => {
                format!("{records} records x {samples} samples, GT:AD:DP:GQ:PL, 26 groups + all, {container}")
            }
            Shape::Sites => format!("{records} records, no samples, 30 INFO keys, {container}"),
        }
    }
}
