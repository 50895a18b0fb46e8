//! The commands.
//!
//! Invariant: what a program reads goes to standard output, what a person reads on the way goes to standard error; the
//! exit codes are those that `--help` lists.

mod check;
mod credentials;
mod datasets;
mod export;
mod failure;
mod login;
mod query;
mod sign_in;
mod upload;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use failure::Failure;

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  the server cannot be reached, refused, or failed; a file that was checked would be refused
  2  the command line is wrong
  3  not signed in, or wrong credentials
  4  a file was refused or its import stopped

Examples:
  allelecast login --url https://alleles.example.org
  allelecast upload chr20.vcf.gz --name 'My cohort' --build GRCh38 --panel samples.tsv
  allelecast query --dataset my_cohort --build GRCh38 'region:20:1-5000000 AND af(EUR) < 1%'
  allelecast export --dataset my_cohort --build GRCh38 'af(EUR) < 1%' --output rare.csv
  allelecast datasets --json | jq '.[].slug'";

/// Talk to an Allelecast server.
#[derive(Debug, Parser)]
#[command(name = "allelecast", version, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// What every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// Address of the server; that of the last login, or http://127.0.0.1:8080, without it
    #[arg(long, env = "ALLELECAST_URL", global = true)]
    url: Option<String>,
    /// API token to use instead of the stored one
    #[arg(long, env = "ALLELECAST_TOKEN", hide_env_values = true, global = true)]
    token: Option<String>,
    /// Sign in to this account for one command instead of using a token
    #[arg(long, env = "ALLELECAST_EMAIL", global = true, requires = "password_file")]
    email: Option<String>,
    /// File whose first line is the account's password; `-` is standard input
    #[arg(long, env = "ALLELECAST_PASSWORD_FILE", value_name = "FILE", global = true)]
    password_file: Option<PathBuf>,
    /// Write JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Sign in, and keep an API token for this server
    #[command(after_help = login::AFTER_HELP)]
    Login(login::LoginArgs),
    /// List the datasets
    Datasets,
    /// Upload VCF files and wait until they are imported
    #[command(after_help = upload::AFTER_HELP)]
    Upload(upload::UploadArgs),
    /// Have VCF files judged by the specification, without storing them
    #[command(after_help = check::AFTER_HELP)]
    Check(check::CheckArgs),
    /// Ask for alleles
    #[command(after_help = query::AFTER_HELP)]
    Query(query::QueryArgs),
    /// Fetch all alleles of a query as a file
    #[command(after_help = export::AFTER_HELP)]
    Export(export::ExportArgs),
}

/// Carries out a command.
pub async fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Login(args) => login::run(&cli.global, args).await,
        Command::Datasets => datasets::run(&cli.global).await,
        Command::Upload(args) => upload::run(&cli.global, args).await,
        Command::Check(args) => check::run(&cli.global, args).await,
        Command::Query(args) => query::run(&cli.global, args).await,
        Command::Export(args) => export::run(&cli.global, args).await,
    }
}

/// Prints a value as JSON.
fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::other(error.to_string()))?;
    println!("{text}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
