//! Hardy-Weinberg equilibrium of each allele of a query in each of its shown groups: R's figures beside our own.
//!
//! Invariant: a row for each allele of each group, in genome order within the order of the groups.

use std::sync::Arc;

use allelecast_protocol::Version;
use arrow::array::{ArrayRef, FixedSizeBinaryArray, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow::buffer::Buffer;
use arrow::compute::concat_batches;
use arrow::error::ArrowError;

use super::error::{RunError, WorkerError};
use super::table;
use super::workers::Workers;
use crate::domain::frequency::{hwe_chi_square, hwe_exact};
use crate::domain::genotype::Genotype;
use crate::query::catalogue::Catalogue;
use crate::query::{Engine, GenotypeMatrix, MatrixLimits, Resolved};

/// Name of the tool.
pub const HWE: &str = "hwe";

/// Most that the tool takes, for each group.
pub(super) const LIMITS: MatrixLimits = MatrixLimits {
    alleles: 20_000,
    samples: 5_000,
};

/// Runs the tool. `progress` hears the share that is done.
pub(super) async fn run(
    engine: &Engine,
    workers: &Workers,
    query: &Resolved,
    catalogue: &Catalogue,
    version: Version,
    mut progress: impl FnMut(f64),
) -> Result<(RecordBatch, Vec<String>), RunError> {
    let (mut batches, mut warnings) = (Vec::new(), Vec::new());
    let groups = query.shown.len().max(1) as f64;
    for (done, &group) in query.shown.iter().enumerate() {
        let name = &*query.groups[group].name;
        let matrix = engine
            .genotypes(query, catalogue, version.seq, group, LIMITS)
            .await;
        let matrix = matrix.map_err(|error| RunError::of_matrix(error, name))?;
        if matrix.samples == 0 {
            return Err(RunError::NoSamples(name.to_owned()));
        }
        let matrix = Arc::new(matrix);
        let input = aside(&matrix, genotypes).await?;
        let share = |share: f64| progress((done as f64 + share) / groups);
        let answer = workers.call(HWE, [], &[("genotypes", &input)], share).await?;
        drop(input);
        let (group, table) = (name.to_owned(), answer.table);
        batches.push(
            aside(&matrix, move |matrix| {
                beside(matrix, &group, &table::read(&table)?)
            })
            .await?,
        );
        warnings.extend(
            answer
                .warnings
                .into_iter()
                .map(|warning| format!("{name}: {warning}")),
        );
    }
    let Some(first) = batches.first() else {
        return Err(RunError::NoSamples("The scope".to_owned()));
    };
    let all = concat_batches(&first.schema(), &batches).map_err(rubbish)?;
    Ok((all, warnings))
}

/// Works on a matrix where long work keeps nobody waiting.
async fn aside<T: Send + 'static>(
    matrix: &Arc<GenotypeMatrix>,
    work: impl FnOnce(&GenotypeMatrix) -> Result<T, ArrowError> + Send + 'static,
) -> Result<T, RunError> {
    let matrix = matrix.clone();
    let done = tokio::task::spawn_blocking(move || work(&matrix)).await;
    // It is cut only where the runtime ends.
    Ok(done.map_err(|_| RunError::Stopped)?.map_err(rubbish)?)
}

fn rubbish(error: ArrowError) -> WorkerError {
    WorkerError::Rubbish(error.to_string())
}

/// The matrix as the R tools take it: one binary value for each allele, a byte for each sample, in the code of snpStats.
fn genotypes(matrix: &GenotypeMatrix) -> Result<Vec<u8>, ArrowError> {
    let codes: Vec<u8> = matrix.states.iter().map(|&state| snp_stats_code(state)).collect();
    let width = i32::try_from(matrix.samples).map_err(|error| ArrowError::ComputeError(error.to_string()))?;
    let values = FixedSizeBinaryArray::try_new(width, Buffer::from_vec(codes), None)?;
    table::write(&[("genotypes", Arc::new(values) as ArrayRef)])
}

