//! Counting, from a file's bytes to blocks, against what bcftools counts.
//!
//! Invariant: every record of every file is compared, in every group.

use std::{collections::HashMap, fs};

use allelecast_server::domain::{
    block::{Block, BlockLimits, concat},
    build::Build,
    columns::{FrequencyColumns, FrequencyPayload, GenotypeColumns, SiteColumns},
    frequency::hwe_exact,
    panel::Panel,
    planes::{Counts, SampleMask},
};

mod bcftools;
mod import;
mod records;

use super::support::data;
use import::Import;
use records::{Oracle, original_alleles};

/// Whether a figure prints as the other, which was written with six significant digits.
fn agree(figure: Option<f64>, written: Option<f64>) -> bool {
    match (figure, written) {
        (Some(figure), Some(written)) => {
            let digit = 10f64.powf(written.abs().log10().floor() - 5.0);
            // Half a digit by rounding, and what 32-bit floats lose, which figures were when they were written.
            (figure - written).abs() <= 0.5 * digit + 6e-8 * written || figure == written
        }
        (figure, written) => figure == written,
    }
}

/// Compares with the tables of expected counts: `family` is the panel's column that a table shows.
fn check_expected(vcf: &str, panel: &str, ignore_prefix: bool, tables: &[(&str, &str)]) {
    let (Some(vcf), Some(panel)) = (data::shared(vcf).or_else(data::shapeit4), data::shared(panel)) else {
        return;
    };
    let import = Import::of(
        &fs::read(vcf).unwrap(),
        Some(&fs::read_to_string(panel).unwrap()),
        ignore_prefix,
    );
    let originals = original_alleles(&import.text);
    for &(table, family) in tables {
        let Some(table) = data::shared(table) else {
            continue;
        };
        let oracle = Oracle::read(&table);
        let mut compared = 0;
        for (block, row) in import.rows() {
            let site = block.sites.row(row);
            let original = &originals[&site.record_offset];
            let expected = oracle.record(original.number);
            assert_eq!(
                (expected.position, expected.reference),
                (original.position, original.reference.as_str())
            );
            for (group, frequencies) in import.groups.groups.iter().zip(&block.frequencies) {
                let suffix = match group.family.as_str() {
                    "all" => String::new(),
                    name if name == family => format!("_{}", group.value),
                    _ => continue,
                };
                let got = frequencies.counts(row, false).unwrap();
                let want = expected.counts(&suffix, usize::from(site.record_allele) - 1);
                assert_eq!(
                    (got.ac, got.an, got.ns),
                    (want.ac, want.an, want.ns),
                    "{original:?} {suffix}"
                );
                assert!(agree(got.af(), want.af), "{original:?} {suffix}: {got:?}");
                compared += 1;
            }
        }
        let alleles: usize = originals.values().map(|original| original.alternates.len()).sum();
        assert_eq!(oracle.len(), originals.len());
        assert_eq!(
            compared,
            alleles * (1 + oracle.groups()),
            "every allele in every group of the table"
        );
    }
}

#[test]
fn thousand_genomes_as_expected() {
    if data::shared("vcf/kgp3_chr1_2504s.vcf.gz").is_some() {
        check_expected(
            "vcf/kgp3_chr1_2504s.vcf.gz",
            "vcf/kgp_panel.tsv",
            false,
            &[
                ("vcf/expected/kgp3_chr1_2504s.by_pop.tsv.gz", "pop"),
                ("vcf/expected/kgp3_chr1_2504s.by_super_pop.tsv.gz", "super_pop"),
            ],
        );
    }
}

#[test]
fn hail_sample_as_expected() {
    if data::shared("vcf/hail_sample_chr20_100s.vcf").is_some() {
        let table = ("vcf/expected/hail_sample_chr20.by_superpop.tsv.gz", "super_pop");
        check_expected(
            "vcf/hail_sample_chr20_100s.vcf",
            "vcf/kgp_panel.tsv",
            true,
            &[table],
        );
    }
}

#[test]
fn shapeit4_example_as_expected() {
    let table = ("vcf/expected/shapeit4_unphased.by_pop.tsv.gz", "pop");
    check_expected(
        "(the shapeit4 example)",
        "vcf/shapeit4_example_panel.tsv",
        false,
        &[table],
    );
}

