//! The genotypes of the alleles that a query matches, sample by sample, for statistics.
//!
//! Invariant: the states are those that the group's counts are made of: counting them gives the same figures.

use std::collections::HashMap;
use std::sync::Arc;

use super::catalogue::{Catalogue, Dataset};
use super::columns::wanted;
use super::engine::Engine;
use super::error::QueryError;
use super::frame::{Frame, Place};
use super::resolved::Resolved;
use crate::domain::columns::GenotypeColumns;
use crate::domain::genotype::Genotype;
use crate::domain::groups::Sex;

/// Rows filled before others have their turn on the thread.
const ROWS_AT_ONCE: usize = 256;

/// Samples by alleles.
#[derive(Debug, Clone, Default)]
pub struct GenotypeMatrix {
    /// The alleles, in genome order.
    pub alleles: Vec<AlleleName>,
    /// Number of samples.
    pub samples: usize,
    /// The states: all samples of the first allele, then all of the next.
    pub states: Vec<Genotype>,
}

/// What an allele is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlleleName {
    /// Chromosome.
    pub chrom: Arc<str>,
    /// Position, from 1.
    pub pos: u32,
    /// Reference bases.
    pub reference_bases: String,
    /// Alternate bases.
    pub alternate_bases: String,
}

/// Most that is taken into a matrix.
#[derive(Debug, Clone, Copy)]
pub struct MatrixLimits {
    /// Alleles.
    pub alleles: usize,
    /// Samples.
    pub samples: usize,
}

/// Why there is no matrix.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// The query matches more alleles than are taken.
    #[error("the query matches more than {0} alleles")]
    TooManyAlleles(usize),
    /// The group has more samples than are taken.
    #[error("the group has {found} samples, more than {limit}")]
    TooManySamples {
        /// Its samples.
        found: usize,
        /// Samples that are taken.
        limit: usize,
    },
    /// The query could not be answered.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// A group's samples in one dataset.
struct Part<'a> {
    slot: usize,
    dataset: &'a Arc<Dataset>,
    sample_ids: Arc<[i64]>,
}

impl Engine {
    /// The genotypes of one of a query's groups (a place in [`Resolved::groups`]) for every allele that the query
    /// matches. A sample whose file says nothing of an allele is missing there; where its absence means the reference,
    /// it is homozygous for something else. High-quality queries take those calls only, and no diploid call of a male
    /// where a male has one chromosome.
    pub async fn genotypes(
        &self,
        query: &Resolved,
        catalogue: &Catalogue,
        seq: i64,
        group: usize,
        limits: MatrixLimits,
    ) -> Result<GenotypeMatrix, MatrixError> {
        let mut parts = Vec::new();
        for part in &query.groups[group].parts {
            let dataset = catalogue.dataset(query.datasets[part.slot], seq);
            let want = dataset.and_then(|dataset| wanted(dataset, &part.source, seq));
            if let (Some(dataset), Some(want)) = (dataset, want) {
                parts.push(Part {
                    slot: part.slot,
                    dataset,
                    sample_ids: want.sample_ids,
                });
            }
        }
        let samples = parts.iter().map(|part| part.sample_ids.len()).sum();
        if samples > limits.samples {
            return Err(MatrixError::TooManySamples {
                found: samples,
                limit: limits.samples,
            });
        }
        let mut matrix = GenotypeMatrix {
            samples,
            ..GenotypeMatrix::default()
        };
        for cell in self.cells(query, catalogue, seq) {
            let partial = self.partial(query, &[], catalogue, seq, cell).await?;
            if partial.rows.is_empty() {
                continue;
            }
            if matrix.alleles.len() + partial.rows.len() > limits.alleles {
                return Err(MatrixError::TooManyAlleles(limits.alleles));
            }
            let frame = Frame::new(self.input(query, catalogue, seq, cell, Vec::new()).await?);
            for &row in &partial.rows {
                matrix.alleles.push(name(&frame, row as usize, query, catalogue));
            }
            let first = matrix.states.len();
            matrix
                .states
                .resize(first + partial.rows.len() * samples, Genotype::Missing);
            let mut column = 0;
            for part in &parts {
                let target = Target {
                    states: &mut matrix.states[first..],
                    samples,
                    first: column,
                };
                self.fill(target, part, query, &frame, &partial.rows, seq).await?;
                column += part.sample_ids.len();
            }
        }
        Ok(matrix)
    }

