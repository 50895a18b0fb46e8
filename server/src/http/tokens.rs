//! `/tokens`: API tokens for programs.

use allelecast_protocol::account::{CreatedToken, NewToken, TokenInfo};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::auth::{CurrentUser, secret};
use super::{AppState, Body, Error, Path};
use crate::store::tokens::{self, Token};

fn info(token: Token) -> TokenInfo {
    let written = |time: OffsetDateTime| time.format(&Rfc3339).unwrap_or_default();
    TokenInfo {
        id: token.id.to_string(),
        name: token.name,
        created_at: written(token.created_at),
        last_used_at: token.last_used_at.map(written),
    }
}

/// Makes a token; its secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "account", request_body = NewToken,
    responses((status = 201, body = CreatedToken)))]
pub async fn create(
    State(state): State<AppState>,
    current: CurrentUser,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<CreatedToken>), Error> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Error::invalid_field(
            "name",
            "A token needs a name of 1 to 100 characters.",
        ));
    }
    let token = secret::generate("act_");
    let limit = state.settings.limits.max_tokens;
    let id = tokens::create(
        &state.pool,
        current.user.id,
        name,
        &secret::digest(&token),
        limit.into(),
    )
    .await?;
    let full = || Error::limit_exceeded(format!("An account may have {limit} tokens. Delete one first."));
    let id = id.ok_or_else(full)?.to_string();
    Ok((StatusCode::CREATED, Json(CreatedToken { id, token })))
}

/// Lists the account's tokens.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "account", responses((status = 200, body = [TokenInfo])))]
pub async fn list(
    State(state): State<AppState>,
    current: CurrentUser,
) -> Result<Json<Vec<TokenInfo>>, Error> {
    let tokens = tokens::list(&state.pool, current.user.id).await?;
    Ok(Json(tokens.into_iter().map(info).collect()))
}

/// Ends a token.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "account", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, description = "No such token")))]
pub async fn revoke(
    State(state): State<AppState>,
    current: CurrentUser,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Error> {
    match tokens::revoke(&state.pool, current.user.id, id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Error::not_found("token")),
    }
}
