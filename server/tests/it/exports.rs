//! Exports: the file says what the pages say, of one version, to the one who asked.

use std::collections::BTreeMap;

use allelecast_client::protocol::ErrorCode;
use allelecast_client::protocol::export::{Export, ExportState};
use allelecast_client::protocol::row::{Counts, GroupCounts, Row};
use allelecast_client::{Client, Error, QueryRequest};
use bytes::Bytes;
use futures::TryStreamExt;
use reqwest::Method;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use sha2::{Digest, Sha256};

use crate::support::server::{TestServer, new_dataset, server, server_with};

/// IDs that a spreadsheet would calculate, commas, quotes, every status, and quality on chromosome 20 only.
const FIRST: &str = "##fileformat=VCFv4.3
##FILTER=<ID=q10,Description=\"low\">
##contig=<ID=20>
##contig=<ID=21>
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"Reads of each allele\">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"Quality\">
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO	FORMAT	A	B	C
20	100	=1+1	A	G,T	0.1	PASS	.	GT	0/1	1/2	./.
20	200	+cmd|'/C_calc'!A0	A	C	29.5	q10	.	GT	0/1	0/0	0/0
20	300	-2+3	AT	A	.	.	.	GT	1/1	0/0	.
20	400	@SUM(1)	G	GC	1e10	PASS	.	GT	0/0	0/0	0/0
20	500	a\"b,c	G	C	7	PASS	.	GT	0/1	1/1	0/1
21	100	rs1	G	C	7	PASS	.	GT:AD:DP:GQ	0/1:20,10:30:99	1/1:0,30:30:99	0/1:9,1:10:5
";

/// Two samples, one population, and nothing where the first file has its alleles.
const SECOND: &str = "##fileformat=VCFv4.3
##contig=<ID=20>
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO	FORMAT	X	Y
20	500	.	G	C	.	.	.	GT	0/1	0/0
20	900	.	T	C	.	.	.	GT	0/1	0/0
";

async fn import(client: &Client, name: &str, vcf: &str, reference: bool) {
    let mut new = new_dataset(name);
    new.panel = Some("sample\tpop\nA\tP,1\nB\tP,1\nC\tQ\nX\tR\nY\tR\n".into());
    if reference {
        new.absent_sites = allelecast_client::protocol::dataset::AbsentSites::Reference;
    }
    let id = client.create_dataset(&new).await.unwrap().id;
    let mut upload = client
        .begin_upload(id, "a.vcf", Some(vcf.len() as u64))
        .await
        .unwrap();
    upload
        .append(Bytes::copy_from_slice(vcf.as_bytes()))
        .await
        .unwrap();
    client.complete(id).await.unwrap();
    let settled = client.settled(id, |_| ()).await.unwrap();
    assert_eq!(settled.findings.errors, 0, "{settled:?}");
}

async fn server_with_data() -> (TestServer, Client) {
    let server = server().await;
    let client = server.user().await;
    import(&client, "first", FIRST, false).await;
    import(&client, "second", SECOND, true).await;
    (server, client)
}

async fn export(client: &Client, request: &QueryRequest) -> Export {
    let begun = client.begin_export(&request.as_export("csv")).await.unwrap();
    let export = client.export_settled(&begun.id, |_| ()).await.unwrap();
    assert_eq!(export.state, ExportState::Ready, "{export:?}");
    export
}

async fn bytes(client: &Client, export: &Export) -> Vec<u8> {
    let pieces = client.export_file(&export.id, 0).await.unwrap();
    let bytes: Vec<Bytes> = pieces.try_collect().await.unwrap();
    let bytes = bytes.concat();
    assert_eq!(bytes.len() as i64, export.bytes);
    bytes
}

/// Every row of a query, two a page.
async fn rows(client: &Client, request: &QueryRequest) -> Vec<Row> {
    let mut request = QueryRequest {
        limit: Some(2),
        ..request.clone()
    };
    let mut rows = Vec::new();
    loop {
        let page = client.query(&request).await.unwrap();
        rows.extend(page.rows);
        request.version = Some(page.version);
        request.cursor = page.next;
        if request.cursor.is_none() {
            return rows;
        }
    }
}

