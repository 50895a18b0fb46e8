//! Blocks out of a text small enough to read.
//!
//! Invariant: chunk sizes, flushes and restarts never change which rows come out.

use bytes::Bytes;

use super::*;
use crate::{
    domain::{
        allele::REORDER_WINDOW,
        block::Block,
        build::{Build, ContigIndex},
        columns::depth_band,
        groups::GroupMasks,
        planes::SampleMask,
        reference::{Packer, Reference, ReferenceContig},
    },
    import::{count::Basis, header::Header, lines::ChunkInput},
};

const LIMITS: BlockLimits = BlockLimits {
    alleles: 3,
    plane_bytes: 1 << 20,
};

/// Two samples; trimmed alleles that overtake later records, duplicates, a contig without alleles at its end.
const RECORDS: &str = "\
1\t100\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\t0/0
1\t110\tx\tCAAAAT\tCAAAAG,C\t9\tq10\t.\tGT\t0/1\t1/2
1\t111\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\t0/0
1\t111\t.\tA\tG\t.\tPASS\t.\tGT\t1/1\t0/0
1\t111\t.\tA\t.\t.\tPASS\t.\tGT\t0/0\t0/0
1\t112\t.\tAAAT\tAAAG\t.\tPASS\t.\tGT\t./1\t0/0
1\t115\t.\tT\tC\t.\tPASS\t.\tGT\t1/1\t0/0
1\t130\t.\tT\tC\t.\tPASS\t.\tGT\t1/1\t0/0
1\t131\t.\tT\t.\t.\tPASS\t.\tGT\t0/0\t0/0
X\t5\t.\tG\tT\t.\tPASS\t.\tGT\t1\t0/0
X\t9\t.\tG\tT\t.\tPASS\t.\tGT\t1\t0/0
";

/// Counts the text from an offset on, in chunks of that many lines, and collects the blocks; flushes after each chunk
/// if asked to.
fn blocks(
    mut builder: BlockBuilder,
    text: &str,
    lines: usize,
    flushes: bool,
) -> Result<Vec<DraftBlock>, RecordError> {
    let header = Header {
        samples: vec!["A".into(), "B".into()],
        ..Header::default()
    };
    let reference = (builder.window > 0).then(reference);
    let groups = GroupMasks::new(2, [&[0, 1][..], &[1][..]], &[]);
    let contigs = ContigIndex::new(Build::Grch37);
    let mut blocks = Vec::new();
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    for part in all.chunks(lines) {
        let Position { offset, line } = builder.next;
        let chunk = ChunkInput {
            first_line: line,
            offset,
            text: Bytes::from(part.concat()),
        };
        let basis = Basis {
            header: &header,
            groups: &groups,
            contigs: &contigs,
            reference: reference.as_ref(),
            is_gvcf: builder.is_gvcf(),
        };
        blocks.extend(builder.push(basis.count(&chunk)?)?);
        if flushes {
            blocks.extend(builder.flush());
        }
    }
    blocks.extend(builder.finish());
    Ok(blocks)
}

fn new() -> BlockBuilder {
    BlockBuilder::new(LIMITS, 0, 1)
}

/// Contig 1 is a repeat from 101 to 20,100, and has two more at 30,001 and 30,101.
fn reference() -> Reference {
    let mut bases = vec![b'G'; 40_000];
    for (first, last, unit) in [
        (101, 20_100, b"CA"),
        (30_001, 30_020, b"TT"),
        (30_101, 30_120, b"CA"),
    ] {
        for (i, base) in bases[first - 1..last].iter_mut().enumerate() {
            *base = unit[i % 2];
        }
    }
    let mut packer = Packer::default();
    for base in bases {
        assert_eq!(packer.push(base), Some(None));
    }
    let contig = ReferenceContig {
        ordinal: 1,
        name: "1".into(),
        length: 40_000,
        first_part: 0,
    };
    let parts: Vec<Arc<[u8]>> = packer.finish().map(Arc::from).into_iter().collect();
    Reference::new(Build::Grch37, [contig], Arc::new(parts))
}

