//! Tables between Arrow and R.
//!
//! Invariant: R's NA is Arrow's null, both ways; NaN, which no tool gives on purpose, becomes null too.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, FixedSizeBinaryArray, Float64Array, Int32Array, RecordBatch,
    StringArray,
};
use arrow::datatypes::{DataType, Field, Float64Type, Int32Type, Schema};
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use extendr_api::prelude::*;

/// Why a table cannot cross.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Not an Arrow stream.
    #[error("a table cannot be read or written: {0}")]
    Arrow(#[from] ArrowError),
    /// The stream holds no batch.
    #[error("a table is empty")]
    Empty,
    /// Lengths that do not fit.
    #[error("the tables do not fill the payload exactly")]
    Length,
    /// A type that has no counterpart.
    #[error("column {0} has a type that cannot cross")]
    Type(String),
    /// R.
    #[error("R could not make a table of it: {0}")]
    R(String),
}

impl From<extendr_api::Error> for TableError {
    fn from(error: extendr_api::Error) -> Self {
        Self::R(error.to_string())
    }
}

/// An Arrow stream of one batch as an R matrix or data frame.
pub fn read(stream: &[u8]) -> std::result::Result<Robj, TableError> {
    let batch = StreamReader::try_new(stream, None)?
        .next()
        .ok_or(TableError::Empty)??;
    if let [column] = batch.columns()
        && let Some(values) = column.as_fixed_size_binary_opt()
    {
        return matrix(values);
    }
    let schema = batch.schema();
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        columns.push((field.name().as_str(), vector(field, column)?));
    }
    let mut frame: Robj = List::from_pairs(columns).into();
    let rows = i32::try_from(batch.num_rows()).map_err(|_| TableError::Length)?;
    // R's short form of row names 1 to n.
    frame.set_attrib(
        "row.names",
        [Rint::na(), Rint::from(-rows)].into_iter().collect::<Integers>(),
    )?;
    frame.set_class(["data.frame"])?;
    Ok(frame)
}

/// A raw matrix with a column for each value.
fn matrix(values: &FixedSizeBinaryArray) -> std::result::Result<Robj, TableError> {
    let rows = values.value_length();
    let columns = i32::try_from(values.len()).map_err(|_| TableError::Length)?;
    let bytes = usize::try_from(rows).unwrap_or(0) * values.len();
    let mut matrix: Robj = Raw::from_bytes(&values.value_data()[..bytes]).into();
    matrix.set_attrib("dim", [rows, columns])?;
    Ok(matrix)
}

fn vector(field: &Field, column: &ArrayRef) -> std::result::Result<Robj, TableError> {
    Ok(match field.data_type() {
        DataType::Int32 => {
            let values = column.as_primitive::<Int32Type>().iter();
            values
                .map(|value| value.map_or(Rint::na(), Rint::from))
                .collect::<Integers>()
                .into()
        }
        DataType::Float64 => {
            let values = column.as_primitive::<Float64Type>().iter();
            values
                .map(|value| value.map_or(Rfloat::na(), Rfloat::from))
                .collect::<Doubles>()
                .into()
        }
        DataType::Boolean => {
            let values = column.as_boolean().iter();
            values
                .map(|value| value.map_or(Rbool::na(), Rbool::from))
                .collect::<Logicals>()
                .into()
        }
        DataType::Utf8 => {
            let values = column.as_string::<i32>().iter();
            values
                .map(|value| value.map_or(Rstr::na(), Rstr::from))
                .collect::<Strings>()
                .into()
        }
        _ => return Err(TableError::Type(field.name().clone())),
    })
}

/// A named list of vectors of one length as an Arrow stream of one batch.
pub fn write(list: &List) -> std::result::Result<Vec<u8>, TableError> {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (name, value) in list.iter() {
        let column = column(name, &value)?;
        fields.push(Field::new(name, column.data_type().clone(), true));
        columns.push(column);
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), columns)?;
    let mut writer = StreamWriter::try_new(Vec::new(), &schema)?;
    writer.write(&batch)?;
    Ok(writer.into_inner()?)
}

fn column(name: &str, value: &Robj) -> std::result::Result<ArrayRef, TableError> {
    let wrong = || TableError::Type(name.to_owned());
    Ok(match value.rtype() {
        Rtype::Integers if !value.inherits("factor") => {
            let values = value.as_integer_slice().ok_or_else(wrong)?;
            let known = |&value: &i32| (value != i32::MIN).then_some(value);
            Arc::new(values.iter().map(known).collect::<Int32Array>())
        }
        Rtype::Doubles => {
            let values = value.as_real_slice().ok_or_else(wrong)?;
            let known = |value: &f64| Some(*value).filter(|value| !value.is_nan());
            Arc::new(values.iter().map(known).collect::<Float64Array>())
        }
        Rtype::Logicals => {
            let values = value.as_logical_slice().ok_or_else(wrong)?;
            let known = |value: &Rbool| (!value.is_na()).then(|| value.is_true());
            Arc::new(values.iter().map(known).collect::<BooleanArray>())
        }
        Rtype::Strings => {
            let values = Strings::try_from(value)?;
            let known = |value: &Rstr| (!value.is_na()).then(|| value.to_string());
            Arc::new(values.iter().map(known).collect::<StringArray>())
        }
        _ => return Err(wrong()),
    })
}
