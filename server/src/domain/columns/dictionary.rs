//! Text columns as dictionaries: each distinct value once, and for each row the narrowest index.
//!
//! Invariant: an index that a payload holds points to a value, or the payload is refused.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, DictionaryArray, StringArray},
    datatypes::{ArrowDictionaryKeyType, DataType, UInt8Type, UInt16Type, UInt32Type},
};

use super::{
    integers::{narrow, unsigned},
    ipc::ColumnError,
};

/// A dictionary column of those codes and values.
pub(super) fn array(codes: &[u32], values: &StringArray) -> ArrayRef {
    fn keyed<K: ArrowDictionaryKeyType>(keys: &ArrayRef, values: &StringArray) -> ArrayRef {
        Arc::new(DictionaryArray::<K>::new(
            keys.as_primitive::<K>().clone(),
            Arc::new(values.clone()),
        ))
    }
    let keys = narrow(codes);
    match keys.data_type() {
        DataType::UInt8 => keyed::<UInt8Type>(&keys, values),
        DataType::UInt16 => keyed::<UInt16Type>(&keys, values),
        _ => keyed::<UInt32Type>(&keys, values),
    }
}

/// A text column without nulls as a dictionary column.
pub(super) fn of_text(text: &StringArray) -> ArrayRef {
    let (mut known, mut values) = (HashMap::new(), Vec::new());
    let codes: Vec<u32> = (0..text.len())
        .map(|row| {
            *known.entry(text.value(row)).or_insert_with_key(|value| {
                values.push(*value);
                values.len() as u32 - 1
            })
        })
        .collect();
    array(&codes, &StringArray::from(values))
}

/// The codes and values of a dictionary column with keys of any width.
pub(super) fn parts(array: &ArrayRef, name: &'static str) -> Result<(Vec<u32>, StringArray), ColumnError> {
    let wrong = || ColumnError::Column(name);
    let dictionary = array.as_any_dictionary_opt().ok_or_else(wrong)?;
    let keys = arrow::array::make_array(dictionary.keys().to_data());
    let codes = unsigned(&keys, name)?.ok_or_else(wrong)?;
    let values = dictionary
        .values()
        .as_string_opt::<i32>()
        .ok_or_else(wrong)?
        .clone();
    match codes.iter().all(|&code| (code as usize) < values.len()) {
        true => Ok((codes, values)),
        false => Err(ColumnError::Value(name)),
    }
}

/// A text column, stored as a dictionary or as it is.
pub(super) fn text(array: &ArrayRef, name: &'static str) -> Result<StringArray, ColumnError> {
    if let Some(text) = array.as_string_opt::<i32>() {
        return Ok(text.clone());
    }
    let (codes, values) = parts(array, name)?;
    let value = |&code: &u32| values.value(code as usize);
    Ok(StringArray::from_iter_values(codes.iter().map(value)))
}