/// Indels that left alignment moves past earlier records: within the window, beyond it, onto one another, on a contig
/// that comes back, and one whose REF is not the reference's.
const SHIFTED: &str = "\
1\t100\t.\tG\tT\t.\tPASS\t.\tGT\t0/1\t0/0
1\t301\t.\tC\tT\t.\tPASS\t.\tGT\t0/1\t0/0
1\t9000\t.\tACA\tA\t.\tPASS\t.\tGT\t0/1\t0/0
1\t9500\t.\tA\tACA\t.\tPASS\t.\tGT\t0/0\t1/1
1\t10090\t.\tACA\tA\t.\tPASS\t.\tGT\t1/1\t0/0
1\t20000\t.\tACA\tA\t.\tPASS\t.\tGT\t0/1\t0/0
1\t20099\t.\tC\tA\t.\tPASS\t.\tGT\t0/1\t0/0
1\t30010\t.\tTT\tT\t.\tPASS\t.\tGT\t0/1\t0/0
1\t30012\t.\tG\tGG\t.\tPASS\t.\tGT\t0/1\t0/0
1\t30020\t.\tT\tA,TT\t.\tPASS\t.\tGT\t0/1\t1/2
X\t5\t.\tGG\tG\t.\tPASS\t.\tGT\t1\t0/0
1\t30021\t.\tG\tTG\t.\tPASS\t.\tGT\t0/1\t1/1
1\t30120\t.\tACA\tA\t.\tPASS\t.\tGT\t0/1\t1/1
1\t30120\t.\tA\tACA\t.\tPASS\t.\tGT\t0/1\t1/1
";

fn aligning() -> BlockBuilder {
    new().with_window(REORDER_WINDOW)
}

#[test]
fn alleles_are_left_aligned_in_order() {
    use Alignment::{OtherReference, Shifted, TooFar, Trimmed};
    let blocks = blocks(aligning(), SHIFTED, 3, true).unwrap();
    let end = &blocks.last().unwrap().checkpoint;
    assert_eq!((end.alleles, end.shifted, end.unshifted), (15, 6, 4));
    let blocks = assembled(&blocks);
    let alleles = blocks.iter().flat_map(|block| {
        block.sites.rows().map(|row| {
            let stated = row.original.map(|original| original.pos);
            (
                block.contig,
                row.pos,
                format!("{}>{}", row.reference, row.alternate),
                row.ordinal,
                row.alignment,
                stated,
            )
        })
    });
    let want = [
        (1, 100, "G>GCA", 0, Shifted, Some(9_500)),
        (1, 100, "G>T", 0, Trimmed, None),
        (1, 100, "GCA>G", 0, Shifted, Some(9_000)),
        (1, 100, "GCA>G", 1, Shifted, Some(10_090)),
        (1, 301, "C>T", 0, Trimmed, None),
        (1, 20_000, "ACA>A", 0, TooFar, None),
        (1, 20_099, "C>A", 0, Trimmed, None),
        (1, 30_000, "G>GT", 0, Shifted, Some(30_020)),
        (1, 30_000, "GT>G", 0, Shifted, Some(30_010)),
        (1, 30_012, "G>GG", 0, OtherReference, None),
        (1, 30_020, "T>A", 0, Trimmed, None),
        (23, 5, "GG>G", 0, Trimmed, None),
        (1, 30_021, "G>TG", 0, TooFar, Some(30_021)),
        (1, 30_100, "G>GCA", 0, Shifted, Some(30_120)),
        (1, 30_120, "ACA>A", 0, OtherReference, None),
    ];
    let want = want.map(|(contig, pos, bases, ordinal, alignment, stated)| {
        (contig, pos, bases.to_owned(), ordinal, alignment, stated)
    });
    assert_eq!(alleles.collect::<Vec<_>>(), want);
}

fn assembled(blocks: &[DraftBlock]) -> Vec<Block> {
    blocks.iter().map(DraftBlock::assemble).collect()
}

