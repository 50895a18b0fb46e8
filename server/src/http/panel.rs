//! Panels: what one would do, before anything is uploaded; and one applied to a dataset that is there already.

use allelecast_protocol::dataset::{Dataset, NewPanel};
use allelecast_protocol::panel::{PanelFamily, PanelGroup, PanelPrefix, PanelPreview, PanelPreviewRequest};
use axum::Json;
use axum::extract::State;

use super::auth::CurrentUser;
use super::datasets::no_dataset;
use super::{AppState, Body, Error, Path};
use crate::domain::panel::{ALL, Panel};
use crate::store::groups::edit::{self, MemberGroup};
use crate::store::{datasets, samples};

/// Unmatched samples that are named.
const NAMED: usize = 10;

/// Reads a panel and says which groups it makes of the samples.
#[utoipa::path(post, path = "/api/v1/panel/preview", tag = "datasets", request_body = PanelPreviewRequest,
    responses((status = 200, body = PanelPreview), (status = 422, description = "The panel cannot be read")))]
pub async fn preview(
    _: CurrentUser,
    Body(request): Body<PanelPreviewRequest>,
) -> Result<Json<PanelPreview>, Error> {
    let panel = read(&request.panel)?;
    Ok(Json(compare(&panel, &request.samples, request.ignore_prefix)))
}

/// Applies a panel to a dataset that is there already: each of its columns decides the groups of its family, and the groups
/// of other families stay. They answer at once and are counted in the background; the samples' sexes stay what they were
/// when they were counted.
#[utoipa::path(put, path = "/api/v1/datasets/{id}/panel", tag = "datasets", params(("id" = i64, Path)),
    request_body = NewPanel, responses((status = 200, body = Dataset), (status = 404, description = "No such dataset"),
    (status = 422, description = "The panel cannot be read, or names none of the samples")))]
pub async fn apply(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
    Body(new): Body<NewPanel>,
) -> Result<Json<Dataset>, Error> {
    let panel = read(&new.panel)?;
    let (names, ids): (Vec<String>, Vec<i64>) = samples::names(&state.pool, id).await?.into_iter().unzip();
    let groups = panel.groups(&names, new.ignore_prefix).groups.into_iter();
    let groups: Vec<MemberGroup> = groups
        .filter(|group| group.family != ALL)
        .map(|group| MemberGroup {
            family: group.family,
            value: group.value,
            members: group.samples.iter().map(|&at| ids[at as usize]).collect(),
        })
        .collect();
    if groups.is_empty() && !names.is_empty() {
        let message = "The panel puts none of the dataset's samples into a group.";
        return Err(Error::invalid_field("panel", message));
    }
    let text = (new.panel.as_str(), new.ignore_prefix);
    if !edit::apply_panel(&state.head, &state.pool, id, text, &panel.families, &groups).await? {
        return Err(no_dataset());
    }
    state.raw_arrived.notify_waiters();
    datasets::find(&state.pool, id)
        .await?
        .map(Json)
        .ok_or_else(no_dataset)
}

/// The panel of a request.
pub(super) fn read(text: &str) -> Result<Panel, Error> {
    Panel::parse(text).map_err(|error| Error::invalid_field("panel", capitalised(&error.to_string())))
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).chain(['.']).collect())
        .unwrap_or_default()
}

fn compare(panel: &Panel, samples: &[String], ignore_prefix: bool) -> PanelPreview {
    let listed: Vec<String> = panel.rows.iter().map(|row| row.sample.clone()).collect();
    let fit = panel.match_samples(samples);
    let matched = match &fit.prefix {
        Some(prefix) if ignore_prefix => prefix.matched_without,
        _ => fit.matched,
    };
    let of_file = if samples.is_empty() { &listed[..] } else { samples };
    let mut families: Vec<PanelFamily> = Vec::new();
    for group in panel.groups(of_file, ignore_prefix).groups {
        let entry = PanelGroup {
            value: group.value,
            samples: group.samples.len() as u64,
        };
        match families.last_mut().filter(|family| family.family == group.family) {
            Some(family) => family.groups.push(entry),
            None => families.push(PanelFamily {
                family: group.family,
                groups: vec![entry],
            }),
        }
    }
    PanelPreview {
        listed: listed.len() as u64,
        samples: samples.len() as u64,
        families,
        matched: matched as u64,
        unmatched: fit.unmatched.into_iter().take(NAMED).collect(),
        prefix: fit.prefix.map(|prefix| PanelPrefix {
            pattern: prefix.pattern,
            carriers: prefix.carriers as u64,
            matched_without: prefix.matched_without as u64,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_offered_and_then_ignored() {
        let panel = read("sample\tpop\nA\tGBR\nB\tYRI\nC\tGBR\n").unwrap();
        let samples = ["A", "C1::B", "C2::C", "Q"].map(String::from);
        let plain = compare(&panel, &samples, false);
        assert_eq!((plain.listed, plain.samples, plain.matched), (3, 4, 1));
        assert_eq!(
            plain
                .prefix
                .as_ref()
                .map(|prefix| (prefix.carriers, prefix.matched_without)),
            Some((2, 3))
        );
        assert_eq!(plain.unmatched, ["Q"]);
        let ignoring = compare(&panel, &samples, true);
        assert_eq!(ignoring.matched, 3);
        let names: Vec<&str> = ignoring
            .families
            .iter()
            .map(|family| family.family.as_str())
            .collect();
        assert_eq!(names, ["all", "pop"]);
        assert_eq!(
            ignoring.families[1].groups[0],
            PanelGroup {
                value: "GBR".into(),
                samples: 2
            }
        );
    }

    #[test]
    fn a_bad_panel_is_named() {
        let error = read("sample\tpop\nA\tGBR\nA\tYRI\n").unwrap_err();
        assert_eq!(error.code(), allelecast_protocol::ErrorCode::InvalidField);
    }
}
