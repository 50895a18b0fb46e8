//! The second thread of an import: chunks to a verdict and to blocks, several chunks side by side.
//!
//! Invariant: blocks come in the order of the file, each with the checkpoint that belongs to it. Once an error was
//! found no further block comes; the rest of the file is judged all the same.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::builder::{BlockBuilder, Checkpoint, DraftBlock};
use super::cells::Cells;
use super::count::{Basis, ChunkResult, Counter};
use super::decompress::Ending;
use super::header::Header;
use super::judge::{ChunkVerdict, Judge, JudgeState, Note, Records};
use super::lines::{ChunkInput, lines};
use super::record::{RecordError, RecordProblem};
use super::reference::RefCheck;
use super::refusal::{Refused, Stop};
use super::split::Part;
use super::validate::{ContainerFault, Profile};
use crate::domain::allele::REORDER_WINDOW;
use crate::domain::block::BlockLimits;
use crate::domain::build::{ContigIndex, ContigRef};
use crate::domain::groups::GroupMasks;
use crate::domain::reference::{Reference, Unreadable};

/// How a file is to be imported.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) limits: BlockLimits,
    pub(super) profile: Profile,
    pub(super) resume: Option<(Checkpoint, JudgeState)>,
}

/// What counting needs to know beside the header.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) groups: GroupMasks,
    pub(super) contigs: ContigIndex,
    /// What alleles are aligned with; without it they are trimmed only.
    pub(super) reference: Option<Reference>,
}

/// How far the thread has come.
#[derive(Debug, Clone)]
pub(super) struct Progress {
    /// Raw bytes read.
    pub(super) raw: u64,
    /// Records counted.
    pub(super) records: u64,
    /// What the validation found since the last progress.
    pub(super) note: Note,
}

/// What the thread reports.
#[derive(Debug)]
pub(super) enum Event {
    /// The header was read: text, and where to send the plan.
    Header(Arc<Header>, String, oneshot::Sender<Plan>),
    /// A contig outside the build's table, and where to send its ordinal.
    Contig(String, oneshot::Sender<ContigRef>),
    /// A block.
    Block(Box<DraftBlock>, Progress),
    /// No block, but progress.
    Progress(Progress),
    /// The end of the file.
    End {
        checkpoint: Checkpoint,
        sha256: [u8; 32],
        progress: Progress,
    },
    /// The file cannot be imported.
    Refused(Refused, Progress),
    /// The reference cannot be read now; nothing is said about the file.
    Unreadable(Unreadable),
}

/// Counts until the end, a refusal, or until nobody listens.
pub(super) fn tally(parts: mpsc::Receiver<Part>, events: mpsc::Sender<Event>, order: Order) {
    let (checkpoint, judged) = order.resume.unzip();
    let mut tally = Tally {
        parts,
        events,
        limits: order.limits,
        judge: Judge::new(order.profile, judged),
        resume: checkpoint,
        held: None,
        raw: 0,
        records: 0,
    };
    match tally.run() {
        Err(Stop::Refused(refused)) => {
            if let Some(fault) = refused.fault {
                tally.judge.container(fault, &refused.message);
            }
            let progress = tally.progress();
            let _ = tally.events.blocking_send(Event::Refused(refused, progress));
        }
        Err(Stop::Unreadable(why)) => drop(tally.events.blocking_send(Event::Unreadable(why))),
        Err(Stop::Abandoned) | Ok(()) => {}
    }
}

struct Tally {
    parts: mpsc::Receiver<Part>,
    events: mpsc::Sender<Event>,
    limits: BlockLimits,
    judge: Judge,
    resume: Option<Checkpoint>,
    /// Taken from `parts` too early.
    held: Option<Part>,
    raw: u64,
    records: u64,
}

/// What counts the records of a file that is sound so far.
struct Counting {
    header: Arc<Header>,
    plan: Plan,
    builder: BlockBuilder,
}

