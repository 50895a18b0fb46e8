//! The counts of one group for the alleles of a block.
//!
//! Invariant: a column left out of the payload as derivable decodes to what it held. A count that is not known is 0.

use super::{
    integers::{figures, narrow, narrow_unless, optional_figures, required, unsigned},
    ipc::{self, ColumnError, Columns},
    quality::QualityColumns,
};
use crate::domain::planes::Counts;
use crate::domain::stated::{Known, Stated, Tallied};

/// Counts, one value per allele.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of Counts")]
pub struct CountColumns {
    pub ns: Vec<u32>,
    pub an: Vec<u32>,
    pub ac: Vec<u32>,
    pub het: Vec<u32>,
    pub hom: Vec<u32>,
    pub hemi: Vec<u32>,
    pub n_dip: Vec<u32>,
    /// Which of them are known, by allele; none where all are, as where genotypes were counted.
    pub known: Option<Vec<Known>>,
}

/// Counts of the high-quality calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HighQualityColumns {
    /// The counts; zeros where they are not known.
    pub counts: CountColumns,
    /// Whether the record had the fields that tell.
    pub known: Vec<bool>,
}

/// Decoded frequencies of one group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FrequencyColumns {
    /// Counts as called.
    pub raw: CountColumns,
    /// Counts of the high-quality calls; none where no record of the block has the fields to tell.
    pub hq: Option<HighQualityColumns>,
    /// Mean depth and genotype quality of the group's samples.
    pub quality: QualityColumns,
    /// AF as the file gives it, NaN where it follows from the counts or is not given; none where no record gives it.
    pub af_given: Option<Vec<f32>>,
}

/// What the columns of nulls stand for, for readers without this code.
pub(super) const DERIVED: &str = "a column of nulls is derived: an = 2 n_dip, het = ac - 2 hom - hemi, hemi = 0, n_dip = ns; where there is a column stated \
     or hq_stated, its bits say which counts of an allele are known: 1 ns, 2 an, 4 ac, 8 het, 16 hom, 32 hemi, 64 n_dip";

/// Names of the columns of raw and of high-quality counts.
const RAW: [&str; 7] = ["ns", "an", "ac", "het", "hom", "hemi", "n_dip"];
/// Names of the columns of what is known of each; absent where all is.
const RAW_STATED: &str = "stated";
const HIGH_QUALITY_STATED: &str = "hq_stated";
const HIGH_QUALITY: [&str; 7] = [
    "hq_ns", "hq_an", "hq_ac", "hq_het", "hq_hom", "hq_hemi", "hq_n_dip",
];

impl CountColumns {
    /// Number of alleles.
    pub fn len(&self) -> usize {
        self.ns.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ns.is_empty()
    }

    /// Bytes that the columns take in memory.
    fn memory(&self) -> usize {
        let known = self.known.as_ref().map_or(0, |_| size_of::<Known>());
        self.len() * (RAW.len() * size_of::<u32>() + known)
    }

    /// Columns of those counts.
    pub fn from_rows(rows: impl Iterator<Item = Counts>) -> Self {
        let (n, _) = rows.size_hint();
        let column = || Vec::with_capacity(n);
        let mut columns = CountColumns {
            ns: column(),
            an: column(),
            ac: column(),
            het: column(),
            hom: column(),
            hemi: column(),
            n_dip: column(),
            known: None,
        };
        for counts in rows {
            columns.ns.push(counts.ns);
            columns.an.push(counts.an);
            columns.ac.push(counts.ac);
            columns.het.push(counts.het);
            columns.hom.push(counts.hom);
            columns.hemi.push(counts.hemi);
            columns.n_dip.push(counts.n_dip);
        }
        columns
    }

    /// Columns of counts of which some are not known.
    pub fn from_tallied(rows: impl Iterator<Item = Tallied> + Clone) -> Self {
        let known: Vec<Known> = rows.clone().map(|row| row.known).collect();
        let all_known = known.iter().all(|known| *known == Known::ALL);
        CountColumns {
            known: (!all_known).then_some(known),
            ..CountColumns::from_rows(rows.map(|row| row.counts))
        }
    }