/// Compares raw counts of all groups with `bcftools norm -m- | bcftools +fill-tags`.
fn check_bcftools(import: &Import) {
    let rows = bcftools::fill_tags(import);
    let originals = original_alleles(&import.text);
    // bcftools writes the alleles in the order of the file.
    let mut places: Vec<_> = originals
        .iter()
        .flat_map(|(&offset, o)| (1..=o.alternates.len()).map(move |k| (offset, k)))
        .collect();
    places.sort_unstable();
    assert_eq!(rows.len(), places.len());
    let rows: HashMap<_, _> = places.into_iter().zip(rows).collect();
    for (block, row) in import.rows() {
        let site = block.sites.row(row);
        let row_of_bcftools = &rows[&(site.record_offset, usize::from(site.record_allele))];
        for (i, (frequencies, want)) in block.frequencies.iter().zip(row_of_bcftools).enumerate() {
            let got = frequencies.counts(row, false).unwrap();
            let group = &import.groups.groups[i];
            let context = format!("{site:?} {}.{}: {got:?}", group.family, group.value);
            assert_eq!((got.ac, got.an, got.ns), (want.ac, want.an, want.ns), "{context}");
            let partial = got.ac - 2 * got.hom - got.het - got.hemi;
            let states = (2 * got.hom, got.het, got.hemi + partial);
            assert_eq!(states, (want.ac_hom, want.ac_het, want.ac_hemi), "{context}");
            let p = hwe_exact(got.n_dip, got.het, got.hom);
            // bcftools sums up 32-bit floats, which end at 1e-45.
            let is_close = |(p, want): (f64, f64)| (p - want).abs() <= 1e-4 * want + 1e-37;
            assert!(
                p.zip(want.hwe).is_none_or(is_close),
                "{context}: HWE {p:?} is not {:?}",
                want.hwe
            );
        }
    }
}

#[test]
fn bcftools_counts_the_same_in_real_files() {
    for (vcf, panel, ignore_prefix) in [
        (
            data::shared("vcf/hail_sample_chr20_100s.vcf"),
            "vcf/kgp_panel.tsv",
            true,
        ),
        (
            data::shared("vcf/kgp3_chr1_2504s.vcf.gz"),
            "vcf/kgp_panel.tsv",
            false,
        ),
        (data::shapeit4(), "vcf/shapeit4_example_panel.tsv", false),
    ] {
        let Some(vcf) = vcf else { continue };
        let panel = data::shared(panel).map(|panel| fs::read_to_string(panel).unwrap());
        check_bcftools(&Import::of(
            &fs::read(vcf).unwrap(),
            panel.as_deref(),
            ignore_prefix,
        ));
    }
}

/// Haploid, partial, missing, multi-allelic (a ploidy over two is beyond `+fill-tags`), and alleles that trimming moves past later records.
#[test]
fn bcftools_counts_the_same_in_odd_genotypes() {
    let panel = "sample\tpop\nHG1\tx\nHG2\tx\nHG3\ty\nHG4\ty\nHG5\tx\n";
    let text = "##fileformat=VCFv4.2\n##contig=<ID=1>\n##contig=<ID=X>\n\
        ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tHG1\tHG2\tHG3\tHG4\tHG5\n\
        1\t100\t.\tA\tC\t.\t.\t.\tGT\t0/1\t./1\t1/.\t./.\t0|0\n\
        1\t200\t.\tA\tC,G\t.\t.\t.\tGT\t1/2\t2/2\t./2\t0/.\t1|0\n\
        1\t300\t.\tCAAAT\tCAAAG,C\t.\t.\t.\tGT\t1/2\t2/2\t./2\t0/.\t1|0\n\
        1\t302\t.\tA\tG\t.\t.\t.\tGT\t1/1\t.\t./.\t0/1\t1|0\n\
        1\t400\t.\tA\tG,T,C\t.\t.\t.\tGT\t1/3\t3\t2/3\t.\t1|0\n\
        X\t100\t.\tA\tG\t.\t.\t.\tGT\t1\t0\t0/1\t1/1\t.\n";
    check_bcftools(&Import::of(text.as_bytes(), Some(panel), false));
}

#[test]
fn a_prefix_hides_samples_until_it_is_ignored() {
    let (Some(vcf), Some(panel)) = (
        data::shared("vcf/hail_sample_chr20_100s.vcf"),
        data::shared("vcf/kgp_panel.tsv"),
    ) else {
        return;
    };
    let import = Import::of(&fs::read(vcf).unwrap(), None, false);
    let found = Panel::parse(&fs::read_to_string(panel).unwrap())
        .unwrap()
        .match_samples(&import.header.samples);
    let prefix = found.prefix.unwrap();
    assert_eq!(
        (
            found.total,
            found.matched,
            prefix.carriers,
            prefix.matched_without
        ),
        (100, 58, 37, 93)
    );
    assert_eq!(prefix.pattern, "C…::");
    assert_eq!(found.unmatched.len(), 7);
}