impl Counting {
    /// What the validation compares REF with.
    fn ref_check(&self) -> Option<RefCheck> {
        let reference = self.plan.reference.clone()?;
        Some(RefCheck::new(reference, self.plan.contigs.clone()))
    }

    fn basis(&self) -> Basis<'_> {
        Basis {
            header: &self.header,
            groups: &self.plan.groups,
            contigs: &self.plan.contigs,
            reference: self.plan.reference.as_ref(),
            is_gvcf: self.builder.is_gvcf(),
        }
    }
}

impl Tally {
    fn run(&mut self) -> Result<(), Stop> {
        let input = match self.next()? {
            Part::Header(input) => input,
            Part::Refused(refused) => return Err(Stop::Refused(refused)),
            Part::Chunk(..) | Part::Quiet | Part::End(..) => return Err(Stop::Abandoned),
        };
        self.judge.header(&input);
        let mut counting = if self.judge.is_doomed() {
            None
        } else {
            Some(self.begin(&input)?)
        };
        let reference = counting.as_ref().and_then(Counting::ref_check);
        let rules = self.judge.records().map(|rules| rules.with_reference(reference));
        loop {
            match self.next()? {
                Part::Chunk(chunk, raw) => self.take(rules.as_ref(), &mut counting, chunk, raw)?,
                Part::Quiet => match counting.as_mut().and_then(|counting| counting.builder.flush()) {
                    Some(block) if !self.judge.is_doomed() => self.emit(block)?,
                    _ => {
                        let progress = self.progress();
                        self.send(Event::Progress(progress))?;
                    }
                },
                Part::End(raw, sha256, ending) => {
                    self.raw = raw;
                    return self.end(counting, sha256, ending);
                }
                Part::Refused(refused) => return Err(Stop::Refused(refused)),
                Part::Header(_) => return Err(Stop::Abandoned),
            }
        }
    }

    /// Reads the header for counting, and asks for the plan.
    fn begin(&mut self, input: &ChunkInput) -> Result<Counting, Stop> {
        let header = Arc::new(Header::parse(&input.text)?);
        let text = String::from_utf8_lossy(&input.text).into_owned();
        let (reply, plan) = oneshot::channel();
        self.send(Event::Header(header.clone(), text, reply))?;
        let plan = plan.blocking_recv().map_err(|_| Stop::Abandoned)?;
        let window = plan.reference.as_ref().map_or(0, |_| REORDER_WINDOW);
        let builder = match self.resume.take() {
            Some(checkpoint) => BlockBuilder::restore(self.limits, &checkpoint),
            None => {
                let lines = memchr::memchr_iter(b'\n', &input.text).count() as u64;
                let end = input.offset + input.text.len() as u64;
                BlockBuilder::new(self.limits, end, input.first_line + lines)
            }
        };
        Ok(Counting {
            header,
            plan,
            builder: builder.with_window(window),
        })
    }

