//! The validation of a file under import: its report grows while chunks are counted, and goes into each checkpoint.
//!
//! Invariant: every line is judged once, also across restarts: lines before `judged_to` are not judged again.

use serde::{Deserialize, Serialize};

use super::lines::ChunkInput;
use super::refusal::Refused;
use super::validate::{
    ChunkState, ContainerFault, Finding, Limits, OrderCheck, Profile, RecordValidator, Report, Severity,
    Sites, Validator,
};
use crate::domain::info_groups::Doubt;

/// What is stored of the validation with each checkpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct JudgeState {
    /// First line that was not judged yet.
    judged_to: u64,
    order: OrderCheck,
    report: Report,
    first_error: Option<(u64, String)>,
}

impl JudgeState {
    /// First line that was not judged yet.
    pub(super) fn judged_to(&self) -> u64 {
        self.judged_to
    }
}

/// What the records of a chunk gave.
#[derive(Debug, Default)]
pub(super) struct ChunkVerdict {
    findings: Vec<Finding>,
    sites: Sites,
    /// First line behind the chunk.
    end: u64,
    is_unterminated: bool,
}

/// What is new since the last note, and all that must be stored to go on.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub(super) findings: Vec<Finding>,
    pub(super) totals: Vec<(&'static str, Severity, u64)>,
    pub(super) state: JudgeState,
}

/// Judges one file.
#[derive(Debug)]
pub(super) struct Judge {
    validator: Validator,
    state: JudgeState,
}

impl Judge {
    pub(super) fn new(profile: Profile, resume: Option<JudgeState>) -> Self {
        let validator = Validator::new(profile, Limits::default());
        let fresh = || JudgeState {
            judged_to: 0,
            order: OrderCheck::default(),
            report: validator.report(),
            first_error: None,
        };
        let state = resume.unwrap_or_else(fresh);
        Self { validator, state }
    }

    /// Judges the header. After a restart it is read again for its rules only.
    pub(super) fn header(&mut self, header: &ChunkInput) {
        let mut report = self.validator.report();
        for line in header.text.split_inclusive(|&byte| byte == b'\n') {
            self.validator.header_line(line, &mut report);
        }
        if self.state.judged_to == 0 {
            self.state.judged_to = self.validator.lines() + 1;
            self.add(report.take_new());
            self.state.report.version = report.version;
        }
    }

    /// The rules for records, once the header was complete.
    pub(super) fn records(&self) -> Option<Records> {
        let rules = self
            .validator
            .header_complete()
            .then(|| self.validator.records())?;
        Some(Records {
            rules,
            from: self.state.judged_to,
        })
    }

    /// Adds the verdict on a chunk; chunks come in the order of the file.
    pub(super) fn take(&mut self, verdict: ChunkVerdict) {
        let ChunkVerdict {
            mut findings,
            sites,
            end,
            is_unterminated,
        } = verdict;
        self.validator
            .follow(&mut self.state.order, &sites, &mut findings);
        findings.sort_by_key(|finding| finding.line);
        self.add(findings);
        if is_unterminated && end > self.state.judged_to {
            let mut report = self.validator.report();
            self.validator.record_unterminated(end - 1, &mut report);
            self.add(report.take_new());
        }
        self.state.judged_to = self.state.judged_to.max(end);
    }

    /// First line that was not judged yet.
    pub(super) fn judged_to(&self) -> u64 {
        self.state.judged_to
    }

    /// Adds what the count of a chunk found contradictory in lines from `from` on.
    pub(super) fn doubt(&mut self, doubts: &[(u64, Doubt)], from: u64) {
        let new = doubts.iter().filter(|(line, _)| *line >= from);
        let found: Vec<Finding> = new
            .filter_map(|(line, Doubt { key, value, problem })| {
                let message =
                    format!("{key} {problem}; the groups that it counts for have no such count here");
                self.validator.doubt(*line, &format!("{key}={value}"), message)
            })
            .collect();
        self.add(found);
    }

    /// The end of the file: what should have come and did not.
    pub(super) fn finish(&mut self) {
        let mut report = self.validator.report();
        self.validator.finish(&mut report);
        self.add(report.take_new());
    }

    /// Adds a fault of the container.
    pub(super) fn container(&mut self, fault: ContainerFault, message: &str) {
        let mut report = self.validator.report();
        self.validator.container(fault, message.to_owned(), &mut report);
        self.add(report.take_new());
    }

    /// Whether the file will be refused.
    pub(super) fn is_doomed(&self) -> bool {
        self.state.first_error.is_some()
    }

    /// Why it is refused, in a sentence.
    pub(super) fn refusal(&self) -> Option<Refused> {
        let (line, message) = self.state.first_error.as_ref()?;
        let errors = self.state.report.total(Severity::Error);
        let message = match errors {
            0 | 1 => message.clone(),
            _ => format!("{message} This is the first of {errors} errors."),
        };
        Some(Refused {
            message,
            line: Some(*line).filter(|line| *line > 0),
            fault: None,
        })
    }

    /// What is to be stored now.
    pub(super) fn note(&mut self) -> Note {
        let findings = self.state.report.take_new();
        let totals = self
            .state
            .report
            .groups()
            .into_iter()
            .map(|(_, group)| (group.rule(), group.severity, group.total));
        Note {
            totals: totals.collect(),
            findings,
            state: self.state.clone(),
        }
    }

    fn add(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            if finding.severity == Severity::Error
                && self
                    .state
                    .first_error
                    .as_ref()
                    .is_none_or(|(line, _)| finding.line < *line)
            {
                self.state.first_error = Some((finding.line, sentence(&finding)));
            }
            self.state.report.add(finding);
        }
    }
}

/// The rules for records, for threads to share.
#[derive(Debug, Clone)]
pub(super) struct Records {
    rules: RecordValidator,
    from: u64,
}

impl Records {
    /// Judges the lines of a chunk that were not judged before: a pure function, so that chunks go side by side.
    pub(super) fn judge(&self, chunk: &ChunkInput) -> ChunkVerdict {
        let mut state = ChunkState::default();
        let mut verdict = ChunkVerdict {
            end: chunk.first_line,
            ..Default::default()
        };
        let text = &chunk.text[..];
        let mut start = 0;
        while start < text.len() {
            let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |end| start + end + 1);
            if verdict.end >= self.from {
                self.rules
                    .check(&mut state, verdict.end, &text[start..end], &mut verdict.findings);
            }
            verdict.end += 1;
            start = end;
        }
        verdict.is_unterminated = text.last().is_some_and(|&last| last != b'\n');
        verdict.sites = state.take_sites();
        verdict
    }
}

impl ChunkVerdict {
    /// Whether something in it refuses the file.
    pub(super) fn has_error(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }
}

fn sentence(finding: &Finding) -> String {
    let mut chars = finding.message.chars();
    let first = chars
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    let text = format!("{first}{}", chars.as_str());
    if text.ends_with(['.', '!', '?']) {
        text
    } else {
        format!("{text}.")
    }
}
