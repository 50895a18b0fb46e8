//! Every allele of real and of generated files, in every group, as bcftools counts it.
//!
//! Invariant: what bcftools counts is taken from the file by bcftools alone.

use std::{collections::HashMap, fmt::Write, fs};

use allelecast_server::domain::frequency::hwe_exact;

use super::bcftools;
use super::import::Import;
use super::records::original_alleles;
use crate::support::{data, random::Random};

/// What bcftools says of each allele, by the offset of its record and its number in ALT.
fn by_place<T>(import: &Import, rows: Vec<T>) -> HashMap<(u64, u16), T> {
    let originals = original_alleles(&import.text);
    // bcftools writes the alleles in the order of the file.
    let mut places: Vec<(u64, u16)> = originals
        .iter()
        .filter(|(_, original)| original.alternates != ["."])
        .flat_map(|(&offset, original)| {
            (1..=original.alternates.len() as u16).map(move |number| (offset, number))
        })
        .collect();
    places.sort_unstable();
    assert_eq!(rows.len(), places.len());
    assert_eq!(import.rows().count(), places.len());
    places.into_iter().zip(rows).collect()
}

/// Compares raw counts of all groups with `bcftools norm -m- | bcftools +fill-tags`.
fn check_bcftools(import: &Import) {
    let rows = bcftools::fill_tags(import);
    let rows = by_place(import, rows);
    for (block, row) in import.rows() {
        let site = block.sites.row(row);
        let row_of_bcftools = &rows[&(site.record_offset, site.record_allele)];
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
        (data::variant_annotation("chr22.vcf.gz"), "(none)", false),
        (
            data::variant_annotation("hapmap_exome_chr22.vcf.gz"),
            "(none)",
            false,
        ),
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

/// The suite of the specification: small files, each with an oddity of its own.
#[test]
fn bcftools_counts_the_same_in_the_suite() {
    let Some(manifest) = data::shared("vcf-suite/MANIFEST.tsv") else {
        return;
    };
    let mut compared = 0;
    let folder = manifest.parent().unwrap().join("passed");
    for file in fs::read_dir(folder).unwrap().flatten() {
        let text = fs::read(file.path()).unwrap();
        if !text.windows(7).any(|part| part == b"\tFORMAT") {
            continue;
        }
        let import = Import::of(&text, None, false);
        // bcftools refuses some files that the specification allows.
        let is_read = bcftools::reads(&import);
        println!(
            "{:?}: {}",
            file.file_name(),
            if is_read {
                "compared"
            } else {
                "not read by bcftools"
            }
        );
        if is_read {
            check_allele_counts(&import);
            if !has_high_ploidy(&import.text) {
                check_bcftools(&import);
            }
            compared += 1;
        }
    }
    assert!(compared > 3, "{compared}");
}

/// Whether a genotype has more than two alleles, which is beyond `+fill-tags`.
fn has_high_ploidy(text: &str) -> bool {
    let records = text.lines().filter(|line| !line.starts_with('#'));
    let mut samples = records.flat_map(|line| line.split('\t').skip(9));
    samples.any(|sample| {
        sample
            .split(':')
            .next()
            .is_some_and(|gt| gt.matches(['/', '|']).count() > 1)
    })
}

const SAMPLES: usize = 40;
const REFERENCES: [&str; 4] = ["A", "C", "G", "T"];

/// A file in which every shape of allele meets every shape of genotype.
fn odd_file(seed: u64, most_ploidy: usize) -> (String, String) {
    let mut random = Random::new(seed);
    let mut text = String::from("##fileformat=VCFv4.3\n");
    for contig in ["1", "X", "Y", "MT"] {
        writeln!(text, "##contig=<ID={contig}>").unwrap();
    }
    text += "##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n";
    text += "##ALT=<ID=DEL,Description=\"d\">\n##ALT=<ID=DUP,Description=\"d\">\n";
    for (id, kind) in [("GT", "String"), ("DP", "Integer"), ("GQ", "Integer")] {
        writeln!(
            text,
            "##FORMAT=<ID={id},Number=1,Type={kind},Description=\"{id}\">"
        )
        .unwrap();
    }
    text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    let mut panel = String::from("sample\tpop\tsex\n");
    for sample in 0..SAMPLES {
        write!(text, "\tHG{sample:03}").unwrap();
        let sex = ["male", "female"][random.below(2)];
        writeln!(panel, "HG{sample:03}\t{}\t{sex}", random.pick(&["x", "y", "z"])).unwrap();
    }
    text.push('\n');
    for contig in ["1", "X", "Y", "MT"] {
        let mut position = 1;
        for _ in 0..120 {
            position += random.below(12);
            odd_record(&mut random, &mut text, contig, position, most_ploidy);
        }
    }
    (text, panel)
}

fn odd_record(random: &mut Random, text: &mut String, contig: &str, position: usize, most_ploidy: usize) {
    let reference = random.pick(&REFERENCES).repeat(1 + random.below(3)) + random.pick(&REFERENCES);
    let mut alternates: Vec<String> = Vec::new();
    for _ in 0..=random.below(4) {
        let alternate = match random.below(12) {
            0 => "*".to_owned(),
            1 => "<DEL>".to_owned(),
            2 => "<DUP>".to_owned(),
            3 => format!("{}[{contig}:{}[", &reference[..1], 1 + position),
            4 => format!("]{contig}:{}]{}", 1 + position, &reference[..1]),
            // The same allele a second time.
            5 if !alternates.is_empty() => alternates[0].clone(),
            6 => reference[..1].to_owned(),
            _ => {
                random.pick(&REFERENCES).to_owned() + random.pick(&REFERENCES) + random.pick(&["", "A", "CC"])
            }
        };
        if alternate != reference {
            alternates.push(alternate);
        }
    }
    if random.below(20) == 0 {
        alternates.clear();
    }
    let count = alternates.len();
    let alt = if alternates.is_empty() {
        ".".to_owned()
    } else {
        alternates.join(",")
    };
    let info = if alt.contains('<') {
        format!("END={}", position + 40)
    } else {
        ".".to_owned()
    };
    let format = random.pick(&["GT", "GT", "GT:DP", "GT:DP:GQ", "DP:GQ"]);
    write!(
        text,
        "{contig}\t{position}\t.\t{reference}\t{alt}\t.\tPASS\t{info}\t{format}"
    )
    .unwrap();
    let odd = random.below(2) == 0;
    for _ in 0..SAMPLES {
        let ploidy = match random.below(if odd { 6 } else { 60 }) {
            0 => 1,
            1 => 1 + random.below(most_ploidy),
            _ => 2,
        };
        let sign = random.pick(&["/", "|"]);
        let genotype: Vec<String> = (0..ploidy)
            .map(|_| match random.below(if odd { 5 } else { 50 }) {
                0 => ".".to_owned(),
                _ => random.below(count + 1).to_string(),
            })
            .collect();
        let fields: Vec<String> = format
            .split(':')
            .map(|key| match key {
                "GT" => genotype.join(sign),
                _ => random.pick(&[".", "7", "40"]).to_owned(),
            })
            .collect();
        let kept = if random.below(5) == 0 { 1 } else { fields.len() };
        write!(text, "\t{}", fields[..kept].join(":")).unwrap();
    }
    text.push('\n');
}

#[test]
fn bcftools_counts_the_same_in_generated_files() {
    for seed in 0..6 {
        let (text, panel) = odd_file(seed, 2);
        check_bcftools(&Import::of(text.as_bytes(), Some(&panel), false));
    }
}

/// `+fill-tags` is not made for a ploidy over two; AC and AN of any ploidy come from `view`.
#[test]
fn bcftools_counts_the_same_in_any_ploidy() {
    for seed in 10..13 {
        let (text, panel) = odd_file(seed, 6);
        check_allele_counts(&Import::of(text.as_bytes(), Some(&panel), false));
    }
}

fn check_allele_counts(import: &Import) {
    let rows = by_place(import, bcftools::allele_counts(import));
    for (block, row) in import.rows() {
        let site = block.sites.row(row);
        let of_bcftools = &rows[&(site.record_offset, site.record_allele)];
        assert_eq!(of_bcftools.len(), import.groups.groups.len());
        for (frequencies, want) in block.frequencies.iter().zip(of_bcftools) {
            let got = frequencies.counts(row, false).unwrap();
            assert_eq!((got.ac, got.an), *want, "{site:?}");
        }
    }
}

/// The written rule: each is a row of its own, numbered in the order of the file, and nothing is added up.
#[test]
fn duplicates_of_an_allele_are_rows_in_the_order_of_the_file() {
    let text = "##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tHG1\tHG2\n\
        1\t99\tfirst\tCA\tCG\t.\t.\t.\tGT\t1/1\t1/1\n\
        1\t100\tsecond\tA\tG,G\t.\t.\t.\tGT\t0/1\t0/0\n\
        1\t100\tthird\tA\tG\t.\t.\t.\tGT\t./.\t0/1\n";
    let import = Import::of(text.as_bytes(), None, false);
    let rows: Vec<_> = import
        .rows()
        .map(|(block, row)| {
            let site = block.sites.row(row);
            let counts = block.frequencies[0].counts(row, false).unwrap();
            (
                site.id.unwrap().to_owned(),
                site.record_allele,
                site.ordinal,
                counts.ac,
                counts.an,
            )
        })
        .collect();
    let expected = [
        ("first", 1, 0, 4, 4),
        ("second", 1, 1, 1, 4),
        ("second", 2, 2, 0, 4),
        ("third", 1, 3, 1, 2),
    ];
    assert_eq!(
        rows,
        expected.map(|(id, allele, ordinal, ac, an)| (id.to_owned(), allele, ordinal, ac, an))
    );
}
