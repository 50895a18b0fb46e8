//! Binding: names of datasets, groups, chromosomes, genes and samples to what they mean at one version.
//!
//! Invariant: a name that fits nothing or several things is an error that lists the nearest; nothing is guessed.

use std::sync::Arc;

use super::catalogue::{Catalogue, Dataset};
use super::error::QueryError;
use super::resolved::{GroupPart, GroupRef, Node, PartSource, Resolved, Value};
use crate::domain::allele::{Allele, Extent};
use crate::domain::ast::{Expr, GroupName, Operand, Term, TextSpan};
use crate::domain::build::Build;
use crate::domain::genes::Genes;
use crate::domain::intervals::{Interval, Intervals};
use crate::domain::nearest::nearest;

mod genes;
mod groups;

pub use genes::{UnknownGene, find_gene};

/// What is asked beside the query text.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Reference build.
    pub build: &'a str,
    /// Datasets by slug or id; all of the build where none is named.
    pub datasets: &'a [String],
    /// Query text.
    pub query: &'a str,
    /// Groups to show; all of the scope where none is named.
    pub groups: &'a [String],
    /// Count high-quality calls only.
    pub hq: bool,
}

/// Reads a query and binds its names at the version `seq`.
pub fn resolve(
    request: Request<'_>,
    catalogue: &Catalogue,
    genes: &Genes,
    seq: i64,
) -> Result<Resolved, QueryError> {
    let build: Build = request.build.parse().map_err(|_| QueryError::Field {
        field: "build",
        message: format!(
            "“{}” is not a reference build; there are GRCh37, GRCh38 and T2T-CHM13.",
            request.build
        ),
    })?;
    let scope = scope(request.datasets, build, catalogue, seq)?;
    let expr = super::parse::parse(request.query)?;
    let mut binder = Binder {
        build,
        catalogue,
        genes,
        scope: &scope,
        seq,
        groups: Vec::new(),
    };
    let (condition, qualified) = binder.expr(&expr)?;
    let shown = binder.shown(request.groups)?;
    let mut resolved = Resolved {
        build,
        datasets: scope.iter().map(|dataset| dataset.id).collect(),
        within: condition.within(),
        condition,
        groups: binder.groups,
        shown,
        hq: request.hq,
        text: qualified.to_string(),
        key: Default::default(),
    };
    resolved.key = resolved.digest();
    Ok(resolved)
}

fn scope(
    names: &[String],
    build: Build,
    catalogue: &Catalogue,
    seq: i64,
) -> Result<Vec<Arc<Dataset>>, QueryError> {
    let of_build = catalogue.datasets_of(build, seq);
    if names.is_empty() {
        return Ok(of_build.into_iter().cloned().collect());
    }
    let mut scope = Vec::new();
    for name in names {
        let id = name.parse::<i64>().ok();
        let found = of_build
            .iter()
            .find(|dataset| *dataset.slug == **name || Some(dataset.id) == id);
        match found {
            Some(dataset) => scope.push((*dataset).clone()),
            None => {
                let slugs = of_build.iter().map(|dataset| &*dataset.slug);
                let near = nearest(name, slugs);
                let hint = if near.is_empty() {
                    String::new()
                } else {
                    format!(" Did you mean {}?", near.join(", "))
                };
                let message = format!("There is no dataset “{name}” on {}.{hint}", build.as_str());
                return Err(QueryError::Field {
                    field: "dataset",
                    message,
                });
            }
        }
    }
    scope.sort_by_key(|dataset| dataset.id);
    scope.dedup_by_key(|dataset| dataset.id);
    Ok(scope)
}

struct Binder<'a> {
    build: Build,
    catalogue: &'a Catalogue,
    genes: &'a Genes,
    scope: &'a [Arc<Dataset>],
    seq: i64,
    groups: Vec<GroupRef>,
}

