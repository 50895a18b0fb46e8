//! The client itself: where the server is, who asks, and how answers are read.

use allelecast_protocol::ErrorBody;
use reqwest::{Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::Error;

/// A client of one server; cheap to clone. Signs in by cookie ([`Client::login`]) or by API token
/// ([`Client::with_token`]).
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<String>,
}

impl Client {
    /// A client of the server at that address, such as `http://127.0.0.1:8080`.
    pub fn new(address: &str) -> Result<Self, Error> {
        let base = Url::parse(address).map_err(|_| Error::Address(address.to_owned()))?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(Error::Address(address.to_owned()));
        }
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .tcp_nodelay(true)
            .connect_timeout(std::time::Duration::from_secs(10))
            .user_agent(concat!("allelecast/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            http,
            base,
            token: None,
        })
    }

    /// The same client, signed in by an API token.
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The server's address.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// A request to a path of the server, with the token if there is one; for calls that have no method here.
    pub fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Error> {
        let url = self
            .base
            .join(path)
            .map_err(|_| Error::Address(path.to_owned()))?;
        // A path that leads elsewhere must not be given the token.
        if url.origin() != self.base.origin() {
            return Err(Error::Address(url.into()));
        }
        let request = self.http.request(method, url);
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        read(self.request(Method::GET, path)?).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        read(self.request(Method::POST, path)?.json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<(), Error> {
        send(self.request(Method::DELETE, path)?).await.map(drop)
    }
}

/// Sends, and turns a refusal into an error.
pub(crate) async fn send(request: RequestBuilder) -> Result<Response, Error> {
    let response = request.send().await?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = response.bytes().await.unwrap_or_default();
    Err(match serde_json::from_slice::<ErrorBody>(&body) {
        Ok(body) => Error::Api {
            status: status.as_u16(),
            error: body.error,
        },
        Err(_) => {
            let text = String::from_utf8_lossy(&body);
            Error::Status {
                status: status.as_u16(),
                reason: text.trim().chars().take(200).collect(),
            }
        }
    })
}

/// Sends, and reads the JSON of the answer.
pub(crate) async fn read<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Error> {
    let bytes = send(request).await?.bytes().await?;
    serde_json::from_slice(&bytes).map_err(|error| Error::Protocol(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_tokens_stay() {
        for bad in ["", "127.0.0.1:8080", "ftp://x", "mailto:a@b"] {
            assert!(matches!(Client::new(bad), Err(Error::Address(_))), "{bad}");
        }
        let client = Client::new("http://127.0.0.1:8080").unwrap().with_token("act_x");
        let request = client
            .request(Method::GET, "/api/v1/account")
            .unwrap()
            .build()
            .unwrap();
        assert_eq!(request.url().as_str(), "http://127.0.0.1:8080/api/v1/account");
        assert!(request.headers().contains_key("authorization"));
        assert!(client.request(Method::GET, "http://elsewhere.example/").is_err());
    }
}
