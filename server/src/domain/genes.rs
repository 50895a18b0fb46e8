//! Genes of each build by symbol, Ensembl id and alias, in memory.
//!
//! Invariant: a symbol in use wins over an alias; an alias that several genes share leads nowhere.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::build::Build;
use crate::domain::intervals::Intervals;

/// A gene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gene {
    /// Its symbol.
    pub symbol: Arc<str>,
    /// Ensembl gene id, without version, where known.
    pub ensembl_id: Option<Arc<str>>,
    /// Where it lies; several stretches where its annotation is disjoint.
    pub intervals: Intervals,
}

/// The genes of all builds.
#[derive(Debug, Clone, Default)]
pub struct Genes {
    by_name: HashMap<(Build, String), Arc<Gene>>,
    symbols: HashMap<Build, Vec<Arc<str>>>,
}

impl Genes {
    /// Gathers genes; `aliases` are (build, other name, symbol).
    pub fn new(genes: Vec<(Build, Gene)>, aliases: &[(Build, String, String)]) -> Self {
        let mut all = Self::default();
        for (build, gene) in genes {
            let gene = Arc::new(gene);
            all.symbols.entry(build).or_default().push(gene.symbol.clone());
            if let Some(id) = &gene.ensembl_id {
                all.by_name.insert((build, id.to_ascii_uppercase()), gene.clone());
            }
            all.by_name
                .insert((build, gene.symbol.to_ascii_uppercase()), gene);
        }
        let mut of_alias: HashMap<(Build, String), Option<Arc<Gene>>> = HashMap::new();
        for (build, alias, symbol) in aliases {
            let Some(gene) = all.by_name.get(&(*build, symbol.to_ascii_uppercase())) else {
                continue;
            };
            let known = of_alias
                .entry((*build, alias.to_ascii_uppercase()))
                .or_insert_with(|| Some(gene.clone()));
            if known.as_ref().is_some_and(|known| known.symbol != gene.symbol) {
                *known = None;
            }
        }
        for (name, gene) in of_alias {
            if let Some(gene) = gene {
                all.by_name.entry(name).or_insert(gene);
            }
        }
        all
    }

    /// The gene with that symbol, Ensembl id (with version or without) or alias, in any case.
    pub fn find(&self, build: Build, name: &str) -> Option<&Arc<Gene>> {
        let name = name.to_ascii_uppercase();
        let plain = match name.split_once('.') {
            Some((id, _)) if id.starts_with("ENSG") => id.to_owned(),
            _ => name,
        };
        self.by_name.get(&(build, plain))
    }

    /// All symbols of a build.
    pub fn symbols(&self, build: Build) -> impl Iterator<Item = &str> {
        self.symbols
            .get(&build)
            .into_iter()
            .flatten()
            .map(|symbol| &**symbol)
    }

    /// Whether no gene of a build is known.
    pub fn is_empty(&self, build: Build) -> bool {
        self.symbols.get(&build).is_none_or(Vec::is_empty)
    }
}
