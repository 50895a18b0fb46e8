//! Counting with the cells that judging read agrees with counting from the text.
//!
//! Invariant: the files hold usual samples beside odd ones of every kind, so that both ways take their turns.

use bytes::Bytes;
use proptest::prelude::*;

use crate::domain::build::{Build, ContigIndex};
use crate::domain::groups::{GroupMasks, Sex};
use crate::import::count::{Basis, Counter};
use crate::import::header::Header;
use crate::import::judge::Judge;
use crate::import::lines::ChunkInput;
use crate::import::validate::{Limits, Profile};

const SAMPLES: usize = 70;
const FORMATS: &[&str] = &[
    "GT:AD:DP:GQ:PL",
    "GT:DP",
    "GT:GQ:DP:AD",
    "GT:PL:AD",
    "GT:AD:FT:DP:GQ",
];
const ODD: &[&str] = &[
    "./.",
    ".",
    "0",
    "0/.:.:.:.:.",
    "0/0:.",
    "0/1:7,8",
    "0/1/1:1,2:3:4:5,6,7,8",
    "1/1:.,.:12",
    "0/1:1,2:3:4:5,6",
    "0/9:1,2:3:4:5,6,7",
    "0/11:1,2:3:4:5,6,7",
    "0/12:1,2:3:4:5,6,7,8,9,10",
    "0/1:-1:3:4:5",
    "0|1:00000012:000000030:99:1,2,3",
    "0/1:1234567890,1:12:30:0,1,2",
    "0/1:5:",
    "",
];

/// A sample as FORMAT and ALT ask for it.
fn usual(format: &str, alternates: usize, alleles: [usize; 2], numbers: &[u32]) -> String {
    let mut numbers = numbers.iter().cycle().map(u32::to_string);
    let mut list = |n: usize| numbers.by_ref().take(n).collect::<Vec<_>>().join(",");
    let values = format.split(':').map(|key| match key {
        "GT" => format!(
            "{}/{}",
            alleles[0] % (alternates + 1),
            alleles[1] % (alternates + 1)
        ),
        "AD" => list(alternates + 1),
        "PL" => list((alternates + 1) * (alternates + 2) / 2),
        "FT" => "PASS".to_owned(),
        _ => list(1),
    });
    values.collect::<Vec<_>>().join(":")
}

fn sample(format: &'static str, alternates: usize) -> impl Strategy<Value = String> {
    let number = || prop_oneof![6 => 0u32..60, 2 => 0u32..2_000, 1 => Just(999_999_999)];
    let usual = ([0usize..3, 0usize..3], prop::collection::vec(number(), 10))
        .prop_map(move |(alleles, numbers)| usual(format, alternates, alleles, &numbers));
    prop_oneof![300 => usual, 1 => prop::sample::select(ODD).prop_map(str::to_owned)]
}

fn record() -> impl Strategy<Value = String> {
    let shape = (
        prop::sample::select(FORMATS),
        1usize..3,
        prop::sample::select(&["1", "X"]),
    );
    shape.prop_flat_map(|(format, alternates, chrom)| {
        let samples = prop::collection::vec(sample(format, alternates), SAMPLES);
        samples.prop_map(move |samples| {
            let alternates = ["C", "C,G"][alternates - 1];
            format!(
                "{chrom}\t5000000\t.\tA\t{alternates}\t.\t.\t.\t{format}\t{}\n",
                samples.join("\t")
            )
        })
    })
}

fn header() -> String {
    let mut text = String::from("##fileformat=VCFv4.3\n");
    for (id, number, kind) in [
        ("GT", "1", "String"),
        ("AD", "R", "Integer"),
        ("DP", "1", "Integer"),
        ("GQ", "1", "Integer"),
        ("PL", "G", "Integer"),
        ("FT", "1", "String"),
    ] {
        text += &format!("##FORMAT=<ID={id},Number={number},Type={kind},Description=\"d\">\n");
    }
    text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    for sample in 0..SAMPLES {
        text += &format!("\ts{sample}");
    }
    text + "\n"
}

fn chunk(text: String) -> ChunkInput {
    ChunkInput {
        first_line: 1,
        offset: 0,
        text: Bytes::from(text),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_are_the_same(records in prop::collection::vec(record(), 1..4)) {
        let head = chunk(header());
        let first_line = 1 + head.text.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let mut judge = Judge::new(Profile::Tolerant, Limits::default(), None);
        judge.header(&head);
        let rules = judge.records().unwrap();
        let header = Header::parse(&head.text).unwrap();
        let sexes: Vec<Sex> = (0..SAMPLES).map(|i| [Sex::Male, Sex::Female, Sex::Unknown][i % 3]).collect();
        let members: Vec<u32> = (0..SAMPLES as u32).collect();
        let groups = GroupMasks::new(SAMPLES, [&members[..], &members[3..40]], &sexes);
        let contigs = ContigIndex::new(Build::Grch37);
        let body = ChunkInput { first_line, ..chunk(records.concat()) };
        let basis = Basis {
            header: &header,
            groups: &groups,
            contigs: &contigs,
            reference: None,
            is_gvcf: false,
        };
        let mut counter = Counter::new(basis, &body);
        let mut read = 0;
        let verdict = rules.judge(&body, |line, cells| {
            read += cells.map_or(0, |cells| cells.len() - cells.left.len());
            counter.take(line, cells);
        });
        // What is refused is not counted.
        if verdict.has_error() {
            return Ok(());
        }
        let again = basis.count(&body);
        prop_assert_eq!(format!("{:?}", counter.finish(&body)), format!("{again:?}"));
        prop_assert!(read > 0 || records.iter().all(|record| record.contains(":FT:")));
    }
}
