//! `/account`: register, sign in, sign out, who am I.
//!
//! Invariant: signing in answers the same, and takes as long, for an unknown account as for a wrong password.

use allelecast_protocol::ErrorCode;
use allelecast_protocol::account::{Account, Login, Registration};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use tower_sessions::Session;

use super::auth::address::ClientAddress;
use super::auth::password::{LONGEST, SHORTEST};
use super::auth::{CurrentUser, session};
use super::{AppState, Body, Error};
use crate::store::attempts::{self, Admission, Allowance, Kind};
use crate::store::users::{self, User};

impl From<User> for Account {
    fn from(user: User) -> Self {
        Account {
            id: user.id.to_string(),
            email: user.email,
            name: user.name,
        }
    }
}

/// Makes an account and signs in.
#[utoipa::path(post, path = "/api/v1/account/register", tag = "account", security(()), request_body = Registration,
    responses((status = 201, body = Account), (status = 409, description = "The address has an account"),
              (status = 422, description = "A field is not allowed"), (status = 429, description = "Too many attempts")))]
pub async fn register(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    session: Session,
    Body(registration): Body<Registration>,
) -> Result<(StatusCode, Json<Account>), Error> {
    let email = valid_email(&registration.email)?;
    let name = valid_name(registration.name.as_deref(), email)?;
    valid_password(&registration.password)?;
    let attempt = admit(&state, Kind::Register, email, address).await?;
    let hash = state
        .passwords
        .hash(registration.password.clone())
        .await
        .map_err(Error::internal)?;
    let user = users::create(&state.pool, email, &name, &hash).await?;
    let user =
        user.ok_or_else(|| Error::conflict("This address has an account already. Sign in instead."))?;
    attempts::succeed(&state.pool, attempt).await?;
    session::begin(&state, &session, user.id).await?;
    Ok((StatusCode::CREATED, Json(user.into())))
}

/// Signs in: the answer sets a cookie.
#[utoipa::path(post, path = "/api/v1/account/login", tag = "account", security(()), request_body = Login,
    responses((status = 200, body = Account), (status = 401, description = "Wrong address or password"),
              (status = 429, description = "Too many attempts")))]
pub async fn login(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    session: Session,
    Body(login): Body<Login>,
) -> Result<Json<Account>, Error> {
    let wrong = || {
        Error::new(
            ErrorCode::InvalidCredentials,
            "The address or the password is wrong.",
        )
    };
    let email = login.email.trim();
    if email.len() > 254 || login.password.len() > LONGEST {
        return Err(wrong());
    }
    let attempt = admit(&state, Kind::Login, email, address).await?;
    let (id, stored) = users::for_login(&state.pool, email).await?.unzip();
    let right = state
        .passwords
        .verify(login.password.clone(), stored)
        .await
        .map_err(Error::internal)?;
    let id = id.filter(|_| right).ok_or_else(wrong)?;
    let user = users::active(&state.pool, id).await?.ok_or_else(wrong)?;
    attempts::succeed(&state.pool, attempt).await?;
    session::begin(&state, &session, user.id).await?;
    Ok(Json(user.into()))
}

/// Signs out; the cookie is worth nothing afterwards.
#[utoipa::path(post, path = "/api/v1/account/logout", tag = "account", responses((status = 204)))]
pub async fn logout(_: CurrentUser, session: Session) -> Result<StatusCode, Error> {
    session::end(&session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The account that is signed in.
#[utoipa::path(get, path = "/api/v1/account", tag = "account", responses((status = 200, body = Account)))]
pub async fn show(current: CurrentUser) -> Json<Account> {
    Json(current.user.into())
}

async fn admit(state: &AppState, kind: Kind, email: &str, address: std::net::IpAddr) -> Result<i64, Error> {
    let limits = &state.settings.limits;
    let allowance = Allowance {
        per_account: limits.attempts_per_account.into(),
        per_address: limits.attempts_per_address.into(),
        window_seconds: limits.attempt_window,
    };
    match attempts::admit(&state.pool, kind, email, address, allowance).await? {
        Admission::Admitted(id) => Ok(id),
        Admission::Refused { retry_after } => Err(Error::rate_limited(retry_after)),
    }
}

/// The address without surrounding blanks, if it looks like one.
pub fn valid_email(text: &str) -> Result<&str, Error> {
    let email = text.trim();
    let parts = email.rsplit_once('@');
    let plain = !email.contains(|c: char| c.is_whitespace() || c.is_control());
    if email.len() <= 254 && plain && parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
    {
        Ok(email)
    } else {
        Err(Error::invalid_field("email", "This is not an address of mail."))
    }
}

/// Whether the password may be used.
pub fn valid_password(password: &str) -> Result<(), Error> {
    if password.chars().count() < SHORTEST {
        let text = format!("The password needs at least {SHORTEST} characters.");
        return Err(Error::invalid_field("password", text));
    }
    if password.len() > LONGEST {
        return Err(Error::invalid_field(
            "password",
            format!("The password is longer than {LONGEST} bytes."),
        ));
    }
    Ok(())
}

fn valid_name(name: Option<&str>, email: &str) -> Result<String, Error> {
    let given = name.map(str::trim).filter(|name| !name.is_empty());
    let name = given.unwrap_or_else(|| email.split('@').next().unwrap_or(email));
    if name.chars().count() > 100 || name.contains(char::is_control) {
        return Err(Error::invalid_field(
            "name",
            "The name is longer than 100 characters or is not plain text.",
        ));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_passwords_and_names_are_checked() {
        for good in ["a@b", " ada@example.org ", "\"odd@local\"@example.org"] {
            assert_eq!(valid_email(good).unwrap(), good.trim());
        }
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a da@example.org",
            &format!("{}@b", "a".repeat(300)),
        ] {
            assert!(valid_email(bad).is_err(), "{bad}");
        }
        assert!(valid_password("ten letter").is_ok());
        assert!(valid_password("zehn äöüß.").is_ok());
        assert!(valid_password("too short").is_err());
        assert!(valid_password(&"a".repeat(1025)).is_err());
        assert_eq!(valid_name(None, "ada@example.org").unwrap(), "ada");
        assert_eq!(valid_name(Some("  "), "ada@example.org").unwrap(), "ada");
        assert_eq!(valid_name(Some(" Ada L. "), "ada@example.org").unwrap(), "Ada L.");
        assert!(valid_name(Some("a\u{7}b"), "ada@example.org").is_err());
    }
}
