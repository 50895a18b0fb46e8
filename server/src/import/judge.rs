//! The validation of a file under import: its report grows while chunks are counted, and goes into each checkpoint.
//!
//! Invariant: every line is judged once, also across restarts: lines before `judged_to` are not judged again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cells::Cells;
use super::lines::{ChunkInput, lines};
use super::reference::{Comparison, RefCheck};
use super::refusal::Refused;
use super::validate::{
    ChunkState, ContainerFault, Finding, Limits, OrderCheck, Profile, RecordValidator, Report, Severity,
    Sites, Validator,
};
use crate::domain::info_groups::Doubt;
use crate::domain::reference::Unreadable;

/// What is stored of the validation with each checkpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct JudgeState {
    /// First line that was not judged yet.
    judged_to: u64,
    order: OrderCheck,
    report: Report,
    first_error: Option<(u64, String)>,
    /// Records compared with the reference sequence.
    #[serde(default)]
    reference: Comparison,
    /// Whether it was said that it must be another.
    #[serde(default)]
    is_other_reference: bool,
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
    /// Records compared with the reference sequence.
    compared: u64,
    /// Those that differ: how many were compared up to it, and its line.
    differing: Vec<(u64, u64)>,
    /// The reference could not be read, so that the verdict is not complete.
    unreadable: Option<Unreadable>,
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
    pub(super) fn new(profile: Profile, limits: Limits, resume: Option<JudgeState>) -> Self {
        let validator = Validator::new(profile, limits);
        let fresh = || JudgeState {
            judged_to: 0,
            order: OrderCheck::default(),
            report: validator.report(),
            first_error: None,
            reference: Comparison::default(),
            is_other_reference: false,
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

    /// Judges the line that stands where the header should have gone on, of a file whose header is not complete.
    pub(super) fn instead_of_header(&mut self, records: &ChunkInput) {
        let mut report = self.validator.report();
        let first = records.text.split_inclusive(|&byte| byte == b'\n').next();
        self.validator.header_line(first.unwrap_or_default(), &mut report);
        self.add(report.take_new());
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
            reference: None,
        })
    }

    /// Adds the verdict on a chunk; chunks come in the order of the file.
    pub(super) fn take(&mut self, verdict: ChunkVerdict) {
        let ChunkVerdict {
            mut findings,
            sites,
            end,
            is_unterminated,
            compared,
            differing,
            unreadable: _,
        } = verdict;
        self.validator
            .follow(&mut self.state.order, &sites, &mut findings);
        findings.sort_by_key(|finding| finding.line);
        self.add(findings);
        let before = self.state.reference.compared;
        for (nth, line) in differing {
            self.state.reference.differing += 1;
            self.state.reference.compared = before + nth;
            if self.state.reference.is_hopeless(self.validator.limits()) {
                self.other_reference(line);
            }
        }
        self.state.reference.compared = before + compared;
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

    /// Says once that the file was made with another reference.
    fn other_reference(&mut self, line: u64) {
        if std::mem::replace(&mut self.state.is_other_reference, true) {
            return;
        }
        let Comparison { compared, differing } = self.state.reference;
        let message = format!(
            "REF differs from the reference in {differing} of {compared} records: this is another build, or the file was \
             made with another reference"
        );
        let mut report = self.validator.report();
        self.validator.reference_differs(line, message, &mut report);
        self.add(report.take_new());
    }

    /// The end of the file: what should have come and did not.
    pub(super) fn finish(&mut self) {
        if self.state.reference.was_hopeless(self.validator.limits()) {
            self.other_reference(self.state.judged_to.saturating_sub(1));
        }
        let mut report = self.validator.report();
        self.validator.finish(&mut report);
        self.add(report.take_new());
    }

    /// Adds a fault of the container, on that line or the last that was judged.
    pub(super) fn container(&mut self, fault: ContainerFault, line: Option<u64>, message: &str) {
        let mut report = self.validator.report();
        let line = line.unwrap_or(self.state.judged_to.saturating_sub(1));
        self.validator
            .container_at(line, fault, message.to_owned(), &mut report);
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
    /// What REF is compared with.
    reference: Option<Arc<RefCheck>>,
}

impl Records {
    /// The same rules, and REF is compared with a reference sequence.
    pub(super) fn with_reference(self, reference: Option<RefCheck>) -> Self {
        Self {
            reference: reference.map(Arc::new),
            ..self
        }
    }

    /// Judges the lines of a chunk that were not judged before: a pure function, so that chunks go side by side.
    /// `each` hears every line up to the first that refuses the file, with its samples where judging read them.
    pub(super) fn judge(
        &self,
        chunk: &ChunkInput,
        mut each: impl FnMut(&[u8], Option<&Cells>),
    ) -> ChunkVerdict {
        let mut state = ChunkState::default();
        let mut verdict = ChunkVerdict {
            end: chunk.first_line,
            ..Default::default()
        };
        let mut is_sound = true;
        let mut comparing = self.reference.as_ref().map(|reference| reference.chunk());
        for line in lines(&chunk.text) {
            let before = verdict.findings.len();
            if verdict.end >= self.from {
                self.rules
                    .check(&mut state, verdict.end, line, &mut verdict.findings);
                if let Some(comparing) = &mut comparing {
                    let number = verdict.end;
                    let differs = comparing.record(&self.rules, number, line, &mut verdict.findings);
                    verdict.compared(differs);
                }
                let is_error = |finding: &Finding| finding.severity == Severity::Error;
                is_sound &= !verdict.findings[before..].iter().any(is_error);
                if is_sound {
                    each(line, Some(state.cells()));
                }
            } else {
                each(line, None);
            }
            verdict.end += 1;
        }
        verdict.is_unterminated = chunk.text.last().is_some_and(|&last| last != b'\n');
        verdict.sites = state.take_sites();
        verdict
    }
}

impl ChunkVerdict {
    /// Notes how the record on the last line compares with the reference.
    fn compared(&mut self, differs: Result<Option<bool>, Unreadable>) {
        match differs {
            Ok(None) => {}
            Ok(Some(differs)) => {
                self.compared += 1;
                if differs {
                    self.differing.push((self.compared, self.end));
                }
            }
            Err(unreadable) => self.unreadable = Some(unreadable),
        }
    }

    /// Why the verdict is not complete, if it is not.
    pub(super) fn unreadable(&self) -> Option<&Unreadable> {
        self.unreadable.as_ref()
    }

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
