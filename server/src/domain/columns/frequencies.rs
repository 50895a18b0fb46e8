//! The counts of one group for the alleles of a block.
//!
//! Invariant: a column left out of the payload as derivable decodes to what it held.

use super::{
    integers::{narrow, narrow_unless, optional_figures, required, unsigned},
    ipc::{self, ColumnError, Columns},
    quality::QualityColumns,
};
use crate::domain::planes::Counts;

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
}

/// What the columns of nulls stand for, for readers without this code.
pub(super) const DERIVED: &str =
    "a column of nulls is derived: an = 2 n_dip, het = ac - 2 hom - hemi, hemi = 0, n_dip = ns";

/// Names of the columns of raw and of high-quality counts.
const RAW: [&str; 7] = ["ns", "an", "ac", "het", "hom", "hemi", "n_dip"];
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

    fn read(batch: &arrow::array::RecordBatch, names: [&'static str; 7]) -> Result<Self, ColumnError> {
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
        Ok(columns)
    }
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
        if !high_quality {
            return Some(self.raw.get(row));
        }
        self.hq
            .as_ref()
            .filter(|hq| hq.known[row])
            .map(|hq| hq.counts.get(row))
    }

    /// Bytes that the columns take in memory.
    pub fn memory(&self) -> usize {
        let counts = size_of::<Counts>() * (1 + usize::from(self.hq.is_some()));
        let known = self.hq.as_ref().map_or(0, |_| size_of::<bool>());
        let quality = &self.quality;
        let figures = [&quality.mean_dp, &quality.over_20x, &quality.mean_gq];
        self.len() * (counts + known + figures.into_iter().flatten().count() * size_of::<f32>())
    }

    /// The columns as they are stored.
    pub(super) fn arrays(&self) -> Columns {
        let mut columns = Columns::new();
        self.raw.arrays(RAW, &mut columns);
        if let Some(hq) = &self.hq {
            hq.counts.arrays(HIGH_QUALITY, &mut columns);
            let known: Vec<u32> = hq.known.iter().map(|&known| known.into()).collect();
            columns.push(("hq_known", narrow(&known)));
        }
        self.quality.arrays(&mut columns);
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
                counts: CountColumns::read(&batch, HIGH_QUALITY)?,
                known: required(&batch, "hq_known")?
                    .into_iter()
                    .map(|known| known == 1)
                    .collect(),
            }),
        };
        Ok(FrequencyColumns {
            raw: CountColumns::read(&batch, RAW)?,
            hq,
            quality: QualityColumns {
                mean_dp: optional_figures(&batch, "mean_dp")?,
                over_20x: optional_figures(&batch, "over_20x")?,
                mean_gq: optional_figures(&batch, "mean_gq")?,
            },
        })
    }
}
