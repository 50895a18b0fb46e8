//! The alleles of a block: what they are, and where their records stand in the file.
//!
//! Invariant: rows are in the order of [`AlleleKey`](crate::domain::allele::AlleleKey), all columns as long as `pos`.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, DictionaryArray, StringArray, UInt16Array},
    datatypes::{DataType, UInt8Type, UInt16Type, UInt32Type},
};

use super::{
    integers::{figures, narrow, offsets, optional_figures, required, required_u16, required_u64},
    ipc::{self, ColumnError},
};
use crate::domain::allele::{Alignment, AlleleKey, AlleleKind, VariantId};

mod origin;
mod symbolic;

pub use origin::{OriginColumns, Original};
pub use symbolic::SymbolicColumns;

/// The FILTER column as a dictionary: `.` where filters were not applied.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterColumn {
    /// For each row the index of its value.
    pub codes: Vec<u16>,
    /// The distinct values.
    pub values: StringArray,
}

/// Decoded sites of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteColumns {
    /// First reference base, 1-based.
    pub pos: Vec<u32>,
    /// Last reference base, inclusive.
    pub end: Vec<u32>,
    /// Reference bases.
    pub reference: StringArray,
    /// Alternate bases.
    pub alternate: StringArray,
    /// The ID column as written; null where it is `.`.
    pub id: StringArray,
    /// QUAL; NaN where it is `.`.
    pub qual: Vec<f32>,
    /// FILTER.
    pub filter: FilterColumn,
    /// Types.
    pub kind: Vec<AlleleKind>,
    /// What else tells symbolic alleles apart.
    pub symbolic: SymbolicColumns,
    /// Tells alleles apart that a file states more than once.
    pub ordinal: Vec<u16>,
    /// Offset of the original record in the uncompressed file.
    pub record_offset: Vec<u64>,
    /// Index of the allele among the record's alternates, 1 for the first.
    pub record_allele: Vec<u16>,
    /// How the file states the alleles, where that is different.
    pub origin: OriginColumns,
}

/// One row of [`SiteColumns`], to build them from.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of SiteColumns")]
pub struct SiteRow<'a> {
    pub pos: u32,
    pub end: u32,
    pub reference: &'a str,
    pub alternate: &'a str,
    pub id: Option<&'a str>,
    pub qual: f32,
    pub filter: &'a str,
    pub kind: AlleleKind,
    pub svlen: u32,
    pub mate: Option<&'a str>,
    pub ordinal: u16,
    pub record_offset: u64,
    pub record_allele: u16,
    pub alignment: Alignment,
    pub original: Option<Original<'a>>,
}

impl FilterColumn {
    /// The value of a row.
    pub fn value(&self, row: usize) -> &str {
        self.values.value(usize::from(self.codes[row]))
    }
}

impl SiteColumns {
    /// Number of alleles.
    pub fn len(&self) -> usize {
        self.pos.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pos.is_empty()
    }

