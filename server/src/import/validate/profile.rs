//! Profiles, severities, and the class of a fault that connects them.
//!
//! Invariant: a severity follows from (class, profile) alone; [`Class::severity`] is the only place that decides it.

use serde::{Deserialize, Serialize};

/// How strictly a file is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// An error is what the text of the file's own version forbids.
    #[default]
    Spec,
    /// Recommendations ("should") and reserved keys count as errors as well; undeclared keys remain warnings.
    Strict,
    /// An error is only what cannot be read unambiguously; what can be repaired is a warning that says how.
    Tolerant,
}

/// Whether a finding refuses the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file is accepted and the uploader is told.
    Warning,
}

/// What kind of fault a rule describes in one version of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Forbidden by the text and not readable without guessing.
    Forbidden,
    /// Forbidden by the text, yet there is one reading that loses nothing.
    Repairable,
    /// A "should", a reserved key used otherwise, a question of style.
    Advice,
    /// Worth telling, never an error: undeclared keys and habits that the specification leaves open.
    Note,
    /// No fault in this version.
    Absent,
}

impl Class {
    /// The severity under `profile`; `None` where the version does not know the fault.
    pub const fn severity(self, profile: Profile) -> Option<Severity> {
        match (self, profile) {
            (Class::Absent, _) => None,
            (Class::Forbidden, _) => Some(Severity::Error),
            (Class::Repairable, Profile::Spec | Profile::Strict) => Some(Severity::Error),
            (Class::Advice, Profile::Strict) => Some(Severity::Error),
            (Class::Repairable | Class::Advice | Class::Note, _) => Some(Severity::Warning),
        }
    }

    /// The class written as one letter in the rule tables.
    pub(crate) const fn of_letter(letter: u8) -> Class {
        match letter {
            b'F' => Class::Forbidden,
            b'R' => Class::Repairable,
            b'A' => Class::Advice,
            b'N' => Class::Note,
            b'-' => Class::Absent,
            _ => panic!("a class is one of F R A N -"),
        }
    }
}
