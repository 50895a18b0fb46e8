//! The headers of tus 1.0.
//!
//! Invariant: each is read in one place, and what cannot be read is refused by the header's name.

use allelecast_protocol::ErrorCode;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::http::Error;

pub(super) const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(super) const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
pub(super) const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub(super) const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
pub(super) const TUS_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
pub(super) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(super) const UPLOAD_DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
pub(super) const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
pub(super) const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
pub(super) const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// The edition spoken.
pub(super) const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
pub(super) const EXTENSIONS: HeaderValue = HeaderValue::from_static(
    "creation,creation-with-upload,creation-defer-length,checksum,termination,expiration",
);
pub(super) const ALGORITHMS: HeaderValue = HeaderValue::from_static("sha1,sha256");

/// Refuses other editions.
pub(super) fn demand_version(headers: &HeaderMap) -> Result<(), Error> {
    if headers
        .get(TUS_RESUMABLE)
        .is_some_and(|version| version == VERSION)
    {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::ProtocolVersion,
        "This address speaks tus 1.0.0: send Tus-Resumable: 1.0.0.",
    )
    .with_header(TUS_VERSION, VERSION))
}

/// Whether the body is bytes of the upload.
pub(super) fn has_bytes(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/offset+octet-stream")
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<Option<i64>, Error> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let digits = value
        .to_str()
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok());
    number
        .map(Some)
        .ok_or_else(|| invalid(name, "is not a whole number"))
}

/// `Upload-Offset`.
pub(super) fn offset(headers: &HeaderMap) -> Result<i64, Error> {
    number(headers, &UPLOAD_OFFSET)?.ok_or_else(|| invalid(&UPLOAD_OFFSET, "is missing"))
}

/// `Upload-Length`, or none with `Upload-Defer-Length: 1`.
pub(super) fn declared_size(headers: &HeaderMap, most: u64) -> Result<Option<i64>, Error> {
    let deferred = headers.get(UPLOAD_DEFER_LENGTH).is_some_and(|value| value == "1");
    match (number(headers, &UPLOAD_LENGTH)?, deferred) {
        (Some(size), false) if size.unsigned_abs() > most => Err(Error::limit_exceeded(format!(
            "A file may have {most} bytes here."
        ))),
        (Some(size), false) => Ok(Some(size)),
        (None, true) => Ok(None),
        (Some(_), true) => Err(invalid(&UPLOAD_LENGTH, "is given and deferred at once")),
        (None, false) => Err(invalid(
            &UPLOAD_LENGTH,
            "is missing; send it or Upload-Defer-Length: 1",
        )),
    }
}

/// What an upload is of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    pub dataset_id: i64,
    pub filename: String,
    /// Of the whole file.
    pub sha256: Option<[u8; 32]>,
}

/// `Upload-Metadata`: keys with values in base64, divided by commas.
pub(super) fn metadata(headers: &HeaderMap) -> Result<Metadata, Error> {
    let text = headers
        .get(UPLOAD_METADATA)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (mut dataset_id, mut filename, mut sha256) = (None, None, None);
    for pair in text.split(',') {
        let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        if !["dataset_id", "filename", "sha256"].contains(&key) {
            continue;
        }
        let bytes = STANDARD
            .decode(value.trim())
            .map_err(|_| invalid(&UPLOAD_METADATA, "is not in base64"))?;
        let value = String::from_utf8(bytes).map_err(|_| invalid(&UPLOAD_METADATA, "is not UTF-8"))?;
        match key {
            "dataset_id" => {
                dataset_id = Some(
                    value
                        .parse()
                        .map_err(|_| invalid(&UPLOAD_METADATA, "has a dataset_id that is no number"))?,
                )
            }
            "filename" => filename = Some(value),
            _ => {
                let sum = from_hex(&value);
                sha256 = Some(sum.ok_or_else(|| invalid(&UPLOAD_METADATA, "has a sha256 that is none"))?);
            }
        }
    }
    let dataset_id = dataset_id.ok_or_else(|| invalid(&UPLOAD_METADATA, "has no dataset_id"))?;
    let filename = filename.map(|name| name.trim().to_owned()).unwrap_or_default();
    if filename.is_empty() || filename.chars().count() > 255 || filename.contains(char::is_control) {
        return Err(invalid(
            &UPLOAD_METADATA,
            "needs a filename of 1 to 255 characters",
        ));
    }
    Ok(Metadata {
        dataset_id,
        filename,
        sha256,
    })
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| Some(c.to_digit(16)? as u8)).collect();
    let bytes: Vec<u8> = digits?
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect();
    bytes.try_into().ok().filter(|_| text.len() == 64)
}

