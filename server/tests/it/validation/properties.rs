//! What holds for any bytes.

use proptest::prelude::*;

use allelecast_server::import::validate::{ChunkState, Limits, OrderCheck, Profile, Report, Validator};

use super::validate;

/// Pieces from which almost-VCFs are made.
const PIECES: &[&str] = &[
    "##fileformat=VCFv4.1\n",
    "##fileformat=VCFv4.5\n",
    "##INFO=<ID=",
    "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n",
    "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"a\">\n",
    "##contig=<ID=1,length=99>\n",
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
    "\tFORMAT\ts1\ts2",
    "\n",
    "\r\n",
    "\t",
    "1",
    "5",
    ".",
    "A",
    "G",
    "A,G",
    "<DEL>",
    "[1:5[A",
    "*",
    "PASS",
    "q10;PASS",
    "DP=5",
    "AC=1,2;AF=.5",
    "GT",
    "GT:AD:PL",
    "0|0",
    "0/1",
    "./.",
    "1,2",
    "0/1:3,4:0,9,90",
    ":",
    ";",
    ",",
    "=",
    "\"",
    "<",
    ">",
    "\0",
    "\u{fe}",
    "\u{feff}",
    "%3A",
    " ",
    "-",
    "1e9",
    "nan",
];

fn almost_vcf() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(PIECES).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

fn records() -> impl Strategy<Value = Vec<u8>> {
    let value = prop::sample::select(&[
        "0|0",
        "0/1",
        "./.",
        ".",
        "1",
        "0/1/1",
        "|0/1",
        "3/0",
        "0|x",
        "",
        "5",
        "-5",
        "1,2",
        "1,.",
        "1.5",
        ".5,1e3",
        "1.",
        "abc",
        "a,b",
        "2147483648",
        "nan",
        "0,9,90",
        ",",
        "x\u{1}y",
    ]);
    let sample = prop::collection::vec(value, 1..5).prop_map(|values| values.join(":"));
    let format = prop::sample::select(&[
        "GT",
        "GT:AD",
        "GT:AD:DP:PL",
        "DP:PL",
        "GT:GL:S",
        "GT:C:AD",
        "GT:LAA:LAD",
        "GT:PS:PSL",
    ]);
    let alt = prop::sample::select(&["G", "G,T", ".", "<DEL>", "*,G"]);
    let line =
        (1..90_u32, alt, format, prop::collection::vec(sample, 2)).prop_map(|(pos, alt, format, samples)| {
            format!(
                "1\t{pos}\t.\tA\t{alt}\t.\t.\tDP=1\t{format}\t{}\n",
                samples.join("\t")
            )
        });
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.concat().into_bytes())
}

fn header(version: &str) -> String {
    let mut text = format!("##fileformat=VCFv{version}\n");
    for (id, number, ty) in [
        ("GT", "1", "String"),
        ("AD", "R", "Integer"),
        ("PL", "G", "Integer"),
        ("C", "1", "Character"),
        ("S", ".", "String"),
    ] {
        text += &format!("##FORMAT=<ID={id},Number={number},Type={ty},Description=\"d\">\n");
    }
    text + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\n"
}

/// Validates the records in chunks, each with a fresh state, and follows the order across them.
fn in_chunks(head: &str, body: &[u8], size: usize) -> Report {
    let mut validator = Validator::new(Profile::Spec, Limits::default());
    let mut report = validator.report();
    head.lines()
        .for_each(|line| validator.header_line(line.as_bytes(), &mut report));
    let (rules, mut order, mut number) = (validator.records(), OrderCheck::default(), validator.lines());
    let lines: Vec<&[u8]> = body.split_inclusive(|&b| b == b'\n').collect();
    for chunk in lines.chunks(size) {
        let (mut state, mut findings) = (ChunkState::default(), Vec::new());
        for line in chunk {
            number += 1;
            rules.check(&mut state, number, line, &mut findings);
        }
        // A checkpoint between any two chunks changes nothing.
        order = serde_json::from_str(&serde_json::to_string(&order).unwrap()).unwrap();
        validator.follow(&mut order, &state.take_sites(), &mut findings);
        report.extend(findings);
    }
    report
}

/// Findings in an order that does not depend on how records and their order were interleaved.
fn sorted(report: &Report) -> Vec<String> {
    let mut findings: Vec<String> = report
        .findings()
        .into_iter()
        .map(|finding| format!("{finding:?}"))
        .collect();
    findings.sort();
    findings
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_an_answer(bytes in almost_vcf()) {
        for profile in [Profile::Spec, Profile::Strict, Profile::Tolerant] {
            validate(&bytes, profile, Limits::default());
        }
    }

    #[test]
    fn chunks_do_not_matter(body in records(), size in 1..5_usize, version in prop::sample::select(&["4.1", "4.3", "4.5"])) {
        let head = header(version);
        let whole = validate(&[head.as_bytes(), &body].concat(), Profile::Spec, Limits::default());
        prop_assert_eq!(sorted(&whole), sorted(&in_chunks(&head, &body, size)));
    }

    /// Profiles differ in severity alone.
    #[test]
    fn every_profile_finds_the_same(body in records()) {
        let text = [header("4.3").as_bytes(), &body].concat();
        let lines = |profile| {
            let report = validate(&text, profile, Limits::default());
            report.findings().into_iter().map(|f| (f.line, f.rule)).collect::<Vec<_>>()
        };
        prop_assert_eq!(lines(Profile::Spec), lines(Profile::Strict));
        prop_assert_eq!(lines(Profile::Spec), lines(Profile::Tolerant));
    }
}
