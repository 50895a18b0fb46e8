//! The sources of annotation that can be read.
//!
//! Invariant: a source's name is what the command line and the database call it.

use super::{ImportError, biovizbase, ideogram};
use crate::domain::build::Build;
use crate::domain::genes::annotation::Annotation;

/// A source of gene annotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `genesymbol` of Bioconductor's biovizBase, as `deploy/genes` writes it.
    BiovizBase,
    /// The gene cache of the npm package ideogram.
    Ideogram,
}

impl Source {
    /// All sources.
    pub const ALL: [Self; 2] = [Self::BiovizBase, Self::Ideogram];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BiovizBase => "biovizBase",
            Self::Ideogram => "ideogram",
        }
    }

    /// The build of its file that `deploy/genes` fetches.
    pub fn cached_build(self) -> Build {
        match self {
            Self::BiovizBase => Build::Grch37,
            Self::Ideogram => Build::Grch38,
        }
    }

    /// The name of that file.
    pub fn cached_file(self) -> &'static str {
        match self {
            Self::BiovizBase => "biovizBase.GRCh37.tsv",
            Self::Ideogram => "ideogram.GRCh38.tsv.gz",
        }
    }

    /// Reads a file's text.
    pub(super) fn parse(self, build: Build, text: &str) -> Result<Annotation, ImportError> {
        match self {
            Self::BiovizBase => biovizbase::parse(build, text),
            Self::Ideogram => ideogram::parse(build, text),
        }
    }
}

impl std::str::FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|source| source.as_str() == text);
        found.ok_or_else(|| "the sources are biovizBase and ideogram".to_owned())
    }
}
