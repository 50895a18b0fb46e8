//! Left alignment: against `bcftools norm`, across restarts, and through a server with a reference of its own.

mod generated;
mod server;

use std::process::Command;
use std::sync::Arc;

use allelecast_server::domain::allele::{Alignment, REORDER_WINDOW};
use allelecast_server::domain::block::{Block, BlockLimits};
use allelecast_server::domain::build::{Build, ContigIndex, MT};
use allelecast_server::domain::groups::GroupMasks;
use allelecast_server::domain::reference::{Packer, Reference, ReferenceContig};
use allelecast_server::import::builder::{BlockBuilder, DraftBlock};
use allelecast_server::import::count::Basis;
use allelecast_server::import::header::Header;
use allelecast_server::import::lines::LineChunker;
use generated::Generated;

/// An allele with its counts: position, REF, ALT, AC, AN.
type Counted = (u32, String, String, u32, u32);

fn reference(sequence: &[u8]) -> Reference {
    let mut packer = Packer::default();
    for &base in sequence {
        assert_eq!(packer.push(base), Some(None));
    }
    let contig = ReferenceContig {
        ordinal: MT,
        name: "MT".into(),
        length: sequence.len() as u32,
        first_part: 0,
    };
    let parts: Vec<Arc<[u8]>> = packer.finish().map(Arc::from).into_iter().collect();
    Reference::new(Build::Grch38, [contig], Arc::new(parts))
}

/// The blocks of a text from a place on, read in chunks of about that many bytes.
fn drafts(file: &Generated, mut lines: LineChunker, builder: BlockBuilder, chunk: usize) -> Vec<DraftBlock> {
    let header = Header::parse(file.header.as_bytes()).unwrap();
    let groups = GroupMasks::new(generated::SAMPLES, [&[0, 1, 2][..]], &[]);
    let (contigs, reference) = (ContigIndex::new(Build::Grch38), reference(&file.sequence));
    let mut builder = builder.with_window(REORDER_WINDOW);
    let basis = Basis {
        header: &header,
        groups: &groups,
        contigs: &contigs,
        reference: Some(&reference),
        is_gvcf: false,
    };
    let from = lines.offset() as usize - file.header.len();
    let mut drafts = Vec::new();
    for piece in file.records.as_bytes()[from..].chunks(chunk) {
        lines.buffer().extend_from_slice(piece);
        while let Some(chunk) = lines.chunk(1).unwrap() {
            let counted = basis.count(&chunk).unwrap();
            drafts.extend(builder.push(counted).unwrap());
        }
    }
    drafts.extend(builder.finish());
    drafts
}

fn import(file: &Generated, limits: BlockLimits, chunk: usize) -> Vec<DraftBlock> {
    let (offset, line) = (file.header.len() as u64, file.header.lines().count() as u64 + 1);
    let lines = LineChunker::resume(offset, line);
    drafts(file, lines, BlockBuilder::new(limits, offset, line), chunk)
}

fn counted(blocks: &[Block]) -> Vec<Counted> {
    let row = |block: &Block, row: usize| {
        let site = block.sites.row(row);
        let counts = block.frequencies[0].counts(row, false).unwrap();
        let bases = (site.reference.to_owned(), site.alternate.to_owned());
        (site.pos, bases.0, bases.1, counts.ac, counts.an)
    };
    let rows = blocks
        .iter()
        .flat_map(|block| (0..block.len()).map(move |i| row(block, i)));
    rows.collect()
}

/// The same by `bcftools norm -f -m-` and `+fill-tags`.
fn by_bcftools(file: &Generated) -> Vec<Counted> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("ref.fa"), generated::fasta("MT", &file.sequence)).unwrap();
    std::fs::write(path("in.vcf"), format!("{}{}", file.header, file.records)).unwrap();
    let bcftools = |arguments: &[&str]| {
        let output = Command::new("bcftools")
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("bcftools is installed, which deploy/bootstrap does");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    bcftools(&["norm", "-f", "ref.fa", "-m-", "-o", "norm.vcf", "in.vcf"]);
    bcftools(&["+fill-tags", "norm.vcf", "-o", "tags.vcf", "--", "-t", "AC,AN"]);
    let text = bcftools(&["query", "-f", "%POS\t%REF\t%ALT\t%AC\t%AN\n", "tags.vcf"]);
    let row = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let number = |i: usize| fields[i].parse().unwrap();
        (
            number(0),
            // bcftools keeps the case of the reference, which means nothing.
            fields[1].to_ascii_uppercase(),
            fields[2].to_ascii_uppercase(),
            number(3),
            number(4),
        )
    };
    text.lines().map(row).collect()
}

#[test]
fn bcftools_aligns_the_same() {
    for seed in 0..12 {
        let file = Generated::new(seed);
        let blocks: Vec<Block> = import(&file, BlockLimits::default(), 10_000)
            .iter()
            .map(DraftBlock::assemble)
            .collect();
        let got = counted(&blocks);
        assert!(got.len() > 1_000, "{}", got.len());
        let keys = |rows: &[Counted]| -> Vec<_> {
            rows.iter()
                .map(|row| (row.0, row.1.clone(), row.2.clone()))
                .collect()
        };
        assert!(keys(&got).is_sorted());
        let (mut got, mut want) = (got, by_bcftools(&file));
        got.sort();
        want.sort();
        for (got, want) in got.iter().zip(&want) {
            assert_eq!(got, want, "seed {seed}");
        }
        assert_eq!(got.len(), want.len());
        let moved = blocks.iter().flat_map(|block| block.sites.rows());
        let moved = moved.filter(|row| row.alignment == Alignment::Shifted).count();
        assert!(moved > 100, "{moved}");
    }
}

#[test]
fn an_aligned_import_resumes_from_every_checkpoint() {
    let limits = BlockLimits {
        alleles: 50,
        ..BlockLimits::default()
    };
    let file = Generated::new(99);
    for chunk in [300, 20_000] {
        let blocks = import(&file, limits, chunk);
        let whole: Vec<Block> = blocks.iter().map(DraftBlock::assemble).collect();
        assert!(whole.len() > 20);
        let mut waited = 0;
        for (i, block) in blocks.iter().enumerate() {
            let stored = serde_json::to_value(block.checkpoint()).unwrap();
            let checkpoint = serde_json::from_value(stored).unwrap();
            let builder = BlockBuilder::restore(limits, &checkpoint);
            let lines = LineChunker::resume(checkpoint.offset, checkpoint.line);
            let resumed = drafts(&file, lines, builder, chunk);
            let last = whole[i].sites.record_offset.iter().max().unwrap();
            waited += usize::from(checkpoint.offset <= *last);
            let resumed: Vec<Block> = resumed.iter().map(DraftBlock::assemble).collect();
            let text = |blocks: &[Block]| {
                format!(
                    "{:?}",
                    blocks
                        .iter()
                        .map(|b| b.sites.rows().collect::<Vec<_>>())
                        .collect::<Vec<_>>()
                )
            };
            assert_eq!(text(&resumed), text(&whole[i + 1..]), "after block {i}");
            assert_eq!(counted(&resumed), counted(&whole[i + 1..]));
            let spans =
                |blocks: &[Block]| -> Vec<_> { blocks.iter().map(|b| (b.span_start, b.span_end)).collect() };
            assert_eq!(spans(&resumed), spans(&whole[i + 1..]));
        }
        assert!(
            waited > 0,
            "some checkpoint lies before a record that is in a block in part"
        );
        for pair in whole.windows(2) {
            assert_eq!(pair[0].span_end + 1, pair[1].span_start, "spans tile the contig");
        }
    }
}
