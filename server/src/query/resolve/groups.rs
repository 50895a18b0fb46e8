//! Binding of group names: `value`, `family.value`, `dataset.family.value`, or a list of samples.
//!
//! Invariant: an exact spelling wins over one that differs in case; among equals a name must be unique.

use std::sync::Arc;

use super::{Binder, GroupPart, GroupRef, PartSource};
use crate::domain::ast::{GroupName, TextSpan};
use crate::domain::nearest::nearest;
use crate::query::catalogue::Group;
use crate::query::error::QueryError;

impl Binder<'_> {
    /// The place of a group among the query's, and its name in full.
    pub(super) fn group(&mut self, name: &GroupName) -> Result<(usize, GroupName), QueryError> {
        let group = match name {
            GroupName::Named(name, span) => self.named(name, *span)?,
            GroupName::Samples(samples, span) => self.samples(samples, *span)?,
        };
        let full = match name {
            GroupName::Named(_, span) => GroupName::Named(group.name.to_string(), *span),
            samples => samples.clone(),
        };
        Ok((self.place(group), full))
    }

    fn named(&self, name: &str, span: TextSpan) -> Result<GroupRef, QueryError> {
        let all = || {
            (0..)
                .zip(self.scope)
                .flat_map(|(slot, d)| d.groups.iter().map(move |group| (slot, group)))
                .filter(|(_, group)| group.at(self.seq).is_some())
        };
        let fits = |same: fn(&str, &str) -> bool| -> Vec<(usize, &Group)> {
            all()
                .filter(|(_, group)| spellings(group).iter().any(|spelling| same(spelling, name)))
                .collect()
        };
        let mut found = fits(|spelling, name| spelling == name);
        if found.is_empty() {
            found = fits(|spelling, name| spelling.eq_ignore_ascii_case(name));
        }
        match found[..] {
            [(slot, group)] => Ok(GroupRef {
                name: group.name.clone(),
                parts: vec![GroupPart {
                    slot,
                    source: PartSource::Group(group.id),
                }],
            }),
            [] => {
                let values: Vec<&str> = all().map(|(_, group)| &*group.value).collect();
                let near = nearest(
                    name,
                    values.iter().copied().chain(all().map(|(_, group)| &*group.name)),
                );
                let hint = if near.is_empty() {
                    let some: Vec<&str> = values.iter().copied().take(6).collect();
                    (!some.is_empty()).then(|| format!("There are {} and others.", some.join(", ")))
                } else {
                    Some(format!("Did you mean {}?", near.join(", ")))
                };
                Err(QueryError::Name {
                    span,
                    message: format!("There is no group “{name}” in scope."),
                    hint,
                })
            }
            _ => {
                let names: Vec<&str> = found.iter().map(|(_, group)| &*group.name).collect();
                Err(QueryError::Name {
                    span,
                    message: format!("“{name}” could be {}.", names.join(" or ")),
                    hint: Some("Write the group's full name.".into()),
                })
            }
        }
    }

    fn samples(&self, names: &[String], span: TextSpan) -> Result<GroupRef, QueryError> {
        let mut parts: Vec<GroupPart> = Vec::new();
        let mut known = vec![false; names.len()];
        for (slot, dataset) in self.scope.iter().enumerate() {
            let mut ids: Vec<i64> = Vec::new();
            for (&id, sample) in dataset.samples.iter() {
                if let Ok(at) = names.binary_search(&sample.name) {
                    known[at] = true;
                    ids.push(id);
                }
            }
            if !ids.is_empty() {
                ids.sort_unstable();
                parts.push(GroupPart {
                    slot,
                    source: PartSource::Samples(ids.into()),
                });
            }
        }
        if let Some(at) = known.iter().position(|known| !known) {
            let samples = self.scope.iter().flat_map(|dataset| dataset.samples.values());
            let near = nearest(&names[at], samples.map(|sample| sample.name.as_str()));
            return Err(QueryError::Name {
                span,
                message: format!("There is no sample “{}” in scope.", names[at]),
                hint: (!near.is_empty()).then(|| format!("Did you mean {}?", near.join(", "))),
            });
        }
        let name: Arc<str> = format!("{{{}}}", names.join(", ")).into();
        Ok(GroupRef { name, parts })
    }
}

/// What a group may be called.
fn spellings(group: &Group) -> [String; 3] {
    [
        group.value.to_string(),
        format!("{}.{}", group.family, group.value),
        group.name.to_string(),
    ]
}
