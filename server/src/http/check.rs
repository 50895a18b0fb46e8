//! `/check`: judging a file without storing it, as one request, or over a WebSocket that tells how far it is.
//!
//! Invariant: nothing of the file is written anywhere; when the connection ends, so does the work.

mod watched;

use allelecast_protocol::ErrorCode;
use allelecast_protocol::check::{CHECK_SUBPROTOCOL, CheckReport, MAX_CHECK_PIECE, Verdict};
use allelecast_protocol::dataset::Profile;
use allelecast_protocol::finding::{Finding, RuleTotal, Severity};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use utoipa::IntoParams;
use uuid::Uuid;

use super::auth::CurrentUser;
use super::auth::origin::origin_allowed;
use super::{AppState, Error, Query, findings};
use crate::import::check::{Check, of_upload};
use crate::import::validate::{self, Version};
use crate::store::uploads;

/// Pieces of a file that may wait to be judged.
const PIECES_WAITING: usize = 8;
/// Room of a WebSocket message around its piece.
const FRAME_ROOM: usize = 1024;

/// How to judge, and what.
#[derive(Debug, Clone, Deserialize, IntoParams)]
pub struct CheckParams {
    /// How strictly.
    #[serde(default)]
    #[param(inline)]
    profile: Profile,
    /// Name of the file, for the report.
    filename: Option<String>,
    /// Judge the bytes of this complete upload instead of a body.
    upload: Option<Uuid>,
    /// `json` (default) or `csv`.
    #[serde(default)]
    #[param(inline)]
    format: findings::Format,
}

/// Judges a file and stores nothing: the body is the file, plain or compressed, of any size.
#[utoipa::path(post, path = "/api/v1/check", tag = "check", params(CheckParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, content((CheckReport = "application/json"), (String = "text/csv"))),
              (status = 404, description = "No such upload"), (status = 409, description = "The upload is not complete"),
              (status = 413, description = "Too large"), (status = 503, description = "Too many checks at once")))]
pub async fn check(
    State(state): State<AppState>,
    _: CurrentUser,
    Query(wanted): Query<CheckParams>,
    body: Body,
) -> Result<Response, Error> {
    let _permit = permit(&state)?;
    let filename = filename(&wanted)?;
    let check = Check::new(profile(wanted.profile), state.settings.files.clone());
    let (check, bytes, filename) = match wanted.upload {
        Some(raw_id) => {
            let file = uploads::find(&state.pool, raw_id)
                .await?
                .ok_or_else(|| Error::not_found("upload"))?;
            if !uploads::is_complete(&state.pool, raw_id).await? {
                return Err(Error::conflict("The upload is not complete yet."));
            }
            let judged = of_upload(state.pool.clone(), state.raw.clone(), raw_id, check).await;
            (
                judged.map_err(Error::internal)?,
                file.received,
                filename.unwrap_or(file.filename),
            )
        }
        None => {
            let (check, bytes) = of_body(&state, check, body).await?;
            (check, bytes as i64, filename.unwrap_or_else(|| "file".to_owned()))
        }
    };
    let report = report(&check, filename, wanted.profile, bytes);
    if wanted.format == findings::Format::Json {
        return Ok(Json(report).into_response());
    }
    let mut text = String::from(findings::CSV_HEADING);
    report
        .findings
        .iter()
        .for_each(|finding| findings::write_csv(&mut text, finding));
    Ok(findings::csv_response("check", Body::from(text)))
}

/// The same over a WebSocket of the subprotocol `allelecast.check.v1`: binary messages are the file, the text `end` its
/// end; the answers tell how far it is, what was found since the last, and at last the verdict.
#[utoipa::path(get, path = "/api/v1/check", tag = "check", params(CheckParams),
    responses((status = 101, description = "The socket is open"), (status = 503, description = "Too many checks at once")))]
