//! One import from its claim to its end: what the two threads find, committed step by step.
//!
//! Invariant: a step commits whole or not at all, and only under the job's lease.

use std::sync::Arc;

use allelecast_protocol::dataset::InfoGroups;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::builder::{Checkpoint, DraftBlock};
use super::encode::new_block;
use super::header::{Header, check_name};
use super::refusal::{self, Refused};
use super::tally::{Event, Order, Plan, Progress, tally};
use super::{reference, split, tail, twins};
use crate::domain::block::BlockLimits;
use crate::domain::build::{Build, ContigIndex, ContigRef};
use crate::domain::columns::ColumnError;
use crate::domain::groups::{GroupMasks, Sex};
use crate::domain::info_groups::{self, InfoGroup, InfoReader};
use crate::domain::panel::{Panel, PanelGroups};
use crate::domain::reference::Unreadable;
use crate::store::StoreError;
use crate::store::head::Head;
use crate::store::imports::{
    self, Advance, Committed, Findings, ImportFile, NewGroup, NewSample, Refusal, Started,
};
use crate::store::jobs::Claim;
use crate::store::pool::PgPool;
use crate::store::raw::RawStore;

mod notes;

use notes::{Stored, advance, findings, profile};

/// Pieces of raw bytes, chunks and blocks that may wait at each hand-over: this bounds an import's memory.
const PIECES_WAITING: usize = 16;
const CHUNKS_WAITING: usize = 3;
const BLOCKS_WAITING: usize = 2;

/// What an import works with.
#[derive(Debug, Clone)]
pub struct Workbench {
    /// The database.
    pub pool: PgPool,
    /// Raw bytes.
    pub raw: RawStore,
    /// The sequence of versions.
    pub head: Arc<Head>,
    /// Fires when raw bytes arrive on this instance.
    pub raw_arrived: Arc<Notify>,
    /// When a block is full.
    pub limits: BlockLimits,
}

/// Why an import ended early without an answer about the file.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The store failed; the import goes on later, here or elsewhere.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A block could not be written as Arrow.
    #[error("block: {0}")]
    Columns(#[from] ColumnError),
    /// A thread of the import died.
    #[error("a thread of the import died")]
    Died,
    /// The reference to align with cannot be read; the import goes on later, here or elsewhere.
    #[error(transparent)]
    Reference(#[from] Unreadable),
    /// The server is stopping.
    #[error("stopped")]
    Stopped,
}

/// Imports the file of a claimed job; `Ok` once it is ready, refused or gone.
pub(super) async fn run(
    bench: &Workbench,
    claim: &Claim,
    stop: &CancellationToken,
) -> Result<(), ImportError> {
    let file_id = claim.file_id.unwrap_or_default();
    let Some(file) = imports::load(&bench.pool, file_id).await? else {
        return Ok(());
    };
    let stored = file
        .checkpoint
        .clone()
        .and_then(|json| serde_json::from_value::<Stored>(json).ok());
    // Findings behind the checkpoint are found again.
    let judged_to = stored.as_ref().map_or(0, |stored| stored.judged.judged_to());
    imports::forget_findings(&bench.pool, claim, file.file_id, judged_to as i64).await?;
    let (pieces_to, pieces) = mpsc::channel(PIECES_WAITING);
    let (parts_to, parts) = mpsc::channel(CHUNKS_WAITING);
    let (events_to, events) = mpsc::channel(BLOCKS_WAITING);
    let (pool, raw) = (bench.pool.clone(), bench.raw.clone());
    let following = tail::tail(pool, raw, file.raw_id, bench.raw_arrived.clone(), pieces_to);
    let skip_to = stored.as_ref().map(|stored| stored.at.clone());
    tokio::task::spawn_blocking(move || split::split(pieces, parts_to, skip_to));
    let order = Order {
        limits: bench.limits,
        profile: profile(&file.profile),
        resume: stored.map(|stored| (stored.at, stored.judged)),
    };
    tokio::task::spawn_blocking(move || tally(parts, events_to, order));
    let run = Run {
        bench,
        claim,
        file,
        group_versions: Vec::new(),
    };
    tokio::select! {
        () = stop.cancelled() => Err(ImportError::Stopped),
        // The tail ends before the rest; only its failure is of interest.
        error = async { match following.await { Err(error) => error.into(), Ok(()) => std::future::pending().await } } => {
            Err(error)
        }
        done = run.begin_alone(events) => done,
    }
}

struct Run<'a> {
    bench: &'a Workbench,
    claim: &'a Claim,
    file: ImportFile,
    /// Ids of the group versions, in the order of each block's frequencies.
    group_versions: Vec<i64>,
}

