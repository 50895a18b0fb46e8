//! Counting one chunk of records: a pure function, so that chunks can be counted side by side.
//!
//! Invariant: the result depends on the chunk, the header, the groups and the contigs alone.

use std::ops::Range;

use super::{
    align::{Aligner, Origin},
    cells::Cells,
    coverage::{Fields, RecordKind, SampleCall},
    genotypes::{Format, Genotypes, Place},
    header::Header,
    lines::{ChunkInput, lines},
    record::{Fixed, RecordError, RecordProblem},
};
use crate::domain::{
    allele::{Alignment, Allele, is_catch_all},
    build::{ContigIndex, ContigRef},
    columns::{DepthSums, GenotypeColumns},
    groups::GroupMasks,
    info_groups::Doubt,
    planes::Counts,
    reference::Reference,
    stated::Stated,
};

/// Genotypes and counts of a chunk after which the rest of it is left for another: where alternates are many, a short
/// text has many of them.
pub const COUNTED_BYTES: usize = 32 << 20;

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
    /// What the records of a gVCF say of each sample, record by record; empty where it is none, as far as it is known.
    pub(super) coverage: Vec<SampleCall>,
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
    pub(super) kind: RecordKind,
}

/// One alternate allele of a record.
#[derive(Clone, Debug)]
pub(super) struct CountedAllele {
    pub(super) allele: Allele,
    /// Its record.
    pub(super) record: u32,
    /// Index among the record's alternates, 1 for the first.
    pub(super) index: u16,
    /// What left alignment did.
    pub(super) alignment: Alignment,
    /// How the record states it, where that is different.
    pub(super) origin: Option<Box<Origin>>,
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

    /// What a record of a gVCF says of each sample.
    pub(super) fn coverage(&self, record: usize) -> &[SampleCall] {
        let samples = self.genotypes.samples();
        self.coverage
            .get(record * samples..(record + 1) * samples)
            .unwrap_or_default()
    }

    /// What of the chunk was not counted because [`COUNTED_BYTES`] were reached; none where all was.
    pub fn rest_of(&self, chunk: &ChunkInput) -> Option<ChunkInput> {
        let done = (self.end.offset - chunk.offset) as usize;
        (done < chunk.text.len()).then(|| ChunkInput {
            first_line: self.end.line,
            offset: self.end.offset,
            text: chunk.text.slice(done..),
        })
    }

    fn bytes(&self) -> usize {
        let counts = self.raw.len() + self.high_quality.len();
        self.genotypes.plane_bytes()
            + counts * size_of::<Counts>()
            + self.depths.len() * size_of::<DepthSums>()
            + self.stated.len() * size_of::<Stated>()
            + self.coverage.len() * size_of::<SampleCall>()
    }
}

/// What the records of a file are counted with.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    /// The header.
    pub header: &'a Header,
    /// The groups.
    pub groups: &'a GroupMasks,
    /// The contigs that are known so far.
    pub contigs: &'a ContigIndex,
    /// By which alleles are left-aligned; without one they are trimmed only.
    pub reference: Option<&'a Reference>,
    /// Whether a record before has shown that the file is a gVCF.
    pub is_gvcf: bool,
}

impl Basis<'_> {
    /// Counts the records of a chunk in all groups: all of them, unless their genotypes and counts come to more than
    /// [`COUNTED_BYTES`]; [`ChunkResult::rest_of`] tells. Of a gVCF, also one that only the chunk shows to be one, it is noted
    /// too what each record says beside its alleles.
    ///
    /// # Errors
    /// The first record that cannot be read. For [`RecordProblem::UnknownContig`] the contig can be registered and the
    /// chunk counted again.
    pub fn count(self, chunk: &ChunkInput) -> Result<ChunkResult, RecordError> {
        let mut counter = Counter::new(self, chunk);
        lines(&chunk.text).for_each(|line| counter.take(line, None));
        counter.finish(chunk)
    }
}

/// Counts the records of a chunk as they come.
pub(super) struct Counter<'a> {
    basis: Basis<'a>,
    columns: usize,
    groups: &'a GroupMasks,
    contigs: &'a ContigIndex,
    aligner: Aligner<'a>,
    /// The contig of the record before.
    contig: Option<(String, ContigRef)>,
    format: Format,
    /// Reads what a gVCF says beside its alleles; none where the file is not known to be one.
    fields: Option<Fields>,
    genotypes: Genotypes,
    active: Vec<u32>,
    result: ChunkResult,
    /// The first record that cannot be read; none is counted behind it.
    error: Option<RecordError>,
    /// Whether what follows is left for another.
    is_full: bool,
}

