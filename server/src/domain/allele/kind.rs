//! Types of alleles.
//!
//! Invariant: the type follows from the trimmed reference and alternate alone.

use serde::{Deserialize, Serialize};

/// The type of an allele.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum AlleleKind {
    /// One base replaced.
    Snv = 0,
    /// Several bases replaced by as many.
    Mnv = 1,
    /// Bases inserted after an anchor.
    Insertion = 2,
    /// Bases deleted after an anchor.
    Deletion = 3,
    /// Bases replaced by fewer or more.
    Indel = 4,
    /// A symbol: `<DEL>`, `<INS:ME:ALU>`.
    Symbolic = 5,
    /// A breakend, with or without mate.
    Breakend = 6,
    /// `*`: the base is missing through a deletion upstream.
    Overlapping = 7,
}

impl AlleleKind {
    /// All kinds, in the order of their codes.
    pub const ALL: [AlleleKind; 8] = [
        AlleleKind::Snv,
        AlleleKind::Mnv,
        AlleleKind::Insertion,
        AlleleKind::Deletion,
        AlleleKind::Indel,
        AlleleKind::Symbolic,
        AlleleKind::Breakend,
        AlleleKind::Overlapping,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            AlleleKind::Snv => "snv",
            AlleleKind::Mnv => "mnv",
            AlleleKind::Insertion => "insertion",
            AlleleKind::Deletion => "deletion",
            AlleleKind::Indel => "indel",
            AlleleKind::Symbolic => "symbolic",
            AlleleKind::Breakend => "breakend",
            AlleleKind::Overlapping => "overlapping",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The kind of that stored code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Types a reference and an alternate as they stand.
    pub(super) fn of(reference: &str, alternate: &str) -> Self {
        match alternate {
            "*" => return AlleleKind::Overlapping,
            _ if alternate.starts_with('<') => return AlleleKind::Symbolic,
            _ => {}
        }
        let is_bases = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_bases(alternate) {
            return AlleleKind::Breakend;
        }
        if !is_bases(reference) {
            return AlleleKind::Symbolic;
        }
        match (reference.len(), alternate.len()) {
            (1, 1) if reference.eq_ignore_ascii_case(alternate) => AlleleKind::Mnv,
            (1, 1) => AlleleKind::Snv,
            (r, a) if r == a => AlleleKind::Mnv,
            (1, _) if same_first(reference, alternate) => AlleleKind::Insertion,
            (_, 1) if same_first(reference, alternate) => AlleleKind::Deletion,
            _ => AlleleKind::Indel,
        }
    }

    /// Whether both alleles are plain bases, which trimming applies to.
    pub fn is_sequence(self) -> bool {
        self <= AlleleKind::Indel
    }

    /// Whether INFO may say how far the allele reaches.
    pub(super) fn has_extent(self) -> bool {
        self == AlleleKind::Symbolic
    }
}

/// Whether an alternate is `<NON_REF>` or `<*>`: whatever else there might be. No allele of its own, it makes the record
/// one of a gVCF and says that the samples were looked at.
pub fn is_catch_all(alternate: &str) -> bool {
    matches!(alternate, "<NON_REF>" | "<*>")
}

fn same_first(reference: &str, alternate: &str) -> bool {
    reference.as_bytes()[0].eq_ignore_ascii_case(&alternate.as_bytes()[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_lead_back() {
        for (i, kind) in AlleleKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, i);
            assert_eq!(AlleleKind::from_code(i as u8), Some(kind));
            assert_eq!(AlleleKind::from_name(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind.as_str().into()));
        }
        assert_eq!(AlleleKind::from_code(8), None);
    }
}
