//! `/statistics`: the tools that R runs, and their runs.
//!
//! Invariant: without R these calls answer too, and say why there is no result.

use allelecast_protocol::export::Names;
use allelecast_protocol::statistics::{StatisticRequest, StatisticRun, Statistics};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::auth::CurrentUser;
use super::exports::names;
use super::query;
use super::{AppState, Body, Error, Path, Query};
use crate::stats;
use crate::store::statistics::{self, Stopped};

/// Rows of a result where nothing is said.
const DEFAULT_ROWS: usize = 1_000;
/// Most rows of a result in one answer.
const MAX_ROWS: usize = 20_000;

/// Which part of a result to show.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PartParams {
    /// Rows to skip.
    #[serde(default)]
    offset: usize,
    /// Rows to show, at most 20,000.
    limit: Option<usize>,
}

/// Lists the tools and says whether R can be used.
#[utoipa::path(get, path = "/api/v1/statistics", tag = "statistics", responses((status = 200, body = Statistics)))]
pub async fn list(State(state): State<AppState>, _: CurrentUser) -> Json<Statistics> {
    let workers = &state.runs.workers;
    Json(Statistics {
        r: workers.state().await,
        workers: workers.load(),
        tools: stats::tools(),
    })
}

/// Tests the alleles of a query for Hardy-Weinberg equilibrium in each of the groups, with snpStats and natively. What
/// was asked before of the same version is not computed again.
#[utoipa::path(post, path = "/api/v1/statistics/hwe", tag = "statistics", request_body = StatisticRequest,
    responses((status = 202, body = StatisticRun), (status = 410, description = "The version is no longer kept"),
              (status = 422, description = "The query or another field cannot be understood")))]
pub async fn hwe(
    State(state): State<AppState>,
    current: CurrentUser,
    Body(mut request): Body<StatisticRequest>,
) -> Result<(StatusCode, Json<StatisticRun>), Error> {
    let (datasets, groups) = (names(&request.dataset), names(&request.groups));
    let asked = crate::query::Request {
        build: &request.build,
        datasets: &datasets,
        query: &request.q,
        groups: &groups,
        hq: request.hq,
    };
    let question = query::bind(&state, asked, request.version.as_deref()).await?;
    let (query, version) = (&question.query, question.version);
    if query.shown.is_empty() {
        return Err(Error::invalid_field(
            "groups",
            "There is no group here whose genotypes could be tested.",
        ));
    }
    request.q.clone_from(&query.text);
    request.version = Some(version.to_string());
    let shown = query
        .shown
        .iter()
        .map(|&group| query.groups[group].name.to_string());
    request.groups = Names::List(shown.collect());
    let question = stats::Question {
        query: question.query,
        catalogue: question.catalogue,
        version,
        held: question.held,
    };
    let id = state.runs.hwe(question, &request, current.user.id).await?;
    let (run, _) = statistics::find(&state.pool, id).await?.ok_or_else(no_run)?;
    Ok((StatusCode::ACCEPTED, Json(run)))
}

/// Shows a run and, once it is ready, a part of its result.
#[utoipa::path(get, path = "/api/v1/statistics/runs/{id}", tag = "statistics", params(("id" = i64, Path), PartParams),
    responses((status = 200, body = StatisticRun), (status = 404, description = "No such run")))]
pub async fn show(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
    Query(params): Query<PartParams>,
) -> Result<Json<StatisticRun>, Error> {
    let limit = params.limit.unwrap_or(DEFAULT_ROWS);
    if limit > MAX_ROWS {
        return Err(Error::invalid_field(
            "limit",
            format!("An answer has at most {MAX_ROWS} rows."),
        ));
    }
    let (mut run, result) = statistics::find(&state.pool, id).await?.ok_or_else(no_run)?;
    if let Some(result) = result {
        let table = stats::read(&result).map_err(Error::internal)?;
        run.result = Some(stats::part(&table, params.offset, limit));
    }
    Ok(Json(run))
}

/// Cancels a run that is under way; deletes one that has ended.
#[utoipa::path(delete, path = "/api/v1/statistics/runs/{id}", tag = "statistics", params(("id" = i64, Path)),
    responses((status = 204), (status = 404, description = "No such run")))]
pub async fn stop(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
) -> Result<StatusCode, Error> {
    match state.runs.stop(id).await? {
        Stopped::Unknown => Err(no_run()),
        Stopped::Cancelled | Stopped::Deleted => Ok(StatusCode::NO_CONTENT),
    }
}

fn no_run() -> Error {
    Error::not_found("run")
}