impl Run<'_> {
    /// Refuses bytes that the dataset has already before any is counted, where the file's length gives reason to
    /// compare.
    async fn begin_alone(self, events: mpsc::Receiver<Event>) -> Result<(), ImportError> {
        match twins::wait(self.bench, &self.file).await? {
            Some(same) => self.refuse(same, Findings::default()).await,
            None => self.follow(events).await,
        }
    }

    async fn follow(mut self, mut events: mpsc::Receiver<Event>) -> Result<(), ImportError> {
        loop {
            match events.recv().await.ok_or(ImportError::Died)? {
                Event::Header(header, text, reply) => match self.begin(&header, &text).await? {
                    // A thread that no longer waits has failed, and the next event says why.
                    Ok(plan) => drop(reply.send(plan)),
                    Err(refused) => return self.refuse(refused, Findings::default()).await,
                },
                Event::Contig(name, reply) => {
                    let build: Option<Build> = self.file.build.parse().ok();
                    if let Some(Err(problem)) = build.map(|build| check_name(&name, build)) {
                        let refused = Refused::of_file(problem.to_string());
                        return self.refuse(refused, Findings::default()).await;
                    }
                    let ordinal =
                        imports::register_contig(&self.bench.pool, self.file.build_id, &name, None).await?;
                    match ordinal {
                        Some(ordinal) => drop(reply.send(ContigRef {
                            ordinal,
                            length: None,
                        })),
                        None => {
                            let refused = Refused::of_file("The build has too many contigs.");
                            return self.refuse(refused, Findings::default()).await;
                        }
                    }
                }
                Event::Block(draft, progress) => {
                    if let Some(refused) = self.commit(*draft, progress).await? {
                        return self.refuse(refused, Findings::default()).await;
                    }
                }
                Event::Progress(progress) => {
                    let (parsed, found) = (progress.raw as i64, findings(&progress.note));
                    imports::report(&self.bench.pool, self.claim, self.file.file_id, parsed, &found).await?;
                }
                Event::End {
                    checkpoint,
                    sha256,
                    progress,
                } => return self.end(checkpoint, progress, &sha256).await,
                Event::Unreadable(why) => return Err(why.into()),
                Event::Refused(refused, progress) => {
                    return self.refuse(refused, findings(&progress.note)).await;
                }
            }
        }
    }

    /// Makes samples and groups known, and plans the count.
    async fn begin(&mut self, header: &Header, text: &str) -> Result<Result<Plan, Refused>, ImportError> {
        let build: Build = match self.file.build.parse() {
            Ok(build) => build,
            Err(_) => return Ok(Err(Refused::of_file("The dataset's build is not known."))),
        };
        if let Err(error) = header.check_build(build) {
            return Ok(Err(Refused {
                line: None,
                ..error.into()
            }));
        }
        let pool = &self.bench.pool;
        if !self.file.is_begun {
            let groups = match panel_groups(&self.file, &header.samples) {
                Ok(groups) => groups,
                Err(refused) => return Ok(Err(refused)),
            };
            let samples: Vec<NewSample> = header
                .samples
                .iter()
                .zip(&groups.sexes)
                .map(|(name, sex)| NewSample {
                    name: name.clone(),
                    sex: sex_name(*sex),
                })
                .collect();
            let new_groups: Vec<NewGroup> = if header.samples.is_empty() {
                stated_groups(&self.file, header)?
            } else {
                groups.groups.iter().map(new_group).collect()
            };
            let started = imports::start(
                &self.bench.head,
                pool,
                self.claim,
                &self.file,
                text,
                &samples,
                &new_groups,
            )
            .await?;
            match started {
                Started::Yes { sample_ids } => self.file.sample_ids = sample_ids,
                Started::OtherSamples {
                    dataset,
                    shared,
                    files,
                } => {
                    let own = (self.file.filename.as_str(), header.samples.len());
                    return Ok(Err(refusal::other_samples(own, shared, dataset, &files)));
                }
            }
        }
        self.plan(build).await.map(Ok)
    }

    async fn plan(&mut self, build: Build) -> Result<Plan, ImportError> {
        let pool = &self.bench.pool;
        let versions = imports::group_versions(pool, self.file.dataset_id).await?;
        let index_of: std::collections::HashMap<i64, u32> = (0u32..)
            .zip(&self.file.sample_ids)
            .map(|(index, id)| (*id, index))
            .collect();
        let members: Vec<Vec<u32>> = versions
            .iter()
            .map(|version| {
                version
                    .members
                    .iter()
                    .filter_map(|id| index_of.get(id).copied())
                    .collect()
            })
            .collect();
        let mut sexes = vec![Sex::Unknown; self.file.sample_ids.len()];
        for (id, sex) in imports::sexes(pool, self.file.dataset_id).await? {
            if let Some(&index) = index_of.get(&id) {
                sexes[index as usize] = if sex == "male" { Sex::Male } else { Sex::Female };
            }
        }
        let mut groups = GroupMasks::new(sexes.len(), members.iter().map(Vec::as_slice), &sexes);
        if self.file.sample_ids.is_empty() {
            let info: Result<Vec<Option<InfoGroup>>, _> = versions
                .iter()
                .map(|version| version.info.as_ref().map(|info| read_info(&info.0)).transpose())
                .collect();
            groups = groups.stated_by(InfoReader::new(info?.iter().map(Option::as_ref)));
        }
        self.group_versions = versions.into_iter().map(|version| version.id).collect();
        let mut contigs = ContigIndex::new(build);
        for (name, ordinal, length) in imports::extra_contigs(pool, self.file.build_id).await? {
            let length = length.and_then(|length| u32::try_from(length).ok());
            // Registered names are unique, so none can be a second time.
            let _ = contigs.insert(&name, ContigRef { ordinal, length });
        }
        let reference = reference::of_file(pool, &self.bench.raw, self.file.file_id, build).await?;
        Ok(Plan {
            groups,
            contigs,
            reference,
        })
    }

    async fn commit(&self, draft: DraftBlock, progress: Progress) -> Result<Option<Refused>, ImportError> {
        let advance = advance(draft.checkpoint().clone(), progress)?;
        let (dataset_id, file_id) = (self.file.dataset_id, self.file.file_id);
        let versions = self.group_versions.clone();
        let encode = move || new_block(&draft.assemble(), dataset_id, file_id, &versions);
        let block = tokio::task::spawn_blocking(encode)
            .await
            .map_err(|_| ImportError::Died)??;
        match imports::commit(&self.bench.head, &self.bench.pool, self.claim, &block, &advance).await? {
            Committed::At(version) => {
                tracing::debug!(file_id, %version, alleles = block.n, "block committed");
                Ok(None)
            }
            Committed::Overlaps(overlap) => match twins::same(self.bench, &self.file).await? {
                Some(same) => Ok(Some(same)),
                None => Ok(Some(refusal::overlapping(&overlap))),
            },
        }
    }

    async fn end(
        &self,
        checkpoint: Checkpoint,
        progress: Progress,
        sha256: &[u8],
    ) -> Result<(), ImportError> {
        if self
            .file
            .declared_sha256
            .as_deref()
            .is_some_and(|declared| declared != sha256)
        {
            let text = "The bytes that arrived are not those that the uploader meant to send: their SHA-256 is another \
                        one. Upload the file again.";
            return self
                .refuse(Refused::of_file(text), findings(&progress.note))
                .await;
        }
        if let Some(same) = twins::same(self.bench, &self.file).await? {
            return self.refuse(same, findings(&progress.note)).await;
        }
        let records = checkpoint.records;
        let advance = Advance {
            records: records as i64,
            ..advance(checkpoint, progress)?
        };
        imports::finish(
            &self.bench.head,
            &self.bench.pool,
            self.claim,
            &self.file,
            &advance,
            sha256,
        )
        .await?;
        tracing::info!(file_id = self.file.file_id, records, "file imported");
        Ok(())
    }

    async fn refuse(&self, refused: Refused, findings: Findings) -> Result<(), ImportError> {
        tracing::info!(file_id = self.file.file_id, line = refused.line, reason = %refused.message, "file refused");
        let line = refused.line.and_then(|line| i64::try_from(line).ok());
        let refusal = Refusal {
            message: refused.message,
            line,
            findings,
        };
        imports::refuse(
            &self.bench.head,
            &self.bench.pool,
            self.claim,
            &self.file,
            &refusal,
        )
        .await?;
        Ok(())
    }
}