    /// The counts of one allele, and which of them are known.
    pub fn tallied(&self, row: usize) -> Tallied {
        Tallied {
            counts: self.get(row),
            known: self.known.as_ref().map_or(Known::ALL, |known| known[row]),
        }
    }

    /// The counts of one allele.
    pub fn get(&self, row: usize) -> Counts {
        Counts {
            ns: self.ns[row],
            an: self.an[row],
            ac: self.ac[row],
            het: self.het[row],
            hom: self.hom[row],
            hemi: self.hemi[row],
            n_dip: self.n_dip[row],
        }
    }

    /// Counts of all alleles in order.
    pub fn rows(&self) -> impl Iterator<Item = Counts> + Clone + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    fn arrays(&self, names: [&'static str; 7], columns: &mut Columns) {
        let all = |holds: fn(Counts) -> bool| self.rows().all(holds);
        let [ns, an, ac, het, hom, hemi, n_dip] = names;
        columns.extend([
            (ns, narrow(&self.ns)),
            (
                an,
                narrow_unless(all(|counts| counts.an == derive_an(counts.n_dip)), &self.an),
            ),
            (ac, narrow(&self.ac)),
            (
                het,
                narrow_unless(all(|counts| Some(counts.het) == derive_het(&counts)), &self.het),
            ),
            (hom, narrow(&self.hom)),
            (hemi, narrow_unless(all(|counts| counts.hemi == 0), &self.hemi)),
            (
                n_dip,
                narrow_unless(all(|counts| counts.n_dip == counts.ns), &self.n_dip),
            ),
        ]);
    }

    fn read(
        batch: &arrow::array::RecordBatch,
        names: [&'static str; 7],
        stated: &'static str,
    ) -> Result<Self, ColumnError> {
        let [ns, an, ac, het, hom, hemi, n_dip] = names;
        let optional = |name| unsigned(ipc::column(batch, name)?, name);
        let ns = required(batch, ns)?;
        let n_dip = optional(n_dip)?.unwrap_or_else(|| ns.clone());
        let mut columns = CountColumns {
            an: optional(an)?.unwrap_or_else(|| n_dip.iter().map(|&n_dip| derive_an(n_dip)).collect()),
            ac: required(batch, ac)?,
            het: Vec::new(),
            hom: required(batch, hom)?,
            hemi: optional(hemi)?.unwrap_or_else(|| vec![0; ns.len()]),
            n_dip,
            ns,
            known: None,
        };
        columns.het = match optional(het)? {
            Some(het) => het,
            None => {
                columns.het.resize(columns.len(), 0);
                let het = columns
                    .rows()
                    .map(|counts| derive_het(&counts).ok_or(ColumnError::Value("het")));
                het.collect::<Result<_, _>>()?
            }
        };
        if batch.column_by_name(stated).is_some() {
            let bits = required(batch, stated)?.into_iter();
            columns.known = Some(bits.map(Known::from_bits).collect());
        }
        Ok(columns)
    }
}

/// The column of what is known, where not all is.
fn stated(name: &'static str, counts: &CountColumns) -> Option<(&'static str, arrow::array::ArrayRef)> {
    let bits: Vec<u32> = counts.known.as_ref()?.iter().map(|known| known.bits()).collect();
    Some((name, narrow(&bits)))
}

/// AN where every called genotype is a full diploid.
fn derive_an(n_dip: u32) -> u32 {
    n_dip.wrapping_mul(2)
}

/// HET where no carrier is partial or of a higher ploidy.
fn derive_het(counts: &Counts) -> Option<u32> {
    counts
        .ac
        .checked_sub(counts.hom.checked_mul(2)?)?
        .checked_sub(counts.hemi)
}

impl FrequencyColumns {
    /// Columns of what a file states.
    pub fn from_stated(rows: impl Iterator<Item = Stated> + Clone) -> Self {
        let known: Vec<bool> = rows
            .clone()
            .map(|row| row.high_quality.known != Known::NONE)
            .collect();
        let af_given: Vec<f32> = rows.clone().map(|row| row.af.unwrap_or(f32::NAN)).collect();
        FrequencyColumns {
            raw: CountColumns::from_tallied(rows.clone().map(|row| row.raw)),
            hq: known.contains(&true).then(|| HighQualityColumns {
                counts: CountColumns::from_tallied(rows.map(|row| row.high_quality)),
                known,
            }),
            quality: QualityColumns::default(),
            af_given: af_given.iter().any(|af| !af.is_nan()).then_some(af_given),
        }
    }

    /// Number of alleles.
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// Counts of one allele, of high quality where asked for; none where these are not known.
    pub fn counts(&self, row: usize, high_quality: bool) -> Option<Counts> {
        self.tallied(row, high_quality).map(|tallied| tallied.counts)
    }

    /// The same, and which of the counts are known.
    pub fn tallied(&self, row: usize, high_quality: bool) -> Option<Tallied> {
        if !high_quality {
            return Some(self.raw.tallied(row));
        }
        self.hq
            .as_ref()
            .filter(|hq| hq.known[row])
            .map(|hq| hq.counts.tallied(row))
    }

    /// Whether anything at all is known of an allele.
    pub fn says_anything(&self, row: usize) -> bool {
        let Some(known) = &self.raw.known else { return true };
        let hq = self.hq.as_ref().is_some_and(|hq| hq.known[row]);
        known[row] != Known::NONE || hq || self.af_given.as_ref().is_some_and(|af| !af[row].is_nan())
    }

    /// AF as the file gives it, the number that its shortest decimal form names.
    pub fn af_given(&self, row: usize) -> Option<f64> {
        let af = *self.af_given.as_ref()?.get(row)?;
        (!af.is_nan()).then(|| af.to_string().parse().unwrap_or_else(|_| af.into()))
    }

    /// Bytes that the columns take in memory.
    pub fn memory(&self) -> usize {
        let hq = self.hq.as_ref();
        let hq = hq.map_or(0, |hq| hq.counts.memory() + hq.known.len() * size_of::<bool>());
        let quality = &self.quality;
        let figures = [
            &quality.mean_dp,
            &quality.over_20x,
            &quality.mean_gq,
            &self.af_given,
        ];
        let figures = figures.into_iter().flatten().count() * size_of::<f32>();
        self.raw.memory() + hq + self.len() * figures
    }

    /// The columns as they are stored.
    pub(super) fn arrays(&self) -> Columns {
        let mut columns = Columns::new();
        self.raw.arrays(RAW, &mut columns);
        columns.extend(stated(RAW_STATED, &self.raw));
        if let Some(hq) = &self.hq {
            hq.counts.arrays(HIGH_QUALITY, &mut columns);
            columns.extend(stated(HIGH_QUALITY_STATED, &hq.counts));
            let known: Vec<u32> = hq.known.iter().map(|&known| known.into()).collect();
            columns.push(("hq_known", narrow(&known)));
        }
        self.quality.arrays(&mut columns);
        columns.extend(self.af_given.as_ref().map(|af| ("af_given", figures(af))));
        columns
    }

    /// Reads one group's part of a [`FrequencyPayload`](super::FrequencyPayload).
    ///
    /// # Errors
    /// The bytes are no such stream.
    pub fn decode(bytes: &[u8]) -> Result<Self, ColumnError> {
        let batch = ipc::read(bytes)?;
        let hq = match batch.column_by_name("hq_known") {
            None => None,
            Some(_) => Some(HighQualityColumns {
                counts: CountColumns::read(&batch, HIGH_QUALITY, HIGH_QUALITY_STATED)?,
                known: required(&batch, "hq_known")?
                    .into_iter()
                    .map(|known| known == 1)
                    .collect(),
            }),
        };
        Ok(FrequencyColumns {
            raw: CountColumns::read(&batch, RAW, RAW_STATED)?,
            hq,
            quality: QualityColumns {
                mean_dp: optional_figures(&batch, "mean_dp")?,
                over_20x: optional_figures(&batch, "over_20x")?,
                mean_gq: optional_figures(&batch, "mean_gq")?,
            },
            af_given: optional_figures(&batch, "af_given")?,
        })
    }
}
