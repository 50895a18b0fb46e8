//! From counted chunks, in order, to blocks.
//!
//! Invariant: every emitted block carries a checkpoint from which a new builder emits the same blocks that this one
//! still will, given the file from the checkpoint's offset on.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    count::{ChunkResult, CountedRecord, Position},
    coverage::RecordKind,
    record::{RecordError, RecordProblem},
};
use crate::domain::{
    allele::Alignment,
    block::{BlockLimits, UNKNOWN_LENGTH},
    build::ContigRef,
};

mod checkpoint;
mod coverage;
mod draft;

pub use checkpoint::{Checkpoint, OpenContig};
use coverage::{Coverage, RecordPlace};
pub use draft::DraftBlock;
use draft::Row;

/// Puts alleles in order and cuts them into blocks.
///
/// Trimming moves alleles forward, left alignment moves them back by a window at most. So an allele is final once a
/// record stands behind it by more than the window; until then it waits. The last position of a contig always waits for the
/// contig's end, so that its last block is never empty.
#[derive(Debug)]
pub struct BlockBuilder {
    limits: BlockLimits,
    /// How far before its record an allele may stand.
    window: u32,
    /// Where the next record will stand, as far as the pushed chunks say.
    next: Position,
    records: u64,
    alleles: u64,
    shifted: u64,
    unshifted: u64,
    /// Contigs that others followed, with the last position of each.
    finished: BTreeMap<i16, u32>,
    contig: Option<Current>,
    /// Whether a record has shown that the file is a gVCF: from then on blocks say what lies between their alleles.
    is_gvcf: bool,
    /// The record that is being taken, or the next one.
    upcoming: RecordPlace,
    /// Alleles up to this position of this contig were emitted before the builder was restored.
    emitted: Option<OpenContig>,
}

/// The contig whose records are arriving.
#[derive(Debug)]
struct Current {
    contig: ContigRef,
    /// POS of the last record.
    position: u32,
    span_start: u32,
    /// No allele may stand before it.
    floor: u32,
    /// Final, in order.
    open: Vec<Row>,
    open_bytes: usize,
    /// Not final, by position; those of a position in the order of the file.
    waiting: BTreeMap<u32, Vec<Row>>,
    /// What lies between the alleles, where the file is a gVCF.
    coverage: Option<Coverage>,
}

impl BlockBuilder {
    /// For a file from its first record on, which stands at that offset and line.
    pub fn new(limits: BlockLimits, offset: u64, line: u64) -> Self {
        let next = Position { offset, line };
        BlockBuilder {
            limits,
            window: 0,
            next,
            records: 0,
            alleles: 0,
            shifted: 0,
            unshifted: 0,
            finished: BTreeMap::new(),
            contig: None,
            is_gvcf: false,
            upcoming: (next, 0),
            emitted: None,
        }
    }

    /// Goes on from a checkpoint: the next chunk must begin at [`Checkpoint::offset`], line [`Checkpoint::line`].
    pub fn restore(limits: BlockLimits, checkpoint: &Checkpoint) -> Self {
        BlockBuilder {
            records: checkpoint.records,
            alleles: checkpoint.alleles,
            shifted: checkpoint.shifted,
            unshifted: checkpoint.unshifted,
            finished: checkpoint.finished.iter().copied().collect(),
            is_gvcf: checkpoint.is_gvcf,
            emitted: checkpoint.open,
            ..BlockBuilder::new(limits, checkpoint.offset, checkpoint.line)
        }
    }

    /// The same for alleles that may stand by `window` before their records; the same for all builders of a file.
    #[must_use]
    pub fn with_window(self, window: u32) -> Self {
        BlockBuilder { window, ..self }
    }

    /// Records pushed so far, those before a checkpoint included.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Whether the records so far have shown that the file is a gVCF.
    pub fn is_gvcf(&self) -> bool {
        self.is_gvcf
    }

    /// Takes the next chunk and gives the blocks that it completes.
    ///
    /// # Errors
    /// A record is out of order.
    pub fn push(&mut self, chunk: ChunkResult) -> Result<Vec<DraftBlock>, RecordError> {
        let mut blocks = Vec::new();
        let chunk = Arc::new(chunk);
        for (index, record) in chunk.records.iter().enumerate() {
            self.upcoming = (record.place, self.records);
            self.enter(record, &chunk, &mut blocks)?;
            self.settle(Some(record.position), &mut blocks);
            blocks.extend(self.cut_coverage(record.position));
            self.take(&chunk, record);
            if let Some(coverage) = self.contig.as_mut().and_then(|current| current.coverage.as_mut()) {
                coverage.add(record.position, chunk.coverage(index), self.upcoming);
            }
            self.records += 1;
        }
        self.next = chunk.end;
        self.upcoming = (self.next, self.records);
        Ok(blocks)
    }

    /// The alleles that are final, though they fill no block: what a live import shows early.
    pub fn flush(&mut self) -> Option<DraftBlock> {
        let n = self.contig.as_ref()?.open.len();
        self.cut(n)
    }

