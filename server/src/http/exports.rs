//! `/exports`: results as files.
//!
//! Invariant: an export is seen, fetched and deleted by the account that asked for it, and by no other.

use allelecast_protocol::Version;
use allelecast_protocol::export::{Export, ExportState, ExportedDataset, Names, NewExport, Provenance};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tower_http::services::ServeFile;
use uuid::Uuid;

use super::auth::CurrentUser;
use super::query::{self, Question};
use super::{AppState, Body, Error, Path};
use crate::query::QueryError;
use crate::store::exports::{self, Asked, Created};

/// Formats that can be asked for.
const FORMATS: [&str; 1] = ["csv"];
/// Most datasets that a file is named after.
const NAMED_AFTER: usize = 3;

/// Asks for a result as a file, pinned to one version. The file is written in the background.
#[utoipa::path(post, path = "/api/v1/exports", tag = "exports", request_body = NewExport,
    responses((status = 202, body = Export, description = "`Location` is the export"),
              (status = 410, description = "The version is no longer kept"),
              (status = 413, description = "The account has as many exports as it may keep"),
              (status = 422, description = "The query or another field cannot be understood")))]
pub async fn create(
    State(state): State<AppState>,
    current: CurrentUser,
    Body(new): Body<NewExport>,
) -> Result<Response, Error> {
    if !FORMATS.contains(&new.format.as_str()) {
        let text = format!("“{}” cannot be written; an export is csv for now.", new.format);
        return Err(Error::invalid_field("format", text));
    }
    let asked = Asked {
        datasets: names(&new.dataset),
        groups: names(&new.groups),
        query: new.query,
        build: new.build,
        hq: new.hq,
    };
    let Question {
        query,
        version,
        held: _held,
        ..
    } = query::bind(
        &state,
        crate::query::Request {
            build: &asked.build,
            datasets: &asked.datasets,
            query: &asked.query,
            groups: &asked.groups,
            hq: asked.hq,
        },
        new.version.as_deref(),
    )
    .await?;
    let shown = query
        .shown
        .iter()
        .map(|&group| query.groups[group].name.to_string());
    let provenance = Provenance {
        build: query.build.as_str().to_owned(),
        groups: shown.collect(),
        hq: query.hq,
        datasets: exports::datasets(&state.pool, &query.datasets, version.seq).await?,
        query: query.text,
        software: concat!("Allelecast ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let limits = &state.settings.limits;
    let export = exports::NewExport {
        user_id: current.user.id,
        format: &new.format,
        filename: &filename(&provenance.datasets, &provenance.build, version, &new.format),
        asked: &asked,
        provenance: &provenance,
        version,
        expires_after_seconds: limits.export_expiry,
        limit: limits.max_exports.into(),
    };
    let id = match exports::create(&state.pool, export).await? {
        Created::Export(id) => id,
        Created::VersionGone => return Err(QueryError::VersionGone(version.to_string()).into()),
        Created::TooMany => {
            let text = format!("An account may keep {} exports.", limits.max_exports);
            return Err(Error::limit_exceeded(text).with_hint("Delete one first."));
        }
    };
    state.exporter.wake();
    let location = HeaderValue::from_str(&format!("/api/v1/exports/{id}")).map_err(Error::internal)?;
    let export = find(&state, &current, id).await?;
    Ok((
        StatusCode::ACCEPTED,
        AppendHeaders([(header::LOCATION, location)]),
        Json(shown_as(export)),
    )
        .into_response())
}

/// An export: how far it is, what it answers, and from which files.
#[utoipa::path(get, path = "/api/v1/exports/{id}", tag = "exports", params(("id" = Uuid, Path)),
    responses((status = 200, body = Export), (status = 404, description = "No such export, or expired")))]
pub async fn show(
    State(state): State<AppState>,
    current: CurrentUser,
    Path(id): Path<Uuid>,
) -> Result<Json<Export>, Error> {
    Ok(Json(shown_as(find(&state, &current, id).await?)))
}

/// The file of an export; ranges of it can be asked for.
#[utoipa::path(get, path = "/api/v1/exports/{id}/file", tag = "exports", params(("id" = Uuid, Path)),
    responses((status = 200, content((String = "text/csv"))), (status = 206, description = "The range asked for"),
              (status = 404, description = "No such export, or expired"),
              (status = 409, description = "It is not ready, or failed")))]
