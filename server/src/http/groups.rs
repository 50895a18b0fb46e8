//! `/groups`: the groups that queries may name.

use allelecast_protocol::dataset::{Group, GroupUpdate};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::auth::CurrentUser;
use super::datasets::build_id;
use super::{AppState, Body, Error, Path, Query};
use crate::store::{groups, recounts, samples};

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

/// Gives a group other members. It is counted in the background and answers as before until that is done.
#[utoipa::path(patch, path = "/api/v1/groups/{id}", tag = "datasets", params(("id" = i64, Path)),
    request_body = GroupUpdate, responses((status = 202, body = Group, description = "The group as it still answers"),
    (status = 404, description = "No such group"), (status = 422, description = "Not a sample of the dataset")))]
pub async fn update(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
    Body(update): Body<GroupUpdate>,
) -> Result<(StatusCode, Json<Group>), Error> {
    let group = groups::find(&state.pool, id)
        .await?
        .ok_or_else(|| Error::not_found("group"))?;
    let known = samples::ids_by_name(&state.pool, group.dataset_id, &update.members).await?;
    if let Some(name) = update.members.iter().find(|name| !known.contains_key(*name)) {
        return Err(Error::invalid_field(
            "members",
            format!("“{name}” is not a sample of the dataset."),
        ));
    }
    let mut members: Vec<i64> = known.into_values().collect();
    members.sort_unstable();
    recounts::request(&state.pool, id, &members)
        .await?
        .ok_or_else(|| Error::not_found("group"))?;
    state.raw_arrived.notify_waiters();
    Ok((StatusCode::ACCEPTED, Json(group.into())))
}
