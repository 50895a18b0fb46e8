//! Look-up of the contigs that one import may meet: the build's chromosomes and those registered beside them.
//!
//! Invariant: one name leads to one ordinal.

use std::collections::HashMap;

use super::Build;

/// What an import needs to know of a contig.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContigRef {
    /// Place in genome order; 26 and more for contigs outside the build's table.
    pub ordinal: i16,
    /// Length in bases, where known.
    pub length: Option<u32>,
}

impl ContigRef {
    /// Whether no record can stand there: behind the telomere, which the specification puts one base after the end.
    pub fn is_beyond(self, position: u32) -> bool {
        // UCSC's hg19 has an older mitochondrion, two bases longer.
        let longer = if self.ordinal == super::MT { 2 } else { 0 };
        self.length.is_some_and(|length| position > length + longer + 1)
    }
}

/// Two contigs claim one name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("contig {0:?} is already registered with another ordinal")]
pub struct DuplicateContig(pub String);

/// Names and aliases of contigs, by exact match.
#[derive(Clone, Debug)]
pub struct ContigIndex {
    build: Build,
    by_name: HashMap<Box<str>, ContigRef>,
}

impl ContigIndex {
    /// The chromosomes of the build, with all their aliases.
    pub fn new(build: Build) -> Self {
        let mut by_name = HashMap::new();
        for contig in build.contigs() {
            let found = ContigRef {
                ordinal: contig.ordinal,
                length: Some(contig.length),
            };
            by_name.insert(contig.name.into(), found);
            by_name.extend(contig.aliases.iter().map(|&alias| (alias.into(), found)));
        }
        ContigIndex { build, by_name }
    }

    /// Adds a contig that is not in the build's table.
    ///
    /// # Errors
    /// The name already stands for another ordinal.
    pub fn insert(&mut self, name: &str, contig: ContigRef) -> Result<(), DuplicateContig> {
        match self.by_name.get(name) {
            Some(known) if known.ordinal != contig.ordinal => Err(DuplicateContig(name.to_owned())),
            Some(_) => Ok(()),
            None => {
                self.by_name.insert(name.into(), contig);
                Ok(())
            }
        }
    }

    /// The contig of that name or alias, exactly.
    pub fn get(&self, name: &str) -> Option<ContigRef> {
        self.by_name.get(name).copied()
    }

    /// The build that the index was made for.
    pub fn build(&self) -> Build {
        self.build
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_contigs_stand_beside_the_build() {
        let mut index = ContigIndex::new(Build::Grch37);
        let extra = ContigRef {
            ordinal: 26,
            length: Some(106_433),
        };
        assert_eq!(index.insert("GL000191.1", extra), Ok(()));
        assert_eq!(index.insert("GL000191.1", extra), Ok(()));
        assert_eq!(index.insert("chr1", extra), Err(DuplicateContig("chr1".into())));
        assert_eq!(index.get("GL000191.1"), Some(extra));
        assert_eq!(index.get("chrX").map(|contig| contig.ordinal), Some(23));
        assert_eq!(index.get("GL000191"), None);
    }

    #[test]
    fn names_are_mapped_by_alias_and_exactly() {
        let index = ContigIndex::new(Build::Grch37);
        for (name, expected) in [
            ("1", Some(1)),
            ("chr1", Some(1)),
            ("NC_000001.10", Some(1)),
            ("CM000663.1", Some(1)),
            ("chrM", Some(25)),
            ("MT", Some(25)),
            ("Chr1", None),
            ("CHR1", None),
            ("chr01", None),
            ("01", None),
            ("chr1 ", None),
            ("NC_000001", None),
            ("NC_000001.11", None),
            ("nc_000001.10", None),
            ("x", None),
            ("23", None),
        ] {
            assert_eq!(index.get(name).map(|contig| contig.ordinal), expected, "{name:?}");
        }
    }

    #[test]
    fn chromosomes_end() {
        let index = ContigIndex::new(Build::Grch37);
        for (name, position, expected) in [
            ("1", 249_250_621, false),
            ("1", 249_250_622, false),
            ("1", 249_250_623, true),
            ("chrM", 16_571, false),
            ("chrM", 16_573, true),
        ] {
            assert_eq!(
                index.get(name).unwrap().is_beyond(position),
                expected,
                "{name}:{position}"
            );
        }
        let unknown = ContigRef {
            ordinal: 26,
            length: None,
        };
        assert!(!unknown.is_beyond(u32::MAX));
    }
}