/// A reader of RFC 4180 of its own: records of cells, and no line end but CRLF outside quotes.
fn read_csv(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if cell.is_empty() => loop {
                match chars.next().expect("a quoted cell ends") {
                    '"' if chars.peek() == Some(&'"') => cell.push(chars.next().unwrap()),
                    '"' => break,
                    c => cell.push(c),
                }
            },
            ',' => record.push(std::mem::take(&mut cell)),
            '\r' => {
                assert_eq!(chars.next(), Some('\n'));
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            '\n' => panic!("a bare line feed"),
            c => cell.push(c),
        }
    }
    assert!(record.is_empty() && cell.is_empty(), "the last line is ended");
    records
}

/// The cell of that name, as the page says it.
fn expected(row: &Row, column: &str) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match column {
        "chrom" => row.chrom.clone(),
        "pos" => row.pos.to_string(),
        "ref" => row.reference_bases.clone(),
        "alt" => row.alternate_bases.clone(),
        "id" => text(&row.id),
        "qual" => row.qual.map(|qual| qual.to_string()).unwrap_or_default(),
        "filter" => text(&row.filter),
        "type" => row.kind.clone(),
        "genes" => row.genes.clone().unwrap_or_default().join(";"),
        "datasets" => row.datasets.join(";"),
        of_group => {
            let (group, figure) = of_group.rsplit_once(' ').unwrap();
            figure_of(&row.groups[group], figure)
        }
    }
}

fn figure_of(counts: &GroupCounts, figure: &str) -> String {
    fn hq<T: ToString>(counts: &GroupCounts, figure: impl Fn(Counts) -> Option<T>) -> String {
        let figure = counts.hq.and_then(figure);
        figure.map(|figure| figure.to_string()).unwrap_or_default()
    }
    let integer = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    match figure {
        "status" => serde_json::to_value(counts.status)
            .unwrap()
            .as_str()
            .unwrap()
            .into(),
        "ac" => integer(counts.ac),
        "an" => integer(counts.an),
        "af" => counts.af.map(|af| af.to_string()).unwrap_or_default(),
        "het" => integer(counts.het),
        "hom" => integer(counts.hom),
        "hemi" => integer(counts.hemi),
        "hq_ac" => hq(counts, |hq| hq.ac),
        "hq_an" => hq(counts, |hq| hq.an),
        "hq_af" => hq(counts, |hq| hq.af),
        "hq_het" => hq(counts, |hq| hq.het),
        "hq_hom" => hq(counts, |hq| hq.hom),
        "hq_hemi" => hq(counts, |hq| hq.hemi),
        other => panic!("column {other}"),
    }
}

/// Without the apostrophe that keeps a text from being calculated.
fn meant(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if text.starts_with(['=', '+', '-', '@']) => text,
        _ => cell,
    }
}

fn code<T>(result: Result<T, Error>) -> ErrorCode {
    result.map(drop).unwrap_err().code().unwrap()
}

