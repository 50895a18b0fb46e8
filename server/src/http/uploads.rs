//! `/uploads`: the tus 1.0 protocol with creation, creation-with-upload, creation-defer-length, checksum, termination
//! and expiration.
//!
//! Invariant: an upload's offset is the number of bytes stored, never of bytes seen; a cut connection keeps what
//! arrived.

mod headers;
mod receive;
mod room;

use allelecast_protocol::ErrorCode;
use allelecast_protocol::dataset::FileState;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use uuid::Uuid;

use super::auth::CurrentUser;
use super::{AppState, Error, Path};
use crate::store::files::File;
use crate::store::uploads::{self, Appended, Created, NewUpload, expiry};
use headers::{TUS_RESUMABLE, UPLOAD_DEFER_LENGTH, UPLOAD_EXPIRES, UPLOAD_LENGTH, UPLOAD_OFFSET, VERSION};

/// What this server speaks.
#[utoipa::path(options, path = "/api/v1/uploads", tag = "uploads", responses((status = 204)))]
pub async fn capabilities(State(state): State<AppState>, _: CurrentUser) -> Response {
    let fixed = [
        (TUS_RESUMABLE, VERSION),
        (headers::TUS_VERSION, VERSION),
        (headers::TUS_EXTENSION, headers::EXTENSIONS),
        (headers::TUS_CHECKSUM_ALGORITHM, headers::ALGORITHMS),
    ];
    let size = (
        headers::TUS_MAX_SIZE,
        HeaderValue::from(state.settings.limits.max_upload),
    );
    (
        StatusCode::NO_CONTENT,
        AppendHeaders(fixed),
        AppendHeaders([size]),
    )
        .into_response()
}

/// Begins an upload: `Upload-Length` or `Upload-Defer-Length: 1`, `Upload-Metadata` with `dataset_id`, `filename`
/// and, where it is known, `sha256` of the whole file in hexadecimal: bytes that the dataset has are refused at once.
/// With a body of type `application/offset+octet-stream` it is its first bytes.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "uploads",
    responses((status = 201, description = "`Location` is the upload"), (status = 404, description = "No such dataset"),
              (status = 409, description = "The dataset is complete, or has these bytes"), (status = 413, description = "Too large"),
              (status = 507, description = "No room")))]
pub async fn create(
    State(state): State<AppState>,
    current: CurrentUser,
    request_headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    headers::demand_version(&request_headers)?;
    let size = headers::declared_size(&request_headers, state.settings.limits.max_upload)?;
    let metadata = headers::metadata(&request_headers)?;
    room::for_upload(&state, current.user.id, size.unwrap_or(0)).await?;
    let new = NewUpload {
        dataset_id: metadata.dataset_id,
        filename: &metadata.filename,
        size,
        user_id: current.user.id,
        expires_after_seconds: state.settings.limits.upload_expiry,
        sha256: metadata.sha256,
    };
    let raw_id = match uploads::create(&state.pool, new).await? {
        Created::Upload(raw_id) => raw_id,
        Created::NoDataset => return Err(Error::not_found("dataset")),
        Created::DatasetCompleted => {
            return Err(Error::conflict(
                "The dataset is complete; no further file can be added.",
            ));
        }
        Created::SameBytes(same) => return Err(Error::conflict(same.message())),
    };
    state.raw_arrived.notify_waiters();
    if headers::has_bytes(&request_headers) {
        let checksum = headers::checksum(&request_headers)?;
        receive::receive(&state, raw_id, 0, checksum, body).await?;
    }
    let location = HeaderValue::from_str(&format!("/api/v1/uploads/{raw_id}")).map_err(Error::internal)?;
    let status = upload_status(&state, raw_id).await?;
    Ok((
        StatusCode::CREATED,
        AppendHeaders([(header::LOCATION, location)]),
        status,
    )
        .into_response())
}

/// How far an upload is.
#[utoipa::path(head, path = "/api/v1/uploads/{id}", tag = "uploads", params(("id" = Uuid, Path)),
    responses((status = 200, description = "`Upload-Offset`, `Upload-Length`"), (status = 404, description = "No such upload")))]
pub async fn offset(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(raw_id): Path<Uuid>,
    request_headers: HeaderMap,
) -> Result<Response, Error> {
    headers::demand_version(&request_headers)?;
    let file = uploads::find(&state.pool, raw_id).await?.ok_or_else(no_upload)?;
    still_open(&file)?;
    Ok((StatusCode::OK, upload_status(&state, raw_id).await?).into_response())
}

