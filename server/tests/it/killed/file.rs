//! A file with something of everything: contigs, genotypes of every kind, depths, findings.
//!
//! Invariant: the same seed gives the same file.

use std::fmt::Write;

use crate::support::random::Random;

const SAMPLES: usize = 12;
const CONTIGS: [&str; 8] = ["1", "2", "7", "13", "20", "X", "Y", "MT"];
const RECORDS: u32 = 450;

pub struct TestFile {
    pub text: String,
    pub panel: String,
    /// Where the records of each contig end, and the alleles up to there.
    ends: Vec<(usize, i64)>,
}

impl TestFile {
    pub fn new(random: &mut Random) -> Self {
        let mut text = String::from("##fileformat=VCFv4.2\n");
        for (id, number, kind) in [
            ("GT", "1", "String"),
            ("AD", "R", "Integer"),
            ("DP", "1", "Integer"),
            ("GQ", "1", "Integer"),
        ] {
            writeln!(
                text,
                "##FORMAT=<ID={id},Number={number},Type={kind},Description=\"{id}\">"
            )
            .unwrap();
        }
        text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
        let mut panel = String::from("sample\tpop\tsex\n");
        for sample in 0..SAMPLES {
            write!(text, "\tS{sample}").unwrap();
            let (pop, sex) = (
                ["EAST", "WEST", "NORTH"][sample % 3],
                ["male", "female"][sample % 2],
            );
            writeln!(panel, "S{sample}\t{pop}\t{sex}").unwrap();
        }
        text += "\n";
        let (mut ends, mut alleles) = (Vec::new(), 0);
        for contig in CONTIGS {
            let mut position = 1_000 + random.below(1_000);
            for _ in 0..RECORDS {
                alleles += record(random, &mut text, contig, position);
                // Now and then two records at one position, which may describe one allele.
                position += random.below(60);
            }
            ends.push((text.len(), alleles));
        }
        Self { text, panel, ends }
    }

    /// Alternate alleles.
    pub fn alleles(&self) -> i64 {
        self.ends.last().unwrap().1
    }

    /// Alleles that are committed sooner or later once the file was read up to that offset: a contig is complete when
    /// a record of the next one stands behind it.
    pub fn alleles_certain_of(&self, offset: usize) -> i64 {
        let complete = self.ends.iter().rev().find(|(end, _)| end + 1_000 < offset);
        complete.map_or(0, |(_, alleles)| *alleles)
    }
}

/// Adds a record; how many alternates it has.
fn record(random: &mut Random, text: &mut String, contig: &str, position: usize) -> i64 {
    let (reference, alternates) = [
        ("G", "C"),
        ("G", "C,T"),
        ("GA", "G,GAA"),
        ("CAAAAT", "CAAAAG,C"),
        ("G", "*,C"),
        ("G", "<DEL>"),
    ][random.below(6)];
    let info = if alternates == "<DEL>" {
        format!("END={}", position + 30)
    } else {
        random.pick(&[".", "DB", "NOBODY_KNOWS=1", "DP=x"]).to_owned()
    };
    let (filter, id) = (
        random.pick(&["PASS", "UNDECLARED", "q10"]),
        random.pick(&[".", "rs1", "rs2;rs3"]),
    );
    let format = random.pick(&["GT", "GT:AD:DP:GQ", "GT:DP", "DP:GQ"]);
    // Undeclared keys and an undeclared filter are warnings; a value that is no number would be an error.
    let info = if info == "DP=x" { "DP=7".to_owned() } else { info };
    write!(
        text,
        "{contig}\t{position}\t{id}\t{reference}\t{alternates}\t{}\t{filter}\t{info}\t{format}",
        random.below(99)
    )
    .unwrap();
    let count = alternates.split(',').count();
    for _ in 0..SAMPLES {
        let allele = |random: &mut Random| random.below(count + 1);
        let genotype = match random.below(12) {
            0 => "./.".to_owned(),
            1 => format!("./{}", allele(random)),
            2 => format!("{}", allele(random)),
            3 => format!("{}/{}/{}", allele(random), allele(random), allele(random)),
            4 => ".".to_owned(),
            _ => format!("{}|{}", allele(random), allele(random)),
        };
        let fields: Vec<String> = format
            .split(':')
            .map(|key| match key {
                "GT" => genotype.clone(),
                "AD" => (0..=count)
                    .map(|_| random.below(40).to_string())
                    .collect::<Vec<_>>()
                    .join(","),
                _ => random.below(60).to_string(),
            })
            .collect();
        // Trailing fields may be left out.
        let kept = if random.below(9) == 0 { 1 } else { fields.len() };
        write!(text, "\t{}", fields[..kept].join(":")).unwrap();
    }
    text.push('\n');
    count as i64
}
