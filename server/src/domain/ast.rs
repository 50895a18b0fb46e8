//! The syntax tree of a query, before names are bound, and its one canonical printing.
//!
//! Invariant: `parse(print(tree)) == tree`; printing adds parentheses only where precedence demands them.

use std::fmt;

/// A query: which alleles to keep.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// Every allele of the scope: the empty query.
    All,
    /// All of them (two or more).
    And(Vec<Expr>),
    /// Any of them (two or more).
    Or(Vec<Expr>),
    /// Not it; unknown stays unknown.
    Not(Box<Expr>),
    /// A condition, and where it stands in the text.
    Term(Term, TextSpan),
}

/// Half-open range of characters of the query text. Equal to any other, so that trees compare by meaning.
#[derive(Debug, Clone, Copy, Default)]
pub struct TextSpan {
    /// First character, from 0.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

impl PartialEq for TextSpan {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A condition on one allele.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// `region:13:32340000-32350000`: alleles whose position lies in it, or a whole chromosome.
    Region {
        /// Chromosome as typed.
        chrom: String,
        /// First and last position, 1-based inclusive; `None` for the whole chromosome.
        range: Option<(u32, u32)>,
    },
    /// `1-55051215-G-GA`: one allele.
    Variant {
        /// Chromosome as typed.
        chrom: String,
        /// Position of the first reference base.
        pos: u32,
        /// Reference bases.
        reference_bases: String,
        /// Alternate bases.
        alternate_bases: String,
    },
    /// `gene:BRCA2`.
    Gene(String),
    /// `id:rs123`, or `rs123` alone.
    Id(String),
    /// `type:snv`, `filter:PASS`: a text column against values.
    Text {
        /// The column.
        field: TextField,
        /// `true` for `!=`.
        negated: bool,
        /// What it must (not) be.
        value: String,
    },
    /// Two numbers compared.
    Compare {
        /// Left side.
        left: Operand,
        /// Comparison.
        op: CompareOp,
        /// Right side.
        right: Operand,
    },
    /// `af(EUR) in 0.01..0.05`: within a range, both ends included.
    Between {
        /// The number.
        operand: Operand,
        /// Smallest.
        low: f64,
        /// Largest.
        high: f64,
    },
    /// `seen(EUR)`: some called allele of the group is it. Never unknown.
    Seen(GroupName),
    /// `covered(EUR)`: the group's files say something here. Never unknown.
    Covered(GroupName),
}

/// A column of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextField {
    /// FILTER.
    Filter,
    /// Type of allele.
    Type,
}

impl TextField {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Type => "type",
        }
    }
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
}

impl CompareOp {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "=",
            Self::NotEqual => "!=",
        }
    }

    /// Whether it holds between two numbers.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal => left == right,
            Self::NotEqual => left != right,
        }
    }
}

/// A number, or a figure of the allele, times a factor.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A plain number; `1%` is 0.01.
    Number(f64),
    /// `qual`.
    Qual,
    /// `af(EUR)`, `5 * af(AFR)`.
    Figure {
        /// Factor before it; 1 when none is written.
        factor: f64,
        /// Which figure.
        figure: Figure,
        /// Of which group.
        group: GroupName,
    },
}

/// A figure of one allele in one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Figure {
    /// Allele frequency, AC / AN.
    Af,
    /// Called alleles of this kind.
    Ac,
    /// Called alleles.
    An,
    /// Fully called diploids with one copy.
    Het,
    /// Fully called diploids with two copies.
    Hom,
    /// Haploid calls.
    Hemi,
    /// Mean depth.
    Dp,
    /// Share of the group's samples with a call.
    Callrate,
    /// Exact Hardy-Weinberg p-value.
    Hwe,
}

