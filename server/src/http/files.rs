//! `/files/{id}`: stop an import, try it again.

use allelecast_protocol::dataset::VcfFile;
use axum::Json;
use axum::extract::State;

use super::auth::CurrentUser;
use super::{AppState, Error, Path};
use crate::store::files::{self, Retry};

/// Stops a file that is on its way; what it had shown is taken back.
#[utoipa::path(post, path = "/api/v1/files/{id}/cancel", tag = "datasets", params(("id" = i64, Path)),
    responses((status = 200, body = VcfFile), (status = 404, description = "No such file"),
              (status = 409, description = "It is not on its way")))]
pub async fn cancel(
    State(state): State<AppState>,
    current: CurrentUser,
    Path(id): Path<i64>,
) -> Result<Json<VcfFile>, Error> {
    let reason = format!("Cancelled by {}.", current.user.name);
    let cancelled = files::cancel(&state.head, &state.pool, id, &reason).await?;
    let file = files::find(&state.pool, id)
        .await?
        .ok_or_else(|| Error::not_found("file"))?;
    if !cancelled {
        return Err(Error::conflict(
            "The file is not on its way, so there is nothing to cancel.",
        ));
    }
    state.raw_arrived.notify_waiters();
    Ok(Json(file.into()))
}

/// Imports a failed or cancelled file again; the answer is the new file, over the same bytes.
#[utoipa::path(post, path = "/api/v1/files/{id}/retry", tag = "datasets", params(("id" = i64, Path)),
    responses((status = 200, body = VcfFile), (status = 404, description = "No such file"),
              (status = 409, description = "It did not stop, or its bytes were deleted")))]
pub async fn retry(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
) -> Result<Json<VcfFile>, Error> {
    files::find(&state.pool, id)
        .await?
        .ok_or_else(|| Error::not_found("file"))?;
    let new_id = match files::retry(&state.pool, id, state.settings.limits.upload_expiry).await? {
        Retry::Started(new_id) => new_id,
        Retry::NotStopped => {
            return Err(Error::conflict(
                "The file neither failed nor was cancelled, or was retried.",
            ));
        }
        Retry::BytesGone => {
            return Err(Error::conflict("The file's bytes were deleted.").with_hint("Upload it again."));
        }
    };
    state.raw_arrived.notify_waiters();
    let file = files::find(&state.pool, new_id)
        .await?
        .ok_or_else(|| Error::not_found("file"))?;
    Ok(Json(file.into()))
}
