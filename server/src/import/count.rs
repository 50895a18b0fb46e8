//! Counting one chunk of records: a pure function, so that chunks can be counted side by side.
//!
//! Invariant: the result depends on the chunk, the header, the groups and the contigs alone.

use std::ops::Range;

use super::{
    genotypes::{Format, Genotypes, Place},
    header::Header,
    lines::ChunkInput,
    record::{Fixed, RecordError, RecordProblem},
};
use crate::domain::{
    allele::Allele,
    build::{ContigIndex, ContigRef},
    columns::{DepthSums, GenotypeColumns},
    groups::GroupMasks,
    info_groups::Doubt,
    planes::Counts,
    stated::Stated,
};

/// What was counted in a chunk.
#[derive(Clone, Debug)]
pub struct ChunkResult {
    /// Number of groups.
    pub(super) groups: usize,
    pub(super) records: Vec<CountedRecord>,
    pub(super) alleles: Vec<CountedAllele>,
    /// Counts by allele, then group.
    pub(super) raw: Vec<Counts>,
    /// The same of high-quality calls; empty where no record has the fields.
    pub(super) high_quality: Vec<Counts>,
    /// Sums by record with such fields, then group.
    pub(super) depths: Vec<DepthSums>,
    pub(super) genotypes: GenotypeColumns,
    /// What INFO states, by allele, then group; empty where genotypes are counted.
    pub(super) stated: Vec<Stated>,
    /// Values of INFO that cannot be what they say, by line.
    pub(super) doubts: Vec<(u64, Doubt)>,
    /// Where the next chunk begins.
    pub(super) end: Position,
}

/// A place in the file: before the record of that offset and line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) offset: u64,
    pub(super) line: u64,
}

/// A record.
#[derive(Clone, Debug)]
pub(super) struct CountedRecord {
    pub(super) place: Position,
    pub(super) contig: ContigRef,
    pub(super) position: u32,
    pub(super) id: Option<Box<str>>,
    pub(super) qual: f32,
    pub(super) filter: Box<str>,
    /// Its alleles.
    pub(super) alleles: Range<u32>,
    /// Its place among the records with depth or quality.
    pub(super) depths: Option<u32>,
    pub(super) hq_known: bool,
}

/// One alternate allele of a record.
#[derive(Clone, Debug)]
pub(super) struct CountedAllele {
    pub(super) allele: Allele,
    /// Its record.
    pub(super) record: u32,
    /// Index among the record's alternates, 1 for the first.
    pub(super) index: u16,
}

impl ChunkResult {
    /// Number of records.
    pub fn records(&self) -> usize {
        self.records.len()
    }

    /// Number of alternate alleles.
    pub fn alleles(&self) -> usize {
        self.alleles.len()
    }
}

/// Counts all records of a chunk in all groups.
///
/// # Errors
/// The first record that cannot be read. For [`RecordProblem::UnknownContig`] the contig can be registered and the
/// chunk counted again.
pub fn count_chunk(
    header: &Header,
    groups: &GroupMasks,
    contigs: &ContigIndex,
    chunk: &ChunkInput,
) -> Result<ChunkResult, RecordError> {
    let mut counter = Counter::new(header, groups, contigs);
    let mut place = Position {
        offset: chunk.offset,
        line: chunk.first_line,
    };
    let text = &chunk.text[..];
    let mut start = 0;
    while start < text.len() {
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |end| start + end);
        let line = &text[start..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.is_empty() {
            counter.add(line, place).map_err(|problem| RecordError {
                line: place.line,
                problem,
            })?;
        }
        start = end + 1;
        place = Position {
            offset: chunk.offset + start as u64,
            line: place.line + 1,
        };
    }
    place.offset = chunk.offset + text.len() as u64;
    counter.result.end = place;
    Ok(counter.result)
}

struct Counter<'a> {
    columns: usize,
    groups: &'a GroupMasks,
    contigs: &'a ContigIndex,
    /// The contig of the record before.
    contig: Option<(String, ContigRef)>,
    format: Format,
    genotypes: Genotypes,
    active: Vec<u32>,
    result: ChunkResult,
}

impl<'a> Counter<'a> {
    fn new(header: &Header, groups: &'a GroupMasks, contigs: &'a ContigIndex) -> Self {
        let samples = header.samples.len();
        let result = ChunkResult {
            groups: groups.len(),
            records: Vec::new(),
            alleles: Vec::new(),
            raw: Vec::new(),
            high_quality: Vec::new(),
            depths: Vec::new(),
            genotypes: GenotypeColumns::new(samples),
            stated: Vec::new(),
            doubts: Vec::new(),
            end: Position { offset: 0, line: 0 },
        };
        Counter {
            columns: if samples == 0 { 8 } else { 9 + samples },
            groups,
            contigs,
            contig: None,
            format: Format::default(),
            genotypes: Genotypes::default(),
            active: Vec::new(),
            result,
        }
    }

