//! Which server, and as whom.

use std::io::BufRead;
use std::path::Path;

use allelecast_client::Client;

use super::credentials::{self, Credentials};
use super::{Failure, Global};

/// Where `make run` serves.
const DEFAULT_URL: &str = "http://127.0.0.1:8080";

/// A client that is signed in.
pub async fn client(global: &Global) -> Result<Client, Failure> {
    let stored = stored()?;
    let url = address(global, &stored);
    let client = Client::new(&url)?;
    if let Some(token) = &global.token {
        return Ok(client.with_token(token));
    }
    if let (Some(email), Some(file)) = (&global.email, &global.password_file) {
        client.login(email, &read_password(file)?).await?;
        return Ok(client);
    }
    match stored.tokens.get(client.base().as_str()) {
        Some(token) => Ok(client.with_token(token)),
        None => Err(Failure::not_signed_in(format!(
            "not signed in to {url}: run `allelecast login --url {url}`"
        ))),
    }
}

/// The server's address.
pub fn address(global: &Global, stored: &Credentials) -> String {
    let url = global.url.clone().or_else(|| stored.last.clone());
    url.unwrap_or_else(|| DEFAULT_URL.to_owned())
}

/// The stored tokens.
pub fn stored() -> Result<Credentials, Failure> {
    match credentials::path() {
        Some(path) => Ok(Credentials::load(&path)?),
        None => Ok(Credentials::default()),
    }
}

/// The first line of a file, or of standard input for `-`.
pub fn read_password(file: &Path) -> Result<String, Failure> {
    let mut line = String::new();
    if file == Path::new("-") {
        std::io::stdin().lock().read_line(&mut line)?;
    } else {
        let open = std::fs::File::open(file);
        let open = open.map_err(|error| Failure::other(format!("{}: {error}", file.display())))?;
        std::io::BufReader::new(open).read_line(&mut line)?;
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
