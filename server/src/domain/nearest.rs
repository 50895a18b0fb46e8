//! The nearest names to a mistyped one.
//!
//! Invariant: nearest first, at most three, none farther than a third of the name's length.

/// Names within a few edits of `name`, in any case.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = name.to_lowercase();
    let most = (wanted.chars().count() / 3).max(1);
    let mut near: Vec<(usize, &str)> = names
        .filter(|candidate| candidate.chars().count().abs_diff(wanted.chars().count()) <= most)
        .map(|candidate| (distance(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort();
    near.dedup();
    near.truncate(3);
    near.into_iter().map(|(_, name)| name).collect()
}

/// Levenshtein distance in characters.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_come_first() {
        let table: [(&str, &[&str]); 4] = [
            ("EURR", &["EUR"]),
            ("eur", &["EUR"]),
            ("XYZ", &[]),
            ("BRCA3", &["BRCA1", "BRCA2"]),
        ];
        for (name, expected) in table {
            let names = ["EUR", "AFR", "BRCA1", "BRCA2", "TTN"];
            assert_eq!(nearest(name, names.into_iter()), expected, "{name}");
        }
    }
}
