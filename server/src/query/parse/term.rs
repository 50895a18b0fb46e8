//! One condition: `field:value`, a comparison, a function, or a bare name.
//!
//! Invariant: a number may stand on either side of a comparison; at least one side is a figure.

use super::bare;
use super::cursor::Cursor;
use crate::domain::ast::{CompareOp, Figure, GroupName, Operand, Term, TextField, TextSpan};
use crate::query::error::QueryError;

type Parsed<T> = Result<T, QueryError>;

const OPERATORS: [(&str, CompareOp); 8] = [
    ("<=", CompareOp::LessOrEqual),
    (">=", CompareOp::GreaterOrEqual),
    ("!=", CompareOp::NotEqual),
    ("==", CompareOp::Equal),
    ("≤", CompareOp::LessOrEqual),
    ("<", CompareOp::Less),
    (">", CompareOp::Greater),
    ("=", CompareOp::Equal),
];

/// Reads one condition at the cursor.
pub(super) fn term(cursor: &mut Cursor) -> Parsed<Term> {
    let start = cursor.at();
    let name = cursor
        .take_while(|c| c.is_ascii_alphanumeric() || c == '_')
        .to_ascii_lowercase();
    let after_name = cursor.at();
    match (name.as_str(), cursor.peek()) {
        ("seen", Some('(')) => return Ok(Term::Seen(group_argument(cursor)?)),
        ("covered", Some('(')) => return Ok(Term::Covered(group_argument(cursor)?)),
        (field, Some(':')) if is_field(field) => {
            cursor.take(":");
            return field_term(field, cursor);
        }
        ("filter" | "type", _) => {
            let field = if name == "filter" {
                TextField::Filter
            } else {
                TextField::Type
            };
            if let Some(op) = operator(cursor) {
                return text_term(field, op, start, cursor);
            }
        }
        _ => {}
    }
    cursor.go(start);
    if let Some(left) = operand(cursor)? {
        return comparison(left, start, cursor);
    }
    cursor.go(start);
    let chunk = cursor.take_while(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '"'));
    if let Some(term) = bare::recognise(&chunk, cursor) {
        if matches!(term, Term::Gene(_)) && cursor.peek() == Some('(') {
            let span = TextSpan {
                start,
                end: after_name,
            };
            let known = Figure::ALL
                .iter()
                .map(|figure| figure.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            let message = format!("There is no function “{chunk}”.");
            return Err(QueryError::Syntax {
                span,
                message,
                hint: Some(format!("Functions of a group: {known}, seen, covered.")),
            });
        }
        return Ok(term);
    }
    let span = cursor.word_span(start);
    Err(QueryError::Syntax {
        span,
        message: match cursor.text(span).as_str() {
            "" => "Expected a condition here.".to_owned(),
            found => format!("“{found}” is not a condition."),
        },
        hint: Some(
            "For example region:13:32340000-32350000, 1-55051215-G-GA, gene:BRCA2 or af(EUR) < 1%.".into(),
        ),
    })
}

fn is_field(name: &str) -> bool {
    matches!(name, "region" | "variant" | "gene" | "id" | "filter" | "type")
}

fn field_term(field: &str, cursor: &mut Cursor) -> Parsed<Term> {
    cursor.skip_space();
    let start = cursor.at();
    let value = value(cursor, |c| !c.is_whitespace() && !matches!(c, '(' | ')' | '"'))?;
    let span = cursor.span_from(start);
    match field {
        "gene" => Ok(Term::Gene(value)),
        "id" => Ok(Term::Id(value)),
        "filter" => Ok(Term::Text {
            field: TextField::Filter,
            negated: false,
            value,
        }),
        "type" => Ok(Term::Text {
            field: TextField::Type,
            negated: false,
            value,
        }),
        "variant" => bare::variant(&value).ok_or_else(|| {
            QueryError::syntax(
                span,
                format!("“{value}” is not a variant; write it as 1-55051215-G-GA."),
            )
        }),
        _ => match bare::region(&value) {
            Some((_, (first, last))) if first > last => Err(QueryError::syntax(
                span,
                format!("The region ends ({last}) before it starts ({first})."),
            )),
            Some((chrom, range)) => Ok(Term::Region {
                chrom,
                range: Some(range),
            }),
            None if !value.contains(':') => Ok(Term::Region {
                chrom: value,
                range: None,
            }),
            None => Err(QueryError::syntax(
                span,
                format!("“{value}” is not a region; write it as 13:32340000-32350000."),
            )),
        },
    }
}

