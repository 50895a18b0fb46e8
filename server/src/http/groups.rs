//! `/groups`: the groups that queries may name.
//!
//! Invariant: members are named by the samples' stored names, each once; what cannot be meant is refused with the nearest.

use std::collections::{HashMap, HashSet};

use allelecast_protocol::dataset::{Group, GroupUpdate, NewGroup};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::auth::CurrentUser;
use super::datasets::{build_id, no_dataset};
use super::{AppState, Body, Error, Path, Query};
use crate::domain::nearest::nearest;
use crate::domain::panel::ALL;
use crate::store::groups::edit::{self, Edited, MemberGroup};
use crate::store::groups::{self, PublishedGroup};
use crate::store::{datasets, recounts, samples};

/// The family of groups for which none is named.
const CUSTOM: &str = "custom";
/// Letters of a family or value, at most.
const MAX_NAME: usize = 100;

/// Which groups.
#[derive(Debug, Deserialize, IntoParams)]
pub struct GroupsParams {
    /// Reference build.
    build: String,
}

/// Lists the groups of all datasets of a build.
#[utoipa::path(get, path = "/api/v1/groups", tag = "datasets", params(GroupsParams),
    responses((status = 200, body = [Group]), (status = 422, description = "Unknown build")))]
pub async fn list(
    State(state): State<AppState>,
    _: CurrentUser,
    Query(wanted): Query<GroupsParams>,
) -> Result<Json<Vec<Group>>, Error> {
    let build = build_id(&state, &wanted.build).await?;
    let groups = groups::of_build(&state.pool, build).await?;
    Ok(Json(groups.into_iter().map(Group::from).collect()))
}

/// Makes a group of samples. It answers at once, and is counted in the background.
#[utoipa::path(post, path = "/api/v1/groups", tag = "datasets", request_body = NewGroup,
    responses((status = 201, body = Group), (status = 404, description = "No such dataset"),
    (status = 409, description = "The dataset has a group of that name"),
    (status = 422, description = "No member, one twice, or one that is not a sample of the dataset")))]
pub async fn create(
    State(state): State<AppState>,
    _: CurrentUser,
    Body(new): Body<NewGroup>,
) -> Result<(StatusCode, Json<Group>), Error> {
    if !datasets::exists(&state.pool, new.dataset_id).await? {
        return Err(no_dataset());
    }
    let family = new.family.as_deref().unwrap_or(CUSTOM);
    let group = MemberGroup {
        family: checked_name("family", family)?,
        value: checked_name("value", &new.value)?,
        members: members(&state, new.dataset_id, &new.members).await?,
    };
    match edit::create(&state.head, &state.pool, new.dataset_id, &group).await? {
        Edited::Done(id) => {
            state.raw_arrived.notify_waiters();
            Ok((StatusCode::CREATED, Json(found(&state, id).await?.into())))
        }
        Edited::NameTaken => Err(name_taken(&group.family, &group.value)),
        Edited::Missing => Err(no_dataset()),
    }
}

/// Gives a group another name, other members, or both. Other members are counted in the background, and the group answers
/// as before until that is done.
#[utoipa::path(patch, path = "/api/v1/groups/{id}", tag = "datasets", params(("id" = i64, Path)),
    request_body = GroupUpdate, responses((status = 202, body = Group, description = "The group as it still answers"),
    (status = 200, body = Group, description = "The group, renamed"), (status = 404, description = "No such group"),
    (status = 409, description = "The dataset has a group of that name, or the group is not one of samples"),
    (status = 422, description = "No member, one twice, or one that is not a sample of the dataset")))]