/// QUAL may be NaN, which equals nothing: compare as printed.
fn rows(blocks: &[Block]) -> Vec<String> {
    let row = |block: &Block, row: usize| {
        let counts: Vec<_> = block
            .frequencies
            .iter()
            .map(|group| group.counts(row, false))
            .collect();
        format!(
            "{} {:?} {counts:?} {:?}",
            block.contig,
            block.sites.row(row),
            block.genotypes.row(row)
        )
    };
    blocks
        .iter()
        .flat_map(|block| (0..block.len()).map(move |i| row(block, i)))
        .collect()
}

#[test]
fn alleles_come_out_in_order_with_ordinals() {
    let blocks = assembled(&blocks(new(), RECORDS, 4, false).unwrap());
    let alleles = blocks.iter().flat_map(|block| {
        block.sites.rows().map(|row| {
            (
                block.contig,
                row.pos,
                row.alternate.to_owned(),
                row.ordinal,
                row.record_allele,
            )
        })
    });
    let want = [
        (1, 100, "C", 0, 1),
        (1, 110, "C", 0, 2),
        (1, 111, "G", 0, 1),
        (1, 111, "G", 1, 1),
        (1, 115, "C", 0, 1),
        (1, 115, "G", 0, 1),
        (1, 115, "G", 1, 1),
        (1, 130, "C", 0, 1),
        (23, 5, "T", 0, 1),
        (23, 9, "T", 0, 1),
    ];
    let want = want
        .map(|(contig, pos, alternate, ordinal, index)| (contig, pos, alternate.to_owned(), ordinal, index));
    assert_eq!(alleles.collect::<Vec<_>>(), want);
    let spans: Vec<_> = blocks
        .iter()
        .map(|block| (block.contig, block.span_start, block.span_end))
        .collect();
    assert_eq!(
        spans,
        [
            (1, 1, 111),
            (1, 112, 115),
            (1, 116, 249_250_621),
            (23, 1, 155_270_560)
        ]
    );
    for block in &blocks {
        assert_eq!(Some(&block.first_position), block.sites.pos.first());
        assert_eq!(Some(&block.last_position), block.sites.pos.last());
    }
}

#[test]
fn chunks_and_flushes_change_nothing_but_the_cuts() {
    chunks_and_flushes(new, RECORDS);
    chunks_and_flushes(aligning, SHIFTED);
}

fn chunks_and_flushes(new: fn() -> BlockBuilder, records: &str) {
    let want = assembled(&blocks(new(), records, 100, false).unwrap());
    for lines in 1..14 {
        let got = assembled(&blocks(new(), records, lines, false).unwrap());
        assert_eq!(rows(&got), rows(&want), "{lines} lines a chunk");
        let spans = |blocks: &[Block]| {
            blocks
                .iter()
                .map(|block| (block.contig, block.span_end))
                .collect::<Vec<_>>()
        };
        assert_eq!(spans(&got), spans(&want));
        let flushed = assembled(&blocks(new(), records, lines, true).unwrap());
        assert_eq!(rows(&flushed), rows(&want), "{lines} lines a chunk, flushed");
        for pair in flushed.windows(2).filter(|pair| pair[0].contig == pair[1].contig) {
            assert_eq!(pair[0].span_end + 1, pair[1].span_start);
        }
    }
}

#[test]
fn every_checkpoint_leads_to_the_same_end() {
    checkpoints(RECORDS, 0);
    checkpoints(SHIFTED, REORDER_WINDOW);
}

