//! `/groups`: the groups that queries may name.

use allelecast_protocol::dataset::Group;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::auth::CurrentUser;
use super::datasets::build_id;
use super::{AppState, Error, Query};
use crate::store::groups;

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
