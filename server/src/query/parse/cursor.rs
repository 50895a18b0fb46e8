//! A place in the query text, counted in characters.
//!
//! Invariant: `at <= chars.len()`, and it only goes back to a place that it was at before.

use crate::domain::ast::TextSpan;

/// Reads the text from left to right.
pub(super) struct Cursor {
    chars: Vec<char>,
    at: usize,
}

impl Cursor {
    pub(super) fn new(text: &str) -> Self {
        Self {
            chars: text.chars().collect(),
            at: 0,
        }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn go(&mut self, at: usize) {
        debug_assert!(at <= self.chars.len());
        self.at = at;
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    pub(super) fn skip_space(&mut self) {
        self.take_while(|c| c.is_whitespace());
    }

    pub(super) fn is_done(&mut self) -> bool {
        self.skip_space();
        self.peek().is_none()
    }

    /// Takes the longest run of characters that fit.
    pub(super) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&fits) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    /// Takes `symbol`, after space, if it is next.
    pub(super) fn take(&mut self, symbol: &str) -> bool {
        let start = self.at;
        self.skip_space();
        let end = self.at + symbol.chars().count();
        let is_next = end <= self.chars.len() && symbol.chars().eq(self.chars[self.at..end].iter().copied());
        self.at = if is_next { end } else { start };
        is_next
    }

    /// Takes a keyword in any case, if it is next and the word ends there.
    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        self.skip_space();
        let start = self.at;
        let word = self.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ':'));
        let is_next = word.eq_ignore_ascii_case(keyword);
        if !is_next {
            self.at = start;
        }
        is_next
    }

    pub(super) fn span_from(&self, start: usize) -> TextSpan {
        TextSpan { start, end: self.at }
    }

    /// The rest of the word that starts at `start`, for an error to point at.
    pub(super) fn word_span(&self, start: usize) -> TextSpan {
        let rest = &self.chars[start.min(self.chars.len())..];
        let length = rest
            .iter()
            .take_while(|c| !c.is_whitespace() && **c != ')')
            .count();
        TextSpan {
            start,
            end: start + length.max(usize::from(!rest.is_empty())),
        }
    }

    pub(super) fn text(&self, span: TextSpan) -> String {
        self.chars[span.start..span.end].iter().collect()
    }
}
