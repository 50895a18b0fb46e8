//! Records below a header that declares something of everything.
//!
//! Invariant: chunk bounds change neither the verdict nor the counts, the fast path agrees with the slow one, what is
//! accepted can be counted, and counts stay within what the samples can give.

use allelecast_server::domain::block::BlockLimits;
use allelecast_server::domain::build::{Build, ContigIndex};
use allelecast_server::domain::groups::GroupMasks;
use allelecast_server::import::builder::BlockBuilder;
use allelecast_server::import::count::Basis;
use allelecast_server::import::header::Header;
use allelecast_server::import::lines::ChunkInput;
use allelecast_server::import::record::RecordProblem;
use allelecast_server::import::validate::{
    ChunkState, Limits, OrderCheck, Profile, Report, Severity, Validator,
};
use bytes::Bytes;

const SAMPLES: usize = 3;

/// The version that the first byte chooses, and a header of it.
fn header(first: u8) -> String {
    let mut text = format!("##fileformat=VCFv4.{}\n", 1 + first % 5);
    for (id, number, kind) in [
        ("GT", "1", "String"),
        ("AD", "R", "Integer"),
        ("DP", "1", "Integer"),
        ("GQ", "1", "Integer"),
        ("PL", "G", "Integer"),
        ("FC", "1", "Character"),
    ] {
        text += &format!("##FORMAT=<ID={id},Number={number},Type={kind},Description=\"d\">\n");
    }
    text += "##INFO=<ID=END,Number=1,Type=Integer,Description=\"d\">\n##contig=<ID=1>\n";
    text + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n"
}

/// The first byte chooses the version; the rest are records.
pub fn record(data: &[u8]) {
    let Some((&first, body)) = data.split_first() else {
        return;
    };
    let header = header(first);
    let whole = judge(&header, body, usize::MAX, ChunkState::default);
    for other in [
        judge(&header, body, 1, ChunkState::default),
        judge(&header, body, usize::MAX, ChunkState::slowly),
    ] {
        let (whole, other) = (sorted(&whole), sorted(&other));
        let of_whole: Vec<_> = whole.iter().filter(|finding| !other.contains(finding)).collect();
        let of_other: Vec<_> = other.iter().filter(|finding| !whole.contains(finding)).collect();
        assert!(
            whole == other,
            "only whole and fast: {of_whole:?}; only in lines or slow: {of_other:?}"
        );
    }
    let counted = count(&header, body, usize::MAX);
    match (&counted, count(&header, body, 1)) {
        (Ok(whole), Ok(chunks)) => assert_eq!(*whole, chunks),
        // Which of several faults comes first depends on what is looked at first.
        (Err(_), Err(_)) => {}
        (whole, chunks) => panic!("{whole:?}, but line by line {chunks:?}"),
    }
    if whole.total(Severity::Error) == 0 {
        let known = !matches!(counted, Err(RecordProblem::UnknownContig(_)));
        assert!(counted.is_ok() || !known, "accepted, and then: {counted:?}");
    }
}

/// Judges in chunks of that many lines, each with a state of its own, as an import does.
fn judge(header: &str, body: &[u8], lines: usize, state: fn() -> ChunkState) -> Report {
    let mut validator = Validator::new(Profile::Spec, Limits::default());
    let mut report = validator.report();
    for line in header.lines() {
        validator.header_line(line.as_bytes(), &mut report);
    }
    let (rules, mut order, mut number) = (validator.records(), OrderCheck::default(), validator.lines());
    let all: Vec<&[u8]> = body.split_inclusive(|&byte| byte == b'\n').collect();
    for chunk in all.chunks(lines.min(all.len()).max(1)) {
        let (mut state, mut findings) = (state(), Vec::new());
        for line in chunk {
            number += 1;
            rules.check(&mut state, number, line, &mut findings);
        }
        validator.follow(&mut order, &state.take_sites(), &mut findings);
        report.extend(findings);
    }
    report
}

fn sorted(report: &Report) -> Vec<String> {
    let findings = report.findings().into_iter();
    let mut findings: Vec<String> = findings.map(|finding| format!("{finding:?}")).collect();
    findings.sort();
    findings
}

/// Counts in chunks of that many lines; the rows of all blocks.
fn count(header: &str, body: &[u8], lines: usize) -> Result<Vec<String>, RecordProblem> {
    let start = header.len() as u64;
    let first_line = 1 + header.lines().count() as u64;
    let parsed = Header::parse(header.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let groups = GroupMasks::new(SAMPLES, [&[0, 1, 2][..], &[1][..]], &[]);
    let contigs = ContigIndex::new(Build::Grch37);
    let limits = BlockLimits {
        alleles: 3,
        ..BlockLimits::default()
    };
    let mut builder = BlockBuilder::new(limits, start, first_line);
    let mut drafts = Vec::new();
    let (mut offset, mut line) = (start, first_line);
    let all: Vec<&[u8]> = body.split_inclusive(|&byte| byte == b'\n').collect();
    for chunk in all.chunks(lines.min(all.len()).max(1)) {
        let text = Bytes::from(chunk.concat());
        let (length, count) = (text.len() as u64, chunk.len() as u64);
        let input = ChunkInput {
            first_line: line,
            offset,
            text,
        };
        let counted = Basis {
            header: &parsed,
            groups: &groups,
            contigs: &contigs,
            reference: None,
            is_gvcf: false,
        }
        .count(&input)
        .map_err(|error| error.problem)?;
        assert!(counted.rest_of(&input).is_none());
        drafts.extend(builder.push(counted).map_err(|error| error.problem)?);
        (offset, line) = (offset + length, line + count);
    }
    drafts.extend(builder.finish());
    let mut rows = Vec::new();
    for block in drafts.iter().map(|draft| draft.assemble()) {
        for (number, site) in block.sites.rows().enumerate() {
            assert!(
                (block.span_start..=block.span_end).contains(&site.pos),
                "{site:?}"
            );
            let mut counts = Vec::new();
            for frequencies in &block.frequencies {
                let raw = frequencies.counts(number, false).unwrap_or_default();
                let good = frequencies.counts(number, true).unwrap_or_default();
                assert!(raw.ac <= raw.an && raw.ns <= SAMPLES as u32, "{raw:?}");
                assert!(2 * raw.hom + raw.het + raw.hemi <= raw.ac, "{raw:?}");
                assert!(raw.n_dip >= raw.het + raw.hom, "{raw:?}");
                assert!(
                    good.ac <= raw.ac && good.an <= raw.an && good.ns <= raw.ns,
                    "{good:?} of {raw:?}"
                );
                counts.push((raw, good));
            }
            rows.push(format!(
                "{} {site:?} {counts:?} {:?}",
                block.contig,
                block.genotypes.row(number)
            ));
        }
    }
    Ok(rows)
}
