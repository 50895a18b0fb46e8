//! `/query`, `/aggregates` and `/head`: the socket's answers for programs.
//!
//! Invariant: the same evaluator and the same versions as everywhere; an answer names the version that it is of.

use std::time::Duration;

use allelecast_protocol::Version;
use allelecast_protocol::chart::{AF_SPECTRUM_EDGES, Aggregates, ChartKind};
use allelecast_protocol::row::QueryPage;
use axum::Json;
use axum::body::{Body as ResponseBody, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::auth::CurrentUser;
use super::{AppState, Error, Query};
use crate::query::catalogue::Catalogue;
use crate::query::{At, QueryError, Request, Resolved, row_objects};
use crate::store::pins::Held;

/// Rows of a page where nothing is said.
const DEFAULT_ROWS: usize = 100;
/// Most rows of a page; a stream has no limit.
const MAX_ROWS: usize = 1_000;
/// Longest that a page waits for the count of all matches; later it goes without.
const COUNT_FOR: Duration = Duration::from_secs(2);

/// What to ask.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QueryParams {
    /// Reference build: `GRCh37`, `GRCh38` or `T2T-CHM13`.
    build: String,
    /// Query text; all alleles of the scope without it.
    #[serde(default)]
    q: String,
    /// Datasets in scope, by slug or id, divided by commas; all of the build without it.
    #[serde(default)]
    dataset: String,
    /// Groups to show, divided by commas; `{a, b}` is a group of samples; all groups of the scope without it.
    #[serde(default)]
    groups: String,
    /// Count high-quality calls only.
    #[serde(default)]
    hq: bool,
    /// Rows of the page, at most 1,000.
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// The version to answer at, as `epoch.seq`; the newest without it.
    version: Option<String>,
}

/// Which chart, beside what to ask.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChartParams {
    /// The chart; `af_spectrum` without it.
    chart: Option<ChartKind>,
}

/// A question with its names bound, and the version to answer it at.
pub(super) struct Question {
    pub(super) query: Resolved,
    pub(super) catalogue: std::sync::Arc<Catalogue>,
    pub(super) version: Version,
    /// Keeps the version readable.
    pub(super) held: Held,
}

impl QueryParams {
    /// Binds the question's names.
    pub(super) async fn bind(&self, state: &AppState) -> Result<Question, Error> {
        let (datasets, groups) = (list(&self.dataset), list(&self.groups));
        let request = Request {
            build: &self.build,
            datasets: &datasets,
            query: &self.q,
            groups: &groups,
            hq: self.hq,
        };
        bind(state, request, self.version.as_deref()).await
    }

    fn rows(&self) -> Result<usize, Error> {
        let rows = self.limit.unwrap_or(DEFAULT_ROWS);
        if (1..=MAX_ROWS).contains(&rows) {
            Ok(rows)
        } else {
            Err(Error::invalid_field(
                "limit",
                format!("A page has 1 to {MAX_ROWS} rows."),
            ))
        }
    }
}

/// Binds a question's names at the version `epoch.seq`, or at the newest.
pub(super) async fn bind(
    state: &AppState,
    request: Request<'_>,
    version: Option<&str>,
) -> Result<Question, Error> {
    let asked = version.map(str::parse::<Version>).transpose();
    let asked = asked.map_err(|message| Error::invalid_field("version", message))?;
    let At {
        catalogue,
        version,
        held,
    } = state.engine.at(asked).await?;
    let query = state.engine.resolve(request, &catalogue, version.seq).await?;
    Ok(Question {
        query,
        catalogue,
        version,
        held,
    })
}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Store(error) => error.into(),
            QueryError::Damaged { .. } => Self::internal(error),
            asked => asked.to_api().into(),
        }
    }
}

/// Answers a query: a page of rows, or all of them as NDJSON.
#[utoipa::path(get, path = "/api/v1/query", tag = "query", params(QueryParams),
    responses((status = 200, body = QueryPage), (status = 410, description = "The version is no longer kept"),
              (status = 422, description = "The query or another parameter cannot be understood")))]
