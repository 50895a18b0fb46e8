//! Uploading a whole file or stream.
//!
//! Invariant: at most one chunk is held in memory, and it is kept until the server has all of it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Body;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{Pace, Upload, may_pass, pace};
use crate::{Client, Error};

/// Bytes of one request.
const CHUNK: usize = 8 << 20;

/// Longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// How to upload.
#[derive(Clone)]
pub struct UploadOptions {
    /// No faster than this.
    pub pace: Option<Pace>,
    /// Tries without any progress before it is given up.
    pub tries: u32,
    /// Hears how many bytes were sent.
    pub progress: Option<Progress>,
    /// SHA-256 of the whole file, in hexadecimal.
    pub sha256: Option<String>,
}

impl Default for UploadOptions {
    fn default() -> Self {
        Self {
            pace: None,
            tries: 8,
            progress: None,
            sha256: None,
        }
    }
}

impl fmt::Debug for UploadOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadOptions")
            .field("pace", &self.pace)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}

impl UploadOptions {
    /// The same, sending no more than that many bytes a second.
    pub fn limit_rate(mut self, bytes_per_second: u64) -> Self {
        self.pace = Some(Pace::new(bytes_per_second));
        self
    }

    /// The same, telling how many bytes were sent.
    pub fn on_progress(mut self, progress: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }
}

/// SHA-256 of a file, in hexadecimal.
pub fn sha256_of(path: &Path) -> std::io::Result<String> {
    let mut hasher = Sha256::new();
    std::io::copy(&mut std::fs::File::open(path)?, &mut hasher)?;
    Ok(hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

impl Client {
    /// Uploads a file under its own name.
    pub async fn upload_file(
        &self,
        dataset_id: i64,
        path: &Path,
        options: &UploadOptions,
    ) -> Result<Upload, Error> {
        let file = tokio::fs::File::open(path).await?;
        let size = file.metadata().await?.len();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or("upload.vcf");
        self.upload(dataset_id, name, file, Some(size), options).await
    }

    /// Uploads all that a reader gives.
    pub async fn upload(
        &self,
        dataset_id: i64,
        filename: &str,
        mut reader: impl AsyncRead + Unpin,
        size: Option<u64>,
        options: &UploadOptions,
    ) -> Result<Upload, Error> {
        let sha256 = options.sha256.as_deref();
        let mut upload = self.begin_upload_of(dataset_id, filename, size, sha256).await?;
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(CHUNK);
            while buffer.len() < CHUNK && reader.read_buf(&mut buffer).await? > 0 {}
            let chunk = buffer.split().freeze();
            let is_last = chunk.len() < CHUNK;
            upload.send(&chunk, options).await?;
            if is_last {
                break;
            }
        }
        if size.is_none() {
            let total = upload.offset();
            upload.declare_size(total).await?;
        }
        Ok(upload)
    }
}

impl Upload {
    /// Sends a chunk until the server has it, going on after breaks from what it has.
    async fn send(&mut self, chunk: &Bytes, options: &UploadOptions) -> Result<(), Error> {
        let start = self.offset();
        let end = start + chunk.len() as u64;
        let mut failures = 0;
        while self.offset() < end {
            let before = self.offset();
            let rest = chunk.slice((before - start) as usize..);
            let progress = options.progress.clone();
            let tell = move |sent| progress.iter().for_each(|progress| progress(before + sent));
            let body = Body::wrap_stream(pace::slices(rest, options.pace, tell));
            let Err(mut error) = self.append_body(body, None).await else {
                failures = 0;
                continue;
            };
            loop {
                failures += 1;
                if failures > options.tries || !may_pass(&error) {
                    return Err(error);
                }
                tokio::time::sleep(wait(failures)).await;
                match self.ask_offset().await {
                    Ok(_) => break,
                    Err(again) => error = again,
                }
            }
            if !(start..=end).contains(&self.offset()) {
                return Err(Error::Protocol(format!(
                    "the server has {} bytes, which were not sent now",
                    self.offset()
                )));
            }
            if self.offset() > before {
                failures = 0;
            }
        }
        Ok(())
    }
}

/// Doubles from a quarter of a second, with jitter.
fn wait(failures: u32) -> Duration {
    let longest = Duration::from_millis(250)
        .saturating_mul(1 << failures.min(10))
        .min(LONGEST_WAIT);
    longest.mul_f64(rand::random_range(0.5..1.0))
}
