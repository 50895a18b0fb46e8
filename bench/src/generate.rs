//! Files to measure with: made from a seed, kept in a cache.
//!
//! Invariant: a case's file depends on the case and [`RECIPE`] only; a file in the cache is whole.

mod depth;
mod genotypes;
mod output;
mod people;
mod random;
mod site;
mod sites_only;

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cases::{Case, Shape};
use output::Output;
use random::Random;

/// Counts the changes of what is generated, so that old files are not taken for new ones.
const RECIPE: u32 = 1;

/// A generated file and what belongs to it.
#[derive(Debug)]
pub struct Input {
    /// The VCF file.
    pub vcf: PathBuf,
    /// Bytes of it.
    pub bytes: u64,
    /// The panel as the server takes it; `None` without samples.
    pub panel: Option<PathBuf>,
    /// The groups as `bcftools +fill-tags -S` takes them.
    pub bcftools_groups: PathBuf,
    /// The groups as `plink2 --pheno` takes them.
    pub plink_groups: PathBuf,
}

/// The file of a case; made if the cache has none.
pub fn input(case: &Case, cache: &Path) -> anyhow::Result<Input> {
    std::fs::create_dir_all(cache)?;
    let suffix = if case.is_bgzip { "vcf.gz" } else { "vcf" };
    let base = format!("{:?}-{}x{}-v{RECIPE}", case.shape, case.records, case.samples).to_lowercase();
    let vcf = cache.join(format!("{base}.{suffix}"));
    if !vcf.exists() {
        let unfinished = cache.join(format!("{base}.{suffix}.part"));
        write_vcf(case, &unfinished).with_context(|| unfinished.display().to_string())?;
        std::fs::rename(&unfinished, &vcf)?;
    }
    let groups = format!("{base}-{}", if case.with_super { "32" } else { "26" });
    let panel = cache.join(format!("{groups}.panel.tsv"));
    let bcftools_groups = cache.join(format!("{groups}.bcftools.txt"));
    let plink_groups = cache.join(format!("{groups}.plink.txt"));
    let text = people::panel(case.samples, case.with_super);
    std::fs::write(&panel, &text)?;
    std::fs::write(&plink_groups, text.replacen("sample", "#IID", 1))?;
    let lines = text.lines().skip(1).map(|line| {
        let (name, groups) = line.split_once('\t').unwrap_or((line, ""));
        let all = if case.with_super { ",ALL" } else { "" };
        format!("{name}\t{}{all}\n", groups.replace('\t', ","))
    });
    std::fs::write(&bcftools_groups, lines.collect::<String>())?;
    Ok(Input {
        bytes: std::fs::metadata(&vcf)?.len(),
        vcf,
        panel: (case.samples > 0).then_some(panel),
        bcftools_groups,
        plink_groups,
    })
}

fn write_vcf(case: &Case, path: &Path) -> std::io::Result<()> {
    let mut random = Random::new(0x0a11_e1ec_a570 ^ case.records as u64 ^ ((case.samples as u64) << 32));
    let mut output = Output::create(path, case.is_bgzip)?;
    output.write(header(case).as_bytes())?;
    let write = |line: &[u8]| output.write(line);
    match case.shape {
        Shape::Genotypes => genotypes::records(case.samples, case.records, &mut random, write)?,
        Shape::Depth => depth::records(case.samples, case.records, &mut random, write)?,
        Shape::Sites => sites_only::records(case.records, &mut random, write)?,
    }
    output.finish()
}

fn header(case: &Case) -> String {
    let mut text = String::from("##fileformat=VCFv4.3\n##contig=<ID=20,length=63025520>\n");
    text.push_str("##FILTER=<ID=PASS,Description=\"All filters passed\">\n");
    let info = |id: &str, number: &str, what: &str| {
        format!("##INFO=<ID={id},Number={number},Type=Integer,Description=\"{what}\">\n")
    };
    let format = |id: &str, number: &str, kind: &str, what: &str| {
        format!("##FORMAT=<ID={id},Number={number},Type={kind},Description=\"{what}\">\n")
    };
    let depth = info("DP", "1", "Combined depth");
    let genotype = format("GT", "1", "String", "Genotype");
    match case.shape {
        Shape::Genotypes => {
            text += &info("AC", "A", "Alternate allele count");
            text += &info("AN", "1", "Number of alleles called");
            text += &info("NS", "1", "Number of samples with data");
            text += &(depth + &genotype);
        }
        Shape::Depth => {
            text += &(depth + &genotype);
            text += &format("AD", "R", "Integer", "Read depth for each allele");
            text += &format("DP", "1", "Integer", "Read depth");
            text += &format("GQ", "1", "Integer", "Genotype quality");
            text += &format("PL", "G", "Integer", "Phred-scaled genotype likelihoods");
        }
        Shape::Sites => text += &sites_only::header(),
    }
    text.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO");
    if case.samples > 0 {
        text.push_str("\tFORMAT");
    }
    for index in 0..case.samples {
        text.push('\t');
        text.push_str(&people::name(index));
    }
    text.push('\n');
    text
}
