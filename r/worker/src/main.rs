//! `allelecast-r`: R in a process of its own. It takes requests on standard input, calls the tools of the R package
//! `allelecastr`, and answers on standard output, as `allelecast_protocol::r` says.
//!
//! Invariant: one thread touches R. What R itself prints goes to standard error and never into a frame; when the
//! server is gone the process ends, whatever R is doing.

mod arguments;
mod channel;
mod embed;
#[cfg(debug_assertions)]
mod fault;
mod progress;
mod tables;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use allelecast_protocol::r::{RReply, RRequest};
use clap::Parser;

use channel::{Message, Replies};
use tools::Tools;

/// Runs the R tools of Allelecast for its server.
#[derive(Debug, Parser)]
#[command(name = "allelecast-r", version)]
struct Options {
    /// Folder of the R package's sources; without it the installed package `allelecastr` is used
    #[arg(long, value_name = "FOLDER")]
    r_dir: Option<PathBuf>,
    /// Folder of this process alone, for R's temporary files; deleted at the end
    #[arg(long, value_name = "FOLDER")]
    scratch: Option<PathBuf>,
    /// Most address space, in bytes
    #[arg(long, value_name = "BYTES")]
    memory: Option<u64>,
    /// Offer the tools that crash, hang and lie, for tests
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    fault_tools: bool,
}

/// What ends the worker.
#[derive(Debug, thiserror::Error)]
enum WorkerError {
    /// The server, or the system.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// R, or the package.
    #[error("R: {0}")]
    R(String),
}

impl From<extendr_api::Error> for WorkerError {
    fn from(error: extendr_api::Error) -> Self {
        Self::R(error.to_string())
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let scratch = options.scratch.clone();
    let ended = run(&options);
    channel::remove_scratch(scratch.as_deref());
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            channel::complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), WorkerError> {
    if let Some(bytes) = options.memory {
        embed::limit_memory(bytes)?;
    }
    let (requests, replies) = channel::take(options.scratch.clone())?;
    embed::start_r(options.scratch.as_deref());
    progress::install(&replies)?;
    let tools = Tools::load(options.r_dir.as_deref())?;
    replies.send(&tools.hello()?, &[])?;
    while let Ok(Message { request, payload }) = requests.recv() {
        answer(options, &tools, &replies, &request, &payload)?;
    }
    Ok(())
}

#[cfg_attr(not(debug_assertions), allow(unused_variables))]
fn answer(
    options: &Options,
    tools: &Tools,
    replies: &Replies,
    request: &RRequest,
    payload: &[u8],
) -> Result<(), WorkerError> {
    let id = request.id;
    #[cfg(debug_assertions)]
    if options.fault_tools
        && let Some(message) = fault::commit(&request.tool, replies)
    {
        return Ok(replies.send(&RReply::Failed { id, message }, &[])?);
    }
    progress::begin(id);
    match tools.call(request, payload) {
        Ok(answer) => {
            let warnings = answer.warnings;
            replies.send(&RReply::Result { id, warnings }, &answer.table)?;
        }
        Err(message) => replies.send(&RReply::Failed { id, message }, &[])?,
    }
    Ok(())
}
