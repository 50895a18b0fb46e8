//! Accounts from the command line, and the first account of a private database.
//!
//! Invariant: a password that was made here is 130 random bits, and is shown or written once.

use std::fs::OpenOptions;
use std::io::{BufRead, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use time::format_description::well_known::Rfc3339;

use super::config::{DatabaseConfig, PasswordSource, UserCommand};
use super::{Database, StartError};
use crate::http::account::{valid_email, valid_password};
use crate::http::auth::password::{self, Passwords};
use crate::store::pool::PgPool;
use crate::store::{StoreError, users};

/// Address of the account that a private database begins with.
const FIRST_EMAIL: &str = "first@allelecast.local";

/// Its password's file, in the data folder.
const PASSWORD_FILE: &str = "first-account-password";

/// Letters that are not mistaken for each other.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Why a command about accounts failed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The database.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The address or the password is not allowed.
    #[error("{0}")]
    Invalid(String),
    /// There is one already.
    #[error("{0} has an account already")]
    Exists(String),
    /// There is none.
    #[error("{0} has no account")]
    Unknown(String),
}

impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        StartError::from(error).into()
    }
}

impl From<std::io::Error> for AccountError {
    fn from(error: std::io::Error) -> Self {
        StartError::from(error).into()
    }
}

impl From<password::Error> for AccountError {
    fn from(error: password::Error) -> Self {
        StartError::from(error).into()
    }
}

/// The account that is ready at the first start.
#[derive(Debug, Clone)]
pub struct FirstAccount {
    /// Address to sign in with.
    pub email: String,
    /// File that holds the password; only its owner can read it.
    pub password_file: PathBuf,
}

/// Carries out `user …`.
pub async fn run(command: UserCommand) -> Result<(), AccountError> {
    match command {
        UserCommand::Add {
            email,
            name,
            password,
            database,
        } => add(&database, &email, name, &password).await,
        UserCommand::List { database } => list(&database).await,
        UserCommand::ResetPassword {
            email,
            password,
            database,
        } => reset(&database, &email, &password).await,
    }
}

async fn add(
    config: &DatabaseConfig,
    email: &str,
    name: Option<String>,
    source: &PasswordSource,
) -> Result<(), AccountError> {
    let email = valid_email(email).map_err(|error| AccountError::Invalid(error.to_string()))?;
    let (password, is_made) = password(source)?;
    let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or(email).to_owned());
    let hash = Passwords::new(1)?.hash(password.clone()).await?;
    let database = Database::open(config).await?;
    let user = users::create(&database.pool, email, &name, &hash).await?;
    database.close().await.map_err(StartError::from)?;
    let user = user.ok_or_else(|| AccountError::Exists(email.to_owned()))?;
    tell(&user.email, is_made.then_some(password.as_str()))?;
    Ok(())
}

async fn list(config: &DatabaseConfig) -> Result<(), AccountError> {
    let database = Database::open(config).await?;
    let users = users::list(&database.pool).await?;
    database.close().await.map_err(StartError::from)?;
    let mut out = std::io::stdout().lock();
    for user in users {
        let created = user.created_at.format(&Rfc3339).unwrap_or_default();
        writeln!(out, "{}\t{}\t{created}", user.email, user.name)?;
    }
    Ok(())
}

async fn reset(config: &DatabaseConfig, email: &str, source: &PasswordSource) -> Result<(), AccountError> {
    let (password, is_made) = password(source)?;
    let hash = Passwords::new(1)?.hash(password.clone()).await?;
    let database = Database::open(config).await?;
    let found = users::set_password(&database.pool, email.trim(), &hash).await?;
    database.close().await.map_err(StartError::from)?;
    if !found {
        return Err(AccountError::Unknown(email.to_owned()));
    }
    tell(email, is_made.then_some(password.as_str()))?;
    Ok(())
}

/// The password given, or a new one, and which of the two it is.
fn password(source: &PasswordSource) -> Result<(String, bool), AccountError> {
    if !source.password_stdin {
        return Ok((generate(), true));
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    valid_password(&password).map_err(|error| AccountError::Invalid(error.to_string()))?;
    Ok((password, false))
}

fn tell(email: &str, password: Option<&str>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match password {
        Some(password) => writeln!(out, "{email}\t{password}"),
        None => writeln!(out, "{email}"),
    }
}

fn generate() -> String {
    let letter = || LETTERS[rand::random_range(0..LETTERS.len())] as char;
    (0..26).map(|_| letter()).collect()
}

/// Makes an account if there is none, and writes its password where only the owner of the data folder can read it.
/// `None` once the file is gone: whoever deleted it knows the password.
pub(super) async fn first(pool: &PgPool, data_dir: &Path) -> Result<Option<FirstAccount>, StartError> {
    let password_file = std::path::absolute(data_dir.join(PASSWORD_FILE))?;
    let account = FirstAccount {
        email: FIRST_EMAIL.to_owned(),
        password_file,
    };
    if !users::list(pool).await?.is_empty() {
        return Ok(account.password_file.exists().then_some(account));
    }
    let password = generate();
    let hash = Passwords::new(1)?.hash(password.clone()).await?;
    // The file first: an account whose password nobody knows is of no use, a password without an account is replaced.
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&account.password_file)?;
    writeln!(file, "{password}")?;
    file.sync_all()?;
    users::create(pool, FIRST_EMAIL, "First account", &hash).await?;
    Ok(Some(account))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_and_differ() {
        let (one, other) = (generate(), generate());
        assert_ne!(one, other);
        assert!(
            one.len() == 26 && one.bytes().all(|letter| LETTERS.contains(&letter)),
            "{one}"
        );
        assert!(valid_password(&one).is_ok());
    }
}