/// Bytes that follow `Upload-Offset`.
#[utoipa::path(patch, path = "/api/v1/uploads/{id}", tag = "uploads", params(("id" = Uuid, Path)),
    responses((status = 204, description = "Stored"), (status = 404, description = "No such upload, or cancelled"),
              (status = 409, description = "Wrong offset"), (status = 422, description = "The file was refused"),
              (status = 460, description = "Wrong checksum"), (status = 507, description = "No room")))]
pub async fn append(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(raw_id): Path<Uuid>,
    request_headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    headers::demand_version(&request_headers)?;
    if !headers::has_bytes(&request_headers) {
        let text = "Send the bytes as application/offset+octet-stream.";
        return Err(Error::new(ErrorCode::UnsupportedMediaType, text));
    }
    let offset = headers::offset(&request_headers)?;
    let checksum = headers::checksum(&request_headers)?;
    if request_headers.contains_key(UPLOAD_LENGTH) {
        declare_size(&state, raw_id, &request_headers).await?;
    }
    receive::receive(&state, raw_id, offset, checksum, body).await?;
    Ok((StatusCode::NO_CONTENT, upload_status(&state, raw_id).await?).into_response())
}

/// Ends an upload and deletes its bytes; what it had shown is taken back.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "uploads", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, description = "No such upload"),
              (status = 409, description = "It is imported already")))]
pub async fn terminate(
    State(state): State<AppState>,
    current: CurrentUser,
    Path(raw_id): Path<Uuid>,
    request_headers: HeaderMap,
) -> Result<Response, Error> {
    headers::demand_version(&request_headers)?;
    let file = uploads::find(&state.pool, raw_id).await?.ok_or_else(no_upload)?;
    let reason = format!("The upload was ended by {}.", current.user.name);
    crate::store::files::cancel(&state.head, &state.pool, file.id, &reason).await?;
    let file = uploads::find(&state.pool, raw_id).await?.ok_or_else(no_upload)?;
    if !matches!(file.state.0, FileState::Cancelled | FileState::Failed) {
        return Err(Error::conflict(
            "The file is imported already. Delete its dataset instead.",
        ));
    }
    expiry::delete(&state.pool, &state.raw, raw_id).await?;
    state.raw_arrived.notify_waiters();
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(TUS_RESUMABLE, VERSION)])).into_response())
}

/// Stores a whole file from its first byte on, as one request would bring it.
pub(super) async fn receive_file(state: &AppState, raw_id: Uuid, body: Body) -> Result<(), Error> {
    receive::receive(state, raw_id, 0, None, body).await
}

async fn declare_size(state: &AppState, raw_id: Uuid, request_headers: &HeaderMap) -> Result<(), Error> {
    let size = headers::declared_size(request_headers, state.settings.limits.max_upload)?;
    let Some(size) = size else { return Ok(()) };
    match uploads::declare_size(&state.pool, raw_id, size).await? {
        Appended::Received(_) => {
            state.raw_arrived.notify_waiters();
            Ok(())
        }
        _ => {
            let file = uploads::find(&state.pool, raw_id).await?.ok_or_else(no_upload)?;
            if file.size == Some(size) {
                Ok(())
            } else {
                Err(Error::conflict("The upload's length is another one."))
            }
        }
    }
}

/// The headers that tell how far an upload is.
async fn upload_status(state: &AppState, raw_id: Uuid) -> Result<HeaderMap, Error> {
    let file = uploads::find(&state.pool, raw_id).await?.ok_or_else(no_upload)?;
    let mut status = HeaderMap::new();
    status.insert(TUS_RESUMABLE, VERSION);
    status.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    status.insert(UPLOAD_OFFSET, file.received.into());
    match file.size {
        Some(size) => status.insert(UPLOAD_LENGTH, size.into()),
        None => status.insert(UPLOAD_DEFER_LENGTH, 1.into()),
    };
    if !file.received_all
        && let Some(expires) = file.expires_at.and_then(headers::http_date)
    {
        status.insert(UPLOAD_EXPIRES, expires);
    }
    Ok(status)
}

/// Refuses to go on with a file that was refused or cancelled: the uploader should stop.
fn still_open(file: &File) -> Result<(), Error> {
    let said = file.error.as_ref().map(|error| error.0.message.clone());
    match file.state.0 {
        FileState::Failed => Err(Error::new(
            ErrorCode::FileRefused,
            said.unwrap_or_else(|| "The file was refused.".to_owned()),
        )),
        FileState::Cancelled => Err(Error::new(
            ErrorCode::NotFound,
            said.unwrap_or_else(|| "The upload was cancelled.".to_owned()),
        )),
        FileState::Waiting | FileState::Importing | FileState::Ready => Ok(()),
    }
}

fn no_upload() -> Error {
    Error::not_found("upload")
}
