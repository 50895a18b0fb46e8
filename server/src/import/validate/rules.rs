//! The table of rules: what each says, where the specification says it, and how grave it is in each version.
//!
//! Invariant: a finding can only name a rule of this table; the published page is generated from it.

pub(crate) mod file;
pub(crate) mod genotype;
pub(crate) mod header;
pub(crate) mod info;
mod markdown;
pub(crate) mod meta;
mod section;
pub(crate) mod site;

pub use section::Section;

use super::profile::{Class, Profile, Severity};
use super::version::Version;

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Stable id in kebab case, part of the public interface.
    pub id: &'static str,
    /// Where the specification speaks of it.
    pub section: Section,
    /// One class for each version, oldest first.
    pub classes: [Class; 5],
    /// What the specification says, in our words.
    pub says: &'static str,
    /// How to mend a file that breaks it.
    pub mend: &'static str,
    /// How the tolerant profile reads it, for rules that are repairable in some version.
    pub repair: Option<&'static str>,
    /// Reported once for each distinct text of a file, not for each line that shows it.
    pub once: bool,
}

impl Rule {
    /// The class in one version.
    pub const fn class(&self, version: Version) -> Class {
        self.classes[version as usize]
    }

    /// The section's number in each version that knows the rule, the same number once: `1.4.1 / 1.6.1`; `None` where
    /// the specification does not speak of it.
    pub fn sections(&self) -> Option<String> {
        let mut numbers: Vec<&str> = Version::ALL
            .into_iter()
            .filter(|&version| self.class(version) != Class::Absent)
            .filter_map(|version| self.section.number(version))
            .collect();
        numbers.dedup();
        (!numbers.is_empty()).then(|| numbers.join(" / "))
    }

    /// The severity in one version under one profile; `None` where it is no fault there.
    pub const fn severity(&self, version: Version, profile: Profile) -> Option<Severity> {
        self.class(version).severity(profile)
    }
}

/// The rules of one part of the format.
#[derive(Debug)]
pub struct Part {
    /// Heading.
    pub title: &'static str,
    /// Its rules.
    pub rules: &'static [&'static Rule],
}

/// Access to the whole table.
pub struct Rules;

impl Rules {
    /// The table by parts of the format, in the order of the published page.
    pub fn parts() -> [Part; 6] {
        [
            ("The file", file::TABLE),
            ("Meta-information lines", meta::TABLE),
            ("Declarations and the header line", header::TABLE),
            ("Fixed fields", site::TABLE),
            ("INFO", info::TABLE),
            ("FORMAT and samples", genotype::TABLE),
        ]
        .map(|(title, rules)| Part { title, rules })
    }

    /// Every rule, in the order of the published page.
    pub fn all() -> impl Iterator<Item = &'static Rule> {
        Rules::parts().into_iter().flat_map(|part| part.rules).copied()
    }

    /// The rule with this id.
    pub fn find(id: &str) -> Option<&'static Rule> {
        Rules::all().find(|rule| rule.id == id)
    }

    /// The page that publishes the table.
    pub fn markdown() -> String {
        markdown::page()
    }
}

/// Reads five class letters, one for each version from 4.1 to 4.5.
const fn classes(letters: &[u8; 5]) -> [Class; 5] {
    [
        Class::of_letter(letters[0]),
        Class::of_letter(letters[1]),
        Class::of_letter(letters[2]),
        Class::of_letter(letters[3]),
        Class::of_letter(letters[4]),
    ]
}

/// `NAME "id" b"classes" Section [once]: "what the specification says"; "how to mend" [=> "how it is repaired"];`
macro_rules! rules {
    ($($name:ident $id:literal $classes:literal $section:ident $($once:ident)? :
       $says:literal; $mend:literal $(=> $repair:literal)?;)*) => {
        $(
            #[doc = $says]
            pub(crate) static $name: $crate::import::validate::rules::Rule = $crate::import::validate::rules::Rule {
                id: $id,
                section: $crate::import::validate::rules::Section::$section,
                classes: $crate::import::validate::rules::classes($classes),
                says: $says,
                mend: $mend,
                repair: $crate::import::validate::rules::rules!(@repair $($repair)?),
                once: $crate::import::validate::rules::rules!(@once $($once)?),
            };
        )*
        /// The rules of this part of the format.
        pub(crate) static TABLE: &[&$crate::import::validate::rules::Rule] = &[$(&$name),*];
    };
    (@repair $repair:literal) => { Some($repair) };
    (@repair) => { None };
    (@once once) => { true };
    (@once) => { false };
}
pub(crate) use rules;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for rule in Rules::all() {
            assert!(seen.insert(rule.id), "{} stands twice", rule.id);
            assert!(
                rule.id
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            );
            assert!(
                rule.says.ends_with('.') && rule.mend.ends_with('.'),
                "{}",
                rule.id
            );
            assert_eq!(
                rule.classes.contains(&Class::Repairable),
                rule.repair.is_some(),
                "{}",
                rule.id
            );
        }
    }

    #[test]
    fn the_published_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/VALIDATION.md");
        let page = Rules::markdown();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == page,
            "server/docs/VALIDATION.md is stale; run this test with UPDATE_DOCS=1"
        );
    }
}