#[tokio::test]
async fn cell_by_cell_what_the_pages_say() {
    let (_server, client) = server_with_data().await;
    let mut chosen = QueryRequest::new("GRCh37", "an(Q) >= 0").in_dataset("first");
    chosen.groups = vec!["Q".into(), "first.all".into()];
    let whole = QueryRequest::new("GRCh37", "");
    let mut hq = QueryRequest::new("GRCh37", "region:21:1-1000").in_dataset("first");
    hq.hq = true;
    let nothing = QueryRequest::new("GRCh37", "region:22:1-1000");
    let mut seen = BTreeMap::new();
    for (request, length) in [(&whole, 8), (&chosen, 7), (&hq, 1), (&nothing, 0)] {
        let (export, rows) = (export(&client, request).await, rows(&client, request).await);
        assert_eq!((rows.len(), export.rows), (length, length as i64), "{request:?}");
        assert_eq!(export.progress, 1.0);
        let text = String::from_utf8(bytes(&client, &export).await).unwrap();
        let records = read_csv(&text);
        assert_eq!(records.len(), rows.len() + 1);
        let columns = &records[0];
        let groups: Vec<&str> = columns
            .iter()
            .filter_map(|name| name.strip_suffix(" status"))
            .collect();
        assert_eq!(groups, export.provenance.groups, "{request:?}");
        for (row, record) in rows.iter().zip(&records[1..]) {
            assert_eq!(record.len(), columns.len());
            assert_eq!(row.groups.len(), groups.len());
            for (column, cell) in columns.iter().zip(record) {
                assert_eq!(
                    meant(cell),
                    expected(row, column),
                    "{column} of {}",
                    row.variant_id
                );
                let calculates = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
                assert!(!calculates || cell.parse::<f64>().is_ok(), "{cell}");
                if column.ends_with(" status") {
                    *seen.entry(cell.clone()).or_insert(0) += 1;
                }
            }
        }
    }
    let statuses: Vec<&str> = seen.keys().map(String::as_str).collect();
    assert_eq!(statuses, ["ac0", "no_data", "not_seen", "observed"]);

    let text = String::from_utf8(bytes(&client, &export(&client, &whole).await).await).unwrap();
    assert!(text.contains("hq_ac"), "chromosome 21 states quality");
    for cell in [
        ",'=1+1,",
        ",\"'=1+1\",",
        ",\"'@SUM(1)\",",
        ",\"'-2+3\",",
        ",\"a\"\"b,c\",",
    ] {
        assert_eq!(text.contains(cell), cell != ",'=1+1,", "{cell} in {text}");
    }
    let text = String::from_utf8(bytes(&client, &export(&client, &nothing).await).await).unwrap();
    assert!(text.ends_with("\r\n") && !text.contains("hq_ac"), "{text}");
}

