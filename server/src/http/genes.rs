//! `/genes`: where a gene lies, and who says so.
//!
//! Invariant: a name leads to the gene that `gene:` of a query means by it.

use allelecast_protocol::ErrorCode;
use allelecast_protocol::gene::{Gene, GeneInterval};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::auth::CurrentUser;
use super::{AppState, Error, Path, Query};
use crate::domain::build::Build;
use crate::query::{UnknownGene, find_gene};
use crate::store::genes::{self, GeneDetail, PlaceDetail};

/// On which build.
#[derive(Debug, Deserialize, IntoParams)]
pub struct GeneParams {
    /// Reference build: `GRCh37`, `GRCh38` or `T2T-CHM13`.
    build: String,
}

impl From<UnknownGene> for Error {
    fn from(unknown: UnknownGene) -> Self {
        let error = Self::new(ErrorCode::NotFound, unknown.message);
        match unknown.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

/// A gene by symbol, Ensembl id or alias.
#[utoipa::path(get, path = "/api/v1/genes/{symbol}", tag = "query", params(("symbol" = String, Path), GeneParams),
    responses((status = 200, body = Gene), (status = 404, description = "No such gene, or several; the hint names the nearest"),
              (status = 422, description = "Unknown build")))]
pub async fn show(
    State(state): State<AppState>,
    _: CurrentUser,
    Path(symbol): Path<String>,
    Query(wanted): Query<GeneParams>,
) -> Result<Json<Gene>, Error> {
    let build: Build = wanted.build.parse().map_err(|_| {
        Error::invalid_field(
            "build",
            "The build is GRCh37, GRCh38 or T2T-CHM13; it is never guessed.",
        )
    })?;
    let at = state.engine.at(None).await?;
    let genes = state.engine.genes(&at.catalogue).await?;
    let id = find_gene(&genes, build, &symbol)?.id;
    let gene = genes::detail(&state.pool, id).await?;
    let gone = || Error::unavailable("The gene annotation was replaced just now. Ask again.");
    Ok(Json(answer(build, gene.ok_or_else(gone)?)))
}

fn answer(build: Build, gene: GeneDetail) -> Gene {
    // The table holds positions from 1.
    let interval = |place: PlaceDetail| GeneInterval {
        chrom: place.chrom,
        start: place.start_pos.max(1) as u32,
        end: place.end_pos.max(1) as u32,
        strand: place.strand,
    };
    Gene {
        build: build.to_string(),
        symbol: gene.symbol,
        ensembl_id: gene.ensembl_id,
        description: gene.description,
        intervals: gene.places.into_iter().map(interval).collect(),
        aliases: gene.aliases,
        source: gene.source,
        release: gene.release,
    }
}
