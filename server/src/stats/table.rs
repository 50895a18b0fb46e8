//! Tables: Arrow record batches to and from their streams, and parts of them for people.
//!
//! Invariant: a table has one batch; null means that there is no figure.

use std::sync::Arc;

use allelecast_protocol::statistics::{ColumnValues, StatisticColumn, StatisticTable};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Schema};
use arrow::error::ArrowError;
use arrow::ipc::CompressionType;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::{IpcWriteOptions, StreamWriter};

/// Columns as a batch.
pub(super) fn batch(columns: &[(&str, ArrayRef)]) -> Result<RecordBatch, ArrowError> {
    let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    RecordBatch::try_new(schema, columns.iter().map(|(_, array)| array.clone()).collect())
}

/// Columns as a stream for a worker, not compressed.
pub(super) fn write(columns: &[(&str, ArrayRef)]) -> Result<Vec<u8>, ArrowError> {
    stream(&batch(columns)?, IpcWriteOptions::default())
}

/// A batch as a stream to be kept.
pub(super) fn compress(batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    stream(
        batch,
        IpcWriteOptions::default().try_with_compression(Some(CompressionType::ZSTD))?,
    )
}

fn stream(batch: &RecordBatch, options: IpcWriteOptions) -> Result<Vec<u8>, ArrowError> {
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options)?;
    writer.write(batch)?;
    writer.into_inner()
}

/// The batch of a stream.
pub fn read(stream: &[u8]) -> Result<RecordBatch, ArrowError> {
    let empty = || ArrowError::IpcError("the stream holds no batch".to_owned());
    StreamReader::try_new(stream, None)?.next().ok_or_else(empty)?
}

/// Rows of a table from `offset` on, at most `limit`.
pub fn part(batch: &RecordBatch, offset: usize, limit: usize) -> StatisticTable {
    let offset = offset.min(batch.num_rows());
    let rows = batch.slice(offset, limit.min(batch.num_rows() - offset));
    let column = |(field, array): (&Arc<Field>, &ArrayRef)| StatisticColumn {
        name: field.name().clone(),
        values: values(array),
    };
    StatisticTable {
        total: batch.num_rows() as u64,
        offset: offset as u64,
        columns: rows
            .schema()
            .fields()
            .iter()
            .zip(rows.columns())
            .map(column)
            .collect(),
    }
}

fn values(array: &ArrayRef) -> ColumnValues {
    if let Some(texts) = array.as_string_opt::<i32>() {
        return ColumnValues::Texts(texts.iter().map(|text| text.map(str::to_owned)).collect());
    }
    // Numbers and truth values become doubles; what cannot has no figure.
    match cast(array, &DataType::Float64) {
        Ok(numbers) => ColumnValues::Numbers(numbers.as_primitive::<Float64Type>().iter().collect()),
        Err(_) => ColumnValues::Numbers(vec![None; array.len()]),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{BooleanArray, Int32Array, StringArray};

    use super::*;

    #[test]
    fn tables_survive_storage_and_come_in_parts() {
        let table = batch(&[
            (
                "name",
                Arc::new(StringArray::from(vec![Some("a"), None, Some("ü")])),
            ),
            ("n", Arc::new(Int32Array::from(vec![Some(1), Some(2), None]))),
            ("is", Arc::new(BooleanArray::from(vec![true, false, true]))),
        ])
        .unwrap();
        let table = read(&compress(&table).unwrap()).unwrap();
        let tail = part(&table, 1, 5);
        assert_eq!((tail.total, tail.offset), (3, 1));
        assert_eq!(tail.texts("name").unwrap(), [None, Some("ü".to_owned())]);
        assert_eq!(tail.numbers("n").unwrap(), [Some(2.0), None]);
        assert_eq!(tail.numbers("is").unwrap(), [Some(0.0), Some(1.0)]);
        assert_eq!(part(&table, 9, 5).numbers("n").unwrap(), []);
    }
}
