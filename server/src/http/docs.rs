//! `/docs/validation`: the table of rules, for people.
//!
//! Invariant: it says what the table of the validator says and no more, and anybody may read it: findings link to it.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use tower_sessions::Session;

use super::AppState;
use super::pages::{Frame, Page, page, visitor};
use crate::import::validate::{Class, Part, Profile, Rule, Rules, Severity, Version};

#[derive(Template)]
#[template(path = "validation.html")]
struct Validation {
    frame: Frame,
    parts: Vec<PartView>,
    rules: usize,
}

struct PartView {
    id: String,
    title: &'static str,
    rules: Vec<RuleView>,
}

/// A rule as the page shows it.
struct RuleView {
    rule: &'static Rule,
    rows: Vec<Row>,
}

/// Neighbouring versions that treat a rule alike.
struct Row {
    versions: String,
    section: &'static str,
    /// Under `spec`, `strict` and `tolerant`.
    severities: [&'static str; 3],
}

/// The page.
pub async fn validation(State(state): State<AppState>, headers: HeaderMap, session: Session) -> Page {
    let visitor = visitor(&state, &headers, &session).await?;
    page(&Validation {
        frame: Frame::new(&state.assets, "help.js", "help", visitor)?,
        parts: Rules::parts().into_iter().map(part).collect(),
        rules: Rules::all().count(),
    })
}

fn part(Part { title, rules }: Part) -> PartView {
    PartView {
        id: format!("part-{}", title.to_lowercase().replace(' ', "-")),
        title,
        rules: rules
            .iter()
            .map(|rule| RuleView {
                rule,
                rows: rows(rule),
            })
            .collect(),
    }
}

fn rows(rule: &'static Rule) -> Vec<Row> {
    let known = Version::ALL
        .into_iter()
        .filter(|version| rule.class(*version) != Class::Absent);
    let alike = |version: Version| (rule.class(version), rule.section.number(version));
    let mut runs: Vec<(Version, Version)> = Vec::new();
    for version in known {
        match runs.last_mut() {
            Some((_, last)) if alike(*last) == alike(version) && *last as usize + 1 == version as usize => {
                *last = version;
            }
            _ => runs.push((version, version)),
        }
    }
    runs.into_iter()
        .map(|(first, last)| Row {
            versions: if first == last {
                first.number().to_owned()
            } else {
                format!("{} to {}", first.number(), last.number())
            },
            section: rule.section.number(first).unwrap_or("none"),
            severities: [Profile::Spec, Profile::Strict, Profile::Tolerant]
                .map(|profile| word(rule.severity(first, profile))),
        })
        .collect()
}

fn word(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Error) => "error",
        Some(Severity::Warning) => "warning",
        None => "no fault",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_are_alike_share_a_row() {
        let of = |id| rows(Rules::find(id).unwrap());
        let flag = of("flag-number");
        assert_eq!(flag.len(), 2);
        assert_eq!(
            (flag[0].versions.as_str(), flag[0].section),
            ("4.1 to 4.2", "1.2.2")
        );
        assert_eq!(flag[0].severities, ["warning", "error", "warning"]);
        assert_eq!(flag[1].severities, ["error", "error", "warning"]);
        let old = of("fileformat-old");
        assert_eq!((old.len(), old[0].versions.as_str()), (1, "4.1"));
    }
}
