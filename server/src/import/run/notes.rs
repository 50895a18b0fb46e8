//! What the validation and the count report, in the form in which the store takes it.
//!
//! Invariant: a checkpoint holds both, so that a restart judges and counts every line once.

use serde::{Deserialize, Serialize};

use super::super::builder::Checkpoint;
use super::super::judge::{JudgeState, Note};
use super::super::tally::Progress;
use super::super::validate::{Finding, Profile, Severity};
use super::ImportError;
use crate::store::StoreError;
use crate::store::imports::{Advance, Findings, NewFinding};

/// What is stored with each block, to go on from.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) at: Checkpoint,
    pub(super) judged: JudgeState,
}

/// A step of an import.
pub(super) fn advance(checkpoint: Checkpoint, progress: Progress) -> Result<Advance, ImportError> {
    let (alleles, findings) = (checkpoint.alleles as i64, findings(&progress.note));
    let (shifted, unshifted) = (checkpoint.shifted as i64, checkpoint.unshifted as i64);
    let stored = serde_json::to_value(Stored {
        at: checkpoint,
        judged: progress.note.state,
    });
    let checkpoint = stored.map_err(|error| StoreError::Malformed {
        what: "vcf_file.checkpoint",
        message: error.to_string(),
    })?;
    Ok(Advance {
        parsed: progress.raw as i64,
        records: progress.records as i64,
        alleles,
        shifted,
        unshifted,
        checkpoint,
        findings,
    })
}

/// What the validation found.
pub(super) fn findings(note: &Note) -> Findings {
    let finding = |finding: &Finding| NewFinding {
        rule: finding.rule.to_owned(),
        severity: severity(finding.severity),
        line: i64::try_from(finding.line).unwrap_or(i64::MAX),
        column: i32::try_from(finding.column).unwrap_or(i32::MAX),
        text: finding.text.clone(),
        message: finding.message.clone(),
    };
    let total =
        |(rule, of, total): &(&str, Severity, u64)| ((*rule).to_owned(), severity(*of), *total as i64);
    Findings {
        new: note.findings.iter().map(finding).collect(),
        totals: note.totals.iter().map(total).collect(),
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The profile of that name; the table allows no other.
pub(super) fn profile(name: &str) -> Profile {
    match name {
        "strict" => Profile::Strict,
        "tolerant" => Profile::Tolerant,
        _ => Profile::Spec,
    }
}
