//! Server binary.

use std::process::ExitCode;

use allelecast_server::app::check::{self, CheckArgs};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "allelecast-server", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Validate VCF files without storing anything.
    Check(CheckArgs),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Check(args) => check::run(&args),
    }
}
