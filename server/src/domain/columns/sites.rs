//! The alleles of a block: what they are, and where their records stand in the file.
//!
//! Invariant: rows are in the order of [`AlleleKey`](crate::domain::allele::AlleleKey), all columns as long as `pos`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray, UInt32Array};

use super::{
    dictionary, ids,
    integers::{
        derived, figures, narrow, optional_figures, required, required_u16, required_u64, steps, summed,
        unsigned,
    },
    ipc::{self, ColumnError},
};
use crate::domain::allele::{Alignment, AlleleKey, AlleleKind, VariantId};

mod origin;
mod symbolic;

pub use origin::{OriginColumns, Original};
pub use symbolic::SymbolicColumns;

/// What stands for what, for readers without this code.
const DERIVED: &str = "pos and the record's offset are the running sums of pos_step and record_step; where end is null it is \
                       pos + length(ref) - 1; where rs is not null the id is 'rs' || rs";

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

    /// Bytes that the columns take in memory.
    pub fn memory(&self) -> usize {
        let text = [&self.reference, &self.alternate, &self.id, &self.filter.values];
        let text: usize = text
            .iter()
            .map(|text| text.value_data().len() + text.value_offsets().len() * size_of::<i32>())
            .sum();
        // pos, end, qual; filter, ordinal, record_allele; kind; record_offset; the validity of id.
        text + self.len() * (3 * 4 + 3 * 2 + 1 + 8) + self.len().div_ceil(8)
    }

    /// The sites as an Arrow IPC stream.
    ///
    /// # Errors
    /// None but those of Arrow's writer.
    pub fn encode(&self) -> Result<Vec<u8>, ColumnError> {
        let kinds: Vec<u32> = self.kind.iter().map(|&kind| kind as u32).collect();
        let widened = |values: &[u16]| values.iter().map(|&value| value.into()).collect::<Vec<u32>>();
        let wide = |values: &[u16]| narrow(&widened(values));
        let (rs, id) = ids::arrays(&self.id);
        let mut columns: Vec<(&'static str, ArrayRef)> = vec![
            ("pos_step", steps(self.pos.iter().map(|&pos| pos.into()))),
            ("end", self.ends()),
            ("ref", dictionary::of_text(&self.reference)),
            ("alt", dictionary::of_text(&self.alternate)),
            ("rs", rs),
            ("id", id),
            ("qual", figures(&self.qual)),
            (
                "filter",
                dictionary::array(&widened(&self.filter.codes), &self.filter.values),
            ),
            ("type", narrow(&kinds)),
            ("ordinal", wide(&self.ordinal)),
            ("record_step", steps(self.record_offset.iter().copied())),
            ("record_allele", wide(&self.record_allele)),
        ];
        columns.extend(self.symbolic.encode());
        columns.extend(self.origin.encode());
        let kinds = AlleleKind::ALL.map(AlleleKind::as_str).join(",");
        let alignments = Alignment::ALL.map(Alignment::as_str).join(",");
        let notes = [
            ("type", kinds),
            ("alignment", alignments),
            ("derived", DERIVED.to_owned()),
        ];
        ipc::write(columns, &notes)
    }

    /// Reads what [`SiteColumns::encode`] wrote, now or before positions and offsets became steps, texts dictionaries.
    ///
    /// # Errors
    /// The bytes are no such stream.
    pub fn decode(bytes: &[u8]) -> Result<Self, ColumnError> {
        let batch = ipc::read(bytes)?;
        let column = |name| ipc::column(&batch, name);
        let kind = |code: u32| {
            u8::try_from(code)
                .ok()
                .and_then(AlleleKind::from_code)
                .ok_or(ColumnError::Value("type"))
        };
        let pos = match batch.column_by_name("pos_step") {
            Some(steps) => summed(steps, "pos_step")?
                .into_iter()
                .map(|pos| u32::try_from(pos).map_err(|_| ColumnError::Value("pos_step")))
                .collect::<Result<_, _>>()?,
            None => required(&batch, "pos")?,
        };
        let reference = dictionary::text(column("ref")?, "ref")?;
        let (codes, values) = dictionary::parts(column("filter")?, "filter")?;
        Ok(SiteColumns {
            end: read_ends(column("end")?, &pos, &reference)?,
            pos,
            reference,
            alternate: dictionary::text(column("alt")?, "alt")?,
            id: ids::read(batch.column_by_name("rs"), column("id")?)?,
            qual: optional_figures(&batch, "qual")?.ok_or(ColumnError::Column("qual"))?,
            filter: FilterColumn {
                codes: codes
                    .into_iter()
                    .map(|code| u16::try_from(code).map_err(|_| ColumnError::Value("filter")))
                    .collect::<Result<_, _>>()?,
                values,
            },
            kind: required(&batch, "type")?
                .into_iter()
                .map(kind)
                .collect::<Result<_, _>>()?,
            symbolic: SymbolicColumns::decode(&batch)?,
            ordinal: required_u16(&batch, "ordinal")?,
            record_offset: match batch.column_by_name("record_step") {
                Some(steps) => summed(steps, "record_step")?,
                None => required_u64(&batch, "record_offset")?,
            },
            record_allele: required_u16(&batch, "record_allele")?,
            origin: OriginColumns::decode(&batch)?,
        })
    }

    /// The column `end`, null where REF tells it.
    fn ends(&self) -> ArrayRef {
        let stated = |row: usize| {
            let derived = last_base(self.pos[row], self.reference.value(row));
            (self.end[row] != derived).then_some(self.end[row])
        };
        let ends: UInt32Array = (0..self.len()).map(stated).collect();
        match ends.null_count() == ends.len() {
            true => derived(ends.len()),
            false => Arc::new(ends),
        }
    }
}

fn read_ends(array: &ArrayRef, pos: &[u32], reference: &StringArray) -> Result<Vec<u32>, ColumnError> {
    let stated = unsigned(array, "end")?;
    let end = |row: usize| match &stated {
        Some(ends) if array.is_valid(row) => ends[row],
        _ => last_base(pos[row], reference.value(row)),
    };
    match pos.len() == reference.len() {
        true => Ok((0..pos.len()).map(end).collect()),
        false => Err(ColumnError::Length),
    }
}

/// The last position of reference bases that begin at a position.
fn last_base(pos: u32, reference: &str) -> u32 {
    pos.wrapping_add(reference.len() as u32).wrapping_sub(1)
}
