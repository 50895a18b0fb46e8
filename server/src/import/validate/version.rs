//! The versions of the specification and what each of them allows, as data.
//!
//! Invariant: code that checks a line asks the [`Grammar`], never the version number.

use serde::{Deserialize, Serialize};

/// A version of the specification whose rules are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Version {
    /// VCF 4.1; 4.0 is read under its rules.
    V41,
    /// VCF 4.2.
    V42,
    /// VCF 4.3.
    V43,
    /// VCF 4.4.
    V44,
    /// VCF 4.5.
    V45,
}

impl Version {
    /// All versions, oldest first.
    pub const ALL: [Version; 5] = [
        Version::V41,
        Version::V42,
        Version::V43,
        Version::V44,
        Version::V45,
    ];

    /// The rules applied when a file does not say which version it is.
    pub const ASSUMED: Version = Version::V42;

    /// The number as in `##fileformat=VCFv4.2`.
    pub const fn number(self) -> &'static str {
        match self {
            Version::V41 => "4.1",
            Version::V42 => "4.2",
            Version::V43 => "4.3",
            Version::V44 => "4.4",
            Version::V45 => "4.5",
        }
    }

    /// What the version allows.
    pub(crate) fn grammar(self) -> &'static Grammar {
        &GRAMMARS[self as usize]
    }
}

/// Which characters a key may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyGrammar {
    /// Anything but white space and the separators of its column.
    Loose,
    /// Letters and digits.
    Alphanumeric,
    /// `^[A-Za-z_][0-9A-Za-z_.]*$`.
    Identifier,
}

/// Which characters a contig name may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContigGrammar {
    /// No white space, no angle brackets.
    Loose,
    /// The reference sequence names of SAM.
    Sam,
}

/// The differences between the versions.
#[derive(Debug)]
pub(crate) struct Grammar {
    /// Symbols that INFO may have as Number beside an integer.
    pub info_numbers: &'static [&'static str],
    /// The same for FORMAT.
    pub format_numbers: &'static [&'static str],
    /// Keys of the INFO column.
    pub info_key: KeyGrammar,
    /// Keys of the FORMAT column.
    pub format_key: KeyGrammar,
    /// Names of contigs.
    pub contig: ContigGrammar,
    /// White space inside INFO values.
    pub info_spaces: bool,
    /// Percent encoding of characters with a special meaning, and UTF-8 as the encoding.
    pub percent_encoding: bool,
    /// A float must end in a digit (`1.` is none).
    pub float_ends_in_digit: bool,
    /// `*` as an alternate allele.
    pub overlap_allele: bool,
    /// Symbolic alleles of one record have each their own SVLEN and RN, and may have one name.
    pub alleles_by_length: bool,
    /// A phasing mark before the first allele of GT.
    pub phasing_prefix: bool,
    /// First types of a symbolic alternate allele that a header may declare.
    pub alt_types: &'static [&'static str],
    /// Ambiguity codes as symbolic alternate alleles.
    pub alt_ambiguity: bool,
}

const SYMBOLS_41: &[&str] = &["A", "G", "."];
const SYMBOLS_42: &[&str] = &["A", "R", "G", "."];
const FORMAT_44: &[&str] = &["A", "R", "G", ".", "P"];
const FORMAT_45: &[&str] = &["A", "R", "G", ".", "P", "LA", "LR", "LG", "M"];
const ALT_TYPES: &[&str] = &["DEL", "INS", "DUP", "INV", "CNV"];
const ALT_TYPES_43: &[&str] = &["DEL", "INS", "DUP", "INV", "CNV", "BND"];

const V41: Grammar = Grammar {
    info_numbers: SYMBOLS_41,
    format_numbers: SYMBOLS_41,
    info_key: KeyGrammar::Loose,
    format_key: KeyGrammar::Alphanumeric,
    contig: ContigGrammar::Loose,
    info_spaces: false,
    percent_encoding: false,
    float_ends_in_digit: false,
    overlap_allele: false,
    alleles_by_length: false,
    phasing_prefix: false,
    alt_types: ALT_TYPES,
    alt_ambiguity: false,
};

const V42: Grammar = Grammar {
    info_numbers: SYMBOLS_42,
    format_numbers: SYMBOLS_42,
    overlap_allele: true,
    ..V41
};

const V43: Grammar = Grammar {
    info_key: KeyGrammar::Identifier,
    format_key: KeyGrammar::Identifier,
    contig: ContigGrammar::Sam,
    info_spaces: true,
    percent_encoding: true,
    float_ends_in_digit: true,
    alt_types: ALT_TYPES_43,
    alt_ambiguity: true,
    ..V42
};

const V44: Grammar = Grammar {
    format_numbers: FORMAT_44,
    alleles_by_length: true,
    phasing_prefix: true,
    alt_types: ALT_TYPES,
    ..V43
};

const V45: Grammar = Grammar {
    format_numbers: FORMAT_45,
    ..V44
};

static GRAMMARS: [Grammar; 5] = [V41, V42, V43, V44, V45];

/// Names of symbolic alternate alleles that widespread callers declare although no version lists them as a first
/// type: GATK's reference blocks, samtools' `<*>` and the copy numbers of the 1000 Genomes Project.
pub(crate) fn is_customary_alt(id: &[u8]) -> bool {
    id == b"NON_REF"
        || id == b"*"
        || id
            .strip_prefix(b"CN")
            .is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}
