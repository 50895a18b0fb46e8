//! Counts by `bcftools norm -m-` and `bcftools +fill-tags`, or `bcftools view` where a ploidy is over two.
//!
//! Invariant: one list of counts for each alternate allele of the file, in its order; alleles of a record without GT,
//! for which bcftools states nothing, have counts of zero.

use std::{
    fmt::Write as _,
    process::{Command, Stdio},
};

use super::import::Import;

/// What bcftools counts of one allele in one group.
#[derive(Debug)]
pub struct Tags {
    pub ac: u32,
    pub an: u32,
    pub ns: u32,
    pub ac_hom: u32,
    pub ac_het: u32,
    pub ac_hemi: u32,
    pub hwe: Option<f64>,
}

const TAGS: [&str; 7] = ["AC", "AN", "NS", "AC_Hom", "AC_Het", "AC_Hemi", "HWE"];

/// Counts of every allele in the order of the file, for every group of the import.
pub fn fill_tags(import: &Import) -> Vec<Vec<Tags>> {
    let folder = tempfile::tempdir().unwrap();
    let (vcf, groups) = (folder.path().join("in.vcf"), folder.path().join("groups.tsv"));
    std::fs::write(&vcf, readable(&import.text)).unwrap();
    std::fs::write(&groups, memberships(import)).unwrap();
    let mut norm = Command::new("bcftools");
    // As text: a tag that no header line declares is no error there.
    norm.args(["norm", "-m-", "-Ov"])
        .arg(&vcf)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut norm = norm
        .spawn()
        .expect("bcftools is installed, which deploy/bootstrap does");
    let mut fill = Command::new("bcftools");
    let fill = fill
        .args([
            "+fill-tags",
            "-Ou",
            "-",
            "--",
            "-t",
            "AC,AN,NS,AC_Hom,AC_Het,AC_Hemi,HWE",
            "-S",
        ])
        .arg(&groups);
    let mut fill = fill
        .stdin(norm.stdout.take().unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let columns: String = (0..import.groups.groups.len())
        .flat_map(|group| TAGS.map(|tag| format!("\t%INFO/{tag}_g{group}")))
        .collect();
    let query = Command::new("bcftools")
        .args(["query", "-e", "ALT=\".\"", "-f", &format!("%POS{columns}\n"), "-"])
        .stdin(fill.stdout.take().unwrap())
        .output()
        .unwrap();
    assert!(
        norm.wait().unwrap().success() && fill.wait().unwrap().success() && query.status.success(),
        "{query:?}"
    );
    let text = String::from_utf8(query.stdout).unwrap();
    text.lines()
        .map(|line| tags(&line.split('\t').skip(1).collect::<Vec<_>>()))
        .collect()
}

fn tags(fields: &[&str]) -> Vec<Tags> {
    let groups = fields.chunks_exact(TAGS.len());
    let count = |field: &str| match field {
        "." => 0,
        _ => field.parse().unwrap_or_else(|_| panic!("{field:?} is no count")),
    };
    groups
        .map(|group| Tags {
            ac: count(group[0]),
            an: count(group[1]),
            ns: count(group[2]),
            ac_hom: count(group[3]),
            ac_het: count(group[4]),
            ac_hemi: count(group[5]),
            hwe: group[6].parse().ok(),
        })
        .collect()
}

/// Whether bcftools reads the file to its end, and splits it.
pub fn reads(import: &Import) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let vcf = folder.path().join("in.vcf");
    std::fs::write(&vcf, readable(&import.text)).unwrap();
    let mut norm = Command::new("bcftools");
    let norm = norm
        .args(["norm", "-m-", "-Ov", "-o"])
        .arg(folder.path().join("out.vcf"));
    let output = norm.arg(&vcf).output().unwrap();
    output.status.success() && !String::from_utf8_lossy(&output.stderr).contains("rror")
}

/// AC and AN of every allele in the order of the file, for every group, whatever the ploidy.
pub fn allele_counts(import: &Import) -> Vec<Vec<(u32, u32)>> {
    let folder = tempfile::tempdir().unwrap();
    let vcf = folder.path().join("in.vcf");
    std::fs::write(&vcf, readable(&import.text)).unwrap();
    let mut alleles: Vec<Vec<(u32, u32)>> = Vec::new();
    for group in &import.groups.groups {
        let samples = folder.path().join("samples.txt");
        let names: Vec<&str> = group
            .samples
            .iter()
            .map(|&sample| import.header.samples[sample as usize].as_str())
            .collect();
        std::fs::write(&samples, names.join("\n") + "\n").unwrap();
        let script = "bcftools norm -m- in.vcf | bcftools view -S samples.txt | \
                      bcftools query -e 'ALT=\".\"' -f '%INFO/AC %INFO/AN\n'";
        let output = Command::new("bash")
            .args(["-o", "pipefail", "-c", script])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        for (number, line) in text.lines().enumerate() {
            let (ac, an) = line.split_once(' ').unwrap();
            alleles.resize_with(alleles.len().max(number + 1), Vec::new);
            // bcftools leaves what the file says where a record has no GT.
            alleles[number].push((ac.parse().unwrap_or(0), an.parse().unwrap_or(0)));
        }
    }
    alleles
}

/// One line a sample: its name and its groups, which are called by number because bcftools splits names at commas.
fn memberships(import: &Import) -> String {
    let mut lines = String::new();
    for (sample, name) in (0..).zip(&import.header.samples) {
        let groups = import
            .groups
            .groups
            .iter()
            .enumerate()
            .filter(|(_, group)| group.samples.contains(&sample));
        let groups: Vec<String> = groups.map(|(number, _)| format!("g{number}")).collect();
        writeln!(lines, "{name}\t{}", groups.join(",")).unwrap();
    }
    lines
}

/// The file with the header lines without which bcftools reads nothing.
fn readable(text: &str) -> String {
    let records = text.find("\n#CHROM").unwrap() + 1;
    let (header, records) = text.split_at(records);
    let mut lines = header.to_owned();
    if !header.contains("##FORMAT=<ID=GT,") {
        lines.push_str("##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n");
    }
    let records_alone = records.lines().filter(|line| !line.starts_with('#'));
    let mut contigs: Vec<&str> = records_alone.filter_map(|line| line.split('\t').next()).collect();
    contigs.sort_unstable();
    contigs.dedup();
    for contig in contigs {
        if !header.contains(&format!("##contig=<ID={contig},"))
            && !header.contains(&format!("##contig=<ID={contig}>"))
        {
            writeln!(lines, "##contig=<ID={contig}>").unwrap();
        }
    }
    lines + records
}