    /// Fills the columns of one part for the matching rows of a cell.
    async fn fill(
        &self,
        mut target: Target<'_>,
        part: &Part<'_>,
        query: &Resolved,
        frame: &Frame,
        rows: &[u32],
        seq: i64,
    ) -> Result<(), QueryError> {
        let records = part.dataset.blocks_in(frame.input.cell, seq);
        let first_block = frame
            .input
            .blocks
            .iter()
            .position(|block| block.slot == part.slot)
            .unwrap_or(0);
        let is_male: Vec<bool> = part
            .sample_ids
            .iter()
            .map(|id| {
                part.dataset
                    .samples
                    .get(id)
                    .is_some_and(|sample| sample.sex == Sex::Male)
            })
            .collect();
        // The planes of the block in hand and the places of the part's samples in them.
        let mut open: Option<(u16, Arc<GenotypeColumns>, Vec<Option<u32>>)> = None;
        for (index, &row) in rows.iter().enumerate() {
            if index % ROWS_AT_ONCE == 0 {
                tokio::task::yield_now().await;
            }
            let (sites, at) = frame.site(row as usize);
            let haploid = query
                .build
                .haploid_in_males(frame.input.cell.contig, sites.pos[at]);
            let states = target.row(index, part.sample_ids.len());
            let Some(Place { block, row }) = frame.place(row as usize, part.slot) else {
                let absent = &frame.input.absent[part.slot];
                if absent.covers_all(sites.pos[at]) {
                    let is_diploid = |&male: &bool| !(male && haploid);
                    let of_sample = is_male.iter().map(|male| match is_diploid(male) {
                        true => Genotype::HomozygousOther,
                        false => Genotype::HaploidOther,
                    });
                    states
                        .iter_mut()
                        .zip(of_sample)
                        .for_each(|(state, known)| *state = known);
                }
                absent.samples(sites.pos[at], |id, state, is_high| {
                    let Ok(sample) = part.sample_ids.binary_search(&id) else {
                        return;
                    };
                    if state != Genotype::Missing && (!query.hq || (is_high && !(haploid && is_male[sample])))
                    {
                        states[sample] = state;
                    }
                });
                continue;
            };
            if open.as_ref().is_none_or(|open| open.0 != block) {
                let record = &records[usize::from(block) - first_block];
                let file = part.dataset.file(record.file_id);
                let ids = file.map(|file| file.sample_ids.clone()).unwrap_or_default();
                let planes = self.columns.genotypes(record, ids.len()).await?;
                let places: HashMap<i64, u32> = ids.iter().copied().zip(0..).collect();
                let of_part = part.sample_ids.iter().map(|id| places.get(id).copied());
                open = Some((block, planes, of_part.collect()));
            }
            let Some((_, planes, places)) = &open else {
                continue;
            };
            let planes = planes.row(row as usize);
            for (sample, place) in places.iter().enumerate() {
                let Some(place) = *place else { continue };
                let is_high = |plane: &[u64]| plane[place as usize / 64] >> (place % 64) & 1 == 1;
                if !query.hq || (planes.hq.is_some_and(is_high) && !(haploid && is_male[sample])) {
                    states[sample] = planes.genotype(place);
                }
            }
        }
        Ok(())
    }
}

/// The rows of a cell in the matrix.
struct Target<'a> {
    states: &'a mut [Genotype],
    samples: usize,
    /// Column of the part's first sample.
    first: usize,
}

impl Target<'_> {
    fn row(&mut self, row: usize, samples: usize) -> &mut [Genotype] {
        let start = row * self.samples + self.first;
        &mut self.states[start..start + samples]
    }
}

fn name(frame: &Frame, row: usize, query: &Resolved, catalogue: &Catalogue) -> AlleleName {
    let (sites, at) = frame.site(row);
    AlleleName {
        chrom: catalogue.contigs().name(query.build, frame.input.cell.contig),
        pos: sites.pos[at],
        reference_bases: sites.reference.value(at).to_owned(),
        alternate_bases: sites.alternate.value(at).to_owned(),
    }
}
