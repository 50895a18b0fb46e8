//! The channel between the server and a worker that runs R: one frame a message, both ways, on the worker's standard
//! input and output.
//!
//! A frame is 16 bytes (`MAGIC`, length of the header and of the payload, little-endian), a JSON header
//! ([`RRequest`] or [`RReply`]) and a payload: Arrow IPC streams, one after the other.
//!
//! Invariant: a worker says [`RReply::Hello`] first; then each request is answered by any number of
//! [`RReply::Progress`] and one [`RReply::Result`] or [`RReply::Failed`], before the next is sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Begins each frame; another one means that something else wrote to the channel.
pub const MAGIC: [u8; 4] = *b"alR1";

/// Bytes before the header.
pub const PREFIX_BYTES: usize = 16;

/// Longest header, in bytes.
pub const MAX_HEADER_BYTES: u32 = 1 << 20;

/// Longest payload, in bytes.
pub const MAX_PAYLOAD_BYTES: u64 = 512 << 20;

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RRequest {
    /// Repeated in the replies.
    pub id: u64,
    /// A function of the R package.
    pub tool: String,
    /// Arguments by name.
    #[serde(default)]
    pub arguments: BTreeMap<String, RArgument>,
    /// Tables of the payload, in order; each is an argument of that name.
    #[serde(default)]
    pub tables: Vec<RTable>,
}

/// A plain argument.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RArgument {
    /// A logical.
    Flag(bool),
    /// A double.
    Number(f64),
    /// A string.
    Text(String),
    /// A vector of doubles.
    Numbers(Vec<f64>),
    /// A vector of strings.
    Texts(Vec<String>),
}

/// A table in the payload: an Arrow IPC stream. One whose only column is of fixed-size binary values becomes a raw
/// matrix with a column for each value, any other a data frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RTable {
    /// The argument.
    pub name: String,
    /// Length of the stream.
    pub bytes: u64,
}

/// What a worker says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RReply {
    /// It is ready.
    Hello {
        /// Version of R.
        r: String,
        /// The packages that its tools use, and their versions.
        packages: Vec<RPackage>,
        /// The tools that it has.
        tools: Vec<String>,
    },
    /// It is at work.
    Progress {
        /// Of the request.
        id: u64,
        /// Share that is done, 0 to 1.
        share: f64,
    },
    /// It is done; the payload is the table that the tool gave back.
    Result {
        /// Of the request.
        id: u64,
        /// What R warned of.
        warnings: Vec<String>,
    },
    /// The tool refused, or R stopped with an error. The worker goes on.
    Failed {
        /// Of the request.
        id: u64,
        /// R's words.
        message: String,
    },
}

/// An R package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RPackage {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
}

/// The bytes before a header of `header` and a payload of `payload` bytes.
pub fn prefix(header: u32, payload: u64) -> [u8; PREFIX_BYTES] {
    let mut prefix = [0; PREFIX_BYTES];
    prefix[..4].copy_from_slice(&MAGIC);
    prefix[4..8].copy_from_slice(&header.to_le_bytes());
    prefix[8..].copy_from_slice(&payload.to_le_bytes());
    prefix
}

/// The lengths of header and payload; `None` where these bytes begin no frame, or one over the limits.
pub fn lengths(prefix: &[u8; PREFIX_BYTES]) -> Option<(usize, usize)> {
    let (magic, rest) = prefix.split_first_chunk::<4>()?;
    let (header, payload) = rest.split_first_chunk::<4>()?;
    let header = u32::from_le_bytes(*header);
    let payload = u64::from_le_bytes(payload.try_into().ok()?);
    let is_frame = *magic == MAGIC && header <= MAX_HEADER_BYTES && payload <= MAX_PAYLOAD_BYTES;
    is_frame.then_some((header as usize, payload as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_read_back_and_rubbish_is_not() {
        assert_eq!(lengths(&prefix(7, 1 << 20)), Some((7, 1 << 20)));
        assert_eq!(lengths(&prefix(MAX_HEADER_BYTES + 1, 0)), None);
        assert_eq!(lengths(&prefix(2, MAX_PAYLOAD_BYTES + 1)), None);
        assert_eq!(lengths(b"Error in library"), None);
    }

    #[test]
    fn headers_are_what_the_worker_expects() {
        let request = RRequest {
            id: 3,
            tool: "hwe".into(),
            arguments: [("exact".to_owned(), RArgument::Flag(true))].into(),
            tables: vec![RTable {
                name: "genotypes".into(),
                bytes: 12,
            }],
        };
        let text =
            r#"{"id":3,"tool":"hwe","arguments":{"exact":true},"tables":[{"name":"genotypes","bytes":12}]}"#;
        assert_eq!(serde_json::to_string(&request).unwrap(), text);
        assert_eq!(serde_json::from_str::<RRequest>(text).unwrap(), request);
        let reply = RReply::Progress { id: 3, share: 0.5 };
        assert_eq!(
            serde_json::to_string(&reply).unwrap(),
            r#"{"type":"progress","id":3,"share":0.5}"#
        );
    }
}
