//! Gene annotation: imported, asked for, replaced, and what the packages really hold.

use std::collections::HashMap;
use std::path::Path;

use allelecast_client::protocol::ErrorCode;
use allelecast_client::protocol::gene::GeneInterval;
use allelecast_client::protocol::row::QueryPage;
use allelecast_client::{Client, QueryRequest, UploadOptions};
use allelecast_server::domain::build::Build;
use allelecast_server::domain::genes::annotation::Reason;
use allelecast_server::knowledge::{self, Source};
use allelecast_server::store::genes as stored;
use allelecast_server::store::head::Head;
use sqlx::PgPool;

use crate::support::data;
use crate::support::server::{new_dataset, server, server_with};

const HEAD: &str = "# biovizBase 0\n# GRCh37\nsymbol\tensembl_id\tseqname\tstart\tend\tstrand\n";
const GENES: &str = "SIRPA\tENSG00000198053\tchr20\t100\t200\t+\nSIRPA\tENSG00000198053\tchr20\t150\t250\t+\n\
    SIRPA\tENSG00000198053\tchr20\t400\t500\t+\nINNER\t\tchr20\t190\t210\t-\nLOST\t\tchrUn_gl000228\t1\t9\t+\n";

fn write(folder: &Path, lines: &str) -> std::path::PathBuf {
    let path = folder.join(Source::BiovizBase.cached_file());
    std::fs::write(&path, format!("{HEAD}{lines}")).unwrap();
    path
}

async fn import(pool: &PgPool, lines: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (build, source) = (Build::Grch37, Source::BiovizBase);
    let annotation = knowledge::read(build, source, &write(folder.path(), lines)).unwrap();
    let head = Head::open(pool.clone()).await.unwrap();
    knowledge::import(&head, pool, build, source, &annotation)
        .await
        .unwrap();
}

/// A dataset with four CEU, whose alternate allele has the count that the last digit of the position says.
async fn upload(client: &Client, positions: &[u32]) {
    let mut dataset = new_dataset("Test");
    dataset.panel = Some("sample\tpop\nA\tCEU\nB\tCEU\nC\tCEU\nD\tCEU\n".to_owned());
    let id = client.create_dataset(&dataset).await.unwrap().id;
    let mut vcf = "##fileformat=VCFv4.2\n##contig=<ID=20,length=63025520>\n\
        ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\tD\n"
        .to_owned();
    for position in positions {
        let calls: Vec<&str> = (0..4)
            .map(|at| if at < position % 10 { "0/1" } else { "0/0" })
            .collect();
        vcf += &format!("20\t{position}\t.\tA\tC\t.\t.\t.\tGT\t{}\n", calls.join("\t"));
    }
    let options = UploadOptions::default();
    client
        .upload(id, "test.vcf", vcf.as_bytes(), Some(vcf.len() as u64), &options)
        .await
        .unwrap();
    client.complete(id).await.unwrap();
    client.settled(id, |_| ()).await.unwrap();
}

async fn ask(client: &Client, query: &str) -> QueryPage {
    client.query(&QueryRequest::new("GRCh37", query)).await.unwrap()
}

fn found(page: &QueryPage) -> Vec<(u32, Vec<&str>)> {
    let rows = page.rows.iter();
    rows.map(|row| (row.pos, row.genes.iter().flatten().map(String::as_str).collect()))
        .collect()
}