fn text_term(field: TextField, op: CompareOp, start: usize, cursor: &mut Cursor) -> Parsed<Term> {
    let negated = match op {
        CompareOp::Equal => false,
        CompareOp::NotEqual => true,
        _ => {
            let message = format!("{} is text: compare it with = or !=.", field.as_str());
            return Err(QueryError::syntax(cursor.span_from(start), message));
        }
    };
    cursor.skip_space();
    let value = value(cursor, |c| !c.is_whitespace() && !matches!(c, '(' | ')' | '"'))?;
    Ok(Term::Text {
        field,
        negated,
        value,
    })
}

fn comparison(left: Operand, start: usize, cursor: &mut Cursor) -> Parsed<Term> {
    if cursor.take_keyword("in") {
        let at = cursor.at();
        let range = number(cursor).and_then(|low| {
            cursor.take("..").then_some(())?;
            Some((low, number(cursor)?))
        });
        return match range {
            Some((low, high)) if low <= high && !matches!(left, Operand::Number(_)) => Ok(Term::Between {
                operand: left,
                low,
                high,
            }),
            _ => Err(QueryError::syntax(
                cursor.word_span(at),
                "Expected a range from low to high, as 0.01..0.05.",
            )),
        };
    }
    let Some(op) = operator(cursor) else {
        let span = TextSpan {
            start,
            end: cursor.at(),
        };
        return Err(QueryError::Syntax {
            span,
            message: format!("Compare “{}” with a number.", cursor.text(span).trim()),
            hint: Some("For example af(EUR) < 1%, or ac(EUR) >= 2.".into()),
        });
    };
    cursor.skip_space();
    let at = cursor.at();
    let right = operand(cursor)?.ok_or_else(|| {
        QueryError::syntax(
            cursor.word_span(at),
            "Expected a number or a figure such as af(EUR).",
        )
    })?;
    if matches!((&left, &right), (Operand::Number(_), Operand::Number(_))) {
        return Err(QueryError::syntax(
            cursor.span_from(start),
            "This compares two numbers, and no allele.",
        ));
    }
    Ok(Term::Compare { left, op, right })
}

fn operator(cursor: &mut Cursor) -> Option<CompareOp> {
    if cursor.take("≥") {
        return Some(CompareOp::GreaterOrEqual);
    }
    OPERATORS
        .iter()
        .find(|(text, _)| cursor.take(text))
        .map(|(_, op)| *op)
}

/// A number, `qual`, a figure of a group, or a factor times one; `None` where none of them starts.
fn operand(cursor: &mut Cursor) -> Parsed<Option<Operand>> {
    cursor.skip_space();
    let start = cursor.at();
    if let Some(value) = number(cursor) {
        if cursor.take("*") {
            let at = cursor.at();
            return match operand(cursor)? {
                Some(Operand::Figure {
                    factor,
                    figure,
                    group,
                }) => Ok(Some(Operand::Figure {
                    factor: factor * value,
                    figure,
                    group,
                })),
                _ => Err(QueryError::syntax(
                    cursor.word_span(at),
                    "Expected a figure such as af(EUR) after *.",
                )),
            };
        }
        // `1-55051215-G-GA` starts with a number too: only what an operator follows is one.
        let ends_here = cursor
            .peek()
            .is_none_or(|c| c.is_whitespace() || matches!(c, ')' | '<' | '>' | '=' | '!'));
        if ends_here {
            return Ok(Some(Operand::Number(value)));
        }
        cursor.go(start);
        return Ok(None);
    }
    let name = cursor
        .take_while(|c| c.is_ascii_alphanumeric() || c == '_')
        .to_ascii_lowercase();
    if name == "qual" && cursor.peek() != Some('(') {
        return Ok(Some(Operand::Qual));
    }
    let figure = Figure::ALL.iter().copied().find(|figure| figure.as_str() == name);
    match (figure, cursor.peek()) {
        (Some(figure), Some('(')) => {
            let group = group_argument(cursor)?;
            Ok(Some(Operand::Figure {
                factor: 1.0,
                figure,
                group,
            }))
        }
        _ => {
            cursor.go(start);
            Ok(None)
        }
    }
}

