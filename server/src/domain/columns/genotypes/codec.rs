//! Genotypes to and from Arrow frames.
//!
//! Invariant: frames, decoded in order, give back the columns.

use std::{ops::Range, sync::Arc};

use arrow::{
    array::{
        Array, ArrayRef, AsArray, FixedSizeBinaryArray, ListArray, PrimitiveArray, RecordBatch, UInt8Array,
    },
    datatypes::{DataType, UInt32Type},
};

use super::{
    super::{
        integers::{derived, unsigned},
        ipc::{self, ColumnError, Columns, column},
    },
    FRAME_BYTES, GenotypeColumns, GenotypeFrame,
};
use crate::domain::planes::{Exception, words_for};

const CODES: &str = "code = p0 + 2 p1 + 4 p2: 0 diploid 00, 1 diploid 01, 3 diploid 11, 4 haploid without, 5 haploid \
                     with, 6 partial without, 7 partial with the allele, 2 missing; a column of nulls is zero";

impl GenotypeColumns {
    /// The genotypes as Arrow IPC streams of at most [`FRAME_BYTES`] bytes of planes each, before compression. Planes
    /// are fixed-size binary of one bit per sample, sample 0 in the lowest bit of the first byte.
    ///
    /// # Errors
    /// None but those of Arrow's writer.
    pub fn encode(&self) -> Result<Vec<GenotypeFrame>, ColumnError> {
        if self.samples == 0 {
            return Ok(Vec::new());
        }
        let planes = 2 + usize::from(!self.p2.is_empty()) + usize::from(!self.hq_known.is_empty());
        let per_frame = (FRAME_BYTES / (planes * self.samples.div_ceil(8))).max(1);
        (0..self.rows)
            .step_by(per_frame)
            .map(|start| {
                let rows = start..self.rows.min(start + per_frame);
                Ok(GenotypeFrame {
                    payload: self.encode_rows(rows.clone())?,
                    rows,
                })
            })
            .collect()
    }

    /// Puts together the frames of a block, in order.
    ///
    /// # Errors
    /// A frame is no such stream, or of another number of samples.
    pub fn decode<'a>(
        samples: usize,
        frames: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, ColumnError> {
        let mut columns = GenotypeColumns::new(samples);
        for frame in frames {
            columns.append(&ipc::read(frame)?)?;
        }
        Ok(columns)
    }

    fn encode_rows(&self, rows: Range<usize>) -> Result<Vec<u8>, ColumnError> {
        let known = self.hq_known.get(rows.clone()).unwrap_or_default();
        let has_hq = known.contains(&true);
        let exceptions: Vec<&[Exception]> = rows.clone().map(|row| self.row(row).exceptions).collect();
        let columns: Columns = vec![
            ("p0", self.plane(&self.p0, rows.clone())?),
            ("p1", self.plane(&self.p1, rows.clone())?),
            ("p2", self.plane(&self.p2, rows.clone())?),
            (
                "hq",
                self.plane(if has_hq { &self.hq } else { &[] }, rows.clone())?,
            ),
            ("hq_known", hq_known(known, rows.len())),
            (
                "exception_sample",
                exception_list(&exceptions, |exception| exception.sample),
            ),
            (
                "exception_called",
                exception_list(&exceptions, |exception| exception.called.into()),
            ),
            (
                "exception_copies",
                exception_list(&exceptions, |exception| exception.copies.into()),
            ),
        ];
        ipc::write(
            columns,
            &[("samples", self.samples.to_string()), ("codes", CODES.to_owned())],
        )
    }

    fn plane(&self, words: &[u64], rows: Range<usize>) -> Result<ArrayRef, ColumnError> {
        if words.is_empty() {
            return Ok(derived(rows.len()));
        }
        let (per_row, width) = (words_for(self.samples), self.samples.div_ceil(8));
        let mut bytes = Vec::with_capacity(rows.len() * width + 8);
        for row in words[rows.start * per_row..rows.end * per_row].chunks_exact(per_row) {
            let start = bytes.len();
            bytes.extend(row.iter().flat_map(|word| word.to_le_bytes()));
            bytes.truncate(start + width);
        }
        Ok(Arc::new(FixedSizeBinaryArray::try_new(
            width as i32,
            bytes.into(),
            None,
        )?))
    }