/// A checksum of the body of one request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Checksum {
    Sha1(Vec<u8>),
    Sha256(Vec<u8>),
}

impl Checksum {
    /// Whether the bytes are those that it was made of.
    pub(super) fn matches(&self, bytes: &[u8]) -> bool {
        match self {
            Checksum::Sha1(expected) => Sha1::digest(bytes).as_slice() == expected,
            Checksum::Sha256(expected) => Sha256::digest(bytes).as_slice() == expected,
        }
    }
}

/// `Upload-Checksum`.
pub(super) fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Error> {
    let Some(value) = headers.get(UPLOAD_CHECKSUM) else {
        return Ok(None);
    };
    let parts = value.to_str().ok().and_then(|text| text.split_once(' '));
    let (algorithm, sum) = parts.ok_or_else(|| invalid(&UPLOAD_CHECKSUM, "is not an algorithm and a sum"))?;
    let sum = STANDARD
        .decode(sum.trim())
        .map_err(|_| invalid(&UPLOAD_CHECKSUM, "is not in base64"))?;
    match algorithm {
        "sha1" => Ok(Some(Checksum::Sha1(sum))),
        "sha256" => Ok(Some(Checksum::Sha256(sum))),
        _ => Err(Error::new(
            ErrorCode::BadRequest,
            "The algorithms for Upload-Checksum are sha1 and sha256.",
        )),
    }
}

/// A time as HTTP writes it.
pub(super) fn http_date(time: OffsetDateTime) -> Option<HeaderValue> {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let text = time.to_offset(time::UtcOffset::UTC).format(format).ok()?;
    HeaderValue::from_str(&text).ok()
}

fn invalid(name: &HeaderName, what: &str) -> Error {
    let title: Vec<String> = name.as_str().split('-').map(capitalised).collect();
    Error::new(ErrorCode::BadRequest, format!("{} {what}.", title.join("-")))
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_ascii_uppercase() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|&(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn sizes_are_declared_or_deferred() {
        let size = |pairs: &[(&'static str, &str)]| declared_size(&headers(pairs), 100);
        assert_eq!(size(&[("upload-length", "100")]).unwrap(), Some(100));
        assert_eq!(size(&[("upload-defer-length", "1")]).unwrap(), None);
        for (pairs, code) in [
            (&[("upload-length", "101")][..], ErrorCode::LimitExceeded),
            (&[("upload-length", "-1")], ErrorCode::BadRequest),
            (&[("upload-length", "+1")], ErrorCode::BadRequest),
            (&[("upload-defer-length", "2")], ErrorCode::BadRequest),
            (
                &[("upload-length", "1"), ("upload-defer-length", "1")],
                ErrorCode::BadRequest,
            ),
            (&[], ErrorCode::BadRequest),
        ] {
            assert_eq!(size(pairs).unwrap_err().code(), code, "{pairs:?}");
        }
    }

    #[test]
    fn metadata_names_the_dataset_and_the_file() {
        let read = |text: &str| metadata(&headers(&[("upload-metadata", text)]));
        let expected = Metadata {
            dataset_id: 12,
            filename: "a.vcf".into(),
            sha256: None,
        };
        assert_eq!(read("dataset_id MTI=,filename YS52Y2Y=").unwrap(), expected);
        let sum = STANDARD.encode("00ff".repeat(16));
        let with_sum = read(&format!("dataset_id MTI=,filename YS52Y2Y=,sha256 {sum}")).unwrap();
        assert_eq!(with_sum.sha256.map(|sum| (sum[0], sum[31])), Some((0, 255)));
        assert_eq!(
            read("filename YS52Y2Y=, other, dataset_id MTI=").unwrap(),
            expected
        );
        for bad in [
            "",
            "dataset_id MTI=",
            "filename YS52Y2Y=",
            "dataset_id !,filename YS52Y2Y=",
            "dataset_id YQ==,filename YQ==",
            "dataset_id MTI=,filename ",
            "dataset_id MTI=,filename YS52Y2Y=,sha256 MTI=",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn checksums_are_compared() {
        let read = |text: &str| checksum(&headers(&[("upload-checksum", text)]));
        assert!(
            read("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")
                .unwrap()
                .unwrap()
                .matches(b"hello world")
        );
        assert!(
            !read("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")
                .unwrap()
                .unwrap()
                .matches(b"hello")
        );
        let sha256 = read("sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=")
            .unwrap()
            .unwrap();
        assert!(sha256.matches(b"hello world"));
        for bad in ["md5 aaaa", "sha1", "sha1 !"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert_eq!(checksum(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn dates_are_written_as_http_does() {
        let date = http_date(OffsetDateTime::UNIX_EPOCH).unwrap();
        assert_eq!(date, "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
