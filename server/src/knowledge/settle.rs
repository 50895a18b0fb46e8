//! The rule for conflicting names.
//!
//! 1. Genes that share a symbol and lie at one place (their stretches overlap or touch, or all lie in the
//!    pseudo-autosomal regions, which X and Y have in common) are one gene: their stretches are united, the smallest
//!    Ensembl id is its own and the others become aliases.
//! 2. Genes that share a symbol and lie apart are members of a family (`Y_RNA`, `U6`): none may have the symbol. Each
//!    goes by its Ensembl id, and the symbol becomes an alias of each, so that asking for it lists them.
//! 3. Genes of different symbols that share an Ensembl id keep their symbols, and the id leads to all of them.
//!
//! Invariant: afterwards symbols are unique, and each decision is among the refusals.

use std::collections::BTreeMap;

use crate::domain::build::Build;
use crate::domain::genes::annotation::{AnnotatedGene, Annotation, Reason, Refusal};

/// Applies the rule; genes come out sorted by symbol, refusals with the decisions after what was refused.
pub fn settle(build: Build, annotation: Annotation) -> Annotation {
    let mut refusals = annotation.refusals;
    let mut by_symbol: BTreeMap<String, Vec<AnnotatedGene>> = BTreeMap::new();
    for gene in annotation.genes {
        by_symbol.entry(gene.symbol.clone()).or_default().push(gene);
    }
    let mut genes = Vec::with_capacity(by_symbol.len());
    for (symbol, mut claimants) in by_symbol {
        claimants.sort_by(|a, b| a.ensembl_id.cmp(&b.ensembl_id));
        if claimants.len() > 1 && lie_together(build, &claimants) {
            refusals.extend(claimants.iter().skip(1).map(|gene| {
                let message = format!("made one with {} at the same place", name(&claimants[0]));
                listed(build, gene, Reason::SymbolUnited, message)
            }));
            genes.push(unite(claimants));
        } else if claimants.len() > 1 {
            let number = claimants.len();
            for mut gene in claimants {
                let message = format!("{number} genes at different places are called {symbol}");
                refusals.push(listed(build, &gene, Reason::SymbolShared, message));
                // Without an id there is no name left to know it by.
                let Some(id) = gene.ensembl_id.clone() else {
                    continue;
                };
                gene.aliases.push(std::mem::replace(&mut gene.symbol, id));
                genes.push(gene);
            }
        } else {
            genes.append(&mut claimants);
        }
    }
    genes.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    refusals.extend(shared_ids(build, &genes));
    Annotation {
        release: annotation.release,
        genes,
        refusals,
    }
}

fn lie_together(build: Build, genes: &[AnnotatedGene]) -> bool {
    let mut all = AnnotatedGene {
        places: genes.iter().flat_map(|gene| gene.places.clone()).collect(),
        ..AnnotatedGene::default()
    };
    all.merge_places();
    let is_pseudo_autosomal = |at: &crate::domain::intervals::Interval| {
        build
            .pseudo_autosomal()
            .iter()
            .any(|&(contig, first, last)| contig == at.contig && first <= at.start && at.end <= last)
    };
    all.places.len() == 1
        || all
            .places
            .iter()
            .all(|place| is_pseudo_autosomal(&place.interval))
}

fn unite(claimants: Vec<AnnotatedGene>) -> AnnotatedGene {
    let mut united = AnnotatedGene::default();
    for gene in claimants {
        united.places.extend(gene.places);
        united.aliases.extend(gene.aliases);
        united.description = united.description.or(gene.description);
        united.symbol = gene.symbol;
        match &united.ensembl_id {
            None => united.ensembl_id = gene.ensembl_id,
            Some(_) => united.aliases.extend(gene.ensembl_id),
        }
    }
    united.merge_places();
    united
}

fn shared_ids(build: Build, genes: &[AnnotatedGene]) -> Vec<Refusal> {
    let mut by_id: BTreeMap<&str, Vec<&AnnotatedGene>> = BTreeMap::new();
    for gene in genes {
        if let Some(id) = &gene.ensembl_id {
            by_id.entry(id).or_default().push(gene);
        }
    }
    by_id.retain(|_, genes| genes.len() > 1);
    let list = |genes: Vec<&AnnotatedGene>| {
        let symbols: Vec<&str> = genes.iter().map(|gene| &*gene.symbol).collect();
        let message = format!("{} share the id", symbols.join(", "));
        let refusals = genes.iter();
        let refusals = refusals.map(|gene| listed(build, gene, Reason::EnsemblIdShared, message.clone()));
        refusals.collect::<Vec<_>>()
    };
    by_id.into_values().flat_map(list).collect()
}

