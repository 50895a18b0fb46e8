//! The command line `allelecast` against a running server.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::support::server::{PASSWORD, TestServer, server};

const VCF: &str = "##fileformat=VCFv4.2\n##contig=<ID=1>\n##FILTER=<ID=PASS,Description=\"All filters passed\">\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n\
    1\t1000\trs1\tA\tG\t50\tPASS\t.\tGT\t0/1\t1/1\n";

/// The binary. It belongs to another package than this test, so `make test` builds the workspace first.
fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.parent().and_then(Path::parent).unwrap().join("allelecast");
    assert!(
        path.exists(),
        "{} is missing: run `cargo build --workspace` first",
        path.display()
    );
    path
}

struct Terminal<'a> {
    server: &'a TestServer,
    home: TempDir,
}

impl<'a> Terminal<'a> {
    fn new(server: &'a TestServer) -> Self {
        Self {
            server,
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    async fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(binary());
        command
            .args(words)
            .env("ALLELECAST_URL", &self.server.url)
            .env("XDG_CONFIG_HOME", self.home.path());
        command.env_remove("ALLELECAST_TOKEN").output().await.unwrap()
    }

    async fn succeeds(&self, words: &[&str]) -> String {
        let output = self.run(words).await;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{words:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// The exit code and what was said.
    async fn fails(&self, words: &[&str]) -> (i32, String) {
        let output = self.run(words).await;
        (
            output.status.code().unwrap(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }
}

#[tokio::test]
async fn sign_in_upload_ask() {
    let server = server().await;
    let terminal = Terminal::new(&server);
    let (status, said) = terminal.fails(&["datasets"]).await;
    assert!(
        status == 3 && said.contains("allelecast login"),
        "{status} {said}"
    );

    let password = terminal.file("password", PASSWORD);
    let account = ["--email", "ada@example.org", "--password-file", &password];
    let (status, _) = terminal.fails(&[&["login"], &account[..]].concat()).await;
    assert_eq!(status, 3, "there is no such account");
    terminal
        .succeeds(&[&["login", "--register"], &account[..]].concat())
        .await;

    let (vcf, panel) = (
        terminal.file("a.vcf", VCF),
        terminal.file("panel.tsv", "sample\tpop\nA\tGBR\nB\tYRI\n"),
    );
    let upload = [
        "upload",
        &vcf,
        "--name",
        "Two people",
        "--build",
        "GRCh37",
        "--panel",
        &panel,
        "--json",
    ];
    let dataset: Value = serde_json::from_str(&terminal.succeeds(&upload).await).unwrap();
    assert_eq!(
        (&dataset["state"], &dataset["alleles"], &dataset["samples"]),
        (&"ready".into(), &1.into(), &2.into())
    );
    assert!(terminal.succeeds(&["datasets"]).await.contains("two_people"));

    let ask = [
        "query",
        "af(GBR) > 10%",
        "--build",
        "GRCh37",
        "--dataset",
        "two_people",
        "--groups",
        "GBR,YRI",
    ];
    let table = terminal.succeeds(&ask).await;
    let expected = "chrom\tpos\tref\talt\tid\tfilter\ttwo_people.pop.GBR\ttwo_people.pop.YRI\n\
        1\t1000\tA\tG\trs1\tPASS\t0.500000 (1/2)\t1.000000 (2/2)\n";
    assert_eq!(table, expected);
    let (status, said) = terminal.fails(&["query", "af(GBR) >", "--build", "GRCh37"]).await;
    assert!(status == 1 && said.contains('^'), "{status} {said}");
}

#[tokio::test]
async fn a_refused_file_is_told_by_its_line_and_the_exit_code() {
    let server = server().await;
    let terminal = Terminal::new(&server);
    let password = terminal.file("password", PASSWORD);
    let account = ["--email", "ada@example.org", "--password-file", &password];
    terminal
        .succeeds(&[&["login", "--register"], &account[..]].concat())
        .await;
    let vcf = terminal.file("bad.vcf", &VCF.replace("\t1000\t", "\tone thousand\t"));
    let (status, said) = terminal
        .fails(&["upload", &vcf, "--name", "Bad", "--build", "GRCh37"])
        .await;
    assert!(
        status == 4 && said.contains("bad.vcf: line 6:"),
        "{status} {said}"
    );
    let (status, said) = terminal
        .fails(&["upload", "/no/such.vcf", "--name", "None", "--build", "GRCh37"])
        .await;
    assert!(status == 1 && said.contains("/no/such.vcf"), "{status} {said}");
    let (status, _) = terminal.fails(&["upload", &vcf, "--name", "No build"]).await;
    assert_eq!(status, 2);
}

#[tokio::test]
async fn a_file_is_checked_without_being_stored() {
    let server = server().await;
    let terminal = Terminal::new(&server);
    let password = terminal.file("password", PASSWORD);
    let account = ["--email", "ada@example.org", "--password-file", &password];
    terminal
        .succeeds(&[&["login", "--register"], &account[..]].concat())
        .await;
    let (good, bad) = (
        terminal.file("good.vcf", VCF),
        terminal.file("bad.vcf", &VCF.replace("\t1000\t", "\tone thousand\t")),
    );
    let said = terminal.succeeds(&["check", &good]).await;
    assert!(
        said.starts_with("good.vcf: accepted (0 errors, 0 warnings)"),
        "{said}"
    );
    let output = terminal
        .run(&["check", "--json", "--profile", "tolerant", &bad])
        .await;
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (
            &report["verdict"],
            &report["profile"],
            &report["findings"][0]["line"]
        ),
        (&"refused".into(), &"tolerant".into(), &6.into())
    );
    let output = terminal.run(&["check", &good, &bad]).await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("error pos-not-integer: 1") && said.contains("To mend it:"),
        "{said}"
    );
    assert!(terminal.succeeds(&["datasets", "--json"]).await.trim() == "[]");
}
