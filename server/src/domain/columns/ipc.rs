//! One record batch to and from a compressed Arrow IPC stream.
//!
//! Invariant: a stream holds exactly one batch.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringArray},
    datatypes::{Field, Schema},
    error::ArrowError,
    ipc::{
        CompressionType,
        reader::StreamReader,
        writer::{IpcWriteOptions, StreamWriter},
    },
};

/// Why a payload cannot be decoded (or, short of memory, encoded).
#[derive(Debug, thiserror::Error)]
pub enum ColumnError {
    /// Not an Arrow stream, or a damaged one.
    #[error("the payload is no readable Arrow stream: {0}")]
    Arrow(#[from] ArrowError),
    /// The stream ends before its batch.
    #[error("the payload holds no record batch")]
    Empty,
    /// A column is absent or of another type.
    #[error("column {0} is missing or of another type")]
    Column(&'static str),
    /// A stored code stands for nothing.
    #[error("column {0} holds a value that means nothing")]
    Value(&'static str),
    /// Frames or columns that belong together differ in length.
    #[error("columns of one block differ in length")]
    Length,
}

/// Named columns in order.
pub(super) type Columns = Vec<(&'static str, ArrayRef)>;

/// Writes a batch of `rows` rows. `metadata` tells readers without this code what a column means.
pub(super) fn write(columns: Columns, metadata: &[(&str, String)]) -> Result<Vec<u8>, ColumnError> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), array.is_nullable()))
        .collect();
    let metadata = metadata
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(schema.clone(), arrays)?;
    let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::ZSTD))?;
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &schema, options)?;
    writer.write(&batch)?;
    Ok(writer.into_inner()?)
}

/// Reads the batch of a stream.
pub(super) fn read(bytes: &[u8]) -> Result<RecordBatch, ColumnError> {
    StreamReader::try_new(bytes, None)?
        .next()
        .ok_or(ColumnError::Empty)?
        .map_err(ColumnError::from)
}

/// A column that must be there.
pub(super) fn column<'a>(batch: &'a RecordBatch, name: &'static str) -> Result<&'a ArrayRef, ColumnError> {
    batch.column_by_name(name).ok_or(ColumnError::Column(name))
}

/// A text column that must be there.
pub(super) fn text(batch: &RecordBatch, name: &'static str) -> Result<StringArray, ColumnError> {
    column(batch, name)?
        .as_string_opt::<i32>()
        .cloned()
        .ok_or(ColumnError::Column(name))
}

/// A text column that may be absent.
pub(super) fn optional_text(
    batch: &RecordBatch,
    name: &'static str,
) -> Result<Option<StringArray>, ColumnError> {
    let found = batch.column_by_name(name).map(|_| text(batch, name));
    found.transpose()
}
