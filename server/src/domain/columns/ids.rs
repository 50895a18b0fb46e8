//! The ID column: numbers of dbSNP apart from other text.
//!
//! Invariant: only an ID that its number prints exactly is stored as one, so that every ID comes back as written.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder, UInt32Array};
use arrow::datatypes::UInt32Type;

use super::{integers::derived, ipc::ColumnError};

/// The number of an ID that is `rs` and a number, and nothing else.
fn number(id: &str) -> Option<u32> {
    let digits = id.strip_prefix("rs")?;
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| is_plain)
}

/// The columns `rs` and `id`; the latter holds what the former cannot.
pub(super) fn arrays(ids: &StringArray) -> (ArrayRef, ArrayRef) {
    let numbers: UInt32Array = ids.iter().map(|id| id.and_then(number)).collect();
    let others = ids.iter().zip(&numbers);
    let others: StringArray = others
        .map(|(id, number)| id.filter(|_| number.is_none()))
        .collect();
    let or_derived = |array: ArrayRef| match array.null_count() == array.len() {
        true => derived(array.len()),
        false => array,
    };
    (or_derived(Arc::new(numbers)), or_derived(Arc::new(others)))
}

/// Reads what [`arrays`] wrote, or an `id` column alone.
pub(super) fn read(numbers: Option<&ArrayRef>, others: &ArrayRef) -> Result<StringArray, ColumnError> {
    let others_text = others.as_string_opt::<i32>();
    if others_text.is_none() && others.logical_null_count() < others.len() {
        return Err(ColumnError::Column("id"));
    }
    let numbers = match numbers.filter(|numbers| numbers.logical_null_count() < numbers.len()) {
        None => {
            return Ok(others_text
                .cloned()
                .unwrap_or_else(|| StringArray::new_null(others.len())));
        }
        Some(numbers) => numbers
            .as_primitive_opt::<UInt32Type>()
            .ok_or(ColumnError::Column("rs"))?,
    };
    let mut ids = StringBuilder::with_capacity(numbers.len(), numbers.len() * 12);
    for (row, number) in numbers.iter().enumerate() {
        match number {
            Some(number) => ids.append_value(format!("rs{number}")),
            None => ids.append_option(
                others_text
                    .filter(|text| text.is_valid(row))
                    .map(|text| text.value(row)),
            ),
        }
    }
    Ok(ids.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_as_written() {
        let all = [
            Some("rs1"),
            None,
            Some("rs4294967295"),
            Some("rs4294967296"),
            Some("rs007"),
            Some("rs"),
            Some("rs+5"),
            Some("rs1;rs2"),
            Some("COSM12"),
            Some("RS1"),
        ];
        for (ids, stored_numbers) in [
            (&all[..], 2),
            (&all[3..], 0),
            (&all[..2], 1),
            (&[None], 0),
            (&[], 0),
        ] {
            let ids = StringArray::from(ids.to_vec());
            let (numbers, others) = arrays(&ids);
            assert_eq!(numbers.len() - numbers.logical_null_count(), stored_numbers);
            assert_eq!(read(Some(&numbers), &others).unwrap(), ids);
        }
        let text: ArrayRef = Arc::new(StringArray::from(vec![Some("rs1"), None]));
        assert_eq!(&read(None, &text).unwrap(), text.as_string::<i32>());
    }
}
