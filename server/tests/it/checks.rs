//! Files judged and not stored: as one request, over a WebSocket, and of an upload.

use allelecast_client::protocol::ErrorCode;
use allelecast_client::protocol::check::{CHECK_SUBPROTOCOL, CheckProgress, CheckReport, Verdict};
use allelecast_client::protocol::dataset::{FileState, Profile};
use allelecast_client::protocol::finding::Severity;
use allelecast_client::{Client, Error};
use allelecast_server::import::validate::Rules;
use futures::{SinkExt, StreamExt};
use reqwest::Method;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::support::data::variant_annotation;
use crate::support::server::{TestServer, new_dataset, server, server_with};

const HEADER: &str = "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
const GOOD: &str = "1\t5\t.\tA\tG\t.\t.\t.\n";
const BAD: &str = "1\tx\t.\tA\tG\t.\t.\t.\n";

async fn post(client: &Client, query: &str, body: impl Into<reqwest::Body>) -> reqwest::Response {
    let request = client
        .request(Method::POST, &format!("/api/v1/check{query}"))
        .unwrap();
    request.body(body).send().await.unwrap()
}

async fn report(client: &Client, query: &str, body: String) -> CheckReport {
    let response = post(client, query, body).await;
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

async fn code(response: reqwest::Response) -> ErrorCode {
    response
        .json::<allelecast_client::protocol::ErrorBody>()
        .await
        .unwrap()
        .error
        .code
}

#[tokio::test]
async fn a_body_is_judged_and_nothing_of_it_is_stored() {
    let server = server().await;
    let client = server.user().await;
    let text = format!("{HEADER}{GOOD}{BAD}1\t9\t.\tA\tG\t.\tq10\t.\n");
    let judged = report(&client, "?filename=a.vcf", text.clone()).await;
    assert_eq!(
        (
            judged.verdict,
            judged.errors,
            judged.warnings,
            judged.lines,
            judged.bytes
        ),
        (Verdict::Refused, 1, 1, 6, text.len() as i64)
    );
    assert_eq!(judged.vcf_version.as_deref(), Some("4.3"));
    let total = &judged.totals[0];
    assert_eq!(
        (total.rule.as_str(), total.severity, total.n),
        ("pos-not-integer", Severity::Error, 1)
    );
    assert_eq!(total.section.as_deref(), Some("1.4.1 / 1.6.1"));
    assert!(!total.says.is_empty() && !total.mend.is_empty());
    let finding = &judged.findings[0];
    assert_eq!(
        (
            finding.filename.as_str(),
            finding.line,
            finding.column,
            finding.text.as_str(),
            finding.file_id
        ),
        ("a.vcf", 5, 3, "x", None)
    );
    let strict = report(
        &client,
        "?profile=strict",
        format!("{HEADER}1\t5\t.\tA\tA\t.\t.\t.\n"),
    )
    .await;
    assert_eq!(
        (strict.verdict, strict.profile),
        (Verdict::Refused, Profile::Strict)
    );
    let csv = post(&client, "?format=csv&filename=a.vcf", text)
        .await
        .text()
        .await
        .unwrap();
    assert!(
        csv.starts_with("file,severity,rule,line,column,text,message,section,specification,how to mend\r\n")
    );
    assert!(csv.contains("a.vcf,error,pos-not-integer,5,3,x,"), "{csv}");

    let files: i64 = sqlx::query_scalar("SELECT count(*) FROM vcf_file")
        .fetch_one(&server.pool().await)
        .await
        .unwrap();
    assert_eq!(files, 0);
    assert_eq!(post(&server.stranger(), "", GOOD).await.status(), 401);
}

#[tokio::test]
async fn bounds_are_named() {
    let server = server_with(|config| {
        config.limits.max_check = 200;
        config.limits.concurrent_checks = 1;
        config.limits.check_idle = 1;
    })
    .await;
    let client = server.user().await;
    assert_eq!(
        code(post(&client, "", GOOD.repeat(20)).await).await,
        ErrorCode::LimitExceeded
    );
    assert_eq!(
        code(post(&client, &format!("?filename={}", "a".repeat(256)), GOOD).await).await,
        ErrorCode::InvalidField
    );
    // One socket that says nothing holds the only place until it is given up.
    let mut socket = socket(&server, "").await.unwrap();
    assert_eq!(code(post(&client, "", GOOD).await).await, ErrorCode::Unavailable);
    let Some(Ok(Message::Close(Some(frame)))) = socket.next().await else {
        panic!("the socket was not closed")
    };
    assert_eq!(u16::from(frame.code), 1008);
    while post(&client, "", GOOD).await.status() == 503 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_complete_upload_is_judged_by_another_profile() {
    let server = server().await;
    let client = server.user().await;
    let dataset = client.create_dataset(&new_dataset("a")).await.unwrap();
    let text = format!("{HEADER}1\t5\t.\tA\tG\t.\t.\tDP=x\n");
    let mut upload = client
        .begin_upload(dataset.id, "mine.vcf", Some(text.len() as u64))
        .await
        .unwrap();
    let id = upload.path().rsplit('/').next().unwrap().to_owned();
    let early = client.check_upload(&id, Profile::Spec).await;
    assert_eq!(early.unwrap_err().code(), Some(ErrorCode::Conflict));
    upload.append(text.clone()).await.unwrap();
    let spec = client.check_upload(&id, Profile::Spec).await.unwrap();
    let strict = client.check_upload(&id, Profile::Strict).await.unwrap();
    assert_eq!(
        (spec.verdict, strict.verdict),
        (Verdict::Accepted, Verdict::Refused)
    );
    assert_eq!(
        (spec.filename.as_str(), spec.bytes),
        ("mine.vcf", text.len() as i64)
    );
    let none = client
        .check_upload(&uuid::Uuid::nil().to_string(), Profile::Spec)
        .await;
    assert_eq!(none.unwrap_err().code(), Some(ErrorCode::NotFound));
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A socket of a user with a token of their own.
async fn socket(server: &TestServer, query: &str) -> Result<Socket, tungstenite::Error> {
    let token = server.user().await.create_token("check").await.unwrap().token;
    let address = format!("{}/api/v1/check{query}", server.url.replace("http", "ws"));
    let mut request = address.into_client_request()?;
    let headers = request.headers_mut();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    headers.insert("sec-websocket-protocol", CHECK_SUBPROTOCOL.parse().unwrap());
    Ok(tokio_tungstenite::connect_async(request).await?.0)
}

async fn hear(socket: &mut Socket) -> CheckProgress {
    match socket.next().await {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?} is no progress"),
    }
}

#[tokio::test]
async fn the_report_grows_while_the_file_is_sent() {
    let server = server().await;
    let mut socket = socket(&server, "?filename=a.vcf").await.unwrap();
    let send = |text: String| Message::Binary(text.into());
    // Enough of it to tell that it is text.
    let start = format!("##fileformat=VCFv4.3\n##note={}\n", "-".repeat(300));
    let columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    socket.send(send(format!("{start}{columns}{BAD}"))).await.unwrap();
    let first = hear(&mut socket).await;
    assert_eq!((first.lines, first.verdict), (4, None));
    assert_eq!((first.findings.len(), first.findings[0].line), (1, 4));
    assert_eq!(first.totals.unwrap()[0].n, 1);
    // 1,500 faults of one rule: all are counted, a thousand are told.
    socket.send(send(BAD.repeat(1500))).await.unwrap();
    socket.send(Message::Text("end".into())).await.unwrap();
    let mut told = first.findings.len();
    let last = loop {
        let next = hear(&mut socket).await;
        told += next.findings.len();
        if next.verdict.is_some() {
            break next;
        }
    };
    assert_eq!(told, 1000);
    assert_eq!((last.verdict, last.lines), (Some(Verdict::Refused), 1504));
    assert_eq!(last.totals.map(|totals| totals[0].n), Some(1501));
    assert!(matches!(socket.next().await, Some(Ok(Message::Close(_))) | None));
}

#[tokio::test]
async fn a_verdict_may_come_before_the_end_of_the_file() {
    let server = server().await;
    let mut socket = socket(&server, "").await.unwrap();
    let zip = [b"PK\x03\x04".to_vec(), vec![0; 1000]].concat();
    socket.send(Message::Binary(zip.into())).await.unwrap();
    let only = hear(&mut socket).await;
    assert_eq!((only.verdict, only.findings.len()), (Some(Verdict::Refused), 1));
    assert_eq!(only.findings[0].rule, "container-unknown");
}

#[tokio::test]
async fn a_dropped_connection_ends_the_check() {
    let server = server_with(|config| config.limits.concurrent_checks = 1).await;
    let client = server.user().await;
    let mut first = socket(&server, "").await.unwrap();
    first.send(Message::Binary(HEADER.into())).await.unwrap();
    hear(&mut first).await;
    assert_eq!(post(&client, "", GOOD).await.status(), 503);
    drop(first);
    while post(&client, "", GOOD).await.status() == 503 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn real_files_are_imported_as_the_table_says_and_told_why() {
    let (Some(genomes), Some(hapmap)) = (
        variant_annotation("chr22.vcf.gz"),
        variant_annotation("hapmap_exome_chr22.vcf.gz"),
    ) else {
        return;
    };
    let server = server().await;
    let client = server.user().await;
    for (path, profile, rule, severity, state) in [
        (
            &genomes,
            Profile::Spec,
            "reserved-redefined",
            Severity::Warning,
            FileState::Ready,
        ),
        (
            &hapmap,
            Profile::Spec,
            "info-float-in-integer",
            Severity::Error,
            FileState::Failed,
        ),
        (
            &hapmap,
            Profile::Tolerant,
            "info-float-in-integer",
            Severity::Warning,
            FileState::Ready,
        ),
    ] {
        let mut new = new_dataset("real");
        new.profile = profile;
        let dataset = client.create_dataset(&new).await.unwrap();
        let sent = client.upload_file(dataset.id, path, &Default::default()).await;
        assert!(sent.is_ok() || state == FileState::Failed, "{sent:?}");
        let settled = client.settled(dataset.id, |_| {}).await.unwrap();
        assert_eq!(settled.files[0].state, state, "{:?}", settled.files[0]);
        let page = client.findings(dataset.id, None).await.unwrap();
        let total = page
            .totals
            .iter()
            .find(|total| total.rule == rule)
            .expect("the rule is named");
        assert_eq!(total.severity, severity);
        assert!(!total.says.is_empty() && !total.mend.is_empty());
        let checked = client.check_file(path, profile, |_| {}).await.unwrap();
        let of = |totals: Vec<_>| -> Vec<(String, Severity, i64)> {
            let mut totals: Vec<_> = totals
                .into_iter()
                .map(|total: allelecast_client::protocol::finding::RuleTotal| {
                    (total.rule, total.severity, total.n)
                })
                .collect();
            totals.sort_by(|a, b| a.0.cmp(&b.0));
            totals
        };
        assert_eq!(
            of(checked.totals),
            of(page.totals),
            "a check finds what an import finds"
        );
    }
}

#[tokio::test]
async fn anybody_may_read_the_rules() {
    let bundle = tempfile::tempdir().unwrap();
    let entry = serde_json::json!({ "file": "x", "preload": [] });
    let manifest =
        serde_json::json!({ "favicon.svg": entry, "theme.js": entry, "app.css": entry, "help.js": entry });
    std::fs::write(bundle.path().join("x"), "").unwrap();
    std::fs::write(bundle.path().join("manifest.json"), manifest.to_string()).unwrap();
    let server = server_with(|config| config.static_dir = bundle.path().to_owned()).await;
    let page = reqwest::get(format!("{}/docs/validation", server.url))
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    let text = page.text().await.unwrap();
    for rule in Rules::all() {
        assert!(text.contains(&format!("id=\"{}\"", rule.id)), "{}", rule.id);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_report() {
    let server = server().await;
    let client = server.user().await;
    let broken = futures::stream::iter([
        Ok(bytes::Bytes::from(HEADER)),
        Err(std::io::Error::other("the cable was pulled")),
    ]);
    let request = client.request(Method::POST, "/api/v1/check").unwrap();
    let sent = request.body(reqwest::Body::wrap_stream(broken)).send().await;
    assert!(sent.map_err(Error::from).is_err());
}
