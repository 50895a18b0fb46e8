//! Genes of each build by symbol, Ensembl id, alias and position, in memory.
//!
//! Invariant: a symbol in use wins over an Ensembl id and that over an alias; a name that fits several genes leads to
//! all of them, and the caller decides.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::build::Build;
use crate::domain::intervals::Intervals;

pub mod annotation;
mod places;

use places::Places;

/// A gene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gene {
    /// Identifies it in the store.
    pub id: i64,
    /// Its symbol.
    pub symbol: Arc<str>,
    /// Ensembl gene id, without version, where known.
    pub ensembl_id: Option<Arc<str>>,
    /// Other names.
    pub aliases: Vec<Arc<str>>,
    /// Where it lies; several stretches where its annotation is disjoint.
    pub intervals: Intervals,
}

/// The genes of all builds.
#[derive(Debug, Clone, Default)]
pub struct Genes(HashMap<Build, OfBuild>);

#[derive(Debug, Clone, Default)]
struct OfBuild {
    genes: Vec<Arc<Gene>>,
    by_symbol: Names,
    by_ensembl_id: Names,
    by_alias: Names,
    places: Places,
}

type Names = HashMap<String, Vec<Arc<Gene>>>;

impl Genes {
    /// Gathers releases, those that count more first: a gene whose symbol an earlier release of its build has is left out.
    pub fn new(releases: Vec<(Build, Vec<Gene>)>) -> Self {
        let mut builds: HashMap<Build, OfBuild> = HashMap::new();
        for (build, genes) in releases {
            let of_build = builds.entry(build).or_default();
            let fresh = |gene: &Gene| !of_build.by_symbol.contains_key(&key(&gene.symbol));
            let fresh: Vec<Arc<Gene>> = genes.into_iter().filter(fresh).map(Arc::new).collect();
            for gene in fresh {
                of_build.add(gene);
            }
        }
        for of_build in builds.values_mut() {
            of_build.places = Places::of(&of_build.genes);
        }
        Self(builds)
    }

    /// The genes of that symbol, Ensembl id (with version or without) or alias, in any case: none, one or several.
    pub fn find(&self, build: Build, name: &str) -> &[Arc<Gene>] {
        let name = key(name);
        let id = match name.split_once('.') {
            Some((id, _)) if id.starts_with("ENSG") => id,
            _ => &name,
        };
        let Some(of_build) = self.0.get(&build) else {
            return &[];
        };
        let found = of_build.by_symbol.get(&name);
        let found = found.or_else(|| of_build.by_ensembl_id.get(id));
        found
            .or_else(|| of_build.by_alias.get(&name))
            .map_or(&[], Vec::as_slice)
    }

    /// The genes that a position belongs to, in the order in which they begin.
    pub fn at(&self, build: Build, contig: i16, position: u32) -> Vec<&Arc<Gene>> {
        let Some(of_build) = self.0.get(&build) else {
            return Vec::new();
        };
        let numbers = of_build.places.at(contig, position).into_iter();
        numbers.map(|number| &of_build.genes[number]).collect()
    }

    /// All symbols of a build.
    pub fn symbols(&self, build: Build) -> impl Iterator<Item = &str> {
        let of_build = self.0.get(&build).into_iter();
        of_build
            .flat_map(|of_build| &of_build.genes)
            .map(|gene| &*gene.symbol)
    }

    /// Whether no gene of a build is known.
    pub fn is_empty(&self, build: Build) -> bool {
        self.0
            .get(&build)
            .is_none_or(|of_build| of_build.genes.is_empty())
    }
}

impl OfBuild {
    fn add(&mut self, gene: Arc<Gene>) {
        let note = |names: &mut Names, name: &str| {
            let named = names.entry(key(name)).or_default();
            if named.last() != Some(&gene) {
                named.push(gene.clone());
            }
        };
        note(&mut self.by_symbol, &gene.symbol);
        if let Some(id) = &gene.ensembl_id {
            note(&mut self.by_ensembl_id, id);
        }
        for alias in &gene.aliases {
            note(&mut self.by_alias, alias);
        }
        self.genes.push(gene);
    }
}

fn key(name: &str) -> String {
    name.to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::intervals::Interval;

    fn gene(symbol: &str, ensembl_id: &str, aliases: &[&str], places: &[(i16, u32, u32)]) -> Gene {
        let interval = |&(contig, start, end): &(i16, u32, u32)| Interval { contig, start, end };
        Gene {
            id: 0,
            symbol: symbol.into(),
            ensembl_id: (!ensembl_id.is_empty()).then(|| ensembl_id.into()),
            aliases: aliases.iter().map(|&alias| alias.into()).collect(),
            intervals: Intervals::new(places.iter().map(interval).collect()),
        }
    }

    fn genes() -> Genes {
        let newer = vec![
            gene("BRCA2", "ENSG00000139618", &["FANCD1"], &[(13, 100, 200)]),
            gene(
                "FACD",
                "ENSG00000000001",
                &["BRCA2", "Y_RNA"],
                &[(13, 150, 160), (23, 5, 9)],
            ),
            gene("CDK11A", "ENSG00000008128", &["Y_RNA"], &[(13, 1, 1_000)]),
            gene("CDK11B", "ENSG00000008128", &[], &[(1, 1, 10)]),
        ];
        let older = vec![
            gene("brca2", "ENSG00000139618", &["OLD"], &[(13, 1, 1_000)]),
            gene("TTN", "", &[], &[(2, 1, 10)]),
        ];
        Genes::new(vec![(Build::Grch37, newer), (Build::Grch37, older)])
    }

    #[test]
    fn names_lead_to_genes() {
        let genes = genes();
        let table: [(&str, &[&str]); 9] = [
            ("brca2", &["BRCA2"]),
            ("FANCD1", &["BRCA2"]),
            ("ensg00000139618.16", &["BRCA2"]),
            ("ENSG00000008128", &["CDK11A", "CDK11B"]),
            ("Y_RNA", &["FACD", "CDK11A"]),
            ("TTN", &["TTN"]),
            ("OLD", &[]),
            ("TTN.1", &[]),
            ("", &[]),
        ];
        for (name, expected) in table {
            let found = genes.find(Build::Grch37, name).iter();
            assert_eq!(
                found.map(|gene| &*gene.symbol).collect::<Vec<_>>(),
                expected,
                "{name}"
            );
            assert!(genes.find(Build::Grch38, name).is_empty());
        }
        assert_eq!(genes.symbols(Build::Grch37).count(), 5);
        assert!(!genes.is_empty(Build::Grch37) && genes.is_empty(Build::Grch38));
    }

    #[test]
    fn positions_lead_to_genes() {
        let genes = genes();
        let table: [(i16, u32, &[&str]); 7] = [
            (13, 99, &["CDK11A"]),
            (13, 100, &["CDK11A", "BRCA2"]),
            (13, 155, &["CDK11A", "BRCA2", "FACD"]),
            (13, 1_000, &["CDK11A"]),
            (13, 1_001, &[]),
            (23, 9, &["FACD"]),
            (22, 9, &[]),
        ];
        for (contig, position, expected) in table {
            let found = genes.at(Build::Grch37, contig, position);
            let found: Vec<&str> = found.iter().map(|gene| &*gene.symbol).collect();
            assert_eq!(found, expected, "{contig}:{position}");
        }
        assert!(genes.at(Build::Grch38, 13, 100).is_empty());
    }
}