    /// The file is complete.
    pub fn finish(&mut self) -> Vec<DraftBlock> {
        let mut blocks = Vec::new();
        let end = self.next;
        self.leave(end, &mut blocks);
        blocks
    }

    /// Where an import stands that has emitted all its blocks: to be stored with the end of the file.
    pub fn checkpoint(&self) -> Checkpoint {
        self.checkpoint_at(self.next, self.records)
    }

    /// Makes the record's contig the current one and checks its place.
    fn enter(
        &mut self,
        record: &CountedRecord,
        chunk: &ChunkResult,
        blocks: &mut Vec<DraftBlock>,
    ) -> Result<(), RecordError> {
        let error = |problem| RecordError {
            line: record.place.line,
            problem,
        };
        let ordinal = record.contig.ordinal;
        if record.contig.is_beyond(record.position) {
            let (position, length) = (record.position, record.contig.length.unwrap_or_default());
            return Err(error(RecordProblem::BeyondContig { position, length }));
        }
        if let Some(current) = self
            .contig
            .as_mut()
            .filter(|current| current.contig.ordinal == ordinal)
        {
            if record.position < current.position {
                let (position, previous) = (record.position, current.position);
                return Err(error(RecordProblem::Unsorted { position, previous }));
            }
            current.position = record.position;
            if record.kind == RecordKind::Gvcf && !self.is_gvcf {
                self.is_gvcf = true;
                current.coverage = Some(Coverage::new(chunk.genotypes.samples(), current.span_start));
            }
            return Ok(());
        }
        self.leave(record.place, blocks);
        // A contig may come back, as long as its positions go on: the specification asks that it "should" not.
        let through = self.finished.remove(&ordinal);
        if let Some(previous) = through.filter(|&through| record.position <= through) {
            return Err(error(RecordProblem::Unsorted {
                position: record.position,
                previous,
            }));
        }
        let emitted = self.emitted.filter(|emitted| emitted.contig == ordinal);
        let floor = match emitted {
            Some(emitted) => emitted.floor,
            None => through.map_or(0, |through| through + 1),
        };
        let through = emitted.map(|emitted| emitted.emitted_through).or(through);
        let span_start = through.map_or(1, |through| through + 1);
        self.is_gvcf |= record.kind == RecordKind::Gvcf;
        let coverage = || Coverage::new(chunk.genotypes.samples(), span_start);
        self.contig = Some(Current {
            coverage: self.is_gvcf.then(coverage),
            contig: record.contig,
            position: record.position,
            span_start,
            floor,
            open: Vec::new(),
            open_bytes: 0,
            waiting: BTreeMap::new(),
        });
        Ok(())
    }

    /// Adds the record's alleles to those that wait.
    fn take(&mut self, chunk: &Arc<ChunkResult>, record: &CountedRecord) {
        let Some(current) = &mut self.contig else { return };
        let emitted = self
            .emitted
            .filter(|emitted| emitted.contig == current.contig.ordinal);
        for allele in record.alleles.clone() {
            let mut row = Row::new(chunk, allele, self.records);
            if row.position() < current.floor {
                row.move_back();
            }
            if emitted.is_none_or(|emitted| row.position() > emitted.emitted_through) {
                current.waiting.entry(row.position()).or_default().push(row);
            }
        }
    }

    /// Moves what is final from the waiting to the open alleles, all before `position` but the last position at hand, and
    /// cuts off the blocks that this fills. Without a position, the contig is complete and all are final.
    fn settle(&mut self, position: Option<u32>, blocks: &mut Vec<DraftBlock>) {
        let Some(current) = &mut self.contig else { return };
        let last = current.waiting.last_key_value().map_or(0, |(&last, _)| last);
        let window = self.window;
        let is_final =
            |at: u32| position.is_none_or(|position| at < position.saturating_sub(window).min(last));
        while let Some(rows) = current.waiting.first_entry().filter(|rows| is_final(*rows.key())) {
            let mut rows = rows.remove();
            // A stable sort: a file's duplicates keep their order.
            rows.sort_by(|a, b| a.order().cmp(&b.order()));
            for mut row in rows {
                let twin = current.open.last().filter(|last| last.order() == row.order());
                row.ordinal = twin.map_or(0, |twin| twin.ordinal.saturating_add(1));
                current.open_bytes += row.plane_bytes();
                current.open.push(row);
            }
        }
        while let Some(n) = self
            .contig
            .as_ref()
            .and_then(|current| current.full(&self.limits))
        {
            blocks.extend(self.cut(n));
        }
    }

    /// Emits the first `n` open alleles, which others of the contig follow.
    fn cut(&mut self, n: usize) -> Option<DraftBlock> {
        let last = self.contig.as_ref()?.open[..n].last()?.position();
        self.cut_at(n, last)
    }