    fn append(&mut self, batch: &RecordBatch) -> Result<(), ColumnError> {
        let rows = batch.num_rows();
        let (before, after) = (self.p0.len(), (self.rows + rows) * words_for(self.samples));
        read_plane(batch, "p0", self.samples, &mut self.p0)?;
        read_plane(batch, "p1", self.samples, &mut self.p1)?;
        for (name, words) in [("p2", &mut self.p2), ("hq", &mut self.hq)] {
            let was_empty = words.is_empty();
            words.resize(before, 0);
            let is_there = read_plane(batch, name, self.samples, words)?;
            if was_empty && !is_there {
                words.clear();
            } else {
                words.resize(after, 0);
            }
        }
        if self.p0.len() != after || self.p1.len() != after {
            return Err(ColumnError::Column("p0"));
        }
        if !self.hq.is_empty() {
            self.hq_known.resize(self.rows, false);
            let known = unsigned(column(batch, "hq_known")?, "hq_known")?.unwrap_or_else(|| vec![0; rows]);
            self.hq_known.extend(known.into_iter().map(|known| known == 1));
        }
        let [samples, called, copies] = ["exception_sample", "exception_called", "exception_copies"];
        let lists = [list(batch, samples)?, list(batch, called)?, list(batch, copies)?];
        for row in 0..rows {
            self.append_exceptions(&lists, row)?;
        }
        self.rows += rows;
        Ok(())
    }

    fn append_exceptions(&mut self, lists: &[Option<ListArray>; 3], row: usize) -> Result<(), ColumnError> {
        if let [Some(samples), Some(called), Some(copies)] = lists {
            let [samples, called, copies] = [samples, called, copies].map(|list| numbers(list, row));
            let (samples, called, copies) = (samples?, called?, copies?);
            if called.len() != samples.len() || copies.len() != samples.len() {
                return Err(ColumnError::Length);
            }
            let small = |value: u32| u16::try_from(value).map_err(|_| ColumnError::Value("exception_called"));
            for ((&sample, &called), &copies) in
                samples.values().iter().zip(called.values()).zip(copies.values())
            {
                self.exceptions.push(Exception {
                    sample,
                    called: small(called)?,
                    copies: small(copies)?,
                });
            }
        }
        self.exception_ends.push(self.exceptions.len() as u32);
        Ok(())
    }
}

fn hq_known(known: &[bool], rows: usize) -> ArrayRef {
    if known.is_empty() {
        return derived(rows);
    }
    Arc::new(UInt8Array::from_iter_values(
        known.iter().map(|&known| u8::from(known)),
    ))
}

fn exception_list(rows: &[&[Exception]], get: fn(&Exception) -> u32) -> ArrayRef {
    if rows.iter().all(|row| row.is_empty()) {
        return derived(rows.len());
    }
    let rows = rows
        .iter()
        .map(|row| Some(row.iter().map(|exception| Some(get(exception)))));
    Arc::new(ListArray::from_iter_primitive::<UInt32Type, _, _>(rows))
}

/// Appends a plane to `words`; false where it is left out.
fn read_plane(
    batch: &RecordBatch,
    name: &'static str,
    samples: usize,
    words: &mut Vec<u64>,
) -> Result<bool, ColumnError> {
    let array = column(batch, name)?;
    if *array.data_type() == DataType::Null {
        return Ok(false);
    }
    let array = array
        .as_fixed_size_binary_opt()
        .ok_or(ColumnError::Column(name))?;
    let width = samples.div_ceil(8);
    if array.value_length() as usize != width {
        return Err(ColumnError::Column(name));
    }
    for row in 0..array.len() {
        words.extend(array.value(row).chunks(8).map(|bytes| {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(word)
        }));
    }
    Ok(true)
}

fn list(batch: &RecordBatch, name: &'static str) -> Result<Option<ListArray>, ColumnError> {
    let array = column(batch, name)?;
    if *array.data_type() == DataType::Null {
        return Ok(None);
    }
    array
        .as_list_opt::<i32>()
        .cloned()
        .map(Some)
        .ok_or(ColumnError::Column(name))
}

fn numbers(list: &ListArray, row: usize) -> Result<PrimitiveArray<UInt32Type>, ColumnError> {
    let value = list.value(row);
    value
        .as_primitive_opt::<UInt32Type>()
        .cloned()
        .ok_or(ColumnError::Column("exception_sample"))
}