/// A number, with `%` or without; the cursor stays where there is none.
fn number(cursor: &mut Cursor) -> Option<f64> {
    cursor.skip_space();
    let start = cursor.at();
    cursor.take("-");
    let digits = |cursor: &mut Cursor| cursor.take_while(|c| c.is_ascii_digit());
    let whole = digits(cursor);
    let after_whole = cursor.at();
    if cursor.peek() == Some('.') {
        cursor.go(after_whole + 1);
        if digits(cursor).is_empty() {
            cursor.go(after_whole);
        }
    }
    if !whole.is_empty() && matches!(cursor.peek(), Some('e' | 'E')) {
        let before = cursor.at();
        cursor.go(before + 1);
        if matches!(cursor.peek(), Some('+' | '-')) {
            cursor.go(before + 2);
        }
        if digits(cursor).is_empty() {
            cursor.go(before);
        }
    }
    let text = cursor.text(cursor.span_from(start));
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && text.chars().any(|c| c.is_ascii_digit()) => {
            if cursor.peek() == Some('%') {
                let at = cursor.at();
                cursor.go(at + 1);
                // Through text, so that 0.1% is the double nearest to 0.001.
                return format!("{text}e-2").parse().ok().or(Some(value / 100.0));
            }
            Some(value)
        }
        _ => {
            cursor.go(start);
            None
        }
    }
}

/// `(EUR)`, `({HG00096, HG00097})`.
fn group_argument(cursor: &mut Cursor) -> Parsed<GroupName> {
    let open = cursor.at();
    cursor.take("(");
    cursor.skip_space();
    let start = cursor.at();
    let group = if cursor.take("{") {
        let mut samples = Vec::new();
        while !cursor.take("}") {
            cursor.skip_space();
            if cursor.peek().is_none() {
                let span = TextSpan {
                    start,
                    end: start + 1,
                };
                return Err(QueryError::syntax(span, "This list of samples is never closed."));
            }
            samples.push(value(cursor, |c| {
                !c.is_whitespace() && !matches!(c, ',' | '}' | '"')
            })?);
            cursor.take(",");
        }
        if samples.is_empty() {
            return Err(QueryError::syntax(
                cursor.span_from(start),
                "This list names no sample.",
            ));
        }
        samples.sort();
        samples.dedup();
        GroupName::Samples(samples, cursor.span_from(start))
    } else {
        let name = value(cursor, |c| {
            !c.is_whitespace() && !matches!(c, '(' | ')' | ',' | '"')
        })?;
        GroupName::Named(name, cursor.span_from(start))
    };
    if !cursor.take(")") {
        let span = TextSpan {
            start: open,
            end: open + 1,
        };
        return Err(QueryError::syntax(span, "This parenthesis is never closed."));
    }
    Ok(group)
}

/// A word, or text in quotes with `\"` and `\\` inside.
fn value(cursor: &mut Cursor, fits: impl Fn(char) -> bool) -> Parsed<String> {
    let start = cursor.at();
    if cursor.peek() != Some('"') {
        let word = cursor.take_while(fits);
        return if word.is_empty() {
            Err(QueryError::syntax(
                cursor.word_span(start),
                "Expected a value here.",
            ))
        } else {
            Ok(word)
        };
    }
    cursor.go(start + 1);
    let mut text = String::new();
    loop {
        text.push_str(&cursor.take_while(|c| !matches!(c, '"' | '\\')));
        let at = cursor.at();
        match cursor.peek() {
            Some('"') => {
                cursor.go(at + 1);
                return Ok(text);
            }
            Some(_) => {
                cursor.go(at + 1);
                if let Some(escaped) = cursor.peek() {
                    text.push(escaped);
                    cursor.go(at + 2);
                }
            }
            None => {
                let span = TextSpan {
                    start,
                    end: start + 1,
                };
                return Err(QueryError::syntax(span, "This quotation is never closed."));
            }
        }
    }
}