/// 1 for no copy, 2 for one, 3 for two; 0 for what is no fully called diploid.
fn snp_stats_code(state: Genotype) -> u8 {
    match state {
        Genotype::HomozygousOther => 1,
        Genotype::Heterozygous => 2,
        Genotype::Homozygous => 3,
        _ => 0,
    }
}

/// R's columns with the alleles before them and our own figures after.
fn beside(matrix: &GenotypeMatrix, group: &str, of_r: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let alleles = &matrix.alleles;
    let texts = |text: fn(&crate::query::AlleleName) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(alleles.iter().map(text)))
    };
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        (
            "group",
            Arc::new(StringArray::from_iter_values(alleles.iter().map(|_| group))),
        ),
        ("chrom", texts(|allele| &allele.chrom)),
        (
            "pos",
            Arc::new(UInt32Array::from_iter_values(
                alleles.iter().map(|allele| allele.pos),
            )),
        ),
        ("ref", texts(|allele| &allele.reference_bases)),
        ("alt", texts(|allele| &allele.alternate_bases)),
    ];
    let schema = of_r.schema();
    columns.extend(
        schema
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .zip(of_r.columns().iter().cloned()),
    );
    let counts: Vec<(u32, u32, u32)> = matrix.states.chunks_exact(matrix.samples).map(count).collect();
    let figure = |figure: fn(u32, u32, u32) -> Option<f64>| -> ArrayRef {
        Arc::new(
            counts
                .iter()
                .map(|&(n, het, hom)| figure(n, het, hom))
                .collect::<Float64Array>(),
        )
    };
    columns.push(("native_chi_square", figure(hwe_chi_square)));
    columns.push(("native_p_exact", figure(hwe_exact)));
    table::batch(&columns)
}

/// Fully called diploids, those with one copy, those with two.
fn count(states: &[Genotype]) -> (u32, u32, u32) {
    let of = |wanted: Genotype| states.iter().filter(|&&state| state == wanted).count() as u32;
    let (het, hom) = (of(Genotype::Heterozygous), of(Genotype::Homozygous));
    (het + hom + of(Genotype::HomozygousOther), het, hom)
}

#[cfg(test)]
mod tests {
    use arrow::array::Int32Array;

    use super::*;
    use crate::query::AlleleName;

    fn matrix() -> GenotypeMatrix {
        let allele = |pos| AlleleName {
            chrom: "1".into(),
            pos,
            reference_bases: "A".into(),
            alternate_bases: "C".into(),
        };
        use Genotype::*;
        GenotypeMatrix {
            alleles: vec![allele(7), allele(9)],
            samples: 4,
            states: vec![
                HomozygousOther,
                Heterozygous,
                Homozygous,
                Missing,
                Hemizygous,
                HaploidOther,
                Partial,
                PartialOther,
            ],
        }
    }

    #[test]
    fn only_full_diploids_reach_r() {
        let batch = table::read(&genotypes(&matrix()).unwrap()).unwrap();
        let values = arrow::array::AsArray::as_fixed_size_binary(batch.column(0));
        assert_eq!(
            (values.value(0), values.value(1)),
            (&[1, 2, 3, 0][..], &[0; 4][..])
        );
    }

    #[test]
    fn rows_carry_names_and_both_figures() {
        let of_r = table::batch(&[("n", Arc::new(Int32Array::from(vec![3, 0])) as ArrayRef)]).unwrap();
        let both = beside(&matrix(), "kgp.pop.CEU", &of_r).unwrap();
        let part = table::part(&both, 0, 10);
        assert_eq!(part.texts("group").unwrap()[0].as_deref(), Some("kgp.pop.CEU"));
        assert_eq!(part.numbers("pos").unwrap(), [Some(7.0), Some(9.0)]);
        assert_eq!(part.numbers("native_p_exact").unwrap(), [Some(1.0), Some(1.0)]);
        let short = table::batch(&[("n", Arc::new(Int32Array::from(vec![3])) as ArrayRef)]).unwrap();
        assert!(
            beside(&matrix(), "x", &short).is_err(),
            "R must answer for every allele"
        );
    }
}