/// A builder restored from any checkpoint gives what the first would have given.
#[test]
fn an_import_resumes_from_every_checkpoint() {
    let limits = BlockLimits {
        alleles: 60,
        ..BlockLimits::default()
    };
    for (vcf, panel) in [
        (
            data::shared("vcf/hail_sample_chr20_100s.vcf"),
            "vcf/kgp_panel.tsv",
        ),
        (data::shared("vcf/kgp3_chr1_2504s.vcf.gz"), "vcf/kgp_panel.tsv"),
    ] {
        let (Some(vcf), Some(panel)) = (vcf, data::shared(panel)) else {
            continue;
        };
        let panel = fs::read_to_string(panel).unwrap();
        let import = Import::with_limits(&fs::read(vcf).unwrap(), Some(&panel), true, limits);
        assert!(import.blocks.len() > 4);
        for (i, checkpoint) in import.checkpoints.iter().enumerate() {
            let resumed = import.resume(limits, checkpoint);
            assert_eq!(resumed.len(), import.blocks.len() - i - 1);
            for (resumed, block) in resumed.iter().zip(&import.blocks[i + 1..]) {
                assert_same(resumed, block);
            }
        }
    }
}

/// Payloads give back what was encoded, and joined blocks say what their parts said.
#[test]
fn blocks_survive_encoding_and_joining() {
    let limits = BlockLimits {
        alleles: 100,
        ..BlockLimits::default()
    };
    for (vcf, panel) in [
        (
            data::shared("vcf/hail_sample_chr20_100s.vcf"),
            "vcf/kgp_panel.tsv",
        ),
        (data::shared("vcf/kgp3_chr1_2504s.vcf.gz"), "vcf/kgp_panel.tsv"),
    ] {
        let (Some(vcf), Some(panel)) = (vcf, data::shared(panel)) else {
            continue;
        };
        let panel = fs::read_to_string(panel).unwrap();
        let import = Import::with_limits(&fs::read(vcf).unwrap(), Some(&panel), true, limits);
        assert!(import.blocks.len() > 3);
        for block in &import.blocks {
            assert_same(block, &encoded_and_decoded(block));
        }
        let joined = concat(&import.blocks).unwrap();
        let whole = Import::of(import.text.as_bytes(), Some(&panel), true);
        assert_same(&joined, &whole.blocks[0]);
        assert_eq!(whole.blocks.len(), 1);
    }
}

fn encoded_and_decoded(block: &Block) -> Block {
    let frames = block.genotypes.encode().unwrap();
    let samples = block.genotypes.samples();
    let frequencies = block.frequencies.iter();
    Block {
        sites: SiteColumns::decode(&block.sites.encode().unwrap()).unwrap(),
        frequencies: frequencies.map(stored).collect(),
        genotypes: GenotypeColumns::decode(samples, frames.iter().map(|frame| frame.payload.as_slice()))
            .unwrap(),
        ..block.clone()
    }
}

/// NaN, which stands for "not stated", equals nothing; so what is compared is the text.
fn assert_same(a: &Block, b: &Block) {
    assert_eq!(
        format!("{:?}", a.sites.rows().collect::<Vec<_>>()),
        format!("{:?}", b.sites.rows().collect::<Vec<_>>())
    );
    assert_eq!(format!("{:?}", a.frequencies), format!("{:?}", b.frequencies));
    assert_eq!(a.genotypes, b.genotypes);
    assert_eq!(
        (a.contig, a.span_start, a.span_end),
        (b.contig, b.span_start, b.span_end)
    );
}

/// The counts of any group follow from the genotypes alone.
#[test]
fn groups_are_answered_from_planes() {
    let Some(vcf) = data::shared("vcf/hail_sample_chr20_100s.vcf") else {
        return;
    };
    let panel = data::shared("vcf/kgp_panel.tsv").map(|panel| fs::read_to_string(panel).unwrap());
    let import = Import::of(&fs::read(vcf).unwrap(), panel.as_deref(), true);
    let masks = import.groups.masks();
    let mut high_quality = Counts::default();
    for (block, row) in import.rows() {
        let genotypes = block.genotypes.row(row);
        let males = Build::Grch37
            .haploid_in_males(block.contig, block.sites.pos[row])
            .then(|| masks.males());
        for (mask, frequencies) in masks.masks().iter().zip(&block.frequencies) {
            assert_eq!(Some(genotypes.counts(mask)), frequencies.counts(row, false));
            assert_eq!(
                genotypes.high_quality_counts(mask, males),
                frequencies.counts(row, true)
            );
        }
        high_quality += genotypes
            .high_quality_counts(&SampleMask::all(100), None)
            .unwrap();
    }
    assert!(high_quality.ac > 0 && high_quality.an > 50_000);
}

/// A group's columns, stored and read.
fn stored(columns: &FrequencyColumns) -> FrequencyColumns {
    let payload = FrequencyPayload::encode([(1, columns)]).unwrap().remove(0);
    FrequencyColumns::decode(&payload.data).unwrap()
}
