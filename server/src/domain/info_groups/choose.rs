//! Which of the groups that a header offers are made, and under which names.
//!
//! Invariant: `all` is always made, under its own name.

use allelecast_protocol::dataset::{InfoGroups, InfoGroupsMode};

use super::InfoGroup;
use crate::domain::panel::ALL;

/// The groups that are wanted of those offered, in the order offered. A chosen one that the file does not offer is passed
/// over: another file of the dataset may.
pub fn choose(offered: Vec<InfoGroup>, wanted: &InfoGroups) -> Vec<InfoGroup> {
    let take = |group: InfoGroup| match wanted {
        _ if group.key == ALL => Some(group),
        InfoGroups::Mode(InfoGroupsMode::None) => None,
        InfoGroups::Mode(InfoGroupsMode::Auto) => (!group.is_subset).then_some(group),
        InfoGroups::Chosen(choices) => {
            let choice = choices.iter().find(|choice| choice.key == group.key)?;
            Some(InfoGroup {
                family: choice.family.clone().unwrap_or(group.family),
                value: choice.value.clone().unwrap_or(group.value),
                ..group
            })
        }
    };
    offered.into_iter().filter_map(take).collect()
}

#[cfg(test)]
mod tests {
    use super::super::detect;
    use super::*;

    #[test]
    fn groups_are_taken_as_they_are_wanted() {
        let names = |wanted: &str| -> Vec<String> {
            let wanted = serde_json::from_str(wanted).unwrap();
            let offered = detect("AC AN AC_raw AC_afr AC_nfe controls_AC_afr".split(' '));
            let chosen = choose(offered, &wanted).into_iter();
            chosen
                .map(|group| format!("{}.{}", group.family, group.value))
                .collect()
        };
        assert_eq!(names(r#""auto""#), ["all.all", "pop.afr", "pop.nfe"]);
        assert_eq!(names(r#""none""#), ["all.all"]);
        let chosen = r#"[{"key": "controls_afr"}, {"key": "afr", "family": "population", "value": "AFR"}, {"key": "sas"}]"#;
        assert_eq!(names(chosen), ["all.all", "population.AFR", "controls_pop.afr"]);
    }
}
