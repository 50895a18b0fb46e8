//! `/datasets/{id}/findings`: the validation report, by page or as CSV.

use allelecast_protocol::finding::{Finding, FindingsPage, RuleTotal, Severity};
use axum::Json;
use axum::body::Body as ResponseBody;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use serde::Deserialize;
use utoipa::IntoParams;

use super::auth::CurrentUser;
use super::datasets::no_dataset;
use super::{AppState, Error, Path, Query};
use crate::export::csv;
use crate::store::{self, datasets, findings};

/// Which findings, and how.
#[derive(Debug, Deserialize, IntoParams)]
pub struct FindingsParams {
    /// `json` (default) or `csv`; a CSV holds all that are kept.
    #[serde(default)]
    format: Format,
    /// Only this rule.
    rule: Option<String>,
    /// Cursor from the page before.
    after: Option<i64>,
    /// Findings wanted.
    limit: Option<u32>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Json,
    Csv,
}

/// What the validation found in a dataset's files.
#[utoipa::path(get, path = "/api/v1/datasets/{id}/findings", tag = "datasets",
    params(("id" = i64, Path), FindingsParams),
    responses((status = 200, content((FindingsPage = "application/json"), (String = "text/csv"))),
              (status = 404, description = "No such dataset")))]
pub async fn list(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
    Query(wanted): Query<FindingsParams>,
) -> Result<Response, Error> {
    let dataset = datasets::find(&state.pool, id).await?.ok_or_else(no_dataset)?;
    if wanted.format == Format::Csv {
        return Ok(as_csv(state, id, &dataset.slug, wanted.rule));
    }
    let most = state.settings.limits.max_page;
    let limit = wanted.limit.unwrap_or(most).clamp(1, most).into();
    let after = wanted.after.unwrap_or(0);
    let rows = findings::list(&state.pool, id, wanted.rule.as_deref(), after, limit).await?;
    let next = (rows.len() as i64 == limit)
        .then(|| rows.last().map(|row| row.id.to_string()))
        .flatten();
    let totals = findings::totals(&state.pool, id)
        .await?
        .into_iter()
        .map(total)
        .collect();
    let findings = rows.into_iter().map(finding).collect();
    Ok(Json(FindingsPage {
        totals,
        findings,
        next,
    })
    .into_response())
}

/// Page by page from the database, so a long report takes no more memory than a short one.
fn as_csv(state: AppState, dataset_id: i64, slug: &str, rule: Option<String>) -> Response {
    let limit = i64::from(state.settings.limits.max_page);
    let pages = stream::try_unfold((Some(0), state, rule), move |(after, state, rule)| async move {
        let Some(after) = after else {
            return Ok::<_, store::StoreError>(None);
        };
        let rows = findings::list(&state.pool, dataset_id, rule.as_deref(), after, limit).await?;
        let next = rows.last().map(|row| row.id);
        let mut text = if after == 0 {
            String::from(CSV_HEADING)
        } else {
            String::new()
        };
        for row in &rows {
            let (line, column) = (row.line.to_string(), row.column.to_string());
            csv::write_row(
                &mut text,
                [
                    &row.filename,
                    &row.rule,
                    &row.severity,
                    &line,
                    &column,
                    &row.text,
                    &row.message,
                ],
            );
        }
        Ok(Some((Bytes::from(text), (next, state, rule))))
    });
    let filename = format!("attachment; filename=\"{slug}-findings.csv\"");
    let disposition = HeaderValue::from_str(&filename).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, ResponseBody::from_stream(pages)).into_response()
}

const CSV_HEADING: &str = "file,rule,severity,line,column,text,message\r\n";

fn severity(word: &str) -> Severity {
    if word == "error" {
        Severity::Error
    } else {
        Severity::Warning
    }
}

fn total(row: findings::Total) -> RuleTotal {
    RuleTotal {
        severity: severity(&row.severity),
        rule: row.rule,
        n: row.n,
    }
}

fn finding(row: findings::Finding) -> Finding {
    Finding {
        file_id: row.file_id,
        filename: row.filename,
        rule: row.rule,
        severity: severity(&row.severity),
        line: row.line,
        column: row.column,
        text: row.text,
        message: row.message,
    }
}
