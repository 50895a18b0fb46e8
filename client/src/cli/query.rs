//! `allelecast query`.

use allelecast_client::protocol::row::{GroupCounts, Row, Status};
use allelecast_client::{Error, QueryRequest};
use clap::Args;

use super::{Failure, Global, print_json, sign_in};

pub const AFTER_HELP: &str = "\
A cell shows AF and (AC/AN); `-` is no data, `not seen` a covered site without the allele.

Examples:
  allelecast query 'region:20:1000000-2000000' --build GRCh37 --groups demo.pop.CEU,demo.pop.TSI
  allelecast query 'af(CEU) > 5% AND NOT seen(TSI)' --build GRCh37 --dataset demo --limit 20
  allelecast query '' --build GRCh37 --all --json | jq '.rows[].variant_id'";

#[derive(Debug, Args)]
pub struct QueryArgs {
    /// The query; empty for all alleles
    query: String,
    /// GRCh37, GRCh38 or T2T-CHM13
    #[arg(long)]
    build: String,
    /// Datasets (slug or id); all of the build without it
    #[arg(long, value_delimiter = ',')]
    dataset: Vec<String>,
    /// Groups to show; all without it
    #[arg(long, value_delimiter = ',')]
    groups: Vec<String>,
    /// Rows of a page
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// All pages
    #[arg(long)]
    all: bool,
    /// Count high-quality calls only
    #[arg(long)]
    hq: bool,
}

pub async fn run(global: &Global, args: QueryArgs) -> Result<(), Failure> {
    let client = sign_in::client(global).await?;
    let mut request = QueryRequest::new(args.build, args.query);
    request.datasets = args.dataset;
    request.groups = args.groups;
    request.limit = Some(args.limit);
    request.hq = args.hq;
    let mut first = true;
    loop {
        let page = client
            .query(&request)
            .await
            .map_err(|error| pointed(&request.query, error))?;
        if global.json {
            print_json(&page)?;
        } else {
            let groups = page
                .rows
                .first()
                .map(|row| row.groups.keys().cloned().collect())
                .unwrap_or_default();
            print_rows(&page.rows, groups, first);
        }
        first = false;
        // Every page shows the same state.
        request.version = Some(page.version);
        request.cursor = page.next;
        if !args.all || request.cursor.is_none() {
            return Ok(());
        }
    }
}

/// A failure that shows where in the query it is.
fn pointed(query: &str, error: Error) -> Failure {
    let span = match &error {
        Error::Api { error, .. } => error.span,
        _ => None,
    };
    let failure = Failure::from(error);
    match span {
        Some(span) => {
            let (start, end) = (span.start as usize, span.end as usize);
            let marks = "^".repeat(end.saturating_sub(start).max(1));
            failure.and_then(&format!("  {query}\n  {}{marks}", " ".repeat(start)))
        }
        None => failure,
    }
}

fn print_rows(rows: &[Row], groups: Vec<String>, with_header: bool) {
    if with_header {
        println!("chrom\tpos\tref\talt\tid\tfilter\t{}", groups.join("\t"));
    }
    for row in rows {
        let missing = || ".".to_owned();
        let cells: Vec<String> = groups
            .iter()
            .map(|group| row.groups.get(group).map_or_else(missing, cell))
            .collect();
        println!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{}",
            row.chrom,
            row.pos,
            row.reference_bases,
            row.alternate_bases,
            row.id.as_deref().unwrap_or("."),
            row.filter.as_deref().unwrap_or("."),
            cells.join("\t")
        );
    }
}

fn cell(counts: &GroupCounts) -> String {
    let shown = || Some(format!("({}/{})", counts.ac?, counts.an?));
    match counts.status {
        Status::NoData => "-".to_owned(),
        Status::NotSeen => "not seen".to_owned(),
        Status::Observed | Status::Ac0 => {
            let af = counts.af.map_or_else(|| ".".to_owned(), |af| format!("{af:.6}"));
            shown().map_or(af.clone(), |shown| format!("{af} {shown}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_kinds_of_nothing_look_different() {
        let counts = |status, ac, an, af| GroupCounts {
            status,
            ns: None,
            ac,
            an,
            af,
            het: None,
            hom: None,
            hemi: None,
            hq: None,
            mean_dp: None,
            inferred: false,
            partial: false,
        };
        for (given, expected) in [
            (
                counts(Status::Observed, Some(3), Some(200), Some(0.015)),
                "0.015000 (3/200)",
            ),
            (counts(Status::Ac0, Some(0), Some(0), None), ". (0/0)"),
            (counts(Status::NotSeen, None, None, None), "not seen"),
            (counts(Status::NoData, None, None, None), "-"),
        ] {
            assert_eq!(cell(&given), expected);
        }
    }
}
