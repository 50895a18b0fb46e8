//! Renders the table of rules as a page.
//!
//! Invariant: the page holds nothing that the table does not.

use std::fmt::Write;

use super::{Rule, Rules, file, genotype, header, info, meta, site};
use crate::import::validate::profile::Class;
use crate::import::validate::version::Version;

const PREFACE: &str = "# Validation rules

Generated from the table of rules in `server/src/import/validate/rules/`; a test refuses a page that differs.

A file is judged by the specification of its own version (4.0 under the rules of 4.1). Each rule has a class for
each version; the class and the profile decide the severity:

| class | meaning | `spec` | `strict` | `tolerant` |
| --- | --- | --- | --- | --- |
| F | forbidden, and not readable without guessing | error | error | error |
| R | forbidden, but there is one reading that loses nothing | error | error | warning, with the repair |
| A | a \"should\", a reserved key used otherwise, style | warning | error | warning |
| N | undeclared keys and habits that the specification leaves open | warning | warning | warning |
| - | no fault in this version | | | |

";

pub(super) fn page() -> String {
    let mut page = String::from(PREFACE);
    let parts: [(&str, &[&'static Rule]); 6] = [
        ("The file", file::TABLE),
        ("Meta-information lines", meta::TABLE),
        ("Declarations and the header line", header::TABLE),
        ("Fixed fields", site::TABLE),
        ("INFO", info::TABLE),
        ("FORMAT and samples", genotype::TABLE),
    ];
    for (title, table) in parts {
        let _ = write!(
            page,
            "## {title}\n\n| rule | 4.1 | 4.2 | 4.3 | 4.4 | 4.5 | section | what the specification says | how to mend |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        );
        for rule in table {
            let _ = write!(page, "| `{}` |", rule.id);
            for class in rule.classes {
                let _ = write!(page, " {} |", letter(class));
            }
            let _ = writeln!(
                page,
                " {} | {} | {} |",
                sections(rule),
                escape(rule.says),
                escape(rule.mend)
            );
        }
        page.push('\n');
    }
    debug_assert_eq!(
        parts.iter().map(|(_, table)| table.len()).sum::<usize>(),
        Rules::all().count()
    );
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn letter(class: Class) -> char {
    match class {
        Class::Forbidden => 'F',
        Class::Repairable => 'R',
        Class::Advice => 'A',
        Class::Note => 'N',
        Class::Absent => '-',
    }
}

/// `1.4.1 / 1.6.1`: the number up to 4.2 and the one since, for the versions that know the rule.
fn sections(rule: &Rule) -> String {
    let mut numbers: Vec<&str> = Version::ALL
        .into_iter()
        .filter(|&version| rule.class(version) != Class::Absent)
        .filter_map(|version| rule.section.number(version))
        .collect();
    numbers.dedup();
    if numbers.is_empty() {
        "none".into()
    } else {
        numbers.join(" / ")
    }
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('>', "&gt;")
}