pub async fn watch(
    State(state): State<AppState>,
    _: CurrentUser,
    Query(wanted): Query<CheckParams>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Error> {
    if headers.contains_key(header::ORIGIN) && !origin_allowed(&headers, &state.settings) {
        return Err(Error::new(
            ErrorCode::ForeignOrigin,
            "The socket was asked for by a page of another origin.",
        ));
    }
    let permit = permit(&state)?;
    let filename = filename(&wanted)?.unwrap_or_else(|| "file".to_owned());
    let check = Check::new(profile(wanted.profile), state.settings.files.clone());
    let sockets = state.tasks.clone();
    Ok(upgrade
        .protocols([CHECK_SUBPROTOCOL])
        .max_message_size(MAX_CHECK_PIECE + FRAME_ROOM)
        .max_frame_size(MAX_CHECK_PIECE + FRAME_ROOM)
        .on_upgrade(move |socket| {
            sockets.track_future(async move {
                let _permit = permit;
                watched::serve(&state, socket, check, filename).await;
            })
        }))
}

fn permit(state: &AppState) -> Result<OwnedSemaphorePermit, Error> {
    state.checks.clone().try_acquire_owned().map_err(|_| {
        Error::unavailable("This server is checking as many files as it may at once.")
            .with_hint("Try again in a moment.")
            .with_header(header::RETRY_AFTER, 10.into())
    })
}

fn filename(wanted: &CheckParams) -> Result<Option<String>, Error> {
    match &wanted.filename {
        Some(name) if name.chars().count() > 255 || name.contains(char::is_control) => Err(
            Error::invalid_field("filename", "A filename has at most 255 characters."),
        ),
        name => Ok(name.clone().filter(|name| !name.is_empty())),
    }
}

fn profile(profile: Profile) -> validate::Profile {
    match profile {
        Profile::Spec => validate::Profile::Spec,
        Profile::Strict => validate::Profile::Strict,
        Profile::Tolerant => validate::Profile::Tolerant,
    }
}

/// Judges a body as it arrives; how many bytes it had.
async fn of_body(state: &AppState, mut check: Check, body: Body) -> Result<(Check, u64), Error> {
    let limits = &state.settings.limits;
    let (pieces_to, mut pieces) = mpsc::channel::<Option<Bytes>>(PIECES_WAITING);
    let judging = tokio::task::spawn_blocking(move || {
        while let Some(piece) = pieces.blocking_recv() {
            match piece {
                Some(bytes) => check.push(&bytes),
                None => check.finish(),
            }
        }
        check
    });
    let mut body = body.into_data_stream();
    let mut bytes = 0;
    loop {
        let next = tokio::time::timeout(limits.check_idle_time(), body.next());
        let piece = match next.await {
            Ok(piece) => piece.transpose(),
            Err(_) => return Err(Error::new(ErrorCode::BadRequest, "No bytes came for too long.")),
        };
        let piece = piece.map_err(|_| Error::new(ErrorCode::BadRequest, "The body broke off."))?;
        bytes += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        within(limits.max_check, bytes)?;
        let is_end = piece.is_none();
        // The thread ends before us only when it panicked, which is found below.
        let _ = pieces_to.send(piece).await;
        if is_end {
            break;
        }
    }
    drop(pieces_to);
    Ok((judging.await.map_err(Error::internal)?, bytes))
}

fn within(most: u64, bytes: u64) -> Result<(), Error> {
    if bytes <= most {
        return Ok(());
    }
    let text = format!("A file that is checked may have {most} bytes here.");
    Err(Error::limit_exceeded(text))
}

fn report(check: &Check, filename: String, profile: Profile, bytes: i64) -> CheckReport {
    let report = check.report();
    let findings = report.findings();
    CheckReport {
        profile,
        vcf_version: report.version.map(Version::number).map(str::to_owned),
        verdict: verdict(report),
        bytes,
        lines: check.lines() as i64,
        errors: report.total(validate::Severity::Error) as i64,
        warnings: report.total(validate::Severity::Warning) as i64,
        totals: totals(report),
        findings: findings
            .into_iter()
            .map(|found| finding(found, &filename))
            .collect(),
        filename,
    }
}

fn verdict(report: &validate::Report) -> Verdict {
    match report.verdict() {
        validate::Verdict::Accepted => Verdict::Accepted,
        validate::Verdict::Refused => Verdict::Refused,
    }
}

fn totals(report: &validate::Report) -> Vec<RuleTotal> {
    let total = |(id, group): (&str, &validate::Group)| {
        findings::total(id, severity(group.severity), group.total as i64)
    };
    report.groups().into_iter().map(total).collect()
}

fn finding(found: &validate::Finding, filename: &str) -> Finding {
    Finding {
        file_id: None,
        filename: filename.to_owned(),
        rule: found.rule.to_owned(),
        severity: severity(found.severity),
        line: found.line as i64,
        column: i32::try_from(found.column).unwrap_or(i32::MAX),
        text: found.text.clone(),
        message: found.message.clone(),
    }
}

fn severity(severity: validate::Severity) -> Severity {
    match severity {
        validate::Severity::Error => Severity::Error,
        validate::Severity::Warning => Severity::Warning,
    }
}
