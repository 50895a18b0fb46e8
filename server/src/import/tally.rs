//! The second thread of an import: chunks to blocks, several chunks side by side.
//!
//! Invariant: blocks come in the order of the file, each with the checkpoint that belongs to it.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::builder::{BlockBuilder, Checkpoint, DraftBlock};
use super::count::{ChunkResult, count_chunk};
use super::decompress::Ending;
use super::header::Header;
use super::lines::ChunkInput;
use super::record::{RecordError, RecordProblem};
use super::refusal::Refused;
use super::split::Part;
use crate::domain::block::BlockLimits;
use crate::domain::build::{ContigIndex, ContigRef};
use crate::domain::groups::GroupMasks;

/// What counting needs to know beside the header.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) groups: GroupMasks,
    pub(super) contigs: ContigIndex,
    pub(super) resume: Option<Checkpoint>,
}

/// What the thread reports.
#[derive(Debug)]
pub(super) enum Event {
    /// The header was read: text, and where to send the plan.
    Header(Arc<Header>, String, oneshot::Sender<Plan>),
    /// A contig outside the build's table, and where to send its ordinal.
    Contig(String, oneshot::Sender<ContigRef>),
    /// A block; raw bytes and records read so far.
    Block(Box<DraftBlock>, u64, u64),
    /// The end of the file.
    End {
        checkpoint: Checkpoint,
        raw: u64,
        sha256: [u8; 32],
        ending: Ending,
    },
    /// The file cannot be imported.
    Refused(Refused),
}

/// Counts until the end, a refusal, or until nobody listens.
pub(super) fn tally(parts: mpsc::Receiver<Part>, events: mpsc::Sender<Event>, limits: BlockLimits) {
    let mut tally = Tally {
        parts,
        events,
        limits,
        held: None,
    };
    if let Err(Stop::Refused(refused)) = tally.run() {
        let _ = tally.events.blocking_send(Event::Refused(refused));
    }
}

enum Stop {
    Refused(Refused),
    Abandoned,
}

impl<E: Into<Refused>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

struct Tally {
    parts: mpsc::Receiver<Part>,
    events: mpsc::Sender<Event>,
    limits: BlockLimits,
    /// Taken from `parts` too early.
    held: Option<Part>,
}

impl Tally {
    fn run(&mut self) -> Result<(), Stop> {
        let input = match self.next()? {
            Part::Header(input) => input,
            Part::Refused(refused) => return Err(Stop::Refused(refused)),
            Part::Chunk(..) | Part::Quiet | Part::End(..) => return Err(Stop::Abandoned),
        };
        let header = Arc::new(Header::parse(&input.text)?);
        let text = String::from_utf8_lossy(&input.text).into_owned();
        let (reply, plan) = oneshot::channel();
        self.send(Event::Header(header.clone(), text, reply))?;
        let mut plan = plan.blocking_recv().map_err(|_| Stop::Abandoned)?;
        let mut builder = match &plan.resume {
            Some(checkpoint) => BlockBuilder::restore(self.limits, checkpoint),
            None => {
                let lines = memchr::memchr_iter(b'\n', &input.text).count() as u64;
                let end = input.offset + input.text.len() as u64;
                BlockBuilder::new(self.limits, end, input.first_line + lines)
            }
        };
        let mut raw = 0;
        loop {
            match self.next()? {
                Part::Chunk(chunk, read) => {
                    raw = self.count(&header, &mut plan, &mut builder, chunk, read)?;
                }
                Part::Quiet => {
                    if let Some(block) = builder.flush() {
                        self.emit(block, raw, builder.records())?;
                    }
                }
                Part::End(raw, sha256, ending) => {
                    for block in builder.finish() {
                        self.emit(block, raw, builder.records())?;
                    }
                    return self.send(Event::End {
                        checkpoint: builder.checkpoint(),
                        raw,
                        sha256,
                        ending,
                    });
                }
                Part::Refused(refused) => return Err(Stop::Refused(refused)),
                Part::Header(_) => return Err(Stop::Abandoned),
            }
        }
    }

    /// Counts a chunk and those that wait behind it, side by side; the raw bytes read up to the last.
    fn count(
        &mut self,
        header: &Header,
        plan: &mut Plan,
        builder: &mut BlockBuilder,
        chunk: ChunkInput,
        read: u64,
    ) -> Result<u64, Stop> {
        let mut chunks = vec![(chunk, read)];
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        while chunks.len() < cores {
            match self.parts.try_recv() {
                Ok(Part::Chunk(chunk, read)) => chunks.push((chunk, read)),
                Ok(other) => {
                    self.held = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        let counted = side_by_side(header, plan, &chunks);
        let mut raw = 0;
        for ((chunk, read), result) in chunks.iter().zip(counted) {
            let result = match result {
                Err(error) => self.register(header, plan, chunk, error)?,
                Ok(result) => result,
            };
            raw = *read;
            for block in builder.push(result)? {
                self.emit(block, raw, builder.records())?;
            }
        }
        Ok(raw)
    }

    /// Counts a chunk again as often as it names a contig that is not registered yet.
    fn register(
        &mut self,
        header: &Header,
        plan: &mut Plan,
        chunk: &ChunkInput,
        mut error: RecordError,
    ) -> Result<ChunkResult, Stop> {
        loop {
            let RecordProblem::UnknownContig(name) = &error.problem else {
                return Err(error.into());
            };
            if plan.contigs.get(name).is_none() {
                let (reply, contig) = oneshot::channel();
                self.send(Event::Contig(name.clone(), reply))?;
                let contig = contig.blocking_recv().map_err(|_| Stop::Abandoned)?;
                plan.contigs
                    .insert(name, contig)
                    .map_err(|error| Refused::of_file(error.to_string()))?;
            }
            match count_chunk(header, &plan.groups, &plan.contigs, chunk) {
                Ok(result) => return Ok(result),
                Err(again) => error = again,
            }
        }
    }

    fn emit(&self, block: DraftBlock, raw: u64, records: u64) -> Result<(), Stop> {
        self.send(Event::Block(Box::new(block), raw, records))
    }

    fn next(&mut self) -> Result<Part, Stop> {
        match self.held.take() {
            Some(part) => Ok(part),
            None => self.parts.blocking_recv().ok_or(Stop::Abandoned),
        }
    }

    fn send(&self, event: Event) -> Result<(), Stop> {
        self.events.blocking_send(event).map_err(|_| Stop::Abandoned)
    }
}

fn side_by_side(
    header: &Header,
    plan: &Plan,
    chunks: &[(ChunkInput, u64)],
) -> Vec<Result<ChunkResult, RecordError>> {
    let count = |chunk: &ChunkInput| count_chunk(header, &plan.groups, &plan.contigs, chunk);
    match chunks {
        [(only, _)] => vec![count(only)],
        _ => std::thread::scope(|scope| {
            let running: Vec<_> = chunks
                .iter()
                .map(|(chunk, _)| scope.spawn(|| count(chunk)))
                .collect();
            let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            running.into_iter().map(join).collect()
        }),
    }
}
