//! Sections of the specification, whose numbers moved between 4.2 and 4.3.
//!
//! Invariant: a rule names a section by subject; the number for a version is looked up here.

use crate::import::validate::version::Version;

/// A part of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The file as a whole.
    Structure,
    /// Character encoding (4.3 and later).
    Encoding,
    /// Data types (4.3 and later; before that with the meta-information lines).
    DataTypes,
    /// Meta-information lines in general.
    Meta,
    /// `##fileformat`.
    FileFormat,
    /// `##INFO`.
    InfoLine,
    /// `##FILTER`.
    FilterLine,
    /// `##FORMAT`.
    FormatLine,
    /// `##ALT`.
    AltLine,
    /// `##assembly`.
    AssemblyLine,
    /// `##contig`.
    ContigLine,
    /// `##SAMPLE` and `##META`.
    SampleLine,
    /// `##PEDIGREE` and `##pedigreeDB`.
    PedigreeLine,
    /// The line that names the columns.
    HeaderLine,
    /// Data lines in general.
    DataLines,
    /// The eight fixed fields.
    FixedFields,
    /// FORMAT and the sample columns.
    GenotypeFields,
    /// INFO keys of structural variants.
    StructuralInfo,
    /// FORMAT keys of structural variants.
    StructuralFormat,
    /// Breakends.
    Breakends,
    /// Tandem repeats.
    TandemRepeats,
    /// No section: a bound of this program or a matter of the container.
    Program,
}

impl Section {
    /// The number in one version; `None` for [`Section::Program`].
    pub const fn number(self, version: Version) -> Option<&'static str> {
        let old = matches!(version, Version::V41 | Version::V42);
        Some(match self {
            Section::Program => return None,
            Section::Structure => "1",
            Section::Encoding => {
                if old {
                    "1"
                } else {
                    "1.2"
                }
            }
            Section::DataTypes => {
                if old {
                    "1.2.2"
                } else {
                    "1.3"
                }
            }
            Section::Meta => {
                if old {
                    "1.2"
                } else {
                    "1.4"
                }
            }
            Section::FileFormat => {
                if old {
                    "1.2.1"
                } else {
                    "1.4.1"
                }
            }
            Section::InfoLine => {
                if old {
                    "1.2.2"
                } else {
                    "1.4.2"
                }
            }
            Section::FilterLine => {
                if old {
                    "1.2.3"
                } else {
                    "1.4.3"
                }
            }
            Section::FormatLine => {
                if old {
                    "1.2.4"
                } else {
                    "1.4.4"
                }
            }
            Section::AltLine => {
                if old {
                    "1.2.5"
                } else {
                    "1.4.5"
                }
            }
            Section::AssemblyLine => {
                if old {
                    "1.2.6"
                } else {
                    "1.4.6"
                }
            }
            Section::ContigLine => {
                if old {
                    "1.2.7"
                } else {
                    "1.4.7"
                }
            }
            Section::SampleLine => {
                if old {
                    "1.2.8"
                } else {
                    "1.4.8"
                }
            }
            Section::PedigreeLine => {
                if old {
                    "1.2.9"
                } else {
                    "1.4.9"
                }
            }
            Section::HeaderLine => {
                if old {
                    "1.3"
                } else {
                    "1.5"
                }
            }
            Section::DataLines => {
                if old {
                    "1.4"
                } else {
                    "1.6"
                }
            }
            Section::FixedFields => {
                if old {
                    "1.4.1"
                } else {
                    "1.6.1"
                }
            }
            Section::GenotypeFields => {
                if old {
                    "1.4.2"
                } else {
                    "1.6.2"
                }
            }
            Section::StructuralInfo => "3",
            Section::StructuralFormat => "4",
            Section::Breakends => "5.4",
            Section::TandemRepeats => "5.7",
        })
    }
}
