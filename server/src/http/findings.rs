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
use crate::import::validate::{Rule, Rules};
use crate::store::{self, datasets, findings};

/// Which findings, and how.
#[derive(Debug, Deserialize, IntoParams)]
pub struct FindingsParams {
    /// `json` (default) or `csv`; a CSV holds all that are kept.
    #[serde(default)]
    format: Format,
    /// Only this rule.
    rule: Option<String>,
    /// Only this severity: one rule may be an error in one file and a warning in another of another version.
    severity: Option<Severity>,
    /// Cursor from the page before.
    after: Option<i64>,
    /// Findings wanted.
    limit: Option<u32>,
}

/// How a report is written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    /// The types of the protocol.
    #[default]
    Json,
    /// For a spreadsheet.
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
    let severity = wanted.severity.map(word);
    if wanted.format == Format::Csv {
        return Ok(as_csv(
            state,
            &dataset.slug,
            Wanted {
                dataset_id: id,
                rule: wanted.rule,
                severity,
            },
        ));
    }
    let most = state.settings.limits.max_page;
    let limit = wanted.limit.unwrap_or(most).clamp(1, most).into();
    let after = wanted.after.unwrap_or(0);
    let rows = findings::list(&state.pool, id, wanted.rule.as_deref(), severity, after, limit).await?;
    let next = (rows.len() as i64 == limit)
        .then(|| rows.last().map(|row| row.id.to_string()))
        .flatten();
    let totals = findings::totals(&state.pool, id)
        .await?
        .into_iter()
        .map(|row| total(&row.rule, severity_of(&row.severity), row.n))
        .collect();
    let findings = rows.into_iter().map(finding).collect();
    Ok(Json(FindingsPage {
        totals,
        findings,
        next,
    })
    .into_response())
}

/// What a CSV holds.
struct Wanted {
    dataset_id: i64,
    rule: Option<String>,
    severity: Option<&'static str>,
}

/// Page by page from the database, so a long report takes no more memory than a short one.
fn as_csv(state: AppState, slug: &str, wanted: Wanted) -> Response {
    let limit = i64::from(state.settings.limits.max_page);
    let pages = stream::try_unfold(
        (Some(0), state, wanted),
        move |(after, state, wanted)| async move {
            let Some(after) = after else {
                return Ok::<_, store::StoreError>(None);
            };
            let Wanted {
                dataset_id,
                rule,
                severity,
            } = &wanted;
            let rows =
                findings::list(&state.pool, *dataset_id, rule.as_deref(), *severity, after, limit).await?;
            let next = rows.last().map(|row| row.id);
            let mut text = if after == 0 {
                String::from(CSV_HEADING)
            } else {
                String::new()
            };
            rows.into_iter()
                .map(finding)
                .for_each(|found| write_csv(&mut text, &found));
            Ok(Some((Bytes::from(text), (next, state, wanted))))
        },
    );
    csv_response(slug, ResponseBody::from_stream(pages))
}

/// A report as a file to keep.
pub(super) fn csv_response(name: &str, body: ResponseBody) -> Response {
    let filename = format!("attachment; filename=\"{name}-findings.csv\"");
    let disposition = HeaderValue::from_str(&filename).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, body).into_response()
}

/// The first line of a report as CSV.
pub(super) const CSV_HEADING: &str =
    "file,severity,rule,line,column,text,message,section,specification,how to mend\r\n";

/// One line of it.
pub(super) fn write_csv(text: &mut String, finding: &Finding) {
    let rule = Rules::find(&finding.rule);
    let (line, column) = (finding.line.to_string(), finding.column.to_string());
    let section = rule.and_then(Rule::sections).unwrap_or_default();
    csv::write_row(
        text,
        [
            finding.filename.as_str(),
            word(finding.severity),
            &finding.rule,
            &line,
            &column,
            &finding.text,
            &finding.message,
            &section,
            rule.map_or("", |rule| rule.says),
            rule.map_or("", |rule| rule.mend),
        ],
    );
}

fn severity_of(word: &str) -> Severity {
    if word == "error" {
        Severity::Error
    } else {
        Severity::Warning
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A rule with its number of findings; one that the table no longer has says nothing.
pub(super) fn total(id: &str, severity: Severity, n: i64) -> RuleTotal {
    let rule = Rules::find(id);
    RuleTotal {
        rule: id.to_owned(),
        severity,
        n,
        section: rule.and_then(Rule::sections),
        says: rule.map(|rule| rule.says.to_owned()).unwrap_or_default(),
        mend: rule.map(|rule| rule.mend.to_owned()).unwrap_or_default(),
    }
}

fn finding(row: findings::Finding) -> Finding {
    Finding {
        file_id: Some(row.file_id),
        filename: row.filename,
        rule: row.rule,
        severity: severity_of(&row.severity),
        line: row.line,
        column: row.column,
        text: row.text,
        message: row.message,
    }
}
