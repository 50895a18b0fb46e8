//! How well a panel fits the samples of a file.
//!
//! Invariant: ignoring prefixes only adds matches; a sample whose full name matches keeps that match.

use std::collections::{BTreeSet, HashMap};

use super::{Panel, PanelRow};

/// Signs after which a sample's own name may begin, longest first.
const SEPARATORS: [&str; 6] = ["::", ":", "/", "_", "-", "."];

/// The answer to "does this panel fit these samples?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelMatch {
    /// Samples of the file.
    pub total: usize,
    /// Those that the panel names.
    pub matched: usize,
    /// A prefix that hides further ones, if any.
    pub prefix: Option<PrefixOffer>,
    /// Samples that stay without groups, with the offer taken where there is one.
    pub unmatched: Vec<String>,
}

/// A prefix that could be ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixOffer {
    /// How the prefixes look: `C…::`, or the whole prefix where there is but one.
    pub pattern: String,
    /// The sign at which prefixes end.
    pub separator: &'static str,
    /// Samples that carry a prefix.
    pub carriers: usize,
    /// Samples that match once it is ignored.
    pub matched_without: usize,
}

impl Panel {
    /// Compares the panel with the samples of a file.
    pub fn match_samples<S: AsRef<str>>(&self, samples: &[S]) -> PanelMatch {
        let names = self.by_name();
        let is_matched = |sample: &str| names.contains_key(sample);
        let matched = samples
            .iter()
            .filter(|sample| is_matched(sample.as_ref()))
            .count();
        let prefix = self.offer(samples, matched);
        let separator = prefix.as_ref().map(|offer| offer.separator);
        let unmatched = samples
            .iter()
            .map(AsRef::as_ref)
            .filter(|sample| find(&names, sample, separator).is_none());
        PanelMatch {
            total: samples.len(),
            matched,
            unmatched: unmatched.map(str::to_owned).collect(),
            prefix,
        }
    }

    /// The separator whose prefixes hide the most matches; the first of equals.
    fn offer<S: AsRef<str>>(&self, samples: &[S], matched: usize) -> Option<PrefixOffer> {
        let names = self.by_name();
        let mut best: Option<PrefixOffer> = None;
        for separator in SEPARATORS {
            let found = samples
                .iter()
                .filter(|sample| find(&names, sample.as_ref(), Some(separator)).is_some());
            let matched_without = found.count();
            if matched_without > best.as_ref().map_or(matched, |best| best.matched_without) {
                let hidden = samples
                    .iter()
                    .map(AsRef::as_ref)
                    .filter(|sample| !names.contains_key(sample));
                let prefixes: Vec<&str> = hidden
                    .filter_map(|sample| Some(sample.rsplit_once(separator)?.0))
                    .collect();
                best = Some(PrefixOffer {
                    pattern: pattern(&prefixes, separator),
                    separator,
                    carriers: prefixes.len(),
                    matched_without,
                });
            }
        }
        best
    }

    /// The rows of samples, one per sample of the file. With `ignore_prefix`, the prefix that
    /// [`Panel::match_samples`] offers is ignored where the full name does not match.
    pub(super) fn rows_of<S: AsRef<str>>(
        &self,
        samples: &[S],
        ignore_prefix: bool,
    ) -> Vec<Option<&PanelRow>> {
        let separator = ignore_prefix
            .then(|| self.match_samples(samples).prefix)
            .flatten()
            .map(|offer| offer.separator);
        let names = self.by_name();
        samples
            .iter()
            .map(|sample| find(&names, sample.as_ref(), separator))
            .collect()
    }

    fn by_name(&self) -> HashMap<&str, &PanelRow> {
        self.rows.iter().map(|row| (row.sample.as_str(), row)).collect()
    }
}

fn find<'a>(
    names: &HashMap<&str, &'a PanelRow>,
    sample: &str,
    separator: Option<&str>,
) -> Option<&'a PanelRow> {
    let bare = || names.get(sample.rsplit_once(separator?)?.1).copied();
    names.get(sample).copied().or_else(bare)
}

/// What all prefixes begin with, then `…` where they go on differently, then the separator.
fn pattern(prefixes: &[&str], separator: &str) -> String {
    let distinct: BTreeSet<&str> = prefixes.iter().copied().collect();
    let (Some(first), Some(last)) = (distinct.first(), distinct.last()) else {
        return separator.to_owned();
    };
    if distinct.len() == 1 {
        return format!("{first}{separator}");
    }
    // The first and the last in order differ as early as any two.
    let common: String = first
        .chars()
        .zip(last.chars())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a)
        .collect();
    // Digits that numbered prefixes happen to share are no part of the pattern.
    format!(
        "{}…{separator}",
        common.trim_end_matches(|c: char| c.is_ascii_digit())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(names: &[&str]) -> Panel {
        let lines: String = names.iter().map(|name| format!("{name}\tx\n")).collect();
        Panel::parse(&format!("sample\tpop\n{lines}")).unwrap()
    }

    /// Matched; pattern, carriers and matches of the offer; unmatched.
    type Want<'a> = (usize, Option<(&'a str, usize, usize)>, &'a [&'a str]);

    fn check(panel_names: &[&str], samples: &[&str], want: Want<'_>) {
        let got = panel(panel_names).match_samples(samples);
        let prefix = got.prefix.as_ref();
        let prefix = prefix.map(|offer| (offer.pattern.as_str(), offer.carriers, offer.matched_without));
        assert_eq!(got.total, samples.len());
        assert_eq!(
            (
                got.matched,
                prefix,
                got.unmatched.iter().map(String::as_str).collect::<Vec<_>>()
            ),
            (want.0, want.1, want.2.to_vec())
        );
    }

    #[test]
    fn prefixes_are_offered() {
        check(&["A", "B"], &["A", "B"], (2, None, &[]));
        check(&["A", "B"], &["A", "C"], (1, None, &["C"]));
        check(
            &["A", "B"],
            &["A", "C1::B", "C12::X"],
            (1, Some(("C…::", 2, 2)), &["C12::X"]),
        );
        check(&["A", "B"], &["run_A", "run_B"], (0, Some(("run_", 2, 2)), &[]));
        check(&["A_1", "B"], &["A_1", "x_A_1"], (1, None, &["x_A_1"]));
        check(&[], &["A"], (0, None, &["A"]));
    }

    #[test]
    fn a_full_name_wins_over_its_tail() {
        let panel = Panel::parse("sample\tpop\nA\tx\nr::A\ty\nB\tz\n").unwrap();
        let rows = panel.rows_of(&["r::A", "r::B"], true);
        assert_eq!(
            rows.iter()
                .map(|row| row.map(|row| row.sample.as_str()))
                .collect::<Vec<_>>(),
            [Some("r::A"), Some("B")]
        );
        assert_eq!(panel.rows_of(&["r::B"], false), [None]);
    }
}
