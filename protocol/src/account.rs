//! Accounts and API tokens.

use serde::{Deserialize, Serialize};

/// `POST /account/register`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Registration {
    /// Address to sign in with.
    pub email: String,
    /// Plain password, at least ten characters.
    pub password: String,
    /// Name shown to colleagues; the part of the address before the @ when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub name: Option<String>,
}

/// `POST /account/login`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Login {
    /// Address of the account.
    pub email: String,
    /// Plain password.
    pub password: String,
}

/// `GET /account`, and the answer to register and login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// Identifies the account.
    pub id: String,
    /// Address to sign in with.
    pub email: String,
    /// Name shown to colleagues.
    pub name: String,
}

/// `POST /tokens`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewToken {
    /// What the token is for.
    pub name: String,
}

/// A token, shown once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedToken {
    /// Identifies the token for revocation.
    pub id: String,
    /// The secret, to be sent as `Authorization: Bearer`.
    pub token: String,
}

/// A token as it is listed; the secret is not kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenInfo {
    /// Identifies the token for revocation.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// When it was made, RFC 3339 UTC.
    pub created_at: String,
    /// When it was last used, RFC 3339 UTC.
    pub last_used_at: Option<String>,
}

/// `POST /ws-ticket`: a ticket for one `hello`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WsTicket {
    /// The ticket, good for one use.
    pub ticket: String,
    /// Seconds until it expires.
    pub expires_in: u32,
}