    /// Judges and counts a chunk and those that wait behind it, side by side.
    fn take(
        &mut self,
        rules: Option<&Records>,
        counting: &mut Option<Counting>,
        chunk: ChunkInput,
        raw: u64,
    ) -> Result<(), Stop> {
        let mut chunks = vec![(chunk, raw)];
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        while chunks.len() < cores {
            match self.parts.try_recv() {
                Ok(Part::Chunk(chunk, raw)) => chunks.push((chunk, raw)),
                Ok(other) => {
                    self.held = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        let done = side_by_side(rules, counting.as_ref(), &chunks);
        for ((chunk, raw), (verdict, counted)) in chunks.iter().zip(done) {
            self.raw = *raw;
            let judged_to = self.judge.judged_to();
            if let Some(unreadable) = verdict.unreadable() {
                return Err(Stop::Unreadable(unreadable.clone()));
            }
            self.judge.take(verdict);
            if self.judge.is_doomed() {
                *counting = None;
            }
            let (Some(counting), Some(counted)) = (counting.as_mut(), counted) else {
                continue;
            };
            let result = match counted {
                Err(error) => self.register(counting, chunk, error)?,
                // A chunk before it has just shown that the file is a gVCF.
                Ok(result) if counting.builder.is_gvcf() && result.coverage.is_empty() => {
                    counting.basis().count(chunk)?
                }
                Ok(result) => result,
            };
            self.judge.doubt(&result.doubts, judged_to);
            let blocks = counting.builder.push(result)?;
            self.records = counting.builder.records();
            for block in blocks {
                self.emit(block)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, counting: Option<Counting>, sha256: [u8; 32], ending: Ending) -> Result<(), Stop> {
        self.judge.finish();
        if ending == Ending::NoEofMarker {
            let message = "the bgzip end-of-file marker is missing: the file may have lost its end";
            self.judge.container(ContainerFault::NoEofMarker, message);
        }
        if let Some(refused) = self.judge.refusal() {
            return Err(Stop::Refused(refused));
        }
        let Some(mut counting) = counting else {
            return Err(Stop::Abandoned);
        };
        for block in counting.builder.finish() {
            self.emit(block)?;
        }
        let (checkpoint, progress) = (counting.builder.checkpoint(), self.progress());
        self.send(Event::End {
            checkpoint,
            sha256,
            progress,
        })
    }

    /// Counts a chunk again as often as it names a contig that is not registered yet.
    fn register(
        &mut self,
        counting: &mut Counting,
        chunk: &ChunkInput,
        mut error: RecordError,
    ) -> Result<ChunkResult, Stop> {
        loop {
            let name = match &error.problem {
                RecordProblem::UnknownContig(name) => name,
                RecordProblem::Reference(why) => return Err(Stop::Unreadable(why.clone())),
                _ => return Err(error.into()),
            };
            let contigs = &mut counting.plan.contigs;
            if contigs.get(name).is_none() {
                let (reply, contig) = oneshot::channel();
                self.send(Event::Contig(name.clone(), reply))?;
                let contig = contig.blocking_recv().map_err(|_| Stop::Abandoned)?;
                contigs
                    .insert(name, contig)
                    .map_err(|error| Refused::of_file(error.to_string()))?;
            }
            match counting.basis().count(chunk) {
                Ok(result) => return Ok(result),
                Err(again) => error = again,
            }
        }
    }

    fn emit(&mut self, block: DraftBlock) -> Result<(), Stop> {
        let progress = self.progress();
        self.send(Event::Block(Box::new(block), progress))
    }

    fn progress(&mut self) -> Progress {
        Progress {
            raw: self.raw,
            records: self.records,
            note: self.judge.note(),
        }
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

type Done = (ChunkVerdict, Option<Result<ChunkResult, RecordError>>);

fn side_by_side(
    rules: Option<&Records>,
    counting: Option<&Counting>,
    chunks: &[(ChunkInput, u64)],
) -> Vec<Done> {
    let work = |chunk: &ChunkInput| -> Done {
        let mut counter = counting.map(|counting| Counter::new(counting.basis(), chunk));
        // A line is counted right after it was judged, while it is at hand.
        let mut each = |line: &[u8], cells: Option<&Cells>| {
            if let Some(counter) = &mut counter {
                counter.take(line, cells);
            }
        };
        let verdict = match rules {
            Some(rules) => rules.judge(chunk, each),
            None => {
                lines(&chunk.text).for_each(|line| each(line, None));
                ChunkVerdict::default()
            }
        };
        let sound = counter.filter(|_| !verdict.has_error());
        (verdict, sound.map(|counter| counter.finish(chunk)))
    };
    match chunks {
        [(only, _)] => vec![work(only)],
        _ => std::thread::scope(|scope| {
            let running: Vec<_> = chunks
                .iter()
                .map(|(chunk, _)| scope.spawn(|| work(chunk)))
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
