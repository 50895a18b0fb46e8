//! `/datasets/{id}/callable`: where the files of a dataset were called.
//!
//! Invariant: what a BED says wrongly is answered with its line, and changes nothing.

use allelecast_protocol::dataset::{AbsentSites, Dataset};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;

use super::auth::CurrentUser;
use super::datasets::{build_id, no_dataset};
use super::{AppState, Error, Path};
use crate::domain::build::{Build, ContigIndex, ContigRef};
use crate::domain::intervals::Intervals;
use crate::import::bed;
use crate::store::{callable, datasets, imports};

/// Replaces the callable regions of a dataset by those of a BED, as text or gzipped. Everything is counted anew.
#[utoipa::path(put, path = "/api/v1/datasets/{id}/callable", tag = "datasets", params(("id" = i64, Path)),
    request_body(content = String, content_type = "text/plain", description = "BED, plain or gzip"),
    responses((status = 200, body = Dataset), (status = 404, description = "No such dataset"),
        (status = 422, description = "The BED cannot be read, or the dataset takes absent sites for unknown")))]
pub async fn replace(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(id): Path<i64>,
    body: Bytes,
) -> Result<Json<Dataset>, Error> {
    let dataset = datasets::find(&state.pool, id).await?.ok_or_else(no_dataset)?;
    let build = build_id(&state, &dataset.build).await?;
    let regions = read(&state, &dataset.build, build, dataset.absent_sites, &body).await?;
    if !callable::replace(&state.head, &state.pool, id, &regions).await? {
        return Err(no_dataset());
    }
    datasets::find(&state.pool, id)
        .await?
        .map(Json)
        .ok_or_else(no_dataset)
}

/// The regions of a BED for a dataset of a build.
pub(super) async fn read(
    state: &AppState,
    build: &str,
    build_id: i16,
    absent_sites: AbsentSites,
    body: &[u8],
) -> Result<Intervals, Error> {
    if absent_sites != AbsentSites::Reference {
        return Err(Error::invalid_field(
            "callable",
            "Callable regions say where an absent site means the reference; this dataset takes absent sites for unknown.",
        ));
    }
    let build: Build = build.parse().map_err(Error::internal)?;
    let mut contigs = ContigIndex::new(build);
    for (name, ordinal, length) in imports::extra_contigs(&state.pool, build_id).await? {
        let length = length.and_then(|length| u32::try_from(length).ok());
        // Registered names are unique, so none can be a second time.
        let _ = contigs.insert(&name, ContigRef { ordinal, length });
    }
    let body = body.to_vec();
    let regions = tokio::task::spawn_blocking(move || bed::read(&body, &contigs));
    let regions = regions.await.map_err(Error::internal)?;
    regions.map_err(|error| Error::invalid_field("callable", error.to_string()))
}