    fn add(&mut self, line: &[u8], place: Position) -> Result<(), RecordProblem> {
        if line.starts_with(b"#") {
            return Err(RecordProblem::HeaderLine);
        }
        let fixed = Fixed::parse(line, self.columns)?;
        let contig = self.contig(fixed.chrom)?;
        let alternates = fixed
            .alternates
            .map_or(0, |alternates| alternates.split(',').count());
        let alternates = u16::try_from(alternates)
            .ok()
            .filter(|&alternates| alternates < u16::MAX);
        let alternates = alternates.ok_or(RecordProblem::TooManyAlleles)?;
        self.read_genotypes(&fixed, contig, alternates)?;
        let depths = self.genotypes.depths().map(|depths| {
            let row = self.result.depths.len() / depths.len().max(1);
            self.result.depths.extend_from_slice(depths);
            row as u32
        });
        if let Some(reader) = self.groups.stated() {
            let mut doubts = Vec::new();
            reader.read(
                fixed.info,
                alternates.into(),
                &mut self.result.stated,
                &mut doubts,
            );
            let doubts = doubts.into_iter().map(|doubt| (place.line, doubt));
            self.result.doubts.extend(doubts);
        }
        let first = self.result.alleles.len() as u32;
        let mut hq_known = false;
        for (i, alternate) in fixed
            .alternates
            .into_iter()
            .flat_map(|alternates| alternates.split(','))
            .enumerate()
        {
            let extent = if alternate.starts_with('<') {
                fixed.extent(i, alternates.into())
            } else {
                Default::default()
            };
            let allele = Allele::new(fixed.pos, fixed.reference, alternate, extent);
            hq_known |= self.count(i, contig, allele.position);
            let record = self.result.records.len() as u32;
            self.result.alleles.push(CountedAllele {
                allele,
                record,
                index: i as u16 + 1,
            });
        }
        self.result.records.push(CountedRecord {
            place,
            contig,
            position: fixed.pos,
            id: fixed.id.map(Into::into),
            qual: fixed.qual,
            filter: fixed.filter.into(),
            alleles: first..self.result.alleles.len() as u32,
            depths,
            hq_known,
        });
        Ok(())
    }

    fn contig(&mut self, name: &str) -> Result<ContigRef, RecordProblem> {
        match &self.contig {
            Some((known, contig)) if known == name => Ok(*contig),
            _ => {
                let unknown = || RecordProblem::UnknownContig(name.to_owned());
                let contig = self.contigs.get(name).ok_or_else(unknown)?;
                self.contig = Some((name.to_owned(), contig));
                Ok(contig)
            }
        }
    }

    fn read_genotypes(
        &mut self,
        fixed: &Fixed<'_>,
        contig: ContigRef,
        alternates: u16,
    ) -> Result<(), RecordProblem> {
        let place = Place {
            build: self.contigs.build(),
            contig: contig.ordinal,
            position: fixed.pos,
        };
        let samples = self.groups.samples();
        let format = fixed.rest.map(|rest| {
            memchr::memchr(b'\t', rest).map_or((rest, None), |end| (&rest[..end], Some(&rest[end + 1..])))
        });
        match format {
            Some((format, Some(columns))) if samples > 0 => {
                self.format.update(format);
                self.genotypes
                    .read(columns, &self.format, alternates, self.groups, place)
            }
            // A file without samples may still have the FORMAT column.
            None | Some((_, None)) if samples == 0 => {
                self.genotypes.clear(0, alternates);
                Ok(())
            }
            _ => {
                let of_samples = |columns| 1 + memchr::memchr_iter(b'\t', columns).count();
                let found = format.map_or(8, |(_, columns)| 9 + columns.map_or(0, of_samples));
                Err(RecordProblem::Columns {
                    found,
                    expected: self.columns,
                })
            }
        }
    }

    /// Counts an alternate allele, 0 for the first; true where the record has the fields for high quality.
    fn count(&mut self, alternate: usize, contig: ContigRef, position: u32) -> bool {
        let row = self.genotypes.row(alternate);
        let result = &mut self.result;
        if self.groups.stated().is_none() {
            self.groups.count(&row, &mut self.active, &mut result.raw);
        }
        if row.hq.is_some() {
            let haploid_males = self.contigs.build().haploid_in_males(contig.ordinal, position);
            // Alleles before the first with such fields have none.
            result
                .high_quality
                .resize(result.raw.len() - result.groups, Counts::default());
            self.groups
                .count_high_quality(&row, haploid_males, &mut result.high_quality);
        } else if !result.high_quality.is_empty() {
            result.high_quality.resize(result.raw.len(), Counts::default());
        }
        result.genotypes.push(&row);
        row.hq.is_some()
    }
}
