//! Questions.

use allelecast_protocol::Version;
use allelecast_protocol::chart::Aggregates;
use allelecast_protocol::row::QueryPage;
use reqwest::Method;

use crate::request::read;
use crate::{Client, Error};

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct QueryRequest {
    /// Reference build.
    pub build: String,
    /// Query text; empty for all alleles of the scope.
    pub query: String,
    /// Datasets in scope, by slug or id; empty for all.
    pub datasets: Vec<String>,
    /// Groups to show; empty for all of the scope.
    pub groups: Vec<String>,
    /// Rows of a page.
    pub limit: Option<u32>,
    /// Cursor from the page before.
    pub cursor: Option<String>,
    /// The version to read at; the newest without it.
    pub version: Option<Version>,
    /// Count high-quality calls only.
    pub hq: bool,
}

impl QueryRequest {
    /// A query over all datasets of a build.
    pub fn new(build: impl Into<String>, query: impl Into<String>) -> Self {
        Self {
            build: build.into(),
            query: query.into(),
            ..Self::default()
        }
    }

    /// The same, over one dataset more.
    pub fn in_dataset(mut self, dataset: impl Into<String>) -> Self {
        self.datasets.push(dataset.into());
        self
    }

    /// The parameters of `GET /query` and `GET /aggregates`.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = vec![("build", self.build.clone()), ("q", self.query.clone())];
        let lists = [("dataset", &self.datasets), ("groups", &self.groups)];
        parameters.extend(
            lists
                .into_iter()
                .filter(|(_, list)| !list.is_empty())
                .map(|(key, list)| (key, list.join(","))),
        );
        let optional = [
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("cursor", self.cursor.clone()),
            ("version", self.version.map(|version| version.to_string())),
            ("hq", self.hq.then(|| "true".to_owned())),
        ];
        parameters.extend(
            optional
                .into_iter()
                .filter_map(|(key, value)| Some((key, value?))),
        );
        parameters
    }
}

impl Client {
    /// A page of rows.
    pub async fn query(&self, query: &QueryRequest) -> Result<QueryPage, Error> {
        read(
            self.request(Method::GET, "/api/v1/query")?
                .query(&query.parameters()),
        )
        .await
    }

    /// The chart sums of a query.
    pub async fn aggregates(&self, query: &QueryRequest) -> Result<Aggregates, Error> {
        read(
            self.request(Method::GET, "/api/v1/aggregates")?
                .query(&query.parameters()),
        )
        .await
    }

    /// The newest version that the server knows.
    pub async fn head(&self) -> Result<Version, Error> {
        self.get("/api/v1/head").await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_said_is_sent() {
        let plain = QueryRequest::new("GRCh37", "");
        assert_eq!(
            plain.parameters(),
            [("build", "GRCh37".into()), ("q", String::new())]
        );
        let mut full = QueryRequest::new("GRCh38", "qual > 10")
            .in_dataset("kgp")
            .in_dataset("7");
        full.limit = Some(5);
        full.version = Some(Version { epoch: 1, seq: 2 });
        full.hq = true;
        let text: Vec<String> = full
            .parameters()
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        assert_eq!(
            text.join("&"),
            "build=GRCh38&q=qual > 10&dataset=kgp,7&limit=5&version=1.2&hq=true"
        );
    }
}
