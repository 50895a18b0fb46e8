//! `allelecast check`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use allelecast_client::Client;
use allelecast_client::protocol::check::{CheckReport, Verdict};
use allelecast_client::protocol::dataset::Profile;
use allelecast_client::protocol::finding::{RuleTotal, Severity};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, Global, print_json, sign_in};

pub const AFTER_HELP: &str = "\
The files are sent to the server, judged there, and not stored.
With --json one report is printed for each file.

Examples:
  allelecast check cohort.vcf.gz
  allelecast check --profile strict --json *.vcf | jq '.totals'";

/// Findings that are shown of each rule.
const SHOWN: usize = 5;

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// VCF files, plain or compressed
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How strictly the files are judged
    #[arg(long, value_enum, default_value_t = ProfileArg::Spec)]
    profile: ProfileArg,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ProfileArg {
    Spec,
    Strict,
    Tolerant,
}

impl From<ProfileArg> for Profile {
    fn from(argument: ProfileArg) -> Self {
        match argument {
            ProfileArg::Spec => Profile::Spec,
            ProfileArg::Strict => Profile::Strict,
            ProfileArg::Tolerant => Profile::Tolerant,
        }
    }
}

pub async fn run(global: &Global, args: CheckArgs) -> Result<(), Failure> {
    let client = sign_in::client(global).await?;
    let mut refused = 0;
    for path in &args.files {
        let report = check(&client, path, args.profile.into()).await?;
        refused += usize::from(report.verdict == Verdict::Refused);
        if global.json {
            print_json(&report)?;
        } else {
            print!("{}", text(&report));
        }
    }
    match refused {
        0 => Ok(()),
        1 => Err(Failure::other("a file would be refused")),
        n => Err(Failure::other(format!("{n} files would be refused"))),
    }
}

async fn check(client: &Client, path: &Path, profile: Profile) -> Result<CheckReport, Failure> {
    let size = std::fs::metadata(path)
        .map_err(|error| Failure::other(format!("{}: {error}", path.display())))?
        .len();
    let bar = ProgressBar::new(size);
    let style =
        ProgressStyle::with_template("{prefix} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style.progress_chars("=> "));
    bar.set_prefix(
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    );
    let moved = bar.clone();
    let report = client
        .check_file(path, profile, move |sent| moved.set_position(sent))
        .await;
    bar.finish_and_clear();
    Ok(report?)
}

/// A report for people.
fn text(report: &CheckReport) -> String {
    let CheckReport {
        filename,
        verdict,
        errors,
        warnings,
        ..
    } = report;
    let verdict = match verdict {
        Verdict::Accepted => "accepted",
        Verdict::Refused => "refused",
    };
    let mut text = format!("{filename}: {verdict} ({errors} errors, {warnings} warnings)\n");
    for total in &report.totals {
        rule(&mut text, report, total);
    }
    text
}

fn rule(text: &mut String, report: &CheckReport, total: &RuleTotal) {
    let severity = match total.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    // Writing to a string does not fail.
    let _ = writeln!(text, "\n  {severity} {}: {}", total.rule, total.n);
    let own = report
        .findings
        .iter()
        .filter(|finding| finding.rule == total.rule);
    for finding in own.take(SHOWN) {
        let _ = writeln!(
            text,
            "    line {}, column {}: {}",
            finding.line, finding.column, finding.message
        );
    }
    let section = total
        .section
        .as_ref()
        .map(|section| format!(" (section {section})"));
    let _ = writeln!(
        text,
        "    The specification{}: {}",
        section.unwrap_or_default(),
        total.says
    );
    let _ = writeln!(text, "    To mend it: {}", total.mend);
}
