//! What an import ended with, so that two imports can be compared whatever their blocks were.
//!
//! Invariant: names of datasets and times are left out, and nothing else.

use allelecast_client::protocol::dataset::FileState;
use allelecast_client::protocol::row::Row;
use allelecast_client::{Client, Error, QueryRequest};
use allelecast_server::domain::columns::{GenotypeColumns, SiteColumns};
use allelecast_server::store::blocks;
use sqlx::PgPool;

/// Everything that the API says of an import.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub alleles: i64,
    pub records: i64,
    pub findings: String,
    rows: Vec<String>,
}

impl Outcome {
    pub async fn of(client: &Client, id: i64, slug: &str) -> Result<Self, Error> {
        let settled = client.settled(id, |_| ()).await?;
        assert_eq!(settled.files[0].state, FileState::Ready, "{settled:?}");
        let rows = rows(client, slug).await?.into_iter();
        Ok(Self {
            alleles: settled.alleles,
            records: settled.files[0].records,
            findings: client.findings_csv(id).await?,
            rows: rows
                .map(|row| format!("{row:?}").replace(slug, "dataset"))
                .collect(),
        })
    }

    /// Compares part by part: a whole import is too much to read.
    pub fn assert_is(&self, expected: &Self) {
        assert_eq!((self.alleles, self.records), (expected.alleles, expected.records));
        let lines = |outcome: &Self| outcome.findings.lines().map(str::to_owned).collect::<Vec<_>>();
        assert_same_rows(&lines(self), &lines(expected));
        assert_same_rows(&self.rows, &expected.rows);
    }
}

pub fn assert_same_rows(got: &[String], want: &[String]) {
    for (number, (got, want)) in got.iter().zip(want).enumerate() {
        assert_eq!(got, want, "row {number}");
    }
    assert_eq!(got.len(), want.len());
}

async fn rows(client: &Client, slug: &str) -> Result<Vec<Row>, Error> {
    let mut request = QueryRequest {
        limit: Some(1_000),
        ..QueryRequest::new("GRCh37", "")
    }
    .in_dataset(slug);
    let mut all = Vec::new();
    loop {
        let page = client.query(&request).await?;
        all.extend(page.rows);
        match page.next {
            Some(next) => request.cursor = Some(next),
            None => return Ok(all),
        }
    }
}

/// Sites and genotypes as stored, allele by allele; the spans of the blocks must tile their contigs.
pub async fn genotypes(pool: &PgPool, file_id: i64, samples: usize) -> Vec<String> {
    let mut alleles = Vec::new();
    let mut before: Option<(i16, i32)> = None;
    for block in blocks::of_file(pool, file_id).await.unwrap() {
        let start = match before {
            Some((contig, end)) if contig == block.contig => end + 1,
            _ => 1,
        };
        assert_eq!(block.span_start, start, "{block:?}");
        before = Some((block.contig, block.span_end));
        let sites = blocks::sites(pool, &[(block.bucket, block.id)]).await.unwrap();
        let sites = SiteColumns::decode(&sites[0].1).unwrap();
        let frames = blocks::genotypes(pool, block.bucket, block.id).await.unwrap();
        let genotypes = GenotypeColumns::decode(samples, frames.iter().map(Vec::as_slice)).unwrap();
        assert_eq!(
            (sites.len(), genotypes.len()),
            (block.n as usize, block.n as usize)
        );
        for (number, site) in sites.rows().enumerate() {
            alleles.push(format!("{} {site:?} {:?}", block.contig, genotypes.row(number)));
        }
    }
    alleles
}
