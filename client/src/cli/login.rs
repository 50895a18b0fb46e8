//! `allelecast login`.

use std::io::{BufRead, IsTerminal, Write};

use allelecast_client::Client;
use clap::Args;

use super::credentials;
use super::sign_in::{address, read_password, stored};
use super::{Failure, Global, print_json};

pub const AFTER_HELP: &str = "\
The token is kept in $XDG_CONFIG_HOME/allelecast/credentials.json (or ~/.config/…), readable by its owner only.

Examples:
  allelecast login
  allelecast login --url https://alleles.example.org --email ada@example.org
  allelecast login --email first@allelecast.local --password-file data/first-account-password";

#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Make the account first
    #[arg(long)]
    register: bool,
}

pub async fn run(global: &Global, args: LoginArgs) -> Result<(), Failure> {
    let mut stored = stored()?;
    let client = Client::new(&address(global, &stored))?;
    let email = match &global.email {
        Some(email) => email.clone(),
        None => ask("Email: ")?,
    };
    let password = match &global.password_file {
        Some(file) => read_password(file)?,
        None => ask_secretly("Password: ")?,
    };
    let account = match args.register {
        true => client.register(&email, &password, None).await?,
        false => client.login(&email, &password).await?,
    };
    let token = client
        .create_token(&format!("allelecast on {}", machine()))
        .await?
        .token;
    client.logout().await?;
    let server = client.base().to_string();
    stored.tokens.insert(server.clone(), token);
    stored.last = Some(server.clone());
    let path =
        credentials::path().ok_or_else(|| Failure::other("neither XDG_CONFIG_HOME nor HOME is set"))?;
    stored.save(&path)?;
    if global.json {
        return print_json(&account);
    }
    println!("Signed in to {server} as {}.", account.email);
    Ok(())
}

fn ask(question: &str) -> Result<String, Failure> {
    let mut err = std::io::stderr().lock();
    write!(err, "{question}")?;
    err.flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Does not show what is typed.
fn ask_secretly(question: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::other(
            "there is no terminal to ask for the password: use --password-file",
        ));
    }
    let terminal = console::Term::stderr();
    terminal.write_str(question)?;
    Ok(terminal.read_secure_line()?)
}

fn machine() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name: String = name.trim().chars().take(60).collect();
    if name.is_empty() {
        "this machine".to_owned()
    } else {
        name
    }
}
