//! The fast path and the slow path agree.
//!
//! Invariant: what [`super::fast`] accepts, [`super::sample`] has nothing to say against.

use proptest::prelude::*;

use crate::import::validate::{ChunkState, Limits, Profile, Validator};

const FORMATS: &[&str] = &[
    "GT",
    "GT:AD:DP:GQ:PL",
    "DP",
    "PL",
    "GT:GL",
    "GT:PS",
    "GT:FC:FS",
    "FN:F2:FA",
    "GT:AD",
    "GT:LAA:LAD",
    "GT:PSL",
    "GT:PS:PSL",
];

/// What a sample's values may look like, good and bad.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(&[
            "0|0",
            "0/1",
            "1",
            ".",
            "./.",
            "0/.",
            "2/1",
            "0/1/1",
            "|0",
            "10/0",
            "",
            "5",
            "-5",
            "+5",
            "0,5",
            "1,.",
            ".,.",
            "1,2,3",
            "1,2,3,4,5,6",
            "1.5",
            "-1.5,0",
            "1.",
            ".5",
            "1e-3",
            "1e",
            "inf",
            "a",
            "ab",
            "a,b",
            ",",
            "x\u{1}",
            "ä",
            "123456789",
            "1234567890",
            "4294967296",
            "-2147483648",
            " ",
        ])
        .prop_map(str::to_owned),
        "[0-9/|.,:eax-]{0,6}",
    ]
}

/// The rules found when the columns are read as they are, or each by the slow path alone.
fn found(
    version: &str,
    alt: &str,
    format: &str,
    samples: &[String],
    slow: bool,
) -> Vec<(&'static str, String)> {
    let mut validator = Validator::new(Profile::Spec, Limits::default());
    let mut report = validator.report();
    let declared = [
        ("GT", "1", "String"),
        ("AD", "R", "Integer"),
        ("DP", "1", "Integer"),
        ("PL", "G", "Integer"),
        ("GL", "G", "Float"),
        ("FC", "1", "Character"),
        ("FS", ".", "String"),
        ("FN", "1", "Integer"),
        ("F2", "2", "Float"),
        ("FA", "A", "Integer"),
    ];
    let mut header = format!("##fileformat=VCFv{version}\n");
    for (id, number, ty) in declared {
        header += &format!("##FORMAT=<ID={id},Number={number},Type={ty},Description=\"d\">\n");
    }
    header += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    for at in 0..samples.len() {
        header += &format!("\ts{at}");
    }
    header
        .lines()
        .for_each(|line| validator.header_line(line.as_bytes(), &mut report));
    let mut state = if slow {
        ChunkState::slowly()
    } else {
        ChunkState::default()
    };
    let mut findings = Vec::new();
    let line = format!("1\t5\t.\tA\t{alt}\t.\t.\t.\t{format}\t{}", samples.join("\t"));
    validator
        .records()
        .check(&mut state, 20, line.as_bytes(), &mut findings);
    findings
        .into_iter()
        .map(|finding| (finding.rule, finding.message))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_paths_find_the_same(
        version in prop::sample::select(&["4.1", "4.3", "4.5"]),
        alt in prop::sample::select(&["G", "G,T", ".", "C,G,T,*,CC,CG,CT,GG,GC,GT,TT", "<DEL>"]),
        format in prop::sample::select(FORMATS),
        samples in prop::collection::vec(prop::collection::vec(value(), 1..6).prop_map(|values| values.join(":")), 1..5),
    ) {
        prop_assert_eq!(found(version, alt, format, &samples, false), found(version, alt, format, &samples, true));
    }
}

#[test]
fn long_rows_of_genotypes_are_read_the_same_by_both() {
    for odd in ["0/2", "", ".", "./.", "0|1:5", "x"] {
        for at in [0, 1, 15, 16, 17, 98, 99] {
            let mut samples = vec!["0|1".to_owned(); 100];
            samples[at] = odd.to_owned();
            assert_eq!(
                found("4.2", "G", "GT", &samples, false),
                found("4.2", "G", "GT", &samples, true),
                "{odd} {at}"
            );
        }
    }
}
