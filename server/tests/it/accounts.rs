//! Accounts, login sessions, API tokens, tickets.

use std::os::unix::fs::PermissionsExt;

use allelecast_client::protocol::ErrorCode;
use allelecast_client::{Client, Error};
use allelecast_server::app::accounts::{self, AccountError};
use allelecast_server::app::config::{Cli, Command};
use allelecast_server::app::embedded::Embedded;
use allelecast_server::app::{self, Config};
use allelecast_server::store::{tickets, users};
use clap::Parser;
use reqwest::{Method, StatusCode, header};
use serde_json::json;

use crate::support::server::{PASSWORD, TestServer, server, server_with};

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorCode {
    result.unwrap_err().code().unwrap()
}

/// Signs in without a cookie store; the `Set-Cookie` of the answer.
async fn cookie_of_login(server: &TestServer, email: &str, old: Option<&str>) -> String {
    let mut request = reqwest::Client::new()
        .post(format!("{}/api/v1/account/login", server.url))
        .json(&json!({ "email": email, "password": PASSWORD }));
    if let Some(old) = old {
        request = request.header(header::COOKIE, old);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned()
}

async fn status_with(server: &TestServer, cookie: &str) -> StatusCode {
    let cookie = cookie.split(';').next().unwrap();
    let request = reqwest::Client::new()
        .get(format!("{}/api/v1/account", server.url))
        .header(header::COOKIE, cookie);
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn register_sign_out_sign_in() {
    let server = server().await;
    let client = server.stranger();
    let account = client
        .register(" Ada@Example.org ", PASSWORD, Some("Ada L."))
        .await
        .unwrap();
    assert_eq!(
        (account.email.as_str(), account.name.as_str()),
        ("ada@example.org", "Ada L.")
    );
    assert_eq!(client.account().await.unwrap(), account);
    client.logout().await.unwrap();
    assert_eq!(code(client.account().await), ErrorCode::Unauthenticated);
    assert_eq!(client.login("ADA@example.org", PASSWORD).await.unwrap(), account);
    assert_eq!(client.account().await.unwrap(), account);
    assert_eq!(
        code(
            server
                .stranger()
                .register("ada@EXAMPLE.org", PASSWORD, None)
                .await
        ),
        ErrorCode::Conflict
    );
    for (email, password) in [("ada", PASSWORD), ("eve@example.org", "short")] {
        assert_eq!(
            code(server.stranger().register(email, password, None).await),
            ErrorCode::InvalidField
        );
    }
}

#[tokio::test]
async fn an_unknown_account_looks_like_a_wrong_password() {
    let server = server().await;
    server
        .stranger()
        .register("ada@example.org", PASSWORD, None)
        .await
        .unwrap();
    let mut answers = Vec::new();
    for email in ["ada@example.org", "nobody@example.org"] {
        let request = reqwest::Client::new()
            .post(format!("{}/api/v1/account/login", server.url))
            .json(&json!({ "email": email, "password": "not the password" }));
        let answer = request.send().await.unwrap();
        assert!(!answer.headers().contains_key(header::SET_COOKIE));
        answers.push((answer.status(), answer.text().await.unwrap()));
    }
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn the_id_of_a_session_is_renewed_at_login() {
    let server = server().await;
    server
        .stranger()
        .register("ada@example.org", PASSWORD, None)
        .await
        .unwrap();
    let first = cookie_of_login(&server, "ada@example.org", None).await;
    for expected in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
        assert!(first.contains(expected), "{first}");
    }
    assert!(!first.contains("Secure"), "{first}");
    let planted = "allelecast_session=AAAAAAAAAAAAAAAAAAAAAA";
    let fixed = cookie_of_login(&server, "ada@example.org", Some(planted)).await;
    assert!(!fixed.starts_with(planted), "{fixed}");
    let old = first.split(';').next().unwrap();
    let second = cookie_of_login(&server, "ada@example.org", Some(old)).await;
    assert_ne!(first, second);
    assert_eq!(status_with(&server, &first).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status_with(&server, &second).await, StatusCode::OK);
}

#[tokio::test]
async fn cookies_are_secure_behind_https() {
    let server = server_with(|config| config.public_url = Some("https://alleles.example".into())).await;
    server
        .stranger()
        .register("ada@example.org", PASSWORD, None)
        .await
        .unwrap();
    assert!(
        cookie_of_login(&server, "ada@example.org", None)
            .await
            .contains("Secure")
    );
}

#[tokio::test]
async fn sessions_end() {
    let server = server_with(|config| config.limits.session_lifetime = 77).await;
    let pool = server.pool().await;
    server
        .stranger()
        .register("ada@example.org", PASSWORD, None)
        .await
        .unwrap();
    let cookie = cookie_of_login(&server, "ada@example.org", None).await;
    assert!(cookie.contains("Max-Age=77"), "{cookie}");
    assert_eq!(status_with(&server, &cookie).await, StatusCode::OK);
    let expire = "UPDATE tower_sessions.session SET expiry_date = now() - interval '1 second'";
    sqlx::query(expire).execute(&pool).await.unwrap();
    assert_eq!(status_with(&server, &cookie).await, StatusCode::UNAUTHORIZED);
    let cookie = cookie_of_login(&server, "ada@example.org", None).await;
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g";
    assert!(users::set_password(&pool, "Ada@example.org", hash).await.unwrap());
    assert_eq!(status_with(&server, &cookie).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn tokens_sign_programs_in_until_they_are_revoked() {
    let server = server_with(|config| config.limits.max_tokens = 2).await;
    let client = server.user().await;
    let token = client.create_token("laptop").await.unwrap();
    assert!(token.token.starts_with("act_"), "{}", token.token);
    let program = server.stranger().with_token(&token.token);
    assert_eq!(program.account().await.unwrap(), client.account().await.unwrap());
    let listed = client.tokens().await.unwrap();
    assert_eq!(
        (listed.len(), listed[0].name.as_str(), &listed[0].id),
        (1, "laptop", &token.id)
    );
    assert!(listed[0].last_used_at.is_some());
    client.create_token("cluster").await.unwrap();
    assert_eq!(
        code(client.create_token("one too many").await),
        ErrorCode::LimitExceeded
    );
    let stranger = server.user().await;
    assert_eq!(code(stranger.revoke_token(&token.id).await), ErrorCode::NotFound);
    client.revoke_token(&token.id).await.unwrap();
    assert_eq!(code(program.account().await), ErrorCode::Unauthenticated);
    assert_eq!(
        code(server.stranger().with_token("act_wrong").account().await),
        ErrorCode::Unauthenticated
    );
    let stored: Vec<Vec<u8>> = sqlx::query_scalar("SELECT token_sha256 FROM api_token")
        .fetch_all(&server.pool().await)
        .await
        .unwrap();
    assert!(stored.iter().all(|hash| hash.len() == 32));
}

#[tokio::test]
async fn tickets_are_good_once_and_while_their_sign_in_holds() {
    let server = server().await;
    let pool = server.pool().await;
    let client = server.user().await;
    let ticket = client.ws_ticket().await.unwrap();
    assert_eq!(ticket.expires_in, 30);
    let owner = tickets::take(&pool, &ticket.ticket).await.unwrap().unwrap();
    assert_eq!(owner.user.email, client.account().await.unwrap().email);
    assert!(owner.session_id.is_some() && owner.token_id.is_none());
    assert!(tickets::take(&pool, &ticket.ticket).await.unwrap().is_none());
    assert!(tickets::take(&pool, "guessed").await.unwrap().is_none());

    let late = client.ws_ticket().await.unwrap().ticket;
    sqlx::query("UPDATE ws_ticket SET expires_at = now()")
        .execute(&pool)
        .await
        .unwrap();
    assert!(tickets::take(&pool, &late).await.unwrap().is_none());

    let token = client.create_token("program").await.unwrap();
    let program = server.stranger().with_token(&token.token);
    let of_token = program.ws_ticket().await.unwrap().ticket;
    client.revoke_token(&token.id).await.unwrap();
    assert!(tickets::take(&pool, &of_token).await.unwrap().is_none());

    let of_session = client.ws_ticket().await.unwrap().ticket;
    assert!(tickets::is_signed_in(&pool, &owner).await.unwrap());
    client.logout().await.unwrap();
    assert!(tickets::take(&pool, &of_session).await.unwrap().is_none());
    assert!(!tickets::is_signed_in(&pool, &owner).await.unwrap());
}

#[tokio::test]
async fn guessing_passwords_is_limited_by_account_on_every_instance() {
    let server = server_with(|config| config.limits.attempts_per_account = 3).await;
    server
        .stranger()
        .register("ada@example.org", PASSWORD, None)
        .await
        .unwrap();
    server
        .stranger()
        .register("bob@example.org", PASSWORD, None)
        .await
        .unwrap();
    for _ in 0..3 {
        let guess = server.stranger().login("ada@example.org", "a wrong guess").await;
        assert_eq!(code(guess), ErrorCode::InvalidCredentials);
    }
    let request = server
        .stranger()
        .request(Method::POST, "/api/v1/account/login")
        .unwrap();
    let answer = request
        .json(&json!({ "email": "ADA@example.org", "password": PASSWORD }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u32 = answer.headers()[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    // Who signs in rightly is not counted.
    for _ in 0..5 {
        server
            .stranger()
            .login("bob@example.org", PASSWORD)
            .await
            .unwrap();
    }
    let window = "UPDATE login_attempt SET created_at = created_at - interval '1 hour'";
    sqlx::query(window).execute(&server.pool().await).await.unwrap();
    server
        .stranger()
        .login("ada@example.org", PASSWORD)
        .await
        .unwrap();
}

#[tokio::test]
async fn attempts_are_limited_by_address_behind_a_trusted_proxy() {
    let server = server_with(|config| {
        config.limits.attempts_per_address = 2;
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let register = |address: &'static str, number: u32| {
        let body = json!({ "email": format!("{number}@example.org"), "password": PASSWORD });
        let request = server
            .stranger()
            .request(Method::POST, "/api/v1/account/register")
            .unwrap();
        async move {
            request
                .header("x-forwarded-for", address)
                .json(&body)
                .send()
                .await
                .unwrap()
                .status()
        }
    };
    assert_eq!(register("192.0.2.1", 1).await, StatusCode::CREATED);
    assert_eq!(register("192.0.2.1", 2).await, StatusCode::CREATED);
    assert_eq!(register("192.0.2.1", 3).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(register("192.0.2.2", 4).await, StatusCode::CREATED);
}

#[tokio::test]
async fn a_burst_of_guesses_does_not_slip_past_the_limit() {
    let server = server_with(|config| config.limits.attempts_per_account = 3).await;
    server
        .stranger()
        .register("ada@example.org", PASSWORD, None)
        .await
        .unwrap();
    let second = server.second_instance().await;
    let other = Client::new(&format!("http://{}", second.address)).unwrap();
    let guesses = (0..12).map(|number| {
        let client = if number % 2 == 0 {
            server.stranger()
        } else {
            other.clone()
        };
        async move { code(client.login("ada@example.org", "a wrong guess").await) }
    });
    let codes = futures::future::join_all(guesses).await;
    // The second instance has the default limit of ten, and counts the same attempts.
    let tried = codes
        .iter()
        .filter(|&&code| code == ErrorCode::InvalidCredentials)
        .count();
    assert!((3..=10).contains(&tried), "{codes:?}");
    assert!(
        codes
            .iter()
            .all(|code| matches!(code, ErrorCode::InvalidCredentials | ErrorCode::RateLimited))
    );
    let counted: i64 = sqlx::query_scalar("SELECT count(*) FROM login_attempt WHERE kind = 'login'")
        .fetch_one(&server.pool().await)
        .await
        .unwrap();
    assert_eq!(counted as usize, tried);
    second.stop().await.unwrap();
}

#[tokio::test]
async fn accounts_are_made_and_mended_from_the_command_line() {
    let server = server().await;
    let run = async |words: &[&str]| {
        let words = ["allelecast-server", "user"].iter().chain(words);
        let database = ["--database-url", &server.database_url(), "--data-dir", "unused"].map(str::to_owned);
        let cli = Cli::try_parse_from(words.map(|word| word.to_string()).chain(database)).unwrap();
        match cli.command {
            Command::User(command) => accounts::run(command).await,
            _ => unreachable!("the words say user"),
        }
    };
    run(&["add", "Ada@example.org", "--name", "Ada"]).await.unwrap();
    let again = run(&["add", "ada@example.org"]).await.unwrap_err();
    assert_eq!(again.to_string(), "ada@example.org has an account already");
    assert!(matches!(
        run(&["add", "ada"]).await,
        Err(AccountError::Invalid(_))
    ));
    assert!(matches!(
        run(&["reset-password", "bob@example.org"]).await,
        Err(AccountError::Unknown(_))
    ));
    let client = server.user().await;
    let email = client.account().await.unwrap().email;
    run(&["reset-password", &email]).await.unwrap();
    assert_eq!(code(client.account().await), ErrorCode::Unauthenticated);
    assert_eq!(
        code(server.stranger().login(&email, PASSWORD).await),
        ErrorCode::InvalidCredentials
    );
    run(&["list"]).await.unwrap();
}

#[tokio::test]
async fn a_private_database_begins_with_an_account() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_owned();
    let mut config = Config::for_tests("", path.clone());
    config.database.database_url = None;
    let mut passwords = Vec::new();
    for _ in 0..2 {
        let running = app::start(config.clone()).await.unwrap();
        let account = running.first_account.clone().unwrap();
        let mode = std::fs::metadata(&account.password_file)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let password = std::fs::read_to_string(&account.password_file).unwrap();
        let client = Client::new(&format!("http://{}", running.address)).unwrap();
        client.login(&account.email, password.trim()).await.unwrap();
        passwords.push(password);
        running.stop().await.unwrap();
    }
    assert_eq!(passwords[0], passwords[1]);
    let base = tokio::task::spawn_blocking(move || Embedded::start(&path).unwrap().folder().to_owned())
        .await
        .unwrap();
    // Inside the data folder for ordinary users.
    let _ = std::fs::remove_dir_all(base);
}