impl Figure {
    /// All of them.
    pub const ALL: &[Figure] = &[
        Self::Af,
        Self::Ac,
        Self::An,
        Self::Het,
        Self::Hom,
        Self::Hemi,
        Self::Dp,
        Self::Callrate,
        Self::Hwe,
    ];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Af => "af",
            Self::Ac => "ac",
            Self::An => "an",
            Self::Het => "het",
            Self::Hom => "hom",
            Self::Hemi => "hemi",
            Self::Dp => "dp",
            Self::Callrate => "callrate",
            Self::Hwe => "hwe",
        }
    }
}

/// A group as a query names it.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupName {
    /// `value`, `family.value` or `dataset.family.value`, and where it stands in the text.
    Named(String, TextSpan),
    /// `{HG00096, HG00097}`: samples, sorted by name, and where they stand.
    Samples(Vec<String>, TextSpan),
}

impl Expr {
    /// Visits every term.
    pub fn for_each_term<'a>(&'a self, visit: &mut impl FnMut(&'a Term, TextSpan)) {
        match self {
            Self::All => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.for_each_term(visit)),
            Self::Not(inner) => inner.for_each_term(visit),
            Self::Term(term, span) => visit(term, *span),
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn joined(
            f: &mut fmt::Formatter<'_>,
            parts: &[Expr],
            word: &str,
            tight: fn(&Expr) -> bool,
        ) -> fmt::Result {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                if tight(part) {
                    write!(f, "{part}")?
                } else {
                    write!(f, "({part})")?
                }
            }
            Ok(())
        }
        match self {
            Self::All => Ok(()),
            Self::And(parts) => joined(f, parts, "AND", |part| {
                matches!(part, Self::Term(..) | Self::Not(_))
            }),
            Self::Or(parts) => joined(f, parts, "OR", |part| !matches!(part, Self::Or(_))),
            Self::Not(inner) if matches!(**inner, Self::And(_) | Self::Or(_)) => write!(f, "NOT ({inner})"),
            Self::Not(inner) => write!(f, "NOT {inner}"),
            Self::Term(term, _) => write!(f, "{term}"),
        }
    }
}

/// Writes a word, in quotes where it is not one that the lexer reads whole.
fn word(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    let reserved = ["and", "or", "not", "in"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(text));
    let starts_plain = text
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() || c == '_');
    if starts_plain && text.chars().all(plain) && !reserved && !text.contains("..") {
        f.write_str(text)
    } else {
        write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region { chrom, range } => {
                f.write_str("region:")?;
                word(f, chrom)?;
                match range {
                    Some((start, end)) => write!(f, ":{start}-{end}"),
                    None => Ok(()),
                }
            }
            Self::Variant {
                chrom,
                pos,
                reference_bases,
                alternate_bases,
            } => {
                let id = format!("{chrom}-{pos}-{reference_bases}-{alternate_bases}");
                f.write_str("variant:")?;
                word(f, &id)
            }
            Self::Gene(name) => {
                f.write_str("gene:")?;
                word(f, name)
            }
            Self::Id(id) => {
                f.write_str("id:")?;
                word(f, id)
            }
            Self::Text {
                field,
                negated,
                value,
            } => {
                write!(f, "{} {} ", field.as_str(), if *negated { "!=" } else { "=" })?;
                word(f, value)
            }
            Self::Compare { left, op, right } => write!(f, "{left} {} {right}", op.as_str()),
            Self::Between { operand, low, high } => write!(f, "{operand} in {low}..{high}"),
            Self::Seen(group) => write!(f, "seen({group})"),
            Self::Covered(group) => write!(f, "covered({group})"),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Qual => f.write_str("qual"),
            Self::Figure {
                factor,
                figure,
                group,
            } => {
                if *factor != 1.0 {
                    write!(f, "{factor} * ")?;
                }
                write!(f, "{}({group})", figure.as_str())
            }
        }
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name, _) => word(f, name),
            Self::Samples(samples, _) => {
                f.write_str("{")?;
                for (index, sample) in samples.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    word(f, sample)?;
                }
                f.write_str("}")
            }
        }
    }
}