fn checkpoints(records: &str, window: u32) {
    for (lines, flushes) in [(100, false), (1, false), (1, true), (2, true), (3, true)] {
        let want = blocks(new().with_window(window), records, lines, flushes).unwrap();
        for (i, block) in want.iter().enumerate() {
            let stored = serde_json::to_string(block.checkpoint()).unwrap();
            let checkpoint: Checkpoint = serde_json::from_str(&stored).unwrap();
            let rest = &records[checkpoint.offset as usize..];
            let lines_before = records[..checkpoint.offset as usize].lines().count() as u64;
            assert_eq!(
                (checkpoint.line, checkpoint.records),
                (lines_before + 1, lines_before)
            );
            let emitted: usize = want[..=i].iter().map(DraftBlock::len).sum();
            assert_eq!(checkpoint.alleles, emitted as u64);
            let resumed = blocks(
                BlockBuilder::restore(LIMITS, &checkpoint).with_window(window),
                rest,
                1,
                false,
            )
            .unwrap();
            assert_eq!(
                rows(&assembled(&resumed)),
                rows(&assembled(&want[i + 1..])),
                "after block {i}"
            );
            let start = |blocks: &[DraftBlock]| blocks.first().map(|block| block.span_start);
            assert_eq!(start(&resumed), start(&want[i + 1..]));
            let (end, expected) = (resumed.last().unwrap_or(block), want.last().unwrap());
            assert_eq!(end.checkpoint(), expected.checkpoint());
            assert_eq!(end.checkpoint().records, records.lines().count() as u64);
        }
    }
}

/// A gVCF of two samples: blocks before, between and behind alleles, one over a cut, a contig without alleles.
const GVCF: &str = "\
1\t50\t.\tA\tT\t.\t.\t.\tGT:DP\t0/1:9\t0/0:9
1\t60\t.\tA\t<NON_REF>\t.\t.\tEND=99\tGT:DP\t0/0:30\t./.:0
1\t100\t.\tA\tC,<NON_REF>\t.\t.\t.\tGT:DP\t0/1:20\t0/2:20
1\t101\t.\tA\t<NON_REF>\t.\t.\tEND=400\tGT:DP\t0/0:30\t0/0:12
1\t110\t.\tA\tC\t.\t.\t.\tGT:DP\t0/1:20\t0/0:20
1\t120\t.\tA\tC\t.\t.\t.\tGT:DP\t0/1:20\t0/0:20
1\t130\t.\tA\tC\t.\t.\t.\tGT:DP\t0/1:20\t0/0:20
1\t140\t.\tAT\tA\t.\t.\t.\tGT:DP\t0/1:20\t0/0:20
1\t150\t.\tA\tC\t.\t.\t.\tGT:DP\t./.:.\t0/0:20
1\t500\t.\tA\t<NON_REF>\t.\t.\tEND=600\tGT:DP\t0/0:30\t0:12
2\t10\t.\tA\t<*>\t.\t.\tEND=20\tGT:DP\t0/0:30\t0/0:12
X\t5\t.\tG\tT,<*>\t.\t.\t.\tGT:DP\t1:3\t0/0:3
";

/// What blocks say of each position between alleles, by run of equal answers: calls of both samples, and depth bands.
fn covered(blocks: &[Block]) -> Vec<String> {
    let mut said: Vec<(i16, u32, u32, String)> = Vec::new();
    for block in blocks {
        let Some(coverage) = &block.coverage else { continue };
        for run in 0..coverage.len() {
            let (start, end) = coverage.span(run);
            assert!(block.span_start <= start && end <= block.span_end);
            let calls = coverage.calls(run);
            let depth = |sample| {
                let (sum, n) = coverage.depth_sum(run, &SampleMask::new(2, [sample]));
                (n > 0).then(|| depth_band(sum as u16))
            };
            let text = format!(
                "{:?} {:?}",
                [calls.genotype(0), calls.genotype(1)],
                [depth(0), depth(1)]
            );
            match said.last_mut() {
                Some(last) if last.0 == block.contig && last.2 + 1 == start && last.3 == text => last.2 = end,
                _ => said.push((block.contig, start, end, text)),
            }
        }
    }
    said.iter()
        .map(|(contig, start, end, text)| format!("{contig}:{start}-{end} {text}"))
        .collect()
}

