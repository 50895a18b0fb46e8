//! Having a file judged without storing it.
//!
//! Invariant: a file is read once, piece by piece, and never held as a whole.

use std::path::Path;
use std::sync::Arc;

use allelecast_protocol::check::CheckReport;
use allelecast_protocol::dataset::Profile;
use bytes::Bytes;
use futures::{Stream, stream};
use reqwest::{Body, Method, header};
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use crate::request::read;
use crate::{Client, Error};

/// Bytes read at a time.
const PIECE: usize = 256 << 10;

impl Client {
    /// Sends a file to be judged; `sent` hears how many bytes went out.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read or the server does not answer; a refused file is a report.
    pub async fn check_file(
        &self,
        path: &Path,
        profile: Profile,
        sent: impl Fn(u64) + Send + Sync + 'static,
    ) -> Result<CheckReport, Error> {
        let file = File::open(path).await?;
        let size = file.metadata().await?;
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let request = self
            .request(Method::POST, "/api/v1/check")?
            .query(&[("profile", word(profile)), ("filename", &name)])
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .body(Body::wrap_stream(pieces(file, Arc::new(sent))));
        // The length lets a server refuse at once; a pipe has none.
        let request = if size.is_file() {
            request.header(header::CONTENT_LENGTH, size.len())
        } else {
            request
        };
        read(request).await
    }

    /// Has the bytes of a complete upload judged by another profile; `id` is the last part of its path.
    ///
    /// # Errors
    ///
    /// Where there is no such upload, or it is not complete.
    pub async fn check_upload(&self, id: &str, profile: Profile) -> Result<CheckReport, Error> {
        let request = self.request(Method::POST, "/api/v1/check")?;
        read(request.query(&[("profile", word(profile)), ("upload", id)])).await
    }
}

fn word(profile: Profile) -> &'static str {
    match profile {
        Profile::Spec => "spec",
        Profile::Strict => "strict",
        Profile::Tolerant => "tolerant",
    }
}

fn pieces(
    file: File,
    sent: Arc<dyn Fn(u64) + Send + Sync>,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    stream::try_unfold((file, 0_u64), move |(mut file, position)| {
        let sent = sent.clone();
        async move {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece).await?;
            piece.truncate(read);
            let position = position + read as u64;
            sent(position);
            Ok((read > 0).then(|| (Bytes::from(piece), (file, position))))
        }
    })
}
