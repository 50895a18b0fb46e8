//! Binding of gene names: symbol, Ensembl id or alias.
//!
//! Invariant: a name that fits several genes is an error that lists them.

use std::sync::Arc;

use crate::domain::build::Build;
use crate::domain::genes::{Gene, Genes};
use crate::domain::nearest::nearest;

/// Genes listed by an error.
const LISTED: usize = 3;

/// A name that leads to no gene, or to several.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UnknownGene {
    /// Which name and why.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// The one gene of a name.
pub fn find_gene<'a>(genes: &'a Genes, build: Build, name: &str) -> Result<&'a Arc<Gene>, UnknownGene> {
    let several = match genes.find(build, name) {
        [gene] => return Ok(gene),
        [] => return Err(unknown(genes, build, name)),
        several => several,
    };
    let some: Vec<&str> = several.iter().take(LISTED).map(|gene| &*gene.symbol).collect();
    let others = if several.len() > LISTED { " or another" } else { "" };
    Err(UnknownGene {
        message: format!("“{name}” fits {} genes of {build}.", several.len()),
        hint: Some(format!("Name one of them: {}{others}.", some.join(", "))),
    })
}

fn unknown(genes: &Genes, build: Build, name: &str) -> UnknownGene {
    if genes.is_empty(build) {
        return UnknownGene {
            message: format!("No gene annotation of {build} is loaded, so “{name}” is not known."),
            hint: Some("Ask for a region instead, as region:13:32340000-32350000.".to_owned()),
        };
    }
    let near = nearest(name, genes.symbols(build));
    UnknownGene {
        message: format!("{build} has no gene “{name}”."),
        hint: (!near.is_empty()).then(|| format!("Did you mean {}?", near.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gene(symbol: &str, aliases: &[&str]) -> Gene {
        Gene {
            id: 0,
            symbol: symbol.into(),
            ensembl_id: None,
            aliases: aliases.iter().map(|&alias| alias.into()).collect(),
            intervals: Default::default(),
        }
    }

    #[test]
    fn errors_say_what_to_write() {
        let family = ["E1", "E2", "E3", "E4"].map(|id| gene(id, &["Y_RNA"]));
        let twins = ["T1", "T2"].map(|id| gene(id, &["TWIN"]));
        let all = family
            .into_iter()
            .chain(twins)
            .chain([gene("SIRPA", &[])])
            .collect();
        let genes = Genes::new(vec![(Build::Grch37, all)]);
        let table = [
            (Build::Grch37, "sirpa", Ok("SIRPA")),
            (
                Build::Grch37,
                "SIRPB",
                Err(("GRCh37 has no gene “SIRPB”.", Some("Did you mean SIRPA?"))),
            ),
            (
                Build::Grch37,
                "QWERTYUI",
                Err(("GRCh37 has no gene “QWERTYUI”.", None)),
            ),
            (
                Build::Grch37,
                "Y_RNA",
                Err((
                    "“Y_RNA” fits 4 genes of GRCh37.",
                    Some("Name one of them: E1, E2, E3 or another."),
                )),
            ),
            (
                Build::Grch37,
                "twin",
                Err((
                    "“twin” fits 2 genes of GRCh37.",
                    Some("Name one of them: T1, T2."),
                )),
            ),
            (
                Build::Grch38,
                "SIRPA",
                Err((
                    "No gene annotation of GRCh38 is loaded, so “SIRPA” is not known.",
                    Some("Ask for a region instead, as region:13:32340000-32350000."),
                )),
            ),
        ];
        for (build, name, expected) in table {
            let found = find_gene(&genes, build, name).map(|gene| &*gene.symbol);
            let found = found.map_err(|error| (error.message, error.hint));
            let expected = expected.map_err(|(message, hint)| (message.to_owned(), hint.map(str::to_owned)));
            assert_eq!(found, expected, "{name}");
        }
    }
}