fn listed(build: Build, gene: &AnnotatedGene, reason: Reason, message: String) -> Refusal {
    let place = |place: &crate::domain::genes::annotation::Place| {
        let at = place.interval;
        let chrom = build
            .contig_by_ordinal(at.contig)
            .map_or("", |contig| contig.name);
        format!("{chrom}:{}-{}", at.start, at.end)
    };
    Refusal {
        reason,
        symbol: gene.symbol.clone(),
        ensembl_id: gene.ensembl_id.clone(),
        place: gene.places.iter().map(place).collect::<Vec<_>>().join(" "),
        message,
    }
}

fn name(gene: &AnnotatedGene) -> &str {
    gene.ensembl_id.as_deref().unwrap_or(&gene.symbol)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::genes::annotation::Place;
    use crate::domain::intervals::Interval;

    fn gene(symbol: &str, id: &str, (contig, start, end): (i16, u32, u32)) -> AnnotatedGene {
        let interval = Interval { contig, start, end };
        AnnotatedGene {
            symbol: symbol.to_owned(),
            ensembl_id: (!id.is_empty()).then(|| id.to_owned()),
            places: vec![Place {
                interval,
                strand: None,
            }],
            ..AnnotatedGene::default()
        }
    }

    #[test]
    fn conflicts_are_decided_and_listed() {
        type Case<'a> = (
            &'a str,
            Vec<AnnotatedGene>,
            &'a [(&'a str, &'a str, &'a [&'a str], usize)],
            &'a [Reason],
        );
        let table: [Case; 6] = [
            (
                "no conflict",
                vec![gene("B", "E2", (1, 5, 9)), gene("A", "E1", (1, 5, 9))],
                &[("A", "E1", &[], 1), ("B", "E2", &[], 1)],
                &[],
            ),
            (
                "one place",
                vec![gene("PINX1", "E2", (8, 15, 30)), gene("PINX1", "E1", (8, 10, 20))],
                &[("PINX1", "E1", &["E2"], 1)],
                &[Reason::SymbolUnited],
            ),
            (
                "pseudo-autosomal twins",
                vec![
                    gene("SHOX", "E1", (23, 624_344, 659_411)),
                    gene("SHOX", "E2", (24, 624_344, 659_411)),
                ],
                &[("SHOX", "E1", &["E2"], 2)],
                &[Reason::SymbolUnited],
            ),
            (
                "X and Y outside of the pseudo-autosomal regions",
                vec![
                    gene("A", "E1", (23, 5_000_000, 5_000_009)),
                    gene("A", "E2", (24, 5_000_000, 5_000_009)),
                ],
                &[("E1", "E1", &["A"], 1), ("E2", "E2", &["A"], 1)],
                &[Reason::SymbolShared; 2],
            ),
            (
                "a family, one of it without an id",
                vec![
                    gene("U6", "E1", (1, 5, 9)),
                    gene("U6", "", (2, 5, 9)),
                    gene("U6", "E2", (1, 50, 60)),
                ],
                &[("E1", "E1", &["U6"], 1), ("E2", "E2", &["U6"], 1)],
                &[Reason::SymbolShared; 3],
            ),
            (
                "an id of two symbols",
                vec![gene("CDK11A", "E1", (1, 5, 9)), gene("CDK11B", "E1", (1, 7, 9))],
                &[("CDK11A", "E1", &[], 1), ("CDK11B", "E1", &[], 1)],
                &[Reason::EnsemblIdShared; 2],
            ),
        ];
        for (case, genes, expected, reasons) in table {
            let annotation = Annotation {
                genes,
                ..Annotation::default()
            };
            let settled = settle(Build::Grch38, annotation);
            let found = settled.genes.iter().map(|gene| {
                let aliases: Vec<&str> = gene.aliases.iter().map(String::as_str).collect();
                (
                    gene.symbol.clone(),
                    gene.ensembl_id.clone().unwrap_or_default(),
                    aliases,
                    gene.places.len(),
                )
            });
            let expected = expected.iter().map(|(symbol, id, aliases, places)| {
                (symbol.to_string(), id.to_string(), aliases.to_vec(), *places)
            });
            assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{case}");
            let found = settled.refusals.iter().map(|refusal| refusal.reason);
            assert_eq!(found.collect::<Vec<_>>(), reasons, "{case}");
        }
    }
}
