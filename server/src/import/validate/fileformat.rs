//! The fileformat line.
//!
//! Invariant: a file whose version is not known here is read under [`Version::ASSUMED`], after its refusal.

use super::version::Version;

/// What a fileformat line states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileFormat {
    /// A version whose rules are known.
    Known(Version),
    /// VCF 4.0, read under the rules of 4.1.
    Old,
    /// Nothing of the form VCFv4.x.
    Malformed,
    /// Another version.
    Unsupported,
}

impl FileFormat {
    /// Reads a line; `None` where it is no fileformat line.
    pub fn of(line: &[u8]) -> Option<FileFormat> {
        let stated = line.strip_prefix(b"##fileformat=")?;
        let is_number =
            |text: &&[u8]| !text.is_empty() && text.iter().all(|b| b.is_ascii_digit() || *b == b'.');
        let Some(number) = stated.strip_prefix(b"VCFv").filter(is_number) else {
            return Some(FileFormat::Malformed);
        };
        let known = Version::ALL
            .into_iter()
            .find(|version| version.number().as_bytes() == number);
        Some(match known {
            Some(version) => FileFormat::Known(version),
            None if number == b"4.0" => FileFormat::Old,
            None => FileFormat::Unsupported,
        })
    }

    /// The version whose rules apply.
    pub fn version(self) -> Version {
        match self {
            FileFormat::Known(version) => version,
            FileFormat::Old => Version::V41,
            FileFormat::Malformed | FileFormat::Unsupported => Version::ASSUMED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (line, expected) in [
            ("##fileformat=VCFv4.1", Some(FileFormat::Known(Version::V41))),
            ("##fileformat=VCFv4.5", Some(FileFormat::Known(Version::V45))),
            ("##fileformat=VCFv4.0", Some(FileFormat::Old)),
            ("##fileformat=VCFv3.3", Some(FileFormat::Unsupported)),
            ("##fileformat=VCFv4.6", Some(FileFormat::Unsupported)),
            ("##fileformat=VCF v4.2", Some(FileFormat::Malformed)),
            ("##fileformat=vcfv4.2", Some(FileFormat::Malformed)),
            ("##fileformat=", Some(FileFormat::Malformed)),
            ("##fileDate=20090805", None),
        ] {
            assert_eq!(FileFormat::of(line.as_bytes()), expected, "{line}");
        }
    }
}
