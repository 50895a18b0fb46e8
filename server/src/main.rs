//! Server binary.

use std::process::ExitCode;

use allelecast_server::app::config::{Cli, Command};
use allelecast_server::app::{self, Database, StartError, accounts, check, genes, reference, telemetry};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(code) => code,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode, Box<dyn std::error::Error>> {
    telemetry::start_log(&cli.log)?;
    match cli.command {
        Command::Check(args) => return Ok(check::run(&args)),
        Command::Serve(config) => app::serve(*config).await?,
        Command::Migrate(config) => Database::open(&config)
            .await?
            .close()
            .await
            .map_err(StartError::from)?,
        Command::User(command) => accounts::run(command).await?,
        Command::Genes(command) => genes::run(command).await?,
        Command::Reference(command) => reference::run(command).await?,
    }
    Ok(ExitCode::SUCCESS)
}
