//! A request's arguments as R values.
//!
//! Invariant: a payload that is not made of exactly the tables that the header names is refused.

use allelecast_protocol::r::{RArgument, RRequest};
use extendr_api::prelude::*;

use super::tables::{self, TableError};

/// The named list with which the tool is called.
pub fn list(request: &RRequest, mut payload: &[u8]) -> std::result::Result<Robj, TableError> {
    let mut named: Vec<(&str, Robj)> = Vec::new();
    for (name, value) in &request.arguments {
        let value = match value {
            RArgument::Flag(flag) => Robj::from(*flag),
            RArgument::Number(number) => Robj::from(*number),
            RArgument::Text(text) => Robj::from(text.as_str()),
            RArgument::Numbers(numbers) => Robj::from(numbers),
            RArgument::Texts(texts) => Robj::from(texts),
        };
        named.push((name, value));
    }
    for table in &request.tables {
        let bytes = usize::try_from(table.bytes).unwrap_or(usize::MAX);
        let (stream, rest) = payload.split_at_checked(bytes).ok_or(TableError::Length)?;
        payload = rest;
        named.push((&table.name, tables::read(stream)?));
    }
    if !payload.is_empty() {
        return Err(TableError::Length);
    }
    Ok(List::from_pairs(named).into())
}
