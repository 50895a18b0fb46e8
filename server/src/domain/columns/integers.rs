//! Unsigned and floating columns.
//!
//! Invariant: what is written narrow comes back as wide as it was.

use std::sync::Arc;

use arrow::{
    array::{
        Array, ArrayRef, AsArray, Float32Array, Int64Array, NullArray, RecordBatch, UInt8Array, UInt16Array,
        UInt32Array,
    },
    datatypes::{DataType, Float32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type},
};

use super::ipc::{ColumnError, column};

/// The narrowest of `UInt8`, `UInt16` and `UInt32` that holds all values.
pub(super) fn narrow(values: &[u32]) -> ArrayRef {
    match values.iter().copied().max().unwrap_or(0) {
        0..=0xff => Arc::new(UInt8Array::from_iter_values(
            values.iter().map(|&value| value as u8),
        )),
        0x100..=0xffff => Arc::new(UInt16Array::from_iter_values(
            values.iter().map(|&value| value as u16),
        )),
        _ => Arc::new(UInt32Array::from_iter_values(values.iter().copied())),
    }
}

/// A column of nulls, which takes no space: the reader derives its values.
pub(super) fn derived(rows: usize) -> ArrayRef {
    Arc::new(NullArray::new(rows))
}

/// The narrow column, or a derived one where `is_derived` holds.
pub(super) fn narrow_unless(is_derived: bool, values: &[u32]) -> ArrayRef {
    if is_derived {
        derived(values.len())
    } else {
        narrow(values)
    }
}

/// A column of the differences between neighbours, the first value as it is: what ascends in small steps takes little
/// space so. Readers add up.
pub(super) fn steps(values: impl Iterator<Item = u64>) -> ArrayRef {
    let mut before = 0u64;
    let step = |value: u64| value.wrapping_sub(std::mem::replace(&mut before, value)) as i64;
    Arc::new(values.map(step).collect::<Int64Array>())
}

/// The values of a column of steps.
pub(super) fn summed(array: &ArrayRef, name: &'static str) -> Result<Vec<u64>, ColumnError> {
    let steps = array
        .as_primitive_opt::<Int64Type>()
        .ok_or(ColumnError::Column(name))?;
    let mut sum = 0u64;
    let add = |&step: &i64| {
        sum = sum.wrapping_add_signed(step);
        sum
    };
    Ok(steps.values().iter().map(add).collect())
}

/// A column of figures, NaN as null.
pub(super) fn figures(values: &[f32]) -> ArrayRef {
    Arc::new(
        values
            .iter()
            .map(|&value| (!value.is_nan()).then_some(value))
            .collect::<Float32Array>(),
    )
}

/// An unsigned column of any width; none where it is a derived one.
pub(super) fn unsigned(array: &ArrayRef, name: &'static str) -> Result<Option<Vec<u32>>, ColumnError> {
    let narrow = |value: u64| u32::try_from(value).map_err(|_| ColumnError::Value(name));
    Ok(Some(match array.data_type() {
        DataType::Null => return Ok(None),
        DataType::UInt8 => array
            .as_primitive::<UInt8Type>()
            .values()
            .iter()
            .map(|&value| value.into())
            .collect(),
        DataType::UInt16 => array
            .as_primitive::<UInt16Type>()
            .values()
            .iter()
            .map(|&value| value.into())
            .collect(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().values().to_vec(),
        DataType::UInt64 => array
            .as_primitive::<UInt64Type>()
            .values()
            .iter()
            .map(|&value| narrow(value))
            .collect::<Result<_, _>>()?,
        _ => return Err(ColumnError::Column(name)),
    }))
}

/// An unsigned column that must be there with its values.
pub(super) fn required(batch: &RecordBatch, name: &'static str) -> Result<Vec<u32>, ColumnError> {
    unsigned(column(batch, name)?, name)?.ok_or(ColumnError::Column(name))
}

/// An unsigned column that may be absent.
pub(super) fn optional(batch: &RecordBatch, name: &'static str) -> Result<Vec<u32>, ColumnError> {
    match batch.column_by_name(name) {
        Some(array) => unsigned(array, name)?.ok_or(ColumnError::Column(name)),
        None => Ok(Vec::new()),
    }
}

/// A column of 16-bit values of any width.
pub(super) fn required_u16(batch: &RecordBatch, name: &'static str) -> Result<Vec<u16>, ColumnError> {
    let narrow = |value| u16::try_from(value).map_err(|_| ColumnError::Value(name));
    required(batch, name)?.into_iter().map(narrow).collect()
}

/// A column of offsets of any width.
pub(super) fn required_u64(batch: &RecordBatch, name: &'static str) -> Result<Vec<u64>, ColumnError> {
    match column(batch, name)?.as_primitive_opt::<UInt64Type>() {
        Some(array) => Ok(array.values().to_vec()),
        None => Ok(required(batch, name)?.into_iter().map(u64::from).collect()),
    }
}

/// A column of figures, null as NaN; none where it is absent.
pub(super) fn optional_figures(
    batch: &RecordBatch,
    name: &'static str,
) -> Result<Option<Vec<f32>>, ColumnError> {
    let Some(array) = batch.column_by_name(name) else {
        return Ok(None);
    };
    let array = array
        .as_primitive_opt::<Float32Type>()
        .ok_or(ColumnError::Column(name))?;
    Ok(Some(
        array.iter().map(|value| value.unwrap_or(f32::NAN)).collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::UInt64Array;

    #[test]
    fn widths_are_the_narrowest_and_read_back() {
        for (values, want) in [
            (vec![], DataType::UInt8),
            (vec![0, 255], DataType::UInt8),
            (vec![0, 256], DataType::UInt16),
            (vec![65_536], DataType::UInt32),
        ] {
            let array = narrow(&values);
            assert_eq!(*array.data_type(), want);
            assert_eq!(unsigned(&array, "x").unwrap(), Some(values));
        }
        assert_eq!(unsigned(&derived(3), "x").unwrap(), None);
        let wide = |value| Arc::new(UInt64Array::from(vec![value])) as ArrayRef;
        assert_eq!(unsigned(&wide(7), "x").unwrap(), Some(vec![7]));
        assert!(unsigned(&wide(u64::MAX), "x").is_err());
    }

    #[test]
    fn steps_add_up() {
        for values in [vec![], vec![7, 7, 9, 3], vec![u64::MAX, 0, 1 << 63]] {
            assert_eq!(summed(&steps(values.iter().copied()), "x").unwrap(), values);
        }
        assert!(summed(&narrow(&[1]), "x").is_err());
    }
}
