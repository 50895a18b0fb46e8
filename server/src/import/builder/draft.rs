//! A block of which it is settled what it holds, but whose columns are not laid out yet.
//!
//! Invariant: laying it out needs nothing but the draft, so that any thread may do it.

use std::sync::Arc;

use super::{
    super::count::{ChunkResult, CountedAllele, CountedRecord, Position},
    Checkpoint,
    coverage::{self, Run},
};
use crate::domain::{
    allele::{Alignment, Allele},
    block::Block,
    columns::{
        CountColumns, DepthSums, FrequencyColumns, GenotypeColumns, HighQualityColumns, Original,
        QualityColumns, SiteColumns, SiteRow,
    },
    planes::Counts,
    stated::Stated,
};

/// A block to be laid out by [`DraftBlock::assemble`].
#[derive(Clone, Debug)]
pub struct DraftBlock {
    pub(super) contig: i16,
    pub(super) first_position: u32,
    pub(super) last_position: u32,
    pub(super) span_start: u32,
    pub(super) span_end: u32,
    pub(super) checkpoint: Checkpoint,
    pub(super) rows: Vec<Row>,
    /// Samples of a gVCF.
    pub(super) samples: usize,
    /// What a gVCF says between its alleles.
    pub(super) coverage: Option<Vec<Run>>,
}

/// An allele of a counted chunk.
#[derive(Clone, Debug)]
pub(super) struct Row {
    chunk: Arc<ChunkResult>,
    allele: u32,
    /// Stands for the counted allele, which may not be where left alignment put it.
    moved_back: Option<Box<Allele>>,
    pub(super) ordinal: u16,
    /// Records of the file before that of the allele.
    pub(super) record_number: u64,
}

impl Row {
    pub(super) fn new(chunk: &Arc<ChunkResult>, allele: u32, record_number: u64) -> Self {
        Row {
            chunk: chunk.clone(),
            allele,
            moved_back: None,
            ordinal: 0,
            record_number,
        }
    }

    pub(super) fn position(&self) -> u32 {
        self.allele().position
    }

    /// Everything that orders alleles but the ordinal.
    pub(super) fn order(&self) -> impl Ord {
        let allele = self.allele();
        (
            allele.position,
            &*allele.reference_bases,
            &*allele.alternate_bases,
            allele.end,
            allele.length,
            allele.mate.as_deref(),
        )
    }

    /// What left alignment did.
    pub(super) fn alignment(&self) -> Alignment {
        match self.moved_back {
            Some(_) => Alignment::TooFar,
            None => self.counted().alignment,
        }
    }

    /// Puts an allele that was left-aligned back to where trimming leaves it.
    pub(super) fn move_back(&mut self) {
        let origin = self.counted().origin.as_ref();
        self.moved_back = origin.map(|origin| Box::new(origin.trimmed()));
    }

    /// Where the allele's record stands.
    pub(super) fn place(&self) -> Position {
        self.record().place
    }

    pub(super) fn plane_bytes(&self) -> usize {
        let row = self.chunk.genotypes.row(self.allele as usize);
        let planes = 2 + usize::from(row.p2.is_some()) + usize::from(row.hq.is_some());
        planes * size_of_val(row.p0)
    }

    fn counted(&self) -> &CountedAllele {
        &self.chunk.alleles[self.allele as usize]
    }

    fn allele(&self) -> &Allele {
        self.moved_back.as_deref().unwrap_or(&self.counted().allele)
    }

    fn record(&self) -> &CountedRecord {
        &self.chunk.records[self.counted().record as usize]
    }

    fn site(&self) -> SiteRow<'_> {
        let (counted, allele, record) = (self.counted(), self.allele(), self.record());
        let original = counted.origin.as_ref().map(|origin| Original {
            pos: origin.position,
            reference: &origin.reference_bases,
            alternate: &origin.alternate_bases,
        });
        SiteRow {
            pos: allele.position,
            end: allele.end,
            reference: &allele.reference_bases,
            alternate: &allele.alternate_bases,
            id: record.id.as_deref(),
            qual: record.qual,
            filter: &record.filter,
            kind: allele.kind,
            svlen: allele.length,
            mate: allele.mate.as_deref(),
            ordinal: self.ordinal,
            record_offset: record.place.offset,
            record_allele: counted.index,
            alignment: self.alignment(),
            original,
        }
    }

    fn figures(&self) -> Figures<'_> {
        let (chunk, record) = (&*self.chunk, self.record());
        let groups = |index: u32| index as usize * chunk.groups..(index as usize + 1) * chunk.groups;
        Figures {
            raw: chunk.raw.get(groups(self.allele)).unwrap_or_default(),
            high_quality: chunk.high_quality.get(groups(self.allele)),
            hq_known: record.hq_known,
            depths: record.depths.map(|record| &chunk.depths[groups(record)]),
            stated: chunk.stated.get(groups(self.allele)),
        }
    }
}

/// What was counted for an allele, by group.
struct Figures<'a> {
    raw: &'a [Counts],
    high_quality: Option<&'a [Counts]>,
    hq_known: bool,
    depths: Option<&'a [DepthSums]>,
    /// What INFO states, of a file that states its counts.
    stated: Option<&'a [Stated]>,
}

impl DraftBlock {
    /// Number of alleles.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none: a gVCF may say something of a stretch without alleles.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// From where an import goes on once this block is stored.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Lays out the columns.
    pub fn assemble(&self) -> Block {
        let first = self.rows.first();
        let groups = first.map_or(0, |row| row.chunk.groups);
        let mut genotypes = GenotypeColumns::new(first.map_or(0, |row| row.chunk.genotypes.samples()));
        for row in &self.rows {
            genotypes.push(&row.chunk.genotypes.row(row.allele as usize));
        }
        let figures: Vec<_> = self.rows.iter().map(Row::figures).collect();
        Block {
            contig: self.contig,
            first_position: self.first_position,
            last_position: self.last_position,
            span_start: self.span_start,
            span_end: self.span_end,
            sites: SiteColumns::from_rows(self.rows.iter().map(Row::site)),
            frequencies: (0..groups).map(|group| frequencies(&figures, group)).collect(),
            genotypes,
            coverage: self
                .coverage
                .as_ref()
                .map(|runs| coverage::columns(self.samples, runs)),
        }
    }
}

fn frequencies(rows: &[Figures<'_>], group: usize) -> FrequencyColumns {
    let stated: Option<Vec<Stated>> = rows.iter().map(|row| Some(row.stated?[group])).collect();
    if let Some(stated) = stated.filter(|stated| !stated.is_empty()) {
        return FrequencyColumns::from_stated(stated.into_iter());
    }
    let has_hq = rows.iter().any(|row| row.hq_known);
    let hq = has_hq.then(|| HighQualityColumns {
        counts: CountColumns::from_rows(rows.iter().map(|row| {
            row.high_quality
                .map_or_else(Counts::default, |counts| counts[group])
        })),
        known: rows.iter().map(|row| row.hq_known).collect(),
    });
    let has_depths = rows.iter().any(|row| row.depths.is_some());
    let depths = has_depths.then(|| {
        let of_group = |row: &Figures<'_>| row.depths.map_or_else(DepthSums::default, |sums| sums[group]);
        rows.iter().map(of_group).collect::<Vec<_>>()
    });
    FrequencyColumns {
        raw: CountColumns::from_rows(rows.iter().map(|row| row.raw[group])),
        hq,
        quality: depths.map_or_else(QualityColumns::default, |sums| {
            QualityColumns::from_rows(sums.iter().copied())
        }),
        af_given: None,
    }
}
