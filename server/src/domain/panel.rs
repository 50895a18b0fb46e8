//! Panels: which sample belongs to which groups, and of what sex it is.
//!
//! Invariant: names are compared exactly; a prefix is ignored only where the user said so, and stored names stay.

use super::groups::Sex;

mod groups;
mod matching;
mod parse;

pub use groups::{Group, PanelGroups};
pub use matching::{PanelMatch, PrefixOffer};
pub use parse::PanelError;

/// Family and value of the group of all samples, which always exists.
pub const ALL: &str = "all";

/// The full name of a group: `dataset.family.value`, `dataset.all` for everybody.
pub fn group_name(slug: &str, family: &str, value: &str) -> String {
    if family == ALL {
        format!("{slug}.{ALL}")
    } else {
        format!("{slug}.{family}.{value}")
    }
}

/// A panel as read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Panel {
    /// The groupings, in the order of their columns.
    pub families: Vec<String>,
    /// One per sample.
    pub rows: Vec<PanelRow>,
}

/// What a panel says of one sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelRow {
    /// Name.
    pub sample: String,
    /// The value in each family, or several divided by `;`; none where it is empty, `.` or `NA`.
    pub values: Vec<Option<String>>,
    /// Sex.
    pub sex: Sex,
}