pub async fn update(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
    Body(update): Body<GroupUpdate>,
) -> Result<(StatusCode, Json<Group>), Error> {
    let group = found(&state, id).await?;
    if group.family == ALL {
        return Err(Error::conflict("The group of everybody stays what it is."));
    }
    let members = match &update.members {
        None => None,
        Some(_) if group.from_info => {
            return Err(Error::conflict(
                "INFO states the counts of this group: it has no samples that could be others.",
            ));
        }
        Some(names) => Some(members(&state, group.dataset_id, names).await?),
    };
    if update.family.is_some() || update.value.is_some() {
        let family = checked_name("family", update.family.as_deref().unwrap_or(&group.family))?;
        let value = checked_name("value", update.value.as_deref().unwrap_or(&group.value))?;
        match edit::rename(&state.head, &state.pool, id, &family, &value).await? {
            Edited::Done(()) => {}
            Edited::NameTaken => return Err(name_taken(&family, &value)),
            Edited::Missing => return Err(no_group()),
        }
    }
    let Some(members) = members else {
        return Ok((StatusCode::OK, Json(found(&state, id).await?.into())));
    };
    recounts::request(&state.pool, id, &members)
        .await?
        .ok_or_else(no_group)?;
    state.raw_arrived.notify_waiters();
    Ok((StatusCode::ACCEPTED, Json(found(&state, id).await?.into())))
}

/// Removes a group: it is gone from the next version on. Its samples stay.
#[utoipa::path(delete, path = "/api/v1/groups/{id}", tag = "datasets", params(("id" = i64, Path)),
    responses((status = 204), (status = 404, description = "No such group"),
    (status = 409, description = "The group of everybody")))]
pub async fn remove(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
) -> Result<StatusCode, Error> {
    if found(&state, id).await?.family == ALL {
        return Err(Error::conflict("The group of everybody stays."));
    }
    if !edit::remove(&state.head, &state.pool, id).await? {
        return Err(no_group());
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn found(state: &AppState, id: i64) -> Result<PublishedGroup, Error> {
    groups::find(&state.pool, id).await?.ok_or_else(no_group)
}

fn no_group() -> Error {
    Error::not_found("group")
}

fn name_taken(family: &str, value: &str) -> Error {
    Error::conflict(format!("The dataset has a group {family}.{value} already."))
}

/// A family or value that queries can name.
pub(super) fn checked_name(field: &str, name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = (1..=MAX_NAME).contains(&name.chars().count());
    if !fits || name.contains(|c: char| c.is_control() || "(){},\"".contains(c)) {
        let message =
            format!("A group's {field} has 1 to {MAX_NAME} characters, none of them one of ( ) {{ }} , \".");
        return Err(Error::invalid_field(field, message));
    }
    if name == ALL {
        return Err(Error::invalid_field(
            field,
            "“all” is the name of the group of everybody.",
        ));
    }
    Ok(name.to_owned())
}

/// Ids of samples given by name, ascending.
async fn members(state: &AppState, dataset_id: i64, names: &[String]) -> Result<Vec<i64>, Error> {
    let invalid = |message: String| Error::invalid_field("members", message);
    if names.is_empty() {
        return Err(invalid("A group has at least one sample.".into()));
    }
    let known = samples::names(&state.pool, dataset_id).await?;
    let ids: HashMap<&str, i64> = known.iter().map(|(name, id)| (name.as_str(), *id)).collect();
    let unknown: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| !ids.contains_key(name))
        .collect();
    if let [first, rest @ ..] = &unknown[..] {
        let message = match rest.len() {
            0 => format!("“{first}” is not a sample of the dataset."),
            more => format!("“{first}” and {more} more are not samples of the dataset."),
        };
        let near = nearest(first, known.iter().map(|(name, _)| name.as_str()));
        return Err(match near.is_empty() {
            true => invalid(message),
            false => invalid(message).with_hint(format!("Did you mean {}?", near.join(", "))),
        });
    }
    let mut seen = HashSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
        return Err(invalid(format!("“{twice}” stands twice in the list.")));
    }
    let mut members: Vec<i64> = names
        .iter()
        .filter_map(|name| ids.get(name.as_str()).copied())
        .collect();
    members.sort_unstable();
    Ok(members)
}