    /// Emits what is final before a record at `position` once its coverage fills a block.
    fn cut_coverage(&mut self, position: u32) -> Option<DraftBlock> {
        let current = self.contig.as_ref()?;
        let is_full = current.coverage.as_ref()?.bytes() > self.limits.plane_bytes;
        let first_waiting = current.waiting.first_key_value().map(|(&first, _)| first);
        let position = position.saturating_sub(self.window);
        // Where alleles are open, the last of them is surely behind nothing that still comes.
        let last = match current.open.last() {
            Some(last) => last.position(),
            None => first_waiting
                .map_or(position, |first| first.min(position))
                .saturating_sub(1),
        };
        (is_full && last >= current.span_start).then_some(())?;
        self.cut_at(current.open.len(), last)
    }

    /// Emits the first `n` open alleles, in a block that speaks for everything up to `last`.
    fn cut_at(&mut self, n: usize, last: u32) -> Option<DraftBlock> {
        let current = self.contig.as_mut()?;
        let (mut block, contig, floor) = (current.emit(n, last)?, current.contig.ordinal, current.floor);
        let rest = current.open.iter().chain(current.waiting.values().flatten());
        let rest = rest.map(|row| (row.place(), row.record_number));
        let covering = current.coverage.as_ref().and_then(Coverage::needs);
        let next = rest.chain(covering).min_by_key(|(place, _)| place.offset);
        let (place, records) = next.unwrap_or(self.upcoming);
        self.tally(&block);
        block.checkpoint = self.checkpoint_at(place, records);
        block.checkpoint.open = Some(OpenContig {
            contig,
            emitted_through: block.span_end,
            floor,
        });
        Some(block)
    }

    /// Ends the current contig; `place` is that of the next record, or the end of the file.
    fn leave(&mut self, place: Position, blocks: &mut Vec<DraftBlock>) {
        self.settle(None, blocks);
        let Some(mut current) = self.contig.take() else {
            return;
        };
        let last = current.open.last().map_or(0, Row::position).max(current.position);
        self.finished.insert(current.contig.ordinal, last);
        self.emitted = None;
        let end = current.contig.length.unwrap_or(UNKNOWN_LENGTH).max(last);
        let covered = current.coverage.as_ref().map_or(0, Coverage::reach);
        if let Some(mut block) = current.emit(current.open.len(), end.max(covered)) {
            self.tally(&block);
            block.checkpoint = self.checkpoint_at(place, self.records);
            blocks.push(block);
        }
    }

    /// Adds up what blocks hold.
    fn tally(&mut self, block: &DraftBlock) {
        self.alleles += block.len() as u64;
        for row in &block.rows {
            match row.alignment() {
                Alignment::Trimmed => {}
                Alignment::Shifted => self.shifted += 1,
                Alignment::TooFar | Alignment::OtherReference => self.unshifted += 1,
            }
        }
    }

    fn checkpoint_at(&self, place: Position, records: u64) -> Checkpoint {
        Checkpoint {
            offset: place.offset,
            line: place.line,
            records,
            alleles: self.alleles,
            shifted: self.shifted,
            unshifted: self.unshifted,
            finished: self
                .finished
                .iter()
                .map(|(&contig, &last)| (contig, last))
                .collect(),
            open: None,
            is_gvcf: self.is_gvcf,
        }
    }
}

impl Current {
    /// The number of open alleles that make a full block and that a later position follows, if so many are there.
    fn full(&self, limits: &BlockLimits) -> Option<usize> {
        if self.open.len() <= limits.alleles && self.open_bytes <= limits.plane_bytes {
            return None;
        }
        let mut bytes = 0;
        let mut pairs = (1..).zip(self.open.windows(2));
        pairs.find_map(|(n, pair)| {
            bytes += pair[0].plane_bytes();
            let is_full = n >= limits.alleles || bytes >= limits.plane_bytes;
            (is_full && pair[0].position() < pair[1].position()).then_some(n)
        })
    }

    /// A draft of the first `n` open alleles and of the coverage up to `last`, whose checkpoint is still to be set. None
    /// where there is neither.
    fn emit(&mut self, n: usize, last: u32) -> Option<DraftBlock> {
        let runs = self.coverage.as_mut().map(|coverage| coverage.take_through(last));
        let covered = runs
            .as_deref()
            .and_then(|runs| Some((runs.first()?.start, runs.last()?.end)));
        let rows: Vec<Row> = self.open.drain(..n).collect();
        self.open_bytes -= rows.iter().map(Row::plane_bytes).sum::<usize>();
        let alleles = rows.first().zip(rows.last());
        let (first_position, last_position) = alleles
            .map(|(first, last)| (first.position(), last.position()))
            .or(covered)?;
        let span_start = self.span_start.min(first_position);
        self.span_start = last.saturating_add(1);
        Some(DraftBlock {
            contig: self.contig.ordinal,
            first_position,
            last_position,
            span_start,
            span_end: last,
            checkpoint: Checkpoint::default(),
            rows,
            samples: self.coverage.as_ref().map_or(0, Coverage::samples),
            coverage: runs,
        })
    }
}

#[cfg(test)]
mod tests;
