//! A failing and a passing example for every rule.
//!
//! A failing example yields exactly one finding beside notes: one fault is said once.

mod header;
mod info;
mod meta;
mod samples;
mod site;

use std::collections::BTreeSet;

use allelecast_server::import::validate::{Limits, Profile, Rules};

use super::{is_note, validate};

/// Where an example is put.
#[derive(Clone, Copy, Debug)]
pub enum Example {
    /// A whole file.
    File(&'static str),
    /// A whole file that is not UTF-8.
    Bytes(&'static [u8]),
    /// One meta-information line in a sound header.
    Meta(&'static str),
    /// Records below a sound header without samples; a space is a tab, `·` a space.
    Site(&'static str),
    /// The same with two samples.
    Samples(&'static str),
}
use Example::{Bytes, File, Meta, Samples, Site};

/// Rule, version, an example that breaks it, one that does not.
pub type Case = (&'static str, &'static str, Example, Example);

const COLUMNS: &str = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";

const DECLARED: &str = r#"##contig=<ID=1,length=1000>
##contig=<ID=2>
##FILTER=<ID=q10,Description="d">
##FILTER=<ID=s50,Description="d">
##ALT=<ID=DEL,Description="d">
##ALT=<ID=DUP,Description="d">
##ALT=<ID=INV,Description="d">
##INFO=<ID=I1,Number=1,Type=Integer,Description="d">
##INFO=<ID=I2,Number=2,Type=Integer,Description="d">
##INFO=<ID=IA,Number=A,Type=Integer,Description="d">
##INFO=<ID=F1,Number=1,Type=Float,Description="d">
##INFO=<ID=C1,Number=1,Type=Character,Description="d">
##INFO=<ID=S1,Number=1,Type=String,Description="d">
##INFO=<ID=SN,Number=.,Type=String,Description="d">
##INFO=<ID=FL,Number=0,Type=Flag,Description="d">
##INFO=<ID=END,Number=1,Type=Integer,Description="d">
##FORMAT=<ID=GT,Number=1,Type=String,Description="d">
##FORMAT=<ID=FI,Number=1,Type=Integer,Description="d">
##FORMAT=<ID=FA,Number=A,Type=Integer,Description="d">
##FORMAT=<ID=FG,Number=G,Type=Integer,Description="d">
##FORMAT=<ID=FF,Number=1,Type=Float,Description="d">
##FORMAT=<ID=FC,Number=1,Type=Character,Description="d">
##FORMAT=<ID=FS,Number=.,Type=String,Description="d">
"#;

fn text(example: Example, version: &str) -> Vec<u8> {
    let head = format!("##fileformat=VCFv{version}\n");
    let tabbed = |records: &str| records.replace(' ', "\t").replace('·', " ") + "\n";
    let text = match example {
        File(text) => text.to_owned(),
        Bytes(bytes) => return bytes.to_vec(),
        Meta(line) => format!("{head}{line}\n{COLUMNS}\n"),
        Site(records) => format!("{head}{DECLARED}{COLUMNS}\n{}", tabbed(records)),
        Samples(records) => format!("{head}{DECLARED}{COLUMNS}\tFORMAT\ts1\ts2\n{}", tabbed(records)),
    };
    text.into_bytes()
}

fn tables() -> impl Iterator<Item = &'static Case> {
    [
        meta::CASES,
        header::CASES,
        site::CASES,
        info::CASES,
        samples::CASES,
    ]
    .into_iter()
    .flatten()
}

#[test]
fn each_example_gets_its_answer() {
    let mut wrong = Vec::new();
    for &(rule, version, fails, passes) in tables() {
        let known = Rules::find(rule).unwrap_or_else(|| panic!("no rule {rule}"));
        let found = |example| {
            let report = validate(&text(example, version), Profile::Spec, Limits::default());
            report
                .findings()
                .into_iter()
                .map(|finding| finding.rule)
                .collect::<Vec<_>>()
        };
        let failed: Vec<_> = found(fails)
            .into_iter()
            .filter(|found| *found == rule || !is_note(found))
            .collect();
        if failed != [known.id] {
            wrong.push(format!("{rule} {version} {fails:?}: {failed:?}"));
        }
        let passed: Vec<_> = found(passes)
            .into_iter()
            .filter(|found| *found == rule || !is_note(found))
            .collect();
        if !passed.is_empty() {
            wrong.push(format!("{rule} {version} {passes:?} should pass: {passed:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rules whose examples need more than a text stand in `containers` and `limits`.
const ELSEWHERE: [&str; 16] = [
    // Long files: `hostile`.
    "file-too-long",
    "entries-too-many",
    // They need a reference sequence: `alignment::server`.
    "ref-differs",
    "ref-open",
    "reference-differs",
    // Found while counting: `stated`.
    "info-group-counts",
    "bgzip-eof-missing",
    "container-unknown",
    "container-truncated",
    "container-corrupt",
    "line-too-long",
    "header-too-long",
    "samples-too-many",
    "alternates-too-many",
    "ploidy-too-high",
    "file-empty",
];

#[test]
fn every_rule_has_an_example() {
    let shown: BTreeSet<&str> = tables().map(|case| case.0).chain(ELSEWHERE).collect();
    let all: BTreeSet<&str> = Rules::all().map(|rule| rule.id).collect();
    assert_eq!(shown, all);
}
