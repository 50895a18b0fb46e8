//! One fault at one place, and the sink through which every check reports.
//!
//! Invariant: a finding's severity is that of its rule under the version and profile of the file, decided here.

use serde::{Deserialize, Deserializer, Serialize};

use super::profile::{Class, Profile, Severity};
use super::rules::{Rule, Rules};
use super::version::Version;

/// One fault of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Id of the rule, one of [`Rules::all`].
    pub rule: &'static str,
    /// Whether it refuses the file.
    pub severity: Severity,
    /// 1-based line; 0 where the fault is of the file as a whole.
    pub line: u64,
    /// 1-based byte of the line at which the offending text begins; 0 where the fault has no place in the line.
    pub column: u32,
    /// The offending text, clipped, control characters made visible.
    pub text: String,
    /// What is wrong, in one sentence.
    pub message: String,
}

/// A finding as it was stored; its rule must still be one of the table.
#[derive(Deserialize)]
struct Stored {
    rule: String,
    severity: Severity,
    line: u64,
    column: u32,
    text: String,
    message: String,
}

impl<'de> Deserialize<'de> for Finding {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let Stored {
            rule,
            severity,
            line,
            column,
            text,
            message,
        } = Stored::deserialize(source)?;
        let known = Rules::find(&rule).ok_or_else(|| serde::de::Error::custom(format!("no rule {rule}")))?;
        Ok(Finding {
            rule: known.id,
            severity,
            line,
            column,
            text,
            message,
        })
    }
}

/// What decides a severity, and how much text a finding shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judge {
    pub version: Version,
    pub profile: Profile,
    pub text_bytes: usize,
    pub findings_per_line: usize,
}

impl Judge {
    /// A finding that belongs to no line.
    pub fn of_file(self, rule: &'static Rule, line: u64, message: String) -> Option<Finding> {
        let severity = rule.class(self.version).severity(self.profile)?;
        Some(Finding {
            rule: rule.id,
            severity,
            line,
            column: 0,
            text: String::new(),
            message,
        })
    }
}

/// Collects the findings of one line.
pub(crate) struct Sink<'a> {
    judge: Judge,
    line_number: u64,
    line: &'a [u8],
    start: usize,
    out: &'a mut Vec<Finding>,
}

impl<'a> Sink<'a> {
    pub fn new(judge: Judge, line_number: u64, line: &'a [u8], out: &'a mut Vec<Finding>) -> Self {
        let start = out.len();
        Sink {
            judge,
            line_number,
            line,
            start,
            out,
        }
    }

    /// Reports `rule` at `text`, which is a part of the line; anything else counts as its beginning.
    pub fn add(&mut self, rule: &'static Rule, text: &[u8], message: impl Into<String>) {
        let Some(severity) = rule.class(self.judge.version).severity(self.judge.profile) else {
            return;
        };
        if self.out.len() - self.start >= self.judge.findings_per_line {
            if let Some(last) = self.out.last_mut()
                && !last.message.ends_with(NO_ROOM)
            {
                last.message.push_str(NO_ROOM);
            }
            return;
        }
        let column = self.column(text);
        let text = clip(text, self.judge.text_bytes);
        let mut message = message.into();
        if let Some(repair) = rule.repair
            && rule.class(self.judge.version) == Class::Repairable
            && self.judge.profile == Profile::Tolerant
        {
            message.push_str("; repaired: ");
            message.push_str(repair);
        }
        self.out.push(Finding {
            rule: rule.id,
            severity,
            line: self.line_number,
            column,
            text,
            message,
        });
    }

    /// Index that the next finding will have in the output.
    pub fn next(&self) -> usize {
        self.out.len()
    }

    /// Adds to the message of an earlier finding of this line.
    pub fn amend(&mut self, index: usize, more: &str) {
        if let Some(finding) = self.out.get_mut(index) {
            finding.message.push_str(more);
        }
    }

    fn column(&self, text: &[u8]) -> u32 {
        let offset = (text.as_ptr() as usize).wrapping_sub(self.line.as_ptr() as usize);
        if offset > self.line.len() {
            1
        } else {
            u32::try_from(offset + 1).unwrap_or(u32::MAX)
        }
    }
}

const NO_ROOM: &str = " (this line has more faults, which are not listed)";

/// At most `bytes` of `text`, as UTF-8, with control characters escaped.
pub(crate) fn clip(text: &[u8], bytes: usize) -> String {
    let shown = &text[..text.len().min(bytes)];
    let mut clipped: String = String::from_utf8_lossy(shown)
        .chars()
        .flat_map(|c| {
            if c.is_control() {
                c.escape_default().collect()
            } else {
                vec![c]
            }
        })
        .collect();
    if shown.len() < text.len() {
        clipped.push('…');
    }
    clipped
}

/// `text` in quotation marks for a message.
pub(crate) fn quoted(text: &[u8]) -> String {
    format!("“{}”", clip(text, 40))
}