#[tokio::test]
async fn the_version_is_pinned_and_written_twice_alike() {
    let (server, client) = server_with_data().await;
    let request = QueryRequest::new("GRCh37", "");
    let first = export(&client, &request).await;
    let head = client.head().await.unwrap();
    assert_eq!(first.version, head);
    let first_bytes = bytes(&client, &first).await;

    import(&client, "third", SECOND, false).await;
    assert_ne!(client.head().await.unwrap(), head);
    let mut then = request.clone();
    then.version = Some(head);
    let again = export(&client, &then).await;
    assert_eq!(again.version, head);
    assert_eq!(bytes(&client, &again).await, first_bytes);
    assert_eq!(again.provenance, first.provenance);
    let now = export(&client, &request).await;
    assert_ne!(bytes(&client, &now).await, first_bytes);
    assert_eq!(now.provenance.datasets.len(), 3);

    let provenance = &first.provenance;
    let hash = hex(&Sha256::digest(FIRST));
    assert_eq!(
        provenance.datasets[0].files[0].sha256.as_deref(),
        Some(hash.as_str())
    );
    assert_eq!(
        (provenance.build.as_str(), provenance.query.as_str()),
        ("GRCh37", "")
    );
    assert!(provenance.software.starts_with("Allelecast "), "{provenance:?}");
    let pins: i64 = sqlx::query_scalar("SELECT count(*) FROM pin WHERE holder IS NULL")
        .fetch_one(&server.pool().await)
        .await
        .unwrap();
    assert_eq!(pins, 0, "a finished export holds no version");

    let mut gone = request.clone();
    gone.version = Some(allelecast_client::protocol::Version {
        epoch: head.epoch,
        seq: head.seq + 1000,
    });
    assert_eq!(
        code(client.begin_export(&gone.as_export("csv")).await),
        ErrorCode::VersionGone
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn the_file_comes_whole_or_in_ranges_and_only_to_its_owner() {
    let (server, client) = server_with_data().await;
    let export = export(&client, &QueryRequest::new("GRCh37", "").in_dataset("first")).await;
    let whole = bytes(&client, &export).await;
    let path = format!("/api/v1/exports/{}/file", export.id);
    let response = client.request(Method::GET, &path).unwrap().send().await.unwrap();
    let header = |name| response.headers()[&name].to_str().unwrap().to_owned();
    assert_eq!(header(CONTENT_TYPE), "text/csv; charset=utf-8");
    let disposition = format!("attachment; filename=\"first-v{}.csv\"", export.version);
    assert_eq!(header(CONTENT_DISPOSITION), disposition);

    let part = client
        .request(Method::GET, &path)
        .unwrap()
        .header(RANGE, "bytes=10-19");
    let part = part.send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(
        part.headers()[CONTENT_RANGE],
        format!("bytes 10-19/{}", whole.len())
    );
    assert_eq!(part.bytes().await.unwrap(), whole[10..20]);
    let rest: Vec<Bytes> = client
        .export_file(&export.id, 30)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rest.concat(), whole[30..]);

    let other = server.user().await;
    assert_eq!(code(other.export(&export.id).await), ErrorCode::NotFound);
    assert_eq!(code(other.export_file(&export.id, 0).await), ErrorCode::NotFound);
    assert_eq!(code(other.delete_export(&export.id).await), ErrorCode::NotFound);
    assert_eq!(code(client.export("not-an-id").await), ErrorCode::NotFound);

    client.delete_export(&export.id).await.unwrap();
    assert_eq!(code(client.export(&export.id).await), ErrorCode::NotFound);
    assert_eq!(code(client.export_file(&export.id, 0).await), ErrorCode::NotFound);
    assert_eq!(server.exported_files(), 0);
}

#[tokio::test]
async fn an_expired_export_is_gone() {
    let (server, client) = server_with_data().await;
    let export = export(&client, &QueryRequest::new("GRCh37", "")).await;
    sqlx::query("UPDATE export SET expires_at = now()")
        .execute(&server.pool().await)
        .await
        .unwrap();
    assert_eq!(code(client.export(&export.id).await), ErrorCode::NotFound);
    assert_eq!(code(client.export_file(&export.id, 0).await), ErrorCode::NotFound);
}

#[tokio::test]
async fn requests_are_checked() {
    let server = server_with(|config| config.limits.max_exports = 1).await;
    let client = server.user().await;
    import(&client, "first", FIRST, false).await;
    let request = QueryRequest::new("GRCh37", "");
    let refused = client.begin_export(&request.as_export("xlsx")).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.status()),
        (Some(ErrorCode::InvalidField), Some(422))
    );
    assert!(refused.to_string().contains("csv"), "{refused}");
    for (request, expected) in [
        (QueryRequest::new("hg19", ""), ErrorCode::InvalidField),
        (QueryRequest::new("GRCh37", "af("), ErrorCode::QuerySyntax),
        (
            QueryRequest::new("GRCh37", "af(nobody) > 0"),
            ErrorCode::QueryName,
        ),
        (
            QueryRequest::new("GRCh37", "").in_dataset("none"),
            ErrorCode::InvalidField,
        ),
    ] {
        let begun = client.begin_export(&request.as_export("csv")).await;
        assert_eq!(code(begun), expected, "{request:?}");
    }
    let text =
        serde_json::json!({ "build": "GRCh37", "dataset": "first", "groups": "Q,all", "format": "csv" });
    let answer = client
        .request(Method::POST, "/api/v1/exports")
        .unwrap()
        .json(&text);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 202);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let begun: Export = answer.json().await.unwrap();
    assert_eq!(location, format!("/api/v1/exports/{}", begun.id));
    assert_eq!(begun.provenance.groups, ["first.pop.Q", "first.all"]);
    assert_eq!(
        code(client.begin_export(&request.as_export("csv")).await),
        ErrorCode::LimitExceeded
    );
    client.delete_export(&begun.id).await.unwrap();
    export(&client, &request).await;
}

#[tokio::test]
async fn an_export_waits_for_the_next_start() {
    let (mut server, client) = server_with_data().await;
    let pool = server.pool().await;
    let wanted = export(&client, &QueryRequest::new("GRCh37", "")).await;
    let whole = bytes(&client, &wanted).await;
    // As an instance leaves it that was killed while writing.
    let leased_until = "UPDATE export SET state = 'running', leased_until = $1::timestamptz";
    let held = sqlx::query(leased_until).bind("infinity");
    held.execute(&pool).await.unwrap();
    import(&client, "third", SECOND, false).await;
    server.stop().await;
    let lost = sqlx::query(leased_until).bind("2000-01-01");
    lost.execute(&pool).await.unwrap();
    server.start_again().await;
    let written = client.export_settled(&wanted.id, |_| ()).await.unwrap();
    assert_eq!((written.state, written.rows), (ExportState::Ready, wanted.rows));
    assert_eq!(bytes(&client, &written).await, whole);
}