impl Binder<'_> {
    /// The bound condition, and the expression with its names written in full.
    fn expr(&mut self, expr: &Expr) -> Result<(Node, Expr), QueryError> {
        let all = |binder: &mut Self, parts: &[Expr]| -> Result<(Vec<Node>, Vec<Expr>), QueryError> {
            let bound: Result<Vec<_>, _> = parts.iter().map(|part| binder.expr(part)).collect();
            Ok(bound?.into_iter().unzip())
        };
        Ok(match expr {
            Expr::All => (Node::All, Expr::All),
            Expr::And(parts) => {
                let (nodes, parts) = all(self, parts)?;
                (Node::And(nodes), Expr::And(parts))
            }
            Expr::Or(parts) => {
                let (nodes, parts) = all(self, parts)?;
                (Node::Or(nodes), Expr::Or(parts))
            }
            Expr::Not(inner) => {
                let (node, inner) = self.expr(inner)?;
                (Node::Not(Box::new(node)), Expr::Not(Box::new(inner)))
            }
            Expr::Term(term, span) => {
                let (node, term) = self.term(term, *span)?;
                (node, Expr::Term(term, *span))
            }
        })
    }

    fn term(&mut self, term: &Term, span: TextSpan) -> Result<(Node, Term), QueryError> {
        Ok(match term {
            Term::Region { chrom, range } => {
                let contig = self.contig(chrom, span)?;
                let (start, end) = range.unwrap_or((0, u32::MAX));
                let within = Intervals::new(vec![Interval { contig, start, end }]);
                (
                    Node::Within(within),
                    Term::Region {
                        chrom: self.contig_name(contig),
                        range: *range,
                    },
                )
            }
            Term::Variant {
                chrom,
                pos,
                reference_bases,
                alternate_bases,
            } => {
                let contig = self.contig(chrom, span)?;
                let allele = Allele::new(*pos, reference_bases, alternate_bases, Extent::default());
                let node = Node::Allele {
                    contig,
                    position: allele.position,
                    reference_bases: allele.reference_bases.clone(),
                    alternate_bases: allele.alternate_bases.clone(),
                };
                let term = Term::Variant {
                    chrom: self.contig_name(contig),
                    pos: allele.position,
                    reference_bases: allele.reference_bases,
                    alternate_bases: allele.alternate_bases,
                };
                (node, term)
            }
            Term::Gene(name) => {
                let gene = find_gene(self.genes, self.build, name).map_err(|unknown| QueryError::Name {
                    span,
                    message: unknown.message,
                    hint: unknown.hint,
                })?;
                (
                    Node::Within(gene.intervals.clone()),
                    Term::Gene(gene.symbol.to_string()),
                )
            }
            Term::Id(id) => (Node::Id(id.clone()), term.clone()),
            Term::Text {
                field,
                negated,
                value,
            } => (
                Node::Text {
                    field: *field,
                    negated: *negated,
                    value: value.clone(),
                },
                term.clone(),
            ),
            Term::Compare { left, op, right } => {
                let (left, left_term) = self.operand(left)?;
                let (right, right_term) = self.operand(right)?;
                let term = Term::Compare {
                    left: left_term,
                    op: *op,
                    right: right_term,
                };
                (Node::Compare { left, op: *op, right }, term)
            }
            Term::Between { operand, low, high } => {
                let (value, operand) = self.operand(operand)?;
                let term = Term::Between {
                    operand,
                    low: *low,
                    high: *high,
                };
                (
                    Node::Between {
                        value,
                        low: *low,
                        high: *high,
                    },
                    term,
                )
            }
            Term::Seen(group) => {
                let (group, name) = self.group(group)?;
                (Node::Seen(group), Term::Seen(name))
            }
            Term::Covered(group) => {
                let (group, name) = self.group(group)?;
                (Node::Covered(group), Term::Covered(name))
            }
        })
    }

    fn operand(&mut self, operand: &Operand) -> Result<(Value, Operand), QueryError> {
        Ok(match operand {
            Operand::Number(number) => (Value::Number(*number), operand.clone()),
            Operand::Qual => (Value::Qual, Operand::Qual),
            Operand::Figure {
                factor,
                figure,
                group,
            } => {
                let (group, name) = self.group(group)?;
                let value = Value::Figure {
                    factor: *factor,
                    figure: *figure,
                    group,
                };
                (
                    value,
                    Operand::Figure {
                        factor: *factor,
                        figure: *figure,
                        group: name,
                    },
                )
            }
        })
    }

    fn contig(&self, name: &str, span: TextSpan) -> Result<i16, QueryError> {
        self.catalogue
            .contigs()
            .ordinal(self.build, name)
            .ok_or_else(|| QueryError::Name {
                span,
                message: format!("{} has no chromosome “{name}”.", self.build.as_str()),
                hint: Some("Chromosomes are 1 to 22, X, Y and MT, with chr before them or without.".into()),
            })
    }

    fn contig_name(&self, contig: i16) -> String {
        self.catalogue.contigs().name(self.build, contig).to_string()
    }

    /// The groups to show, as places in `groups`.
    fn shown(&mut self, names: &[String]) -> Result<Vec<usize>, QueryError> {
        if names.is_empty() {
            let seq = self.seq;
            let answers = |group: &&super::catalogue::Group| group.at(seq).is_some();
            let all: Vec<(usize, i64, Arc<str>)> = (0..self.scope.len())
                .flat_map(|slot| {
                    let groups = self.scope[slot].groups.iter().filter(answers);
                    groups
                        .map(move |group| (slot, group.id, group.name.clone()))
                        .collect::<Vec<_>>()
                })
                .collect();
            return Ok(all
                .into_iter()
                .map(|(slot, id, name)| {
                    let part = GroupPart {
                        slot,
                        source: PartSource::Group(id),
                    };
                    self.place(GroupRef {
                        name,
                        parts: vec![part],
                    })
                })
                .collect());
        }
        names
            .iter()
            .map(|name| {
                let group = match samples_of(name) {
                    Some(samples) => GroupName::Samples(samples, TextSpan::default()),
                    None => GroupName::Named(name.clone(), TextSpan::default()),
                };
                self.group(&group)
                    .map(|(place, _)| place)
                    .map_err(|error| match error {
                        QueryError::Name { message, hint, .. } => QueryError::Field {
                            field: "groups",
                            message: [Some(message), hint]
                                .into_iter()
                                .flatten()
                                .collect::<Vec<_>>()
                                .join(" "),
                        },
                        other => other,
                    })
            })
            .collect()
    }

    fn place(&mut self, group: GroupRef) -> usize {
        self.groups
            .iter()
            .position(|known| known.parts == group.parts)
            .unwrap_or_else(|| {
                self.groups.push(group);
                self.groups.len() - 1
            })
    }
}

/// The samples of `{a, b}`, sorted; `None` for a plain name.
fn samples_of(name: &str) -> Option<Vec<String>> {
    let inner = name.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut samples: Vec<String> = inner
        .split(',')
        .map(|sample| sample.trim().to_owned())
        .filter(|sample| !sample.is_empty())
        .collect();
    samples.sort();
    samples.dedup();
    Some(samples)
}
