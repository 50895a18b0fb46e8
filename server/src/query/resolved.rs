//! A query with every name bound to what it means.
//!
//! Invariant: ids only; a resolved query means the same for ever, whatever is later called what.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::domain::ast::{CompareOp, Figure, TextField};
use crate::domain::build::Build;
use crate::domain::intervals::Intervals;

/// A query ready to be evaluated.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// Reference build.
    pub build: Build,
    /// Datasets in scope, by id, ascending: a dataset's place here is its slot.
    pub datasets: Vec<i64>,
    /// The condition.
    pub condition: Node,
    /// Every group that is named or shown.
    pub groups: Vec<GroupRef>,
    /// The groups shown, as places in `groups`.
    pub shown: Vec<usize>,
    /// Whether figures count high-quality calls only.
    pub hq: bool,
    /// Canonical text, fully qualified.
    pub text: String,
    /// Where matching alleles can lie at all; `None` for anywhere.
    pub within: Option<Intervals>,
    /// Names the resolved query: equal for equal meaning and equal shown groups.
    pub key: QueryKey,
}

/// A digest of all that a resolved query's answer depends on, but for the data.
pub type QueryKey = [u8; 16];

/// A group as a query bound it: the sum of parts, one a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRef {
    /// Full name, or the list of samples.
    pub name: Arc<str>,
    /// Its parts.
    pub parts: Vec<GroupPart>,
}

/// A group's samples in one dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPart {
    /// Place of the dataset in the scope.
    pub slot: usize,
    /// Which samples.
    pub source: PartSource,
}

/// Where a part's samples come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartSource {
    /// A group, by id; the version of everything says which of its versions.
    Group(i64),
    /// Samples by id, ascending.
    Samples(Arc<[i64]>),
}

/// A condition with bound names.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Holds always.
    All,
    /// All of them.
    And(Vec<Node>),
    /// Any of them.
    Or(Vec<Node>),
    /// Not it.
    Not(Box<Node>),
    /// The position lies in a set.
    Within(Intervals),
    /// It is this allele.
    Allele {
        /// Ordinal of its contig.
        contig: i16,
        /// Position of its first reference base, trimmed.
        position: u32,
        /// Reference bases, trimmed.
        reference_bases: String,
        /// Alternate bases, trimmed.
        alternate_bases: String,
    },
    /// The ID column lists it.
    Id(String),
    /// A text column is, or is not, a value.
    Text {
        /// The column.
        field: TextField,
        /// Whether it must not be.
        negated: bool,
        /// The value.
        value: String,
    },
    /// Two numbers compare.
    Compare {
        /// Left.
        left: Value,
        /// How.
        op: CompareOp,
        /// Right.
        right: Value,
    },
    /// A number lies in a range, ends included.
    Between {
        /// The number.
        value: Value,
        /// Smallest.
        low: f64,
        /// Largest.
        high: f64,
    },
    /// Some called allele of the group is it.
    Seen(usize),
    /// The group's files say something here.
    Covered(usize),
}

/// A number of one allele.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// The same for all.
    Number(f64),
    /// QUAL.
    Qual,
    /// A figure of a group, times a factor.
    Figure {
        /// The factor.
        factor: f64,
        /// The figure.
        figure: Figure,
        /// The group's place in [`Resolved::groups`].
        group: usize,
    },
}

impl Resolved {
    /// The slot of a dataset.
    pub fn slot(&self, dataset_id: i64) -> Option<usize> {
        self.datasets.binary_search(&dataset_id).ok()
    }

    /// Digests what the answer depends on.
    pub(super) fn digest(&self) -> QueryKey {
        let mut hasher = Sha256::new();
        hasher.update(super::evaluate::ENGINE_VERSION.to_le_bytes());
        hasher.update(format!("{:?}|{:?}|{}", self.build, self.datasets, self.hq));
        hasher.update(format!("{:?}", self.condition));
        for group in &self.groups {
            hasher.update(format!("{}|{:?}", group.name, group.parts));
        }
        hasher.update(format!("{:?}", self.shown));
        let digest = hasher.finalize();
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        key
    }
}

impl Node {
    /// A set of positions outside of which the condition cannot be true; `None` for no bound.
    pub fn within(&self) -> Option<Intervals> {
        match self {
            Self::Within(intervals) => Some(intervals.clone()),
            Self::Allele { contig, position, .. } => {
                let at = crate::domain::intervals::Interval {
                    contig: *contig,
                    start: *position,
                    end: *position,
                };
                Some(Intervals::new(vec![at]))
            }
            Self::And(parts) => parts
                .iter()
                .filter_map(Self::within)
                .reduce(|bound, part| bound.intersection(&part)),
            Self::Or(parts) => {
                let bounds: Option<Vec<Intervals>> = parts.iter().map(Self::within).collect();
                bounds.map(|bounds| {
                    bounds
                        .iter()
                        .fold(Intervals::default(), |all, part| all.union(part))
                })
            }
            _ => None,
        }
    }

    /// The groups whose figures the condition needs.
    pub fn groups(&self, into: &mut Vec<usize>) {
        let value = |value: &Value, into: &mut Vec<usize>| {
            if let Value::Figure { group, .. } = value {
                into.push(*group);
            }
        };
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.groups(into)),
            Self::Not(inner) => inner.groups(into),
            Self::Compare { left, right, .. } => {
                value(left, into);
                value(right, into);
            }
            Self::Between { value: number, .. } => value(number, into),
            Self::Seen(group) | Self::Covered(group) => into.push(*group),
            Self::All | Self::Within(_) | Self::Allele { .. } | Self::Id(_) | Self::Text { .. } => {}
        }
    }
}
