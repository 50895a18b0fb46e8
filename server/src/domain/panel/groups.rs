//! The groups of a file that follow from a panel.
//!
//! Invariant: `all` is the first group and holds every sample; a sample is in a group once.

use std::collections::BTreeMap;

use super::{ALL, Panel};
use crate::domain::groups::{GroupMasks, Sex};

/// A group of samples of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The grouping: the panel's column.
    pub family: String,
    /// The value in that column.
    pub value: String,
    /// Sample indexes in the file, rising.
    pub samples: Vec<u32>,
}

/// All groups of a file, and the sex of its samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelGroups {
    /// `all`, then family by family, values in alphabetic order.
    pub groups: Vec<Group>,
    /// One per sample.
    pub sexes: Vec<Sex>,
}

impl PanelGroups {
    /// The groups of samples without a panel: `all`.
    pub fn without_panel(samples: usize) -> Self {
        let all = Group {
            family: ALL.into(),
            value: ALL.into(),
            samples: (0..samples as u32).collect(),
        };
        PanelGroups {
            groups: vec![all],
            sexes: vec![Sex::Unknown; samples],
        }
    }

    /// The groups laid out for counting.
    pub fn masks(&self) -> GroupMasks {
        let members = self.groups.iter().map(|group| group.samples.as_slice());
        GroupMasks::new(self.sexes.len(), members, &self.sexes)
    }
}

impl Panel {
    /// The groups of a file's samples. Groups of the panel without a sample in the file are left out. A family called
    /// `all` is, too: that name is taken.
    pub fn groups<S: AsRef<str>>(&self, samples: &[S], ignore_prefix: bool) -> PanelGroups {
        let rows = self.rows_of(samples, ignore_prefix);
        let mut groups = PanelGroups::without_panel(samples.len());
        groups.sexes = rows
            .iter()
            .map(|row| row.map_or(Sex::Unknown, |row| row.sex))
            .collect();
        for (column, family) in self
            .families
            .iter()
            .enumerate()
            .filter(|(_, family)| *family != ALL)
        {
            let mut by_value: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
            for (sample, row) in (0..).zip(&rows) {
                let cell = row
                    .and_then(|row| row.values[column].as_deref())
                    .unwrap_or_default();
                for value in cell.split(';').map(str::trim).filter(|value| !value.is_empty()) {
                    let members = by_value.entry(value).or_default();
                    if members.last() != Some(&sample) {
                        members.push(sample);
                    }
                }
            }
            groups
                .groups
                .extend(by_value.into_iter().map(|(value, samples)| Group {
                    family: family.clone(),
                    value: value.to_owned(),
                    samples,
                }));
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_make_groups() {
        let panel = Panel::parse("sample\tpop\tsex\nA\tGBR\t1\nB\tYRI\t2\nC\tGBR\t\nZ\tFIN\t1\n").unwrap();
        let groups = panel.groups(&["C", "B", "x::A", "Q"], true);
        let names: Vec<_> = groups
            .groups
            .iter()
            .map(|g| (&*g.family, &*g.value, &*g.samples))
            .collect();
        assert_eq!(
            names,
            [
                ("all", "all", &[0, 1, 2, 3][..]),
                ("pop", "GBR", &[0, 2]),
                ("pop", "YRI", &[1]),
                ("sex", "1", &[2]),
                ("sex", "2", &[1]),
            ]
        );
        assert_eq!(groups.sexes, [Sex::Unknown, Sex::Female, Sex::Male, Sex::Unknown]);
        assert_eq!(groups.masks().len(), 5);
        let several = Panel::parse("sample\tcohort\nA\tx;y\nB\ty; y ;\nC\t;\n").unwrap();
        let several = several.groups(&["A", "B", "C"], false).groups;
        let members: Vec<_> = several.iter().map(|g| (&*g.value, &*g.samples)).collect();
        assert_eq!(members, [("all", &[0, 1, 2][..]), ("x", &[0]), ("y", &[0, 1])]);
        assert_eq!(PanelGroups::without_panel(2).groups[0].samples, [0, 1]);
    }
}