#[tokio::test]
async fn genes_narrow_queries_and_name_rows() {
    let server = server().await;
    let (pool, client) = (server.pool().await, server.user().await);
    upload(&client, &[99, 101, 195, 200, 251, 300, 401, 501]).await;
    let bare = ask(&client, "").await;
    assert!(
        bare.rows.iter().all(|row| row.genes.is_none()),
        "nothing is known of genes"
    );
    let error = client
        .query(&QueryRequest::new("GRCh37", "gene:SIRPA"))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("No gene annotation of GRCh37 is loaded"),
        "{error}"
    );

    let second = server.second_instance().await;
    let before = client.head().await.unwrap();
    import(&pool, GENES).await;
    assert_eq!(client.head().await.unwrap().seq, before.seq + 1);
    let page = ask(&client, "gene:sirpa AND af(CEU) > 5%").await;
    assert_eq!(page.query, "gene:SIRPA AND af(test.pop.CEU) > 0.05");
    assert_eq!(
        found(&page),
        [
            (101, vec!["SIRPA"]),
            (195, vec!["SIRPA", "INNER"]),
            (401, vec!["SIRPA"])
        ]
    );
    let everywhere = ask(&client, "region:20:200-300").await;
    assert_eq!(
        found(&everywhere),
        [(200, vec!["SIRPA", "INNER"]), (251, vec![]), (300, vec![])]
    );

    // Another instance, and a pinned version, answer with what was loaded meanwhile.
    let other = Client::new(&format!("http://{}", second.address)).unwrap();
    let token = client.create_token("other instance").await.unwrap().token;
    let other = other.with_token(&token);
    assert_eq!(ask(&other, "gene:SIRPA").await.rows.len(), 4);
    import(&pool, "SIRPA\t\tchr20\t250\t300\t+\n").await;
    for client in [&client, &other] {
        assert_eq!(
            found(&ask(client, "gene:SIRPA").await),
            [(251, vec!["SIRPA"]), (300, vec!["SIRPA"])]
        );
    }
    let releases = stored::releases(&pool).await.unwrap();
    assert_eq!(releases.len(), 1, "replaced whole");
    second.stop().await.unwrap();
}

#[tokio::test]
async fn a_gene_is_shown_with_its_source() {
    let server = server().await;
    let (pool, client) = (server.pool().await, server.user().await);
    import(
        &pool,
        &format!("{GENES}TWIN1\tENSG1\tchr1\t5\t9\t+\nTWIN2\tENSG1\tchr1\t5\t9\t+\n"),
    )
    .await;
    let gene = client.gene("GRCh37", "ENSG00000198053.7").await.unwrap();
    let interval = |start, end| GeneInterval {
        chrom: "20".into(),
        start,
        end,
        strand: Some("+".into()),
    };
    assert_eq!(gene.symbol, "SIRPA");
    assert_eq!(gene.intervals, [interval(100, 250), interval(400, 500)]);
    assert_eq!(
        (gene.source.as_str(), gene.release.as_str()),
        ("biovizBase", "biovizBase 0")
    );
    for (build, name, code, hint) in [
        ("GRCh37", "SIRPB", ErrorCode::NotFound, "Did you mean SIRPA?"),
        (
            "GRCh37",
            "ENSG1",
            ErrorCode::NotFound,
            "Name one of them: TWIN1, TWIN2.",
        ),
        ("GRCh38", "SIRPA", ErrorCode::NotFound, "Ask for a region instead"),
        ("hg19", "SIRPA", ErrorCode::InvalidField, ""),
    ] {
        let error = client.gene(build, name).await.unwrap_err();
        assert_eq!(error.code(), Some(code), "{name}");
        let allelecast_client::Error::Api { error, .. } = error else {
            panic!("{name}: {error}")
        };
        assert!(error.hint.unwrap_or_default().starts_with(hint), "{name}");
    }
    let refused = stored::refusals(&pool, Build::Grch37, "biovizBase")
        .await
        .unwrap();
    let listed: Vec<(&str, &str)> = refused
        .iter()
        .map(|refusal| (refusal.reason.as_str(), refusal.symbol.as_str()))
        .collect();
    assert_eq!(
        listed,
        [
            ("off_standard_contig", "LOST"),
            ("ensembl_id_shared", "TWIN1"),
            ("ensembl_id_shared", "TWIN2")
        ]
    );
}