#[test]
fn a_gvcf_says_what_lies_between_its_alleles() {
    let want = assembled(&blocks(new(), GVCF, 100, false).unwrap());
    let alternates = want
        .iter()
        .flat_map(|block| block.sites.rows().map(|row| (block.contig, row.pos)));
    let alleles = [
        (1, 50),
        (1, 100),
        (1, 110),
        (1, 120),
        (1, 130),
        (1, 140),
        (1, 150),
        (23, 5),
    ];
    assert_eq!(alternates.collect::<Vec<_>>(), alleles);
    let called = covered(&want);
    let starts: Vec<&str> = called.iter().filter_map(|run| run.split(' ').next()).collect();
    assert_eq!(
        starts,
        [
            "1:60-99",
            "1:100-100",
            "1:101-109",
            "1:110-110",
            "1:111-119",
            "1:120-120",
            "1:121-129",
            "1:130-130",
            "1:131-139",
            "1:140-141",
            "1:142-149",
            "1:150-150",
            "1:151-400",
            "1:500-600",
            "2:10-20",
            "23:5-5"
        ],
        "{called:?}"
    );
    let empty: Vec<_> = want
        .iter()
        .filter(|block| block.is_empty())
        .map(|block| {
            (
                block.contig,
                block.first_position,
                block.last_position,
                block.span_start,
                block.span_end,
            )
        })
        .collect();
    assert_eq!(empty, [(2, 10, 20, 1, 243_199_373)]);
    let small = BlockLimits {
        plane_bytes: 1,
        ..LIMITS
    };
    let fresh = |limits| BlockBuilder::new(limits, 0, 1);
    for (limits, lines, flushes) in [
        (LIMITS, 1, false),
        (LIMITS, 1, true),
        (LIMITS, 3, true),
        (small, 100, false),
        (small, 2, true),
    ] {
        let drafts = blocks(fresh(limits), GVCF, lines, flushes).unwrap();
        let got = assembled(&drafts);
        assert_eq!(rows(&got), rows(&want));
        // A chunk with the first block tells its other records too; those of chunks before it were not noted.
        assert_eq!(covered(&got), called, "{lines} lines a chunk, {limits:?}");
        for pair in got.windows(2).filter(|pair| pair[0].contig == pair[1].contig) {
            assert_eq!(pair[0].span_end + 1, pair[1].span_start);
        }
        for (i, draft) in drafts.iter().enumerate() {
            let stored = serde_json::to_string(draft.checkpoint()).unwrap();
            let checkpoint: Checkpoint = serde_json::from_str(&stored).unwrap();
            let rest = &GVCF[checkpoint.offset as usize..];
            let before = GVCF[..checkpoint.offset as usize].lines().count() as u64;
            assert_eq!((checkpoint.line, checkpoint.records), (before + 1, before));
            let resumed = blocks(BlockBuilder::restore(limits, &checkpoint), rest, 1, false).unwrap();
            let mut all = got[..=i].to_vec();
            all.extend(assembled(&resumed));
            assert_eq!(rows(&all), rows(&want), "after block {i}");
            assert_eq!(covered(&all), called, "after block {i}");
        }
    }
}

#[test]
fn order_is_checked() {
    let record =
        |contig: &str, position: u32| format!("{contig}\t{position}\t.\tA\tC\t.\t.\t.\tGT\t0/1\t0/0\n");
    let unsorted = RecordProblem::Unsorted {
        position: 9,
        previous: 10,
    };
    for (records, want) in [
        (&[("1", 10), ("1", 9)][..], Some((2, unsorted))),
        (
            &[("1", 10), ("2", 5), ("chr1", 10)],
            Some((
                3,
                RecordProblem::Unsorted {
                    position: 10,
                    previous: 10,
                },
            )),
        ),
        (&[("1", 10), ("2", 5), ("chr1", 11)], None),
        (&[("2", 10), ("1", 9)], None),
        (&[("1", 10), ("1", 10)], None),
    ] {
        let text: String = records
            .iter()
            .map(|&(contig, position)| record(contig, position))
            .collect();
        let got = blocks(new(), &text, 1, false)
            .err()
            .map(|error| (error.line, error.problem));
        assert_eq!(got, want, "{records:?}");
    }
}
