//! The pool of workers.
//!
//! Invariant: at most `size` workers run; calls wait for one in the order in which they came; a worker goes back to the
//! pool only after an answer.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use allelecast_protocol::r::{RArgument, RRequest, RTable};
use allelecast_protocol::statistics::{RState, WorkerLoad};
use tokio::sync::Semaphore;

use super::error::WorkerError;
use super::process::{Answer, Hello, Process, WorkerConfig};

/// Calls R tools.
#[derive(Debug)]
pub struct Workers {
    config: WorkerConfig,
    turns: Semaphore,
    waiting: AtomicU32,
    idle: Mutex<Vec<Process>>,
    /// What the last worker that started said; empty as long as none did.
    hello: Mutex<Option<Hello>>,
    next_id: AtomicU64,
}

impl Workers {
    /// A pool without workers; they are started when they are called.
    pub fn new(config: WorkerConfig) -> Self {
        Self {
            turns: Semaphore::new(config.size.max(1)),
            config,
            waiting: AtomicU32::new(0),
            idle: Mutex::default(),
            hello: Mutex::default(),
            next_id: AtomicU64::new(1),
        }
    }

    /// Calls a tool with plain arguments and tables (Arrow IPC streams). `progress` hears the share that is done.
    /// Dropping the future ends the worker that is at it.
    pub async fn call(
        &self,
        tool: &str,
        arguments: impl IntoIterator<Item = (String, RArgument)>,
        tables: &[(&str, &[u8])],
        progress: impl FnMut(f64),
    ) -> Result<Answer, WorkerError> {
        let _turn = self.turn().await;
        let table = |(name, stream): &(&str, &[u8])| RTable {
            name: (*name).to_owned(),
            bytes: stream.len() as u64,
        };
        let request = RRequest {
            id: self.next_id.fetch_add(1, Ordering::Relaxed),
            tool: tool.to_owned(),
            arguments: arguments.into_iter().collect(),
            tables: tables.iter().map(table).collect(),
        };
        let payload: Vec<&[u8]> = tables.iter().map(|(_, stream)| *stream).collect();
        let mut process = self.process().await?;
        let answer = process.call(&request, &payload, progress, self.config.time).await;
        if matches!(answer, Ok(_) | Err(WorkerError::Refused(_))) {
            self.idle().push(process);
        }
        answer
    }

    /// Whether R can be used; starts a worker to see, unless one has been.
    pub async fn state(&self) -> RState {
        let known = self.hello.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let found = match known {
            Some(hello) => Ok(hello),
            None => {
                let _turn = self.turn().await;
                self.process().await.map(|process| {
                    let hello = process.hello.clone();
                    self.idle().push(process);
                    hello
                })
            }
        };
        match found {
            Ok(hello) => RState {
                available: true,
                reason: None,
                version: Some(hello.r),
                packages: hello.packages,
            },
            Err(error) => RState {
                available: false,
                reason: Some(error.to_string()),
                version: None,
                packages: Vec::new(),
            },
        }
    }

    /// How busy the workers are.
    pub fn load(&self) -> WorkerLoad {
        let size = u32::try_from(self.config.size.max(1)).unwrap_or(u32::MAX);
        let free = u32::try_from(self.turns.available_permits()).unwrap_or(u32::MAX);
        WorkerLoad {
            size,
            busy: size.saturating_sub(free),
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    async fn turn(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        let _waiting = Waiting::new(&self.waiting);
        // The semaphore is never closed.
        self.turns.acquire().await.ok()
    }

    /// A worker that waits, or a new one.
    async fn process(&self) -> Result<Process, WorkerError> {
        loop {
            let Some(mut process) = self.idle().pop() else {
                break;
            };
            if process.is_alive() {
                return Ok(process);
            }
        }
        let process = Process::start(&self.config).await?;
        *self.hello.lock().unwrap_or_else(PoisonError::into_inner) = Some(process.hello.clone());
        Ok(process)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Process>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One more that waits, for as long as it lives.
struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicU32) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
