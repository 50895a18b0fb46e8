//! Record batches to and from compressed Arrow IPC streams.
//!
//! Invariant: what is read is the first batch of a stream; only frequencies are written in streams of several.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringArray},
    datatypes::{Field, Schema},
    error::ArrowError,
    ipc::{
        CompressionType, MetadataVersion,
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

/// A stream of several batches that have one schema, and where each of them lies in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stream {
    pub(super) data: Vec<u8>,
    /// Offsets at which the schema and then each batch end.
    pub(super) ends: Vec<usize>,
}

/// Writes a batch. `metadata` tells readers without this code what a column means.
pub(super) fn write(columns: Columns, metadata: &[(&str, String)]) -> Result<Vec<u8>, ColumnError> {
    Ok(write_all(vec![columns], metadata)?.data)
}

/// Writes batches, at least one, whose columns agree in names and types.
pub(super) fn write_all(batches: Vec<Columns>, metadata: &[(&str, String)]) -> Result<Stream, ColumnError> {
    let first = batches.first().ok_or(ColumnError::Empty)?;
    let fields: Vec<Field> = (0..first.len())
        .map(|at| {
            let (name, array) = &first[at];
            let is_nullable = |batch: &Columns| batch.get(at).is_some_and(|(_, array)| array.is_nullable());
            Field::new(*name, array.data_type().clone(), batches.iter().any(is_nullable))
        })
        .collect();
    let metadata = metadata
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
    // Buffers are copied when they are inflated, so that padding them to 64 bytes would serve nobody.
    let options = IpcWriteOptions::try_new(8, false, MetadataVersion::V5)?
        .try_with_compression(Some(CompressionType::ZSTD))?;
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &schema, options)?;
    let mut ends = vec![writer.get_ref().len()];
    for columns in batches {
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        writer.write(&RecordBatch::try_new(schema.clone(), arrays)?)?;
        ends.push(writer.get_ref().len());
    }
    Ok(Stream {
        data: writer.into_inner()?,
        ends,
    })
}

/// Reads the first batch of a stream; the end of the bytes ends a stream too.
pub(super) fn read(bytes: &[u8]) -> Result<RecordBatch, ColumnError> {
    // The reader would take whatever stands here for a length, and allocate as much.
    if !bytes.starts_with(&[0xff; 4]) {
        return Err(ColumnError::Empty);
    }
    StreamReader::try_new(bytes, None)?
        .next()
        .ok_or(ColumnError::Empty)?
        .map_err(ColumnError::from)
}

/// A column that must be there.
pub(super) fn column<'a>(batch: &'a RecordBatch, name: &'static str) -> Result<&'a ArrayRef, ColumnError> {
    batch.column_by_name(name).ok_or(ColumnError::Column(name))
}

/// A text column that may be absent.
pub(super) fn optional_text(
    batch: &RecordBatch,
    name: &'static str,
) -> Result<Option<StringArray>, ColumnError> {
    let text = |array: &ArrayRef| array.as_string_opt::<i32>().cloned();
    let found = batch.column_by_name(name);
    found
        .map(|array| text(array).ok_or(ColumnError::Column(name)))
        .transpose()
}
