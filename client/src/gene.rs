//! Genes.

use allelecast_protocol::gene::Gene;
use reqwest::Method;

use crate::request::read;
use crate::{Client, Error};

impl Client {
    /// The gene of that symbol, Ensembl id or alias on a build.
    pub async fn gene(&self, build: &str, name: &str) -> Result<Gene, Error> {
        let request = self.request(Method::GET, &format!("/api/v1/genes/{name}"))?;
        read(request.query(&[("build", build)])).await
    }
}
