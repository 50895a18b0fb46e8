//! `/info-groups/preview`: which groups a file without samples would make, before anything is uploaded.

use allelecast_protocol::dataset::{InfoGroupOffer, InfoGroups, InfoGroupsRequest};
use axum::Json;

use super::auth::CurrentUser;
use super::groups::checked_name;
use super::{Body, Error};
use crate::domain::info_groups::{InfoKeys, detect};
use crate::domain::panel::ALL;

/// Says which groups the INFO lines of a header speak of.
#[utoipa::path(post, path = "/api/v1/info-groups/preview", tag = "datasets", request_body = InfoGroupsRequest,
    responses((status = 200, body = [InfoGroupOffer])))]
pub async fn preview(
    _: CurrentUser,
    Body(request): Body<InfoGroupsRequest>,
) -> Result<Json<Vec<InfoGroupOffer>>, Error> {
    let groups = detect(request.infos.iter().map(String::as_str)).into_iter();
    let offers = groups.map(|group| InfoGroupOffer {
        raw: keys(&group.raw),
        high_quality: keys(&group.high_quality),
        key: group.key,
        family: group.family,
        value: group.value,
        is_subset: group.is_subset,
        af: group.af,
    });
    Ok(Json(offers.collect()))
}

fn keys(keys: &InfoKeys) -> Vec<String> {
    let all = [&keys.ac, &keys.an, &keys.hom, &keys.het, &keys.hemi, &keys.ns];
    all.into_iter().flatten().cloned().collect()
}

/// Refuses choices that no query could name, or of which two have one name.
pub(super) fn check(wanted: &InfoGroups) -> Result<(), Error> {
    let InfoGroups::Chosen(choices) = wanted else {
        return Ok(());
    };
    let mut names = std::collections::HashSet::new();
    for choice in choices.iter().filter(|choice| choice.key != ALL) {
        let parts = [("family", &choice.family), ("value", &choice.value)];
        for (field, name) in parts {
            if let Some(name) = name
                && checked_name(field, name)? != *name
            {
                let message = "A group's name does not begin or end with a blank.";
                return Err(Error::invalid_field("info_groups", message));
            }
        }
        let full = (
            choice.family.as_deref(),
            choice.value.as_deref().unwrap_or(&choice.key),
        );
        if !names.insert(full) {
            let message = format!("Two groups would be called “{}”.", full.1);
            return Err(Error::invalid_field("info_groups", message));
        }
    }
    Ok(())
}
