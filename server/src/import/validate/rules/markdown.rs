//! Renders the table of rules as a page.
//!
//! Invariant: the page holds nothing that the table does not.

use std::fmt::Write;

use super::{Part, Rules};
use crate::import::validate::profile::Class;

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
    for Part { title, rules } in Rules::parts() {
        let _ = write!(
            page,
            "## {title}\n\n| rule | 4.1 | 4.2 | 4.3 | 4.4 | 4.5 | section | what the specification says | how to mend |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        );
        for rule in rules {
            let _ = write!(page, "| `{}` |", rule.id);
            for class in rule.classes {
                let _ = write!(page, " {} |", letter(class));
            }
            let _ = writeln!(
                page,
                " {} | {} | {} |",
                rule.sections().unwrap_or_else(|| "none".into()),
                escape(rule.says),
                escape(rule.mend)
            );
        }
        page.push('\n');
    }
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

fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('>', "&gt;")
}
