//! The findings of one file, grouped by rule.
//!
//! Invariant: totals are exact; of each rule only the first findings are kept, and of a rule that speaks once
//! only the first finding for each text.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::limits::Limits;
use super::profile::{Profile, Severity};
use super::rules::Rules;
use super::version::Version;

type Groups = BTreeMap<(&'static str, Severity), Group>;

/// Ids of the rules that speak once.
static ONCE: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    Rules::all()
        .filter(|rule| rule.once)
        .map(|rule| rule.id)
        .collect()
});

/// The answer to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No errors; perhaps warnings.
    Accepted,
    /// At least one error.
    Refused,
}

/// The findings of one rule at one severity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Whether they refuse the file.
    pub severity: Severity,
    /// How many there are.
    pub total: u64,
    /// The first of them, in the order of the file, but for those that [`Report::take_new`] took.
    pub findings: Vec<Finding>,
    /// How many were kept, taken or not.
    #[serde(default)]
    kept: usize,
    /// Id of the rule.
    #[serde(skip)]
    rule: &'static str,
}

impl Group {
    /// Id of the rule.
    pub fn rule(&self) -> &'static str {
        self.rule
    }
}

/// The findings of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The profile it was judged by.
    pub profile: Profile,
    /// The version whose rules were applied; `None` until the first line was read.
    pub version: Option<Version>,
    #[serde(with = "as_list")]
    groups: Groups,
    #[serde(with = "said_as_list")]
    said: BTreeSet<(&'static str, String)>,
    kept_per_rule: usize,
    distinct_texts: usize,
}

impl Report {
    /// An empty report.
    pub fn new(profile: Profile, limits: &Limits) -> Self {
        Report {
            profile,
            version: None,
            groups: BTreeMap::new(),
            said: BTreeSet::new(),
            kept_per_rule: limits.findings_per_rule,
            distinct_texts: limits.distinct_texts,
        }
    }

    /// Adds one finding. Findings are added in the order of the file.
    pub fn add(&mut self, finding: Finding) {
        if self.is_said(&finding) {
            return;
        }
        let key = (finding.rule, finding.severity);
        let group = self.groups.entry(key).or_insert_with(|| Group {
            severity: finding.severity,
            total: 0,
            findings: Vec::new(),
            kept: 0,
            rule: finding.rule,
        });
        group.total += 1;
        if group.kept < self.kept_per_rule {
            group.kept += 1;
            group.findings.push(finding);
        }
    }

    /// Adds the findings of a chunk.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.add(finding);
        }
    }

    fn is_said(&mut self, finding: &Finding) -> bool {
        if !ONCE.contains(finding.rule) {
            return false;
        }
        let key = (finding.rule, finding.text.clone());
        if self.said.contains(&key) {
            return true;
        }
        if self.said.len() < self.distinct_texts {
            self.said.insert(key);
        }
        false
    }

    /// Whether the file is accepted.
    pub fn verdict(&self) -> Verdict {
        if self.total(Severity::Error) == 0 {
            Verdict::Accepted
        } else {
            Verdict::Refused
        }
    }

    /// How many findings of one severity there are.
    pub fn total(&self, severity: Severity) -> u64 {
        self.groups
            .values()
            .filter(|group| group.severity == severity)
            .map(|group| group.total)
            .sum()
    }

    /// The groups with the id of their rule: errors first, then by the line of the first finding.
    pub fn groups(&self) -> Vec<(&str, &Group)> {
        let mut groups: Vec<(&str, &Group)> =
            self.groups.iter().map(|((id, _), group)| (*id, group)).collect();
        groups.sort_by_key(|(id, group)| (group.severity, group.findings.first().map_or(0, |f| f.line), *id));
        groups
    }

    /// Takes the kept findings that were not taken before, in the order of the file; totals stay.
    pub fn take_new(&mut self) -> Vec<Finding> {
        let groups = self.groups.values_mut();
        let mut findings: Vec<Finding> = groups
            .flat_map(|group| std::mem::take(&mut group.findings))
            .collect();
        findings.sort_by_key(|finding| (finding.line, finding.column));
        findings
    }

    /// All kept findings, in the order of the file.
    pub fn findings(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.groups.values().flat_map(|group| &group.findings).collect();
        findings.sort_by_key(|finding| (finding.line, finding.column));
        findings
    }
}

/// JSON has no maps with composite keys: stores the entries as a list.
mod as_list {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Group, Groups};

    pub fn serialize<S: Serializer>(groups: &Groups, target: S) -> Result<S::Ok, S::Error> {
        groups
            .iter()
            .map(|((rule, _), group)| (*rule, group))
            .collect::<Vec<_>>()
            .serialize(target)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(source: D) -> Result<Groups, D::Error> {
        let entries = Vec::<(String, Group)>::deserialize(source)?;
        entries
            .into_iter()
            .map(|(id, mut group)| {
                group.rule = super::known(&id)?;
                Ok(((group.rule, group.severity), group))
            })
            .collect()
    }
}

/// The same for the texts that were said.
mod said_as_list {
    use std::collections::BTreeSet;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(
        said: &BTreeSet<(&'static str, String)>,
        target: S,
    ) -> Result<S::Ok, S::Error> {
        said.serialize(target)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        source: D,
    ) -> Result<BTreeSet<(&'static str, String)>, D::Error> {
        let entries = Vec::<(String, String)>::deserialize(source)?;
        entries
            .into_iter()
            .map(|(rule, text)| Ok((super::known(&rule)?, text)))
            .collect()
    }
}

/// The id as the table has it; a stored report may not name other rules.
fn known<E: serde::de::Error>(rule: &str) -> Result<&'static str, E> {
    Rules::find(rule)
        .map(|rule| rule.id)
        .ok_or_else(|| E::custom(format!("no rule {rule}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rule: &'static str, line: u64, text: &str) -> Finding {
        let severity = Severity::Warning;
        Finding {
            rule,
            severity,
            line,
            column: 1,
            text: text.into(),
            message: "m".into(),
        }
    }

    #[test]
    fn totals_are_exact_beyond_what_is_kept() {
        let limits = Limits {
            findings_per_rule: 3,
            ..Limits::default()
        };
        let mut report = Report::new(Profile::Spec, &limits);
        report.extend((1..=10).map(|line| finding("alt-repeated", line, "A")));
        let groups = report.groups();
        assert_eq!((groups[0].1.total, groups[0].1.findings.len()), (10, 3));
        assert_eq!(report.verdict(), Verdict::Accepted);
    }

    #[test]
    fn a_rule_that_speaks_once_is_heard_once_for_each_text() {
        let mut report = Report::new(Profile::Spec, &Limits::default());
        report.extend(
            [("DP", 3), ("DP", 4), ("GQ", 4)].map(|(text, line)| finding("undeclared-info", line, text)),
        );
        assert_eq!(
            report.findings().iter().map(|f| f.line).collect::<Vec<_>>(),
            [3, 4]
        );
        assert_eq!(report.total(Severity::Warning), 2);
    }

    #[test]
    fn survives_a_checkpoint() {
        let mut report = Report::new(Profile::Strict, &Limits::default());
        report.extend([
            finding("undeclared-info", 3, "DP"),
            finding("alt-repeated", 4, "A"),
        ]);
        let stored = serde_json::to_string(&report).unwrap();
        let mut restored: Report = serde_json::from_str(&stored).unwrap();
        assert_eq!(restored, report);
        restored.add(finding("undeclared-info", 9, "DP"));
        assert_eq!(restored, report, "what was said stays said");
    }
}