pub async fn query(
    State(state): State<AppState>,
    _: CurrentUser,
    headers: HeaderMap,
    Query(params): Query<QueryParams>,
) -> Result<Response, Error> {
    let question = params.bind(&state).await?;
    let wants_stream = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/x-ndjson"));
    if wants_stream {
        return Ok(stream(state, question));
    }
    let limit = params.rows()?;
    let Question {
        query,
        catalogue,
        version,
        held,
    } = &question;
    let engine = &state.engine;
    let page = engine
        .page(query, catalogue, version.seq, params.cursor.as_deref(), limit)
        .await?;
    if page.next.is_some() {
        // Whoever reads on gets the next page of the same version.
        engine.pins().linger(held, state.settings.limits.retention_time());
    }
    let total = if params.cursor.is_none() && page.next.is_none() {
        Some(page.rows.len() as u64)
    } else {
        let cells = engine.cells(query, catalogue, version.seq);
        let counted = engine.sums(query, &[], catalogue, version.seq, &cells, |_| ());
        match tokio::time::timeout(COUNT_FOR, counted).await {
            Ok(sums) => u64::try_from(sums?.total).ok(),
            Err(_) => None,
        }
    };
    let answer = QueryPage {
        version: *version,
        query: query.text.clone(),
        rows: row_objects(&page.rows, query),
        next: page.next,
        scanned: page.scanned,
        total,
        provisional: is_provisional(&question),
    };
    Ok(Json(answer).into_response())
}

/// Sums a query into a chart.
#[utoipa::path(get, path = "/api/v1/aggregates", tag = "query", params(QueryParams, ChartParams),
    responses((status = 200, body = Aggregates), (status = 410, description = "The version is no longer kept"),
              (status = 422, description = "The query or another parameter cannot be understood")))]
pub async fn aggregates(
    State(state): State<AppState>,
    _: CurrentUser,
    Query(params): Query<QueryParams>,
    Query(chart): Query<ChartParams>,
) -> Result<Json<Aggregates>, Error> {
    let question = params.bind(&state).await?;
    let Question {
        query,
        catalogue,
        version,
        held: _,
    } = &question;
    let charts = [chart.chart.unwrap_or(ChartKind::AfSpectrum)];
    let cells = state.engine.cells(query, catalogue, version.seq);
    let sums = state
        .engine
        .sums(query, &charts, catalogue, version.seq, &cells, |_| ())
        .await?;
    Ok(Json(Aggregates {
        version: *version,
        total: u64::try_from(sums.total).unwrap_or(0),
        provisional: is_provisional(&question),
        edges: AF_SPECTRUM_EDGES.to_vec(),
        charts: sums.charts(query, &charts, false),
    }))
}

/// Names the newest version.
#[utoipa::path(get, path = "/api/v1/head", tag = "query", responses((status = 200, body = Version)))]
pub async fn head(State(state): State<AppState>, _: CurrentUser) -> Result<Json<Version>, Error> {
    Ok(Json(state.head.read().await?))
}

/// Every row as a line of JSON, read page by page as the client takes them.
fn stream(state: AppState, question: Question) -> Response {
    let pages = futures::stream::try_unfold(Some(None::<String>), move |at| {
        // All of it, with the pin of its version, lives as long as the stream.
        let question = &question;
        let engine = state.engine.clone();
        let (query, catalogue) = (question.query.clone(), question.catalogue.clone());
        let seq = question.version.seq;
        async move {
            let Some(after) = at else {
                return Ok::<_, std::io::Error>(None);
            };
            let page = engine
                .page(&query, &catalogue, seq, after.as_deref(), MAX_ROWS)
                .await;
            let page = page.map_err(|error| {
                tracing::error!(%error, "a stream of rows broke off");
                std::io::Error::other("the rows cannot be read on")
            })?;
            let mut lines = Vec::new();
            for row in row_objects(&page.rows, &query) {
                serde_json::to_writer(&mut lines, &row)?;
                lines.push(b'\n');
            }
            Ok(Some((Bytes::from(lines), page.next.map(Some))))
        }
    });
    (
        [(header::CONTENT_TYPE, "application/x-ndjson")],
        ResponseBody::from_stream(pages),
    )
        .into_response()
}

fn is_provisional(question: &Question) -> bool {
    let datasets = question.query.datasets.iter();
    let mut datasets = datasets.filter_map(|id| question.catalogue.dataset(*id, question.version.seq));
    datasets.any(|dataset| dataset.is_provisional())
}

/// Splits a list at commas outside braces.
pub(super) fn list(text: &str) -> Vec<String> {
    let (mut items, mut depth) = (vec![String::new()], 0);
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        match items.last_mut() {
            Some(_) if c == ',' && depth == 0 => items.push(String::new()),
            Some(last) => last.push(c),
            None => {}
        }
    }
    items
        .into_iter()
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_braces_divide_samples_not_groups() {
        let table: [(&str, &[&str]); 4] = [
            ("", &[]),
            ("EUR", &["EUR"]),
            ("EUR, AFR ,", &["EUR", "AFR"]),
            ("{a, b},EUR", &["{a, b}", "EUR"]),
        ];
        for (text, expected) in table {
            assert_eq!(list(text), expected, "{text}");
        }
    }
}