fn panel_groups(file: &ImportFile, samples: &[String]) -> Result<PanelGroups, Refused> {
    match &file.panel {
        None => Ok(PanelGroups::without_panel(samples.len())),
        Some(text) => {
            let panel = Panel::parse(text);
            let panel = panel
                .map_err(|error| Refused::of_file(format!("The sample panel cannot be read: {error}")))?;
            Ok(panel.groups(samples, file.ignore_prefix))
        }
    }
}

fn new_group(group: &crate::domain::panel::Group) -> NewGroup {
    NewGroup {
        family: group.family.clone(),
        value: group.value.clone(),
        members: group.samples.iter().map(|&index| index as usize).collect(),
        info: None,
    }
}

/// The groups of a file without samples: those of its INFO that the dataset takes.
fn stated_groups(file: &ImportFile, header: &Header) -> Result<Vec<NewGroup>, ImportError> {
    let wanted: InfoGroups = read_info(&file.info_groups)?;
    let offered = info_groups::detect(header.infos.iter().map(String::as_str));
    info_groups::choose(offered, &wanted)
        .into_iter()
        .map(|group| {
            let info = serde_json::to_value(&group).map_err(|error| malformed_info(&error))?;
            Ok(NewGroup {
                family: group.family,
                value: group.value,
                members: Vec::new(),
                info: Some(info),
            })
        })
        .collect()
}

fn read_info<T: serde::de::DeserializeOwned>(json: &serde_json::Value) -> Result<T, ImportError> {
    T::deserialize(json).map_err(|error| malformed_info(&error))
}

fn malformed_info(error: &serde_json::Error) -> ImportError {
    StoreError::Malformed {
        what: "groups of INFO",
        message: error.to_string(),
    }
    .into()
}

fn sex_name(sex: Sex) -> Option<&'static str> {
    match sex {
        Sex::Male => Some("male"),
        Sex::Female => Some("female"),
        Sex::Unknown => None,
    }
}
