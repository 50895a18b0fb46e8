//! Uploads by tus 1.0: begun, appended to, gone on with after a break.
//!
//! Invariant: the offset is always the server's word; bytes that it has not acknowledged are kept and sent again.

mod pace;
mod source;

use allelecast_protocol::ErrorCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reqwest::{Body, Method, RequestBuilder, Response};

use crate::request::send;
use crate::{Client, Error};

pub use pace::Pace;
pub use source::{UploadOptions, sha256_of};

/// An upload under way.
#[derive(Debug, Clone)]
pub struct Upload {
    client: Client,
    path: String,
    offset: u64,
}

impl Client {
    /// Begins an upload; with `None` its size is told later by [`Upload::declare_size`].
    pub async fn begin_upload(
        &self,
        dataset_id: i64,
        filename: &str,
        size: Option<u64>,
    ) -> Result<Upload, Error> {
        self.begin_upload_of(dataset_id, filename, size, None).await
    }

    /// The same, with the SHA-256 of the whole file, in hexadecimal: the server refuses bytes that the dataset has
    /// already, and a file that turns out to be another.
    pub async fn begin_upload_of(
        &self,
        dataset_id: i64,
        filename: &str,
        size: Option<u64>,
        sha256: Option<&str>,
    ) -> Result<Upload, Error> {
        let mut metadata = format!(
            "dataset_id {},filename {}",
            STANDARD.encode(dataset_id.to_string()),
            STANDARD.encode(filename)
        );
        if let Some(sha256) = sha256 {
            metadata += &format!(",sha256 {}", STANDARD.encode(sha256));
        }
        let request = tus(self.request(Method::POST, "/api/v1/uploads")?).header("upload-metadata", metadata);
        let request = match size {
            Some(size) => request.header("upload-length", size),
            None => request.header("upload-defer-length", 1),
        };
        let response = send(request).await?;
        let location = header(&response, "location").ok_or_else(|| missing("Location"))?;
        Ok(Upload {
            client: self.clone(),
            path: location.to_owned(),
            offset: 0,
        })
    }

    /// Finds an upload that was begun before, by [`Upload::path`].
    pub async fn resume_upload(&self, path: &str) -> Result<Upload, Error> {
        let mut upload = Upload {
            client: self.clone(),
            path: path.to_owned(),
            offset: 0,
        };
        upload.ask_offset().await?;
        Ok(upload)
    }
}

impl Upload {
    /// Where the upload is on the server; to be kept by who wants to go on with it in another process.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Bytes that the server has acknowledged.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Asks the server how many bytes it has.
    pub async fn ask_offset(&mut self) -> Result<u64, Error> {
        let response = send(tus(self.client.request(Method::HEAD, &self.path)?)).await?;
        self.offset = offset(&response)?;
        Ok(self.offset)
    }

    /// Sends the bytes that follow [`Upload::offset`]; returns the new offset.
    pub async fn append(&mut self, bytes: impl Into<Bytes>) -> Result<u64, Error> {
        self.append_body(bytes.into().into(), None).await
    }

    /// Says how large an upload of unknown size turned out to be.
    pub async fn declare_size(&mut self, size: u64) -> Result<u64, Error> {
        self.append_body(Body::from(Bytes::new()), Some(size)).await
    }

    /// Ends the upload; the server forgets its bytes.
    pub async fn terminate(self) -> Result<(), Error> {
        send(tus(self.client.request(Method::DELETE, &self.path)?))
            .await
            .map(drop)
    }

    async fn append_body(&mut self, body: Body, size: Option<u64>) -> Result<u64, Error> {
        let request = tus(self.client.request(Method::PATCH, &self.path)?)
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", self.offset)
            .body(body);
        let request = match size {
            Some(size) => request.header("upload-length", size),
            None => request,
        };
        self.offset = offset(&send(request).await?)?;
        Ok(self.offset)
    }
}

/// Whether the same bytes may be accepted later.
fn may_pass(error: &Error) -> bool {
    match (error, error.code()) {
        (Error::Http(_), _) => true,
        // Another writer, or our own broken connection that the server has not given up yet.
        (_, Some(ErrorCode::Conflict)) => true,
        (_, Some(ErrorCode::StorageFull)) => false,
        (_, Some(code)) => code.retryable(),
        (Error::Status { status, .. }, None) => {
            *status >= 500 || *status == 409 || *status == 423 || *status == 429
        }
        _ => false,
    }
}

fn tus(request: RequestBuilder) -> RequestBuilder {
    request.header("tus-resumable", "1.0.0")
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

fn offset(response: &Response) -> Result<u64, Error> {
    header(response, "upload-offset")
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| missing("Upload-Offset"))
}

fn missing(name: &str) -> Error {
    Error::Protocol(format!("the header {name} is missing"))
}
