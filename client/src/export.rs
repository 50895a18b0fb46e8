//! Exports: ask for a file, wait until it is written, fetch it.

use std::time::Duration;

use allelecast_protocol::export::{Export, ExportState, Names, NewExport};
use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use reqwest::Method;
use reqwest::header::RANGE;

use crate::request::send;
use crate::{Client, Error, QueryRequest};

/// Time between two looks at an export that is being written.
const LOOK_EVERY: Duration = Duration::from_millis(250);

impl QueryRequest {
    /// The whole result as a file. Page size and cursor do not matter.
    pub fn as_export(&self, format: impl Into<String>) -> NewExport {
        NewExport {
            query: self.query.clone(),
            build: self.build.clone(),
            dataset: Names::List(self.datasets.clone()),
            groups: Names::List(self.groups.clone()),
            hq: self.hq,
            version: self.version.map(|version| version.to_string()),
            format: format.into(),
        }
    }
}

impl Client {
    /// Asks for an export; it is written in the background.
    pub async fn begin_export(&self, new: &NewExport) -> Result<Export, Error> {
        self.post("/api/v1/exports", new).await
    }

    /// How far an export is.
    pub async fn export(&self, id: &str) -> Result<Export, Error> {
        self.get(&format!("/api/v1/exports/{id}")).await
    }

    /// Looks at an export until it is written or failed; `look` sees it each time.
    pub async fn export_settled(&self, id: &str, mut look: impl FnMut(&Export)) -> Result<Export, Error> {
        loop {
            let export = self.export(id).await?;
            look(&export);
            if export.state != ExportState::Running {
                return Ok(export);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The bytes of a finished export from an offset on.
    pub async fn export_file(
        &self,
        id: &str,
        offset: u64,
    ) -> Result<impl Stream<Item = Result<Bytes, Error>> + use<>, Error> {
        let mut request = self.request(Method::GET, &format!("/api/v1/exports/{id}/file"))?;
        if offset > 0 {
            request = request.header(RANGE, format!("bytes={offset}-"));
        }
        Ok(send(request).await?.bytes_stream().map_err(Error::from))
    }

    /// Deletes an export; one that is being written is given up.
    pub async fn delete_export(&self, id: &str) -> Result<(), Error> {
        self.delete(&format!("/api/v1/exports/{id}")).await
    }
}
