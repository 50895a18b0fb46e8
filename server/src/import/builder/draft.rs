//! A block of which it is settled what it holds, but whose columns are not laid out yet.
//!
//! Invariant: laying it out needs nothing but the draft, so that any thread may do it.

use std::sync::Arc;

use super::{
    super::count::{ChunkResult, CountedAllele, CountedRecord, Position},
    Checkpoint,
};
use crate::domain::{
    block::Block,
    columns::{
        CountColumns, DepthSums, FrequencyColumns, GenotypeColumns, HighQualityColumns, QualityColumns,
        SiteColumns, SiteRow,
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
}

/// An allele of a counted chunk.
#[derive(Clone, Debug)]
pub(super) struct Row {
    chunk: Arc<ChunkResult>,
    allele: u32,
    pub(super) ordinal: u16,
    /// Records of the file before that of the allele.
    pub(super) record_number: u64,
}

impl Row {
    pub(super) fn new(chunk: &Arc<ChunkResult>, allele: u32, record_number: u64) -> Self {
        Row {
            chunk: chunk.clone(),
            allele,
            ordinal: 0,
            record_number,
        }
    }

    pub(super) fn position(&self) -> u32 {
        self.counted().allele.position
    }

    /// Everything that orders alleles but the ordinal.
    pub(super) fn order(&self) -> (u32, &str, &str, u32) {
        let allele = &self.counted().allele;
        (
            allele.position,
            &allele.reference_bases,
            &allele.alternate_bases,
            allele.end,
        )
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

    fn record(&self) -> &CountedRecord {
        &self.chunk.records[self.counted().record as usize]
    }

    fn site(&self) -> SiteRow<'_> {
        let (counted, record) = (self.counted(), self.record());
        SiteRow {
            pos: counted.allele.position,
            end: counted.allele.end,
            reference: &counted.allele.reference_bases,
            alternate: &counted.allele.alternate_bases,
            id: record.id.as_deref(),
            qual: record.qual,
            filter: &record.filter,
            kind: counted.allele.kind,
            ordinal: self.ordinal,
            record_offset: record.place.offset,
            record_allele: counted.index,
        }
    }

    fn raw(&self, group: usize) -> Counts {
        self.chunk.raw[self.allele as usize * self.chunk.groups + group]
    }

    fn high_quality(&self, group: usize) -> Counts {
        let at = self.allele as usize * self.chunk.groups + group;
        self.chunk.high_quality.get(at).copied().unwrap_or_default()
    }

    fn stated(&self, group: usize) -> Stated {
        self.chunk.stated[self.allele as usize * self.chunk.groups + group]
    }

    fn depths(&self, group: usize) -> DepthSums {
        let record = self.record().depths;
        record.map_or_else(DepthSums::default, |record| {
            self.chunk.depths[record as usize * self.chunk.groups + group]
        })
    }
}

impl DraftBlock {
    /// Number of alleles.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none, which a builder does not emit.
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
        Block {
            contig: self.contig,
            first_position: self.first_position,
            last_position: self.last_position,
            span_start: self.span_start,
            span_end: self.span_end,
            sites: SiteColumns::from_rows(self.rows.iter().map(Row::site)),
            frequencies: (0..groups).map(|group| self.frequencies(group)).collect(),
            genotypes,
        }
    }

    fn frequencies(&self, group: usize) -> FrequencyColumns {
        let rows = || self.rows.iter();
        if self.rows.first().is_some_and(|row| !row.chunk.stated.is_empty()) {
            return FrequencyColumns::from_stated(rows().map(|row| row.stated(group)));
        }
        let hq = rows()
            .any(|row| row.record().hq_known)
            .then(|| HighQualityColumns {
                counts: CountColumns::from_rows(rows().map(|row| row.high_quality(group))),
                known: rows().map(|row| row.record().hq_known).collect(),
            });
        let has_depths = rows().any(|row| row.record().depths.is_some());
        FrequencyColumns {
            raw: CountColumns::from_rows(rows().map(|row| row.raw(group))),
            hq,
            quality: if has_depths {
                QualityColumns::from_rows(rows().map(|row| row.depths(group)))
            } else {
                QualityColumns::default()
            },
            af_given: None,
        }
    }
}
