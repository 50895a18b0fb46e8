//! Query text to syntax tree, by recursive descent: `or := and (OR and)*`, `and := not (AND not)*`,
//! `not := NOT not | ( or ) | term`.
//!
//! Invariant: every failure names the characters at fault; nothing is guessed.

mod bare;
mod cursor;
mod term;

use crate::domain::ast::{Expr, TextSpan};
use crate::query::error::QueryError;
use cursor::Cursor;

/// Longest query text, in characters.
pub const MAX_QUERY_CHARS: usize = 10_000;
/// Deepest nesting of parentheses and NOTs.
pub const MAX_QUERY_DEPTH: usize = 64;
/// Most terms in one query.
pub const MAX_QUERY_TERMS: usize = 500;

type Parsed<T> = Result<T, QueryError>;

/// Reads a query. Empty text means every allele of the scope.
pub fn parse(text: &str) -> Parsed<Expr> {
    let length = text.chars().count();
    if length > MAX_QUERY_CHARS {
        let span = TextSpan {
            start: MAX_QUERY_CHARS,
            end: length,
        };
        return Err(QueryError::syntax(
            span,
            format!("A query has at most {MAX_QUERY_CHARS} characters."),
        ));
    }
    let mut parser = Parser {
        cursor: Cursor::new(text),
        depth: 0,
        terms: 0,
    };
    if parser.cursor.is_done() {
        return Ok(Expr::All);
    }
    let expr = parser.or()?;
    if parser.cursor.is_done() {
        return Ok(expr);
    }
    let at = parser.cursor.at();
    let span = parser.cursor.word_span(at);
    let message = if parser.cursor.peek() == Some(')') {
        "This parenthesis closes nothing.".to_owned()
    } else {
        format!(
            "Expected AND, OR or the end of the query, found “{}”.",
            parser.cursor.text(span)
        )
    };
    Err(QueryError::syntax(span, message))
}

struct Parser {
    cursor: Cursor,
    depth: usize,
    terms: usize,
}

impl Parser {
    fn or(&mut self) -> Parsed<Expr> {
        self.chain("OR", Self::and, Expr::Or)
    }

    fn and(&mut self) -> Parsed<Expr> {
        self.chain("AND", Self::not, Expr::And)
    }

    /// `part (word part)*`; one part alone stands for itself.
    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Parsed<Expr>,
        join: fn(Vec<Expr>) -> Expr,
    ) -> Parsed<Expr> {
        let first = part(self)?;
        if !self.cursor.take_keyword(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        loop {
            parts.push(part(self)?);
            if !self.cursor.take_keyword(word) {
                return Ok(join(flat(parts, join)));
            }
        }
    }

    fn not(&mut self) -> Parsed<Expr> {
        self.cursor.skip_space();
        let start = self.cursor.at();
        self.depth += 1;
        if self.depth > MAX_QUERY_DEPTH {
            let span = self.cursor.word_span(start);
            return Err(QueryError::syntax(
                span,
                format!("A query nests at most {MAX_QUERY_DEPTH} deep."),
            ));
        }
        let expr = if self.cursor.take_keyword("NOT") {
            Expr::Not(Box::new(self.not()?))
        } else if self.cursor.take("(") {
            let inner = self.or()?;
            if !self.cursor.take(")") {
                let span = TextSpan {
                    start,
                    end: start + 1,
                };
                return Err(QueryError::syntax(span, "This parenthesis is never closed."));
            }
            inner
        } else {
            self.term()?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn term(&mut self) -> Parsed<Expr> {
        let start = self.cursor.at();
        self.terms += 1;
        if self.terms > MAX_QUERY_TERMS {
            let span = self.cursor.word_span(start);
            return Err(QueryError::syntax(
                span,
                format!("A query has at most {MAX_QUERY_TERMS} terms."),
            ));
        }
        let term = term::term(&mut self.cursor)?;
        Ok(Expr::Term(term, self.cursor.span_from(start)))
    }
}

/// `a AND (b AND c)` is `a AND b AND c`.
fn flat(parts: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Vec<Expr> {
    let is_and = matches!(join(Vec::new()), Expr::And(_));
    parts
        .into_iter()
        .flat_map(|part| match part {
            Expr::And(inner) if is_and => inner,
            Expr::Or(inner) if !is_and => inner,
            other => vec![other],
        })
        .collect()
}

#[cfg(test)]
mod tests;