pub async fn file(
    State(state): State<AppState>,
    current: CurrentUser,
    Path(id): Path<Uuid>,
    request: Request,
) -> Result<Response, Error> {
    let export = find(&state, &current, id).await?;
    let lease = match (export.state.0, export.lease) {
        (ExportState::Ready, Some(lease)) => lease,
        (ExportState::Failed, _) => {
            let error = export.error.map(|error| error.0.message).unwrap_or_default();
            return Err(Error::conflict(format!("The export failed: {error}")));
        }
        _ => return Err(Error::conflict("The export is not ready yet.").with_hint("Ask again in a moment.")),
    };
    let csv = "text/csv; charset=utf-8".parse().map_err(Error::internal)?;
    let mut files = ServeFile::new_with_mime(state.exporter.file(lease), &csv);
    let response = files.try_call(request).await.map_err(Error::internal)?;
    if response.status() == StatusCode::NOT_FOUND {
        return Err(Error::not_found("file"));
    }
    let disposition = format!("attachment; filename=\"{}\"", export.filename);
    let disposition = HeaderValue::from_str(&disposition).map_err(Error::internal)?;
    Ok(([(header::CONTENT_DISPOSITION, disposition)], response).into_response())
}

/// Deletes an export; one that is being written is given up.
#[utoipa::path(delete, path = "/api/v1/exports/{id}", tag = "exports", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, description = "No such export, or expired")))]
pub async fn remove(
    State(state): State<AppState>,
    current: CurrentUser,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Error> {
    let export = find(&state, &current, id).await?;
    exports::delete(&state.pool, current.user.id, id).await?;
    // Whoever still writes it loses the lease and tidies up.
    if let (ExportState::Ready, Some(lease)) = (export.state.0, export.lease) {
        state.exporter.discard(lease).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn find(state: &AppState, current: &CurrentUser, id: Uuid) -> Result<exports::Export, Error> {
    let export = exports::find(&state.pool, current.user.id, id).await?;
    export.ok_or_else(|| Error::not_found("export"))
}

fn shown_as(export: exports::Export) -> Export {
    let written = |time: OffsetDateTime| time.format(&Rfc3339).unwrap_or_default();
    Export {
        id: export.id.to_string(),
        state: export.state.0,
        progress: export.progress,
        rows: export.rows,
        bytes: export.bytes,
        format: export.format,
        filename: export.filename,
        error: export.error.map(|error| error.0),
        version: Version {
            epoch: export.epoch,
            seq: export.seq,
        },
        provenance: export.provenance.0,
        created_at: written(export.created_at),
        expires_at: written(export.expires_at),
    }
}

pub(super) fn names(names: &Names) -> Vec<String> {
    match names {
        Names::List(names) => names.clone(),
        Names::Text(text) => query::list(text),
    }
}

/// Named after the datasets, or the build where they are many, and the version; letters that every file system takes.
fn filename(datasets: &[ExportedDataset], build: &str, version: Version, format: &str) -> String {
    let stem = match datasets {
        [] => build.to_owned(),
        few if few.len() <= NAMED_AFTER => {
            let slugs: Vec<&str> = few.iter().map(|dataset| dataset.slug.as_str()).collect();
            slugs.join("-")
        }
        _ => build.to_owned(),
    };
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || "_-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let stem: String = stem.chars().map(safe).take(100).collect();
    format!("{stem}-v{version}.{format}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_for_every_file_system() {
        let version = Version { epoch: 1, seq: 25 };
        let named = |slugs: &[&str]| {
            let dataset = |slug: &&str| ExportedDataset {
                id: 1,
                slug: (*slug).to_owned(),
                name: String::new(),
                files: Vec::new(),
            };
            let datasets: Vec<_> = slugs.iter().map(dataset).collect();
            filename(&datasets, "T2T-CHM13", version, "csv")
        };
        assert_eq!(named(&["demo"]), "demo-v1.25.csv");
        assert_eq!(named(&["a", "b_2"]), "a-b_2-v1.25.csv");
        assert_eq!(named(&[]), "T2T-CHM13-v1.25.csv");
        assert_eq!(named(&["a", "b", "c", "d"]), "T2T-CHM13-v1.25.csv");
        assert_eq!(named(&["../é\"\r"]), "______-v1.25.csv");
    }
}
