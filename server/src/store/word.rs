//! Words of the wire (`importing`, `spec`, …) as text columns.
//!
//! Invariant: a word is spelled in the database as serde spells it on the wire.

use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef, Postgres};
use sqlx::{Decode, Encode, Type};

/// A protocol enum without fields, stored as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<T>(pub T);

impl<T> Type<Postgres> for Word<T> {
    fn type_info() -> PgTypeInfo {
        <str as Type<Postgres>>::type_info()
    }

    fn compatible(ty: &PgTypeInfo) -> bool {
        <str as Type<Postgres>>::compatible(ty)
    }
}

impl<'r, T: DeserializeOwned> Decode<'r, Postgres> for Word<T> {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        let text = <&str as Decode<Postgres>>::decode(value)?;
        let word: Result<T, serde::de::value::Error> = T::deserialize(text.into_deserializer());
        Ok(Word(word?))
    }
}

impl<T: Serialize> Encode<'_, Postgres> for Word<T> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match serde_json::to_value(&self.0)? {
            serde_json::Value::String(text) => <&str as Encode<Postgres>>::encode(&text, buffer),
            other => Err(format!("{other} is not a word").into()),
        }
    }
}
