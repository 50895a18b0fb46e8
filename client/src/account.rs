//! Accounts and API tokens.

use allelecast_protocol::account::{
    Account, CreatedToken, Login, NewToken, Registration, TokenInfo, WsTicket,
};
use reqwest::Method;

use crate::request::send;
use crate::{Client, Error};

impl Client {
    /// Makes an account and signs in.
    pub async fn register(&self, email: &str, password: &str, name: Option<&str>) -> Result<Account, Error> {
        let body = Registration {
            email: email.to_owned(),
            password: password.to_owned(),
            name: name.map(str::to_owned),
        };
        self.post("/api/v1/account/register", &body).await
    }

    /// Signs in; the cookie is kept in this client.
    pub async fn login(&self, email: &str, password: &str) -> Result<Account, Error> {
        let body = Login {
            email: email.to_owned(),
            password: password.to_owned(),
        };
        self.post("/api/v1/account/login", &body).await
    }

    /// Signs out.
    pub async fn logout(&self) -> Result<(), Error> {
        send(self.request(Method::POST, "/api/v1/account/logout")?)
            .await
            .map(drop)
    }

    /// The account that is signed in.
    pub async fn account(&self) -> Result<Account, Error> {
        self.get("/api/v1/account").await
    }

    /// Makes an API token; its secret is in this answer only.
    pub async fn create_token(&self, name: &str) -> Result<CreatedToken, Error> {
        self.post(
            "/api/v1/tokens",
            &NewToken {
                name: name.to_owned(),
            },
        )
        .await
    }

    /// The account's API tokens.
    pub async fn tokens(&self) -> Result<Vec<TokenInfo>, Error> {
        self.get("/api/v1/tokens").await
    }

    /// Ends an API token.
    pub async fn revoke_token(&self, id: &str) -> Result<(), Error> {
        self.delete(&format!("/api/v1/tokens/{id}")).await
    }

    /// A one-time ticket for the WebSocket.
    pub async fn ws_ticket(&self) -> Result<WsTicket, Error> {
        self.post("/api/v1/ws-ticket", &()).await
    }
}
