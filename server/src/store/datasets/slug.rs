//! Slugs: how a dataset is called in queries.
//!
//! Invariant: a slug matches `[a-z][a-z0-9_]*`, has at most 40 characters and is no word of the query language.

/// Longest slug before a number is appended.
const LONGEST: usize = 40;

/// The slug of a name; other characters than letters and digits become single underscores.
pub(super) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars().flat_map(char::to_lowercase) {
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    let starts_with_letter = slug.starts_with(|first: char| first.is_ascii_lowercase());
    if !starts_with_letter || matches!(slug.trim_end_matches('_'), "and" | "or" | "not" | "in" | "all") {
        slug.insert_str(0, "dataset_");
    }
    slug.truncate(LONGEST);
    slug.truncate(slug.trim_end_matches('_').len());
    slug
}

/// The `attempt`-th choice for a slug, from 0: `kgp`, `kgp_2`, `kgp_3`, …
pub(super) fn numbered(slug: &str, attempt: u32) -> String {
    if attempt == 0 {
        slug.to_owned()
    } else {
        format!("{slug}_{}", attempt + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_identifiers() {
        let long = "a ".repeat(40);
        for (name, expected) in [
            ("1000 Genomes, phase 3", "dataset_1000_genomes_phase_3"),
            ("KGP", "kgp"),
            ("  Tübingen -- exomes (v2) ", "t_bingen_exomes_v2"),
            ("千人", "dataset"),
            ("AND", "dataset_and"),
            ("all", "dataset_all"),
            ("_x", "x"),
            (long.as_str(), "a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
        assert_eq!(
            (numbered("kgp", 0).as_str(), numbered("kgp", 1).as_str()),
            ("kgp", "kgp_2")
        );
    }
}
