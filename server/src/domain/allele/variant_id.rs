//! Variant identifiers: `1-55051215-G-GA`.
//!
//! Invariant: printing and parsing are inverse; contig names may themselves contain `-`.

use std::{fmt, str::FromStr};

/// An allele as people write it down, the contig by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VariantId {
    /// Contig as written.
    pub contig: String,
    /// Position, 1-based.
    pub position: u32,
    /// Reference bases.
    pub reference_bases: String,
    /// Alternate bases.
    pub alternate_bases: String,
}

/// The text is no variant identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariantIdError {
    /// Fewer than four parts, or an empty one.
    #[error("a variant is written as CHROM-POS-REF-ALT, for example 1-55051215-G-GA")]
    Parts,
    /// The position is no number.
    #[error("{0:?} is not a position")]
    Position(String),
}

impl fmt::Display for VariantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{}-{}-{}",
            self.contig, self.position, self.reference_bases, self.alternate_bases
        )
    }
}

impl FromStr for VariantId {
    type Err = VariantIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.rsplitn(4, '-');
        let mut next = || {
            parts
                .next()
                .filter(|part| !part.is_empty())
                .ok_or(VariantIdError::Parts)
        };
        let (alternate, reference, position, contig) = (next()?, next()?, next()?, next()?);
        let number = position
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| position.parse().ok());
        Ok(VariantId {
            contig: contig.to_owned(),
            position: number
                .flatten()
                .ok_or_else(|| VariantIdError::Position(position.to_owned()))?,
            reference_bases: reference.to_owned(),
            alternate_bases: alternate.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_lead_back() {
        for text in [
            "1-55051215-G-GA",
            "HLA-DRB1*15:01-7-A-<DEL>",
            "X-1-A-*",
            "2-321681-G-G]17:198982]",
        ] {
            assert_eq!(
                text.parse::<VariantId>().map(|id| id.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in ["", "1-2-G", "1--G-A", "1-2-G-"] {
            assert_eq!(text.parse::<VariantId>(), Err(VariantIdError::Parts), "{text}");
        }
        for position in ["x", "+5", "99999999999"] {
            let want = Err(VariantIdError::Position(position.into()));
            assert_eq!(format!("1-{position}-G-A").parse::<VariantId>(), want);
        }
    }
}
