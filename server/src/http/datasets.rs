//! `/datasets`.

use allelecast_protocol::dataset::{CreatedDataset, Dataset, NewDataset};
use allelecast_protocol::panel::{Sample, SamplePage};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::auth::CurrentUser;
use super::{AppState, Body, Error, Path, Query, callable, info_groups, panel};
use crate::store::{datasets, reference, samples};

/// Lists the datasets, newest first.
#[utoipa::path(get, path = "/api/v1/datasets", tag = "datasets", responses((status = 200, body = [Dataset])))]
pub async fn list(State(state): State<AppState>, _: CurrentUser) -> Result<Json<Vec<Dataset>>, Error> {
    Ok(Json(datasets::list(&state.pool).await?))
}

/// Makes a dataset, to which files are uploaded.
#[utoipa::path(post, path = "/api/v1/datasets", tag = "datasets", request_body = NewDataset,
    responses((status = 201, body = CreatedDataset), (status = 422, description = "A field is not allowed")))]
pub async fn create(
    State(state): State<AppState>,
    current: CurrentUser,
    Body(mut new): Body<NewDataset>,
) -> Result<(StatusCode, Json<CreatedDataset>), Error> {
    new.name = new.name.trim().to_owned();
    if new.name.is_empty() || new.name.chars().count() > 200 || new.name.contains(char::is_control) {
        return Err(Error::invalid_field(
            "name",
            "A dataset needs a name of 1 to 200 characters.",
        ));
    }
    if let Some(text) = &new.panel {
        panel::read(text)?;
    }
    info_groups::check(&new.info_groups)?;
    let build = build_id(&state, &new.build).await?;
    let callable = match &new.callable {
        Some(text) => {
            Some(callable::read(&state, &new.build, build, new.absent_sites, text.as_bytes()).await?)
        }
        None => None,
    };
    let user = current.user.id;
    let (id, slug) = datasets::create(&state.head, &state.pool, &new, callable.as_ref(), build, user).await?;
    Ok((StatusCode::CREATED, Json(CreatedDataset { id, slug })))
}

/// The id of a build that a client names.
pub(super) async fn build_id(state: &AppState, name: &str) -> Result<i16, Error> {
    let unknown = || {
        Error::invalid_field(
            "build",
            "The build is GRCh37, GRCh38 or T2T-CHM13; it is never guessed.",
        )
    };
    reference::build_id(&state.pool, name).await?.ok_or_else(unknown)
}

/// A dataset: state, progress, files, groups, totals.
#[utoipa::path(get, path = "/api/v1/datasets/{id}", tag = "datasets", params(("id" = i64, Path)),
    responses((status = 200, body = Dataset), (status = 404, description = "No such dataset")))]
pub async fn show(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
) -> Result<Json<Dataset>, Error> {
    datasets::find(&state.pool, id)
        .await?
        .map(Json)
        .ok_or_else(no_dataset)
}

/// Deletes a dataset; it is gone from the next version on.
#[utoipa::path(delete, path = "/api/v1/datasets/{id}", tag = "datasets", params(("id" = i64, Path)),
    responses((status = 204), (status = 404, description = "No such dataset")))]
pub async fn remove(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
) -> Result<StatusCode, Error> {
    if !datasets::remove(&state.head, &state.pool, id).await? {
        return Err(no_dataset());
    }
    state.raw_arrived.notify_waiters();
    Ok(StatusCode::NO_CONTENT)
}

/// Says that no further file follows: the dataset is ready when each of its files is.
#[utoipa::path(post, path = "/api/v1/datasets/{id}/complete", tag = "datasets", params(("id" = i64, Path)),
    responses((status = 200, body = Dataset), (status = 404, description = "No such dataset")))]
pub async fn complete(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
) -> Result<Json<Dataset>, Error> {
    if !datasets::complete(&state.head, &state.pool, id).await? {
        return Err(no_dataset());
    }
    datasets::find(&state.pool, id)
        .await?
        .map(Json)
        .ok_or_else(no_dataset)
}

/// A page of a list.
#[derive(Debug, Deserialize, IntoParams)]
pub struct PageParams {
    /// Cursor from the page before.
    after: Option<i64>,
    /// Entries wanted.
    limit: Option<u32>,
}

impl PageParams {
    /// The cursor, and the number of entries within the limit.
    pub(super) fn bounds(&self, state: &AppState) -> (i64, i64) {
        let most = state.settings.limits.max_page;
        (
            self.after.unwrap_or(0),
            self.limit.unwrap_or(most).clamp(1, most).into(),
        )
    }
}

/// Lists a dataset's samples and their groups.
#[utoipa::path(get, path = "/api/v1/datasets/{id}/samples", tag = "datasets", params(("id" = i64, Path), PageParams),
    responses((status = 200, body = SamplePage), (status = 404, description = "No such dataset")))]
pub async fn samples(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
    Query(page): Query<PageParams>,
) -> Result<Json<SamplePage>, Error> {
    if !datasets::exists(&state.pool, id).await? {
        return Err(no_dataset());
    }
    let (after, limit) = page.bounds(&state);
    let rows = samples::page(&state.pool, id, after, limit).await?;
    let next = (rows.len() as i64 == limit)
        .then(|| rows.last().map(|row| row.id.to_string()))
        .flatten();
    let sample = |row: samples::Sample| Sample {
        id: row.id,
        name: row.name,
        sex: row.sex,
        groups: row.groups,
    };
    Ok(Json(SamplePage {
        samples: rows.into_iter().map(sample).collect(),
        next,
    }))
}

pub(super) fn no_dataset() -> Error {
    Error::not_found("dataset")
}