#[tokio::test]
async fn what_was_fetched_is_loaded_at_the_first_start() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), GENES);
    let server = server_with(|config| config.genes_dir = folder.path().to_owned()).await;
    let (pool, client) = (server.pool().await, server.user().await);
    // It answers before; each request is one look.
    while client.gene("GRCh37", "SIRPA").await.is_err() {}
    let head = Head::open(pool.clone()).await.unwrap();
    let again = knowledge::import_missing(&head, &pool, Source::BiovizBase, folder.path()).await;
    assert_eq!(again.unwrap(), None, "what is loaded stays");
    assert!(client.gene("GRCh38", "SIRPA").await.is_err());
}

#[test]
fn the_packages_hold_what_they_are_known_to_hold() {
    let reasons = |annotation: &allelecast_server::domain::genes::annotation::Annotation| {
        let mut counts: HashMap<Reason, usize> = HashMap::new();
        for refusal in &annotation.refusals {
            *counts.entry(refusal.reason).or_default() += 1;
        }
        counts
    };
    if let Some(path) = data::genes(Source::BiovizBase.cached_file()) {
        let text = std::fs::read_to_string(&path).unwrap();
        let ranges: Vec<&str> = text.lines().skip(3).collect();
        let symbols: std::collections::HashSet<&str> =
            ranges.iter().filter_map(|line| line.split('\t').next()).collect();
        assert_eq!((ranges.len(), symbols.len()), (29_177, 22_065));
        let annotation = knowledge::read(Build::Grch37, Source::BiovizBase, &path).unwrap();
        let intervals: usize = annotation.genes.iter().map(|gene| gene.places.len()).sum();
        assert_eq!((annotation.genes.len(), intervals), (22_048, 22_823));
        let reasons = reasons(&annotation);
        assert_eq!(reasons[&Reason::OffStandardContig], 1_420);
        assert!(!reasons.contains_key(&Reason::Malformed) && !reasons.contains_key(&Reason::OutOfRange));
    }
    if let Some(path) = data::genes(Source::Ideogram.cached_file()) {
        let annotation = knowledge::read(Build::Grch38, Source::Ideogram, &path).unwrap();
        let reasons = reasons(&annotation);
        assert_eq!(annotation.release, "Ensembl 110");
        let united = reasons[&Reason::SymbolUnited];
        assert_eq!(
            annotation.genes.len() + united + reasons[&Reason::OffStandardContig],
            32_075
        );
        assert!(!reasons.contains_key(&Reason::Malformed) && !reasons.contains_key(&Reason::OutOfRange));
    }
}

#[tokio::test]
async fn the_demo_query_finds_something() {
    let (Some(vcf), Some(genes)) = (data::shapeit4(), data::genes(Source::BiovizBase.cached_file())) else {
        return;
    };
    let server = server().await;
    let (pool, client) = (server.pool().await, server.user().await);
    let annotation = knowledge::read(Build::Grch37, Source::BiovizBase, &genes).unwrap();
    let head = Head::open(pool.clone()).await.unwrap();
    knowledge::import(&head, &pool, Build::Grch37, Source::BiovizBase, &annotation)
        .await
        .unwrap();
    let panel = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/demo/shapeit4_example_panel.tsv");
    let mut dataset = new_dataset("demo");
    dataset.panel = Some(std::fs::read_to_string(panel).unwrap());
    let id = client.create_dataset(&dataset).await.unwrap().id;
    client
        .upload_file(id, &vcf, &UploadOptions::default())
        .await
        .unwrap();
    client.complete(id).await.unwrap();
    client.settled(id, |_| ()).await.unwrap();
    for (query, total) in [
        ("region:20:1874000-1921000", 325),
        ("region:20:1874813-1920539", 314),
        ("gene:SIRPA", 314),
    ] {
        assert_eq!(ask(&client, query).await.total, Some(total), "{query}");
    }
    let page = ask(&client, "gene:SIRPA AND af(CEU) > 5%").await;
    let region = ask(&client, "region:20:1874813-1920539 AND af(CEU) > 5%").await;
    assert!(page.total > Some(0) && page.rows == region.rows);
    assert!(found(&page).iter().all(|(_, genes)| genes.contains(&"SIRPA")));
}
