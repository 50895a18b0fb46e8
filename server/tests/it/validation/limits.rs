//! Every limit, with a file that passes it.

use allelecast_server::import::validate::{Limits, Profile, Report};

use super::validate;

fn file(samples: usize, records: &str) -> Vec<u8> {
    let mut text = String::from("##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO");
    if samples > 0 {
        text.push_str("\tFORMAT");
        (0..samples).for_each(|at| text.push_str(&format!("\ts{at}")));
    }
    (text + "\n" + records).into_bytes()
}

fn total(report: &Report, rule: &str) -> u64 {
    report
        .groups()
        .iter()
        .filter(|(id, _)| *id == rule)
        .map(|(_, group)| group.total)
        .sum()
}

#[test]
fn what_is_too_much_is_a_finding() {
    let record = |alt: &str, tail: &str| format!("1\t5\t.\tA\t{alt}\t.\t.\t.{tail}\n");
    let many = (2..30).map(|n| "G".repeat(n)).collect::<Vec<_>>().join(",");
    let small = Limits {
        line_bytes: 500,
        header_bytes: 200,
        samples: 3,
        alternates: 10,
        ploidy: 4,
        ..Limits::default()
    };
    let long_header = [
        b"##fileformat=VCFv4.3\n",
        "##a=b\n".repeat(100).as_bytes(),
        &file(0, "")[21..],
    ]
    .concat();
    let cases: [(&str, Vec<u8>); 5] = [
        ("line-too-long", file(0, &record(&"G".repeat(600), ""))),
        ("header-too-long", long_header),
        ("samples-too-many", file(4, "")),
        ("alternates-too-many", file(0, &record(&many, ""))),
        ("ploidy-too-high", file(1, &record("G", "\tGT\t0/0/0/0/0"))),
    ];
    for (rule, text) in cases {
        let report = validate(&text, Profile::Tolerant, small.clone());
        assert_eq!(total(&report, rule), 1, "{rule}: {:?}", report.findings());
        let report = validate(&text, Profile::Spec, Limits::default());
        assert_eq!(total(&report, rule), 0, "{rule} by default");
    }
}

#[test]
fn findings_are_kept_up_to_the_limit_and_counted_beyond() {
    let limits = Limits {
        findings_per_rule: 2,
        findings_per_line: 3,
        distinct_texts: 4,
        ..Limits::default()
    };
    let report = validate(
        &file(0, &"1\tx\t.\tA\tG\t.\t.\t.\n".repeat(9)),
        Profile::Spec,
        limits.clone(),
    );
    let (_, group) = report.groups()[0];
    assert_eq!((group.total, group.findings.len()), (9, 2));

    let report = validate(
        &file(0, "1\t5\t.\tA\tG\t.\t.\t1=x;2=x;3=x;4=x;5=x\n"),
        Profile::Spec,
        limits.clone(),
    );
    assert_eq!(total(&report, "info-key-characters"), 3);
    assert!(
        report
            .findings()
            .iter()
            .all(|finding| finding.rule == "info-key-characters")
    );

    // Texts beyond the limit are no longer remembered, so they are said again rather than lost.
    let keys = |n: usize| (0..n).map(|at| format!("K{at}=1")).collect::<Vec<_>>().join(";");
    let wide = Limits {
        findings_per_line: 100,
        ..limits
    };
    let records = format!("1\t5\t.\tA\tG\t.\t.\t{}\n", keys(4)).repeat(3);
    let report = validate(&file(0, &records), Profile::Spec, wide);
    assert_eq!(total(&report, "undeclared-info"), 4);
}

#[test]
fn texts_are_clipped() {
    let limits = Limits {
        text_bytes: 5,
        ..Limits::default()
    };
    let report = validate(&file(0, "1\tabcdefgh\t.\tA\tG\t.\t.\t.\n"), Profile::Spec, limits);
    assert_eq!(report.findings()[0].text, "abcde…");
}

#[test]
fn windows_across_records_are_bounded() {
    // REF reaches ahead, so that the trimmed alleles lie ahead of the position.
    let ahead = "1\t5\t.\tAAAAAAAA\tAAAAAAAG\t.\t.\t.\n1\t12\t.\tA\tG\t.\t.\t.\n";
    let report = validate(&file(0, ahead), Profile::Spec, Limits::default());
    assert_eq!(total(&report, "record-repeated"), 1);
    let report = validate(
        &file(0, ahead),
        Profile::Spec,
        Limits {
            duplicate_window: 0,
            ..Limits::default()
        },
    );
    assert_eq!(total(&report, "record-repeated"), 0);

    let returns = "1\t5\t.\tA\tG\t.\t.\t.\n2\t5\t.\tA\tG\t.\t.\t.\n1\t6\t.\tA\tG\t.\t.\t.\n";
    let report = validate(&file(0, returns), Profile::Spec, Limits::default());
    assert_eq!(total(&report, "contig-returns"), 1);
    let report = validate(
        &file(0, returns),
        Profile::Spec,
        Limits {
            contigs: 0,
            ..Limits::default()
        },
    );
    assert_eq!(total(&report, "contig-returns"), 0);
}
