//! One worker process: starting it, asking it, ending it.
//!
//! Invariant: a worker that did anything but answer is not asked again; dropping it kills it and deletes its scratch.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use allelecast_protocol::r::{RPackage, RReply, RRequest};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;
use uuid::Uuid;

use super::error::WorkerError;
use super::frames::{self, FrameError};

/// Longest that a worker may take to start.
const START: Duration = Duration::from_secs(60);
/// Longest that a worker that closed its channel may take to end.
const END: Duration = Duration::from_secs(5);
/// Last lines of a worker's standard error that are kept.
const LAST_WORDS: usize = 20;
/// Variables that R needs; the others, secrets among them, stay here.
const ENVIRONMENT: [&str; 7] = [
    "PATH",
    "HOME",
    "R_HOME",
    "R_LIBS",
    "R_LIBS_SITE",
    "R_LIBS_USER",
    "LD_LIBRARY_PATH",
];

/// How workers are started.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// The program.
    pub program: PathBuf,
    /// Sources of the R package; where there are none, the installed package is used.
    pub r_dir: PathBuf,
    /// Most address space of a worker, in bytes.
    pub memory: u64,
    /// Longest that a call may take.
    pub time: Duration,
    /// Workers at once.
    pub size: usize,
    /// Further arguments of the program.
    pub arguments: Vec<String>,
}

/// What a worker gave back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The tool's table, an Arrow IPC stream.
    pub table: Vec<u8>,
    /// What R warned of.
    pub warnings: Vec<String>,
}

/// What a worker says of itself.
#[derive(Debug, Clone)]
pub(super) struct Hello {
    pub(super) r: String,
    pub(super) packages: Vec<RPackage>,
}

/// A worker that waits for a call.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    last_words: Arc<Mutex<VecDeque<String>>>,
    pub(super) hello: Hello,
    _scratch: Scratch,
}

/// A folder for R's temporary files.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // A worker that ends in order deletes it too, and there is nobody to tell of a failure.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Process {
    /// Starts a worker and waits until it is ready.
    pub(super) async fn start(config: &WorkerConfig) -> Result<Self, WorkerError> {
        let program = &config.program;
        if !program.is_file() {
            return Err(WorkerError::Missing(format!(
                "its worker is not at {}",
                program.display()
            )));
        }
        let missing =
            |error: std::io::Error| WorkerError::Missing(format!("its worker did not start ({error})"));
        let scratch = Scratch(std::env::temp_dir().join(format!("allelecast-r-{}", Uuid::new_v4().simple())));
        std::fs::create_dir(&scratch.0).map_err(missing)?;
        let mut child = command(config, &scratch.0).spawn().map_err(missing)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(mut output), Some(errors)) = pipes else {
            return Err(missing(std::io::ErrorKind::BrokenPipe.into()));
        };
        let last_words = Arc::<Mutex<VecDeque<String>>>::default();
        let listening = tokio::spawn(listen(errors, last_words.clone()));
        let said = timeout(START, frames::receive(&mut output)).await;
        let hello = match said {
            Ok(Ok((RReply::Hello { r, packages, .. }, _))) => Hello { r, packages },
            Ok(Ok(_)) => return Err(WorkerError::Rubbish("it began without a greeting".into())),
            Ok(Err(FrameError::Rubbish(what))) => return Err(WorkerError::Rubbish(what)),
            Ok(Err(FrameError::Ended)) => {
                let how = how_it_ended(&mut child).await;
                // Its last words may still be in the pipe.
                let _ = timeout(END, listening).await;
                let words = words(&last_words);
                tracing::warn!(how, last_words = words, "the R worker did not start");
                let why = words.lines().last().unwrap_or(&how).to_owned();
                return Err(WorkerError::Missing(format!("its worker did not start ({why})")));
            }
            Err(_) => {
                return Err(WorkerError::Missing(format!(
                    "it did not start within {} seconds",
                    START.as_secs()
                )));
            }
        };
        Ok(Self {
            child,
            input,
            output,
            last_words,
            hello,
            _scratch: scratch,
        })
    }

    /// Whether it still runs.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Calls a tool. `progress` hears the share that is done. After any error but [`WorkerError::Refused`] the worker
    /// must be dropped.
    pub(super) async fn call(
        &mut self,
        request: &RRequest,
        payload: &[&[u8]],
        mut progress: impl FnMut(f64),
        time: Duration,
    ) -> Result<Answer, WorkerError> {
        let answer = async {
            if let Err(error) = frames::send(&mut self.input, request, payload).await {
                return match error.kind() {
                    std::io::ErrorKind::InvalidInput => Err(WorkerError::TooLarge),
                    _ => Err(self.crash().await),
                };
            }
            loop {
                match frames::receive(&mut self.output).await {
                    Ok((RReply::Progress { id, share }, _)) if id == request.id => progress(share),
                    Ok((RReply::Result { id, warnings }, table)) if id == request.id => {
                        return Ok(Answer { table, warnings });
                    }
                    Ok((RReply::Failed { id, message }, _)) if id == request.id => {
                        return Err(WorkerError::Refused(message.trim_end_matches('.').to_owned()));
                    }
                    Ok(_) => return Err(WorkerError::Rubbish("it answered what was not asked".into())),
                    Err(FrameError::Rubbish(what)) => return Err(WorkerError::Rubbish(what)),
                    Err(FrameError::Ended) => return Err(self.crash().await),
                }
            }
        };
        timeout(time, answer)
            .await
            .unwrap_or(Err(WorkerError::TimedOut(time)))
    }

    async fn crash(&mut self) -> WorkerError {
        let how = how_it_ended(&mut self.child).await;
        tracing::warn!(how, last_words = words(&self.last_words), "an R worker ended");
        WorkerError::Crashed(how)
    }
}

fn command(config: &WorkerConfig, scratch: &Path) -> Command {
    let mut command = Command::new(&config.program);
    command
        .env_clear()
        .envs(
            ENVIRONMENT
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .env("LC_ALL", "C.UTF-8")
        // The workers are the threads; each takes one core.
        .env("OMP_NUM_THREADS", "1")
        .env("OPENBLAS_NUM_THREADS", "1")
        .arg("--memory")
        .arg(config.memory.to_string())
        .arg("--scratch")
        .arg(scratch)
        .args(&config.arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if config.r_dir.join("R").is_dir() {
        command.arg("--r-dir").arg(&config.r_dir);
    }
    command
}

async fn how_it_ended(child: &mut Child) -> String {
    use std::os::unix::process::ExitStatusExt;
    match timeout(END, child.wait()).await {
        Ok(Ok(status)) => match (status.code(), status.signal()) {
            (Some(0), _) => "it ended by itself".to_owned(),
            (Some(code), _) => format!("it ended with status {code}"),
            (None, Some(signal)) => format!("it was ended by signal {signal}"),
            (None, None) => "it ended".to_owned(),
        },
        _ => "it closed its channel".to_owned(),
    }
}

/// Keeps the last lines that a worker prints.
async fn listen(errors: tokio::process::ChildStderr, last_words: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(errors).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        let line = String::from_utf8_lossy(&line[..line.len().min(500)]).into_owned();
        tracing::debug!(line, "R");
        let mut words = last_words.lock().unwrap_or_else(PoisonError::into_inner);
        words.push_back(line);
        if words.len() > LAST_WORDS {
            words.pop_front();
        }
    }
}

fn words(last_words: &Mutex<VecDeque<String>>) -> String {
    let words = last_words.lock().unwrap_or_else(PoisonError::into_inner);
    words.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}