    /// Columns of those rows.
    pub fn from_rows<'a>(rows: impl Iterator<Item = SiteRow<'a>> + Clone) -> Self {
        let mut filters: Vec<&str> = Vec::new();
        let codes = rows.clone().map(|row| {
            let known = filters.iter().position(|&filter| filter == row.filter);
            known.unwrap_or_else(|| {
                filters.push(row.filter);
                filters.len() - 1
            }) as u16
        });
        let codes = codes.collect();
        let text =
            |get: fn(SiteRow<'a>) -> &'a str| rows.clone().map(|row| Some(get(row))).collect::<StringArray>();
        SiteColumns {
            pos: rows.clone().map(|row| row.pos).collect(),
            end: rows.clone().map(|row| row.end).collect(),
            reference: text(|row| row.reference),
            alternate: text(|row| row.alternate),
            id: rows.clone().map(|row| row.id).collect(),
            qual: rows.clone().map(|row| row.qual).collect(),
            filter: FilterColumn {
                codes,
                values: StringArray::from(filters),
            },
            kind: rows.clone().map(|row| row.kind).collect(),
            symbolic: SymbolicColumns::from_rows(rows.clone()),
            ordinal: rows.clone().map(|row| row.ordinal).collect(),
            record_offset: rows.clone().map(|row| row.record_offset).collect(),
            record_allele: rows.clone().map(|row| row.record_allele).collect(),
            origin: OriginColumns::from_rows(rows),
        }
    }

    /// One row.
    pub fn row(&self, row: usize) -> SiteRow<'_> {
        SiteRow {
            pos: self.pos[row],
            end: self.end[row],
            reference: self.reference.value(row),
            alternate: self.alternate.value(row),
            id: self.id.is_valid(row).then(|| self.id.value(row)),
            qual: self.qual[row],
            filter: self.filter.value(row),
            kind: self.kind[row],
            svlen: self.symbolic.svlen(row),
            mate: self.symbolic.mate(row),
            ordinal: self.ordinal[row],
            record_offset: self.record_offset[row],
            record_allele: self.record_allele[row],
            alignment: self.origin.alignment(row),
            original: self.origin.original(row),
        }
    }

    /// All rows in order.
    pub fn rows(&self) -> impl Iterator<Item = SiteRow<'_>> + Clone {
        (0..self.len()).map(|row| self.row(row))
    }

    /// The key of a row.
    pub fn key(&self, contig: i16, row: usize) -> AlleleKey {
        AlleleKey {
            contig,
            position: self.pos[row],
            reference_bases: self.reference.value(row).to_owned(),
            alternate_bases: self.alternate.value(row).to_owned(),
            end: self.end[row],
            length: self.symbolic.svlen(row),
            mate: self.symbolic.mate(row).map(Into::into),
            ordinal: self.ordinal[row],
        }
    }

    /// The identifier of a row on the contig of that name.
    pub fn variant_id(&self, contig: &str, row: usize) -> VariantId {
        VariantId {
            contig: contig.to_owned(),
            position: self.pos[row],
            reference_bases: self.reference.value(row).to_owned(),
            alternate_bases: self.alternate.value(row).to_owned(),
        }
    }

    /// The sites as an Arrow IPC stream.
    ///
    /// # Errors
    /// None but those of Arrow's writer.
    pub fn encode(&self) -> Result<Vec<u8>, ColumnError> {
        let filter = DictionaryArray::new(
            UInt16Array::from(self.filter.codes.clone()),
            Arc::new(self.filter.values.clone()),
        );
        let kinds: Vec<u32> = self.kind.iter().map(|&kind| kind as u32).collect();
        let wide = |values: &[u16]| narrow(&values.iter().map(|&value| u32::from(value)).collect::<Vec<_>>());
        let mut columns: Vec<(&'static str, ArrayRef)> = vec![
            ("pos", narrow(&self.pos)),
            ("end", narrow(&self.end)),
            ("ref", Arc::new(self.reference.clone())),
            ("alt", Arc::new(self.alternate.clone())),
            ("id", Arc::new(self.id.clone())),
            ("qual", figures(&self.qual)),
            ("filter", Arc::new(filter)),
            ("type", narrow(&kinds)),
            ("ordinal", wide(&self.ordinal)),
            ("record_offset", offsets(&self.record_offset)),
            ("record_allele", wide(&self.record_allele)),
        ];
        columns.extend(self.symbolic.encode());
        columns.extend(self.origin.encode());
        let kinds = AlleleKind::ALL.map(AlleleKind::as_str).join(",");
        let alignments = Alignment::ALL.map(Alignment::as_str).join(",");
        ipc::write(columns, &[("type", kinds), ("alignment", alignments)])
    }

    /// Reads what [`SiteColumns::encode`] wrote.
    ///
    /// # Errors
    /// The bytes are no such stream.
    pub fn decode(bytes: &[u8]) -> Result<Self, ColumnError> {
        let batch = ipc::read(bytes)?;
        let kind = |code: u32| {
            u8::try_from(code)
                .ok()
                .and_then(AlleleKind::from_code)
                .ok_or(ColumnError::Value("type"))
        };
        Ok(SiteColumns {
            pos: required(&batch, "pos")?,
            end: required(&batch, "end")?,
            reference: ipc::text(&batch, "ref")?,
            alternate: ipc::text(&batch, "alt")?,
            id: ipc::text(&batch, "id")?,
            qual: optional_figures(&batch, "qual")?.ok_or(ColumnError::Column("qual"))?,
            filter: filter(ipc::column(&batch, "filter")?)?,
            kind: required(&batch, "type")?
                .into_iter()
                .map(kind)
                .collect::<Result<_, _>>()?,
            symbolic: SymbolicColumns::decode(&batch)?,
            ordinal: required_u16(&batch, "ordinal")?,
            record_offset: required_u64(&batch, "record_offset")?,
            record_allele: required_u16(&batch, "record_allele")?,
            origin: OriginColumns::decode(&batch)?,
        })
    }
}

/// A dictionary column with keys of 8, 16 or 32 bits.
fn filter(array: &ArrayRef) -> Result<FilterColumn, ColumnError> {
    let wrong = || ColumnError::Column("filter");
    let DataType::Dictionary(key, _) = array.data_type() else {
        return Err(wrong());
    };
    let (codes, values): (Option<Vec<u16>>, &ArrayRef) = match **key {
        DataType::UInt8 => {
            let filter = array.as_dictionary::<UInt8Type>();
            (
                Some(filter.keys().values().iter().map(|&code| code.into()).collect()),
                filter.values(),
            )
        }
        DataType::UInt16 => {
            let filter = array.as_dictionary::<UInt16Type>();
            (Some(filter.keys().values().to_vec()), filter.values())
        }
        DataType::UInt32 => {
            let filter = array.as_dictionary::<UInt32Type>();
            (
                filter
                    .keys()
                    .values()
                    .iter()
                    .map(|&code| u16::try_from(code).ok())
                    .collect(),
                filter.values(),
            )
        }
        _ => return Err(wrong()),
    };
    let values = values.as_string_opt::<i32>().ok_or_else(wrong)?.clone();
    let codes = codes.filter(|codes| codes.iter().all(|&code| usize::from(code) < values.len()));
    Ok(FilterColumn {
        codes: codes.ok_or(ColumnError::Value("filter"))?,
        values,
    })
}