impl<'a> Counter<'a> {
    /// Before the first line of a chunk.
    pub(super) fn new(basis: Basis<'a>, chunk: &ChunkInput) -> Self {
        let Basis {
            header,
            groups,
            contigs,
            reference,
            is_gvcf,
        } = basis;
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
            coverage: Vec::new(),
            end: Position {
                offset: chunk.offset,
                line: chunk.first_line,
            },
        };
        Counter {
            basis,
            columns: if samples == 0 { 8 } else { 9 + samples },
            groups,
            contigs,
            aligner: Aligner::new(reference),
            contig: None,
            format: Format::default(),
            fields: is_gvcf.then(Fields::default),
            genotypes: Genotypes::default(),
            active: Vec::new(),
            result,
            error: None,
            is_full: false,
        }
    }

    /// Takes the next line with its end; `cells` are its samples, where they were read before.
    pub(super) fn take(&mut self, line: &[u8], cells: Option<&Cells>) {
        self.is_full |= self.result.bytes() >= COUNTED_BYTES;
        if self.is_full {
            return;
        }
        let place = self.result.end;
        self.result.end = Position {
            offset: place.offset + line.len() as u64,
            line: place.line + 1,
        };
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.is_empty() && self.error.is_none() {
            let added = self.add(line, cells, place);
            self.error = added.err().map(|problem| RecordError {
                line: place.line,
                problem,
            });
        }
    }

    /// What was counted in the chunk, of which every line was taken.
    pub(super) fn finish(self, chunk: &ChunkInput) -> Result<ChunkResult, RecordError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let is_gvcf = |record: &CountedRecord| record.kind == RecordKind::Gvcf;
        let basis = self.basis;
        if !basis.is_gvcf && basis.groups.samples() > 0 && self.result.records.iter().any(is_gvcf) {
            return Basis {
                is_gvcf: true,
                ..basis
            }
            .count(chunk);
        }
        Ok(self.result)
    }

    fn add(&mut self, line: &[u8], cells: Option<&Cells>, place: Position) -> Result<(), RecordProblem> {
        if line.starts_with(b"#") {
            return Err(RecordProblem::HeaderLine);
        }
        let fixed = Fixed::parse(line, self.columns)?;
        let contig = self.contig(&fixed.chrom)?;
        let alternates = fixed
            .alternates
            .as_deref()
            .map_or(0, |alternates| alternates.split(',').count());
        let alternates = u16::try_from(alternates)
            .ok()
            .filter(|&alternates| alternates < u16::MAX);
        let alternates = alternates.ok_or(RecordProblem::TooManyAlleles)?;
        let site = Place {
            build: self.contigs.build(),
            contig: contig.ordinal,
            position: fixed.pos,
        };
        self.read_genotypes(&fixed, cells, site, alternates)?;
        if let Some(fields) = &mut self.fields {
            fields.read(&fixed, alternates, self.groups, site, &mut self.result.coverage);
        }
        let depths = self.genotypes.depths().map(|depths| {
            let row = self.result.depths.len() / depths.len().max(1);
            self.result.depths.extend_from_slice(depths);
            row as u32
        });
        if let Some(reader) = self.groups.stated() {
            let mut doubts = Vec::new();
            let before = self.result.stated.len();
            reader.read(
                &fixed.info,
                alternates.into(),
                &mut self.result.stated,
                &mut doubts,
            );
            let doubts = doubts.into_iter().map(|doubt| (place.line, doubt));
            self.result.doubts.extend(doubts);
            // An alternate that is not listed has no counts either.
            let alternates = fixed.alternates.as_deref().unwrap_or_default();
            if alternates.split(',').any(is_catch_all) {
                let rows = self.result.stated.split_off(before);
                let listed = alternates.split(',').zip(rows.chunks(self.result.groups.max(1)));
                let listed = listed.filter(|(alternate, _)| !is_catch_all(alternate));
                self.result.stated.extend(listed.flat_map(|(_, rows)| rows));
            }
        }
        let first = self.result.alleles.len() as u32;
        let mut hq_known = false;
        for (i, alternate) in fixed
            .alternates
            .iter()
            .flat_map(|alternates| alternates.split(','))
            .enumerate()
            .filter(|(_, alternate)| !is_catch_all(alternate))
        {
            let extent = if alternate.starts_with('<') {
                fixed.extent(i, alternates.into())
            } else {
                Default::default()
            };
            let build = self.contigs.build();
            let allele = Allele::new(fixed.pos, fixed.reference, alternate, extent)
                .with_mate_contig(|name| build.contig(name).map(|contig| contig.name));
            let (allele, alignment) = self.aligner.align(contig.ordinal, &fixed, allele)?;
            hq_known |= self.count(i, contig, allele.position);
            let record = self.result.records.len() as u32;
            self.result.alleles.push(CountedAllele {
                origin: Origin::of(&fixed, alternate, &allele),
                allele,
                record,
                index: i as u16 + 1,
                alignment,
            });
        }
        let kind = RecordKind::of(&fixed);
        self.result.records.push(CountedRecord {
            place,
            contig,
            position: fixed.pos,
            id: fixed.id.map(|id| id.into_owned().into()),
            qual: fixed.qual,
            filter: fixed.filter.into_owned().into(),
            alleles: first..self.result.alleles.len() as u32,
            depths,
            hq_known,
            kind,
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
        cells: Option<&Cells>,
        place: Place,
        alternates: u16,
    ) -> Result<(), RecordProblem> {
        let samples = self.groups.samples();
        let format = fixed.rest.map(|rest| {
            memchr::memchr(b'\t', rest).map_or((rest, None), |end| (&rest[..end], Some(&rest[end + 1..])))
        });
        match format {
            // Without an alternate there is nothing to count, whatever the genotypes name.
            Some((_, Some(_))) if samples > 0 && alternates == 0 => {
                self.genotypes.clear(samples, 0);
                Ok(())
            }
            Some((format, Some(columns))) if samples > 0 => {
                self.format.update(format);
                let read = cells.filter(|cells| cells.len() == samples);
                match read.and_then(Cells::samples) {
                    Some(cells) => self.genotypes.read_cells(
                        columns,
                        cells,
                        &self.format,
                        alternates,
                        self.groups,
                        place,
                    ),
                    None => self
                        .genotypes
                        .read(columns, &self.format, alternates, self.groups, place),
                }
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
