//! Sample columns into planes, against a loop over samples.
//!
//! Invariant: the expected counts are taken from the text, not from the code under test.

use proptest::prelude::*;

use super::*;
use crate::domain::{genotype::Genotype, groups::Sex, planes::Counts};

const PLACE: Place = Place {
    build: Build::Grch37,
    contig: 1,
    position: 100,
};

fn read(
    format: &str,
    columns: &str,
    alternates: u16,
    groups: &GroupMasks,
) -> Result<Genotypes, RecordProblem> {
    let mut genotypes = Genotypes::default();
    let mut layout = Format::default();
    layout.update(format.as_bytes());
    genotypes.read(columns.as_bytes(), &layout, alternates, groups, PLACE)?;
    Ok(genotypes)
}

fn all(samples: usize) -> GroupMasks {
    let members: Vec<u32> = (0..samples as u32).collect();
    GroupMasks::new(samples, [members.as_slice()], &[])
}

#[test]
fn states_of_each_shape() {
    use Genotype::*;
    for (columns, alternate, want) in [
        (
            "0|0\t0|1\t1|1\t.|.",
            0,
            [HomozygousOther, Heterozygous, Homozygous, Missing],
        ),
        (
            "0/0\t0/1\t1/1\t./.",
            0,
            [HomozygousOther, Heterozygous, Homozygous, Missing],
        ),
        (
            "0/0\t0|1\t1/1\t.|.",
            0,
            [HomozygousOther, Heterozygous, Homozygous, Missing],
        ),
        (
            "1|2\t2|2\t./2\t./0",
            1,
            [Heterozygous, Homozygous, Partial, PartialOther],
        ),
        (
            "1|2\t2|2\t./2\t./0",
            0,
            [Heterozygous, HomozygousOther, PartialOther, PartialOther],
        ),
        ("1\t0\t.\t2", 0, [Hemizygous, HaploidOther, Missing, HaploidOther]),
        (
            "1\t0/0\t0/0/1\t./././.",
            0,
            [Hemizygous, HomozygousOther, Missing, Missing],
        ),
    ] {
        let genotypes = read("GT", columns, 2, &all(4)).unwrap();
        let row = genotypes.row(alternate);
        assert_eq!(
            [0, 1, 2, 3].map(|sample| row.genotype(sample)),
            want,
            "{columns} allele {alternate}"
        );
    }
}

#[test]
fn columns_that_do_not_fit_are_errors() {
    let columns = |found, expected| RecordProblem::Columns { found, expected };
    for (text, samples, want) in [
        ("0|0\t0|0", 3, columns(11, 12)),
        ("0|0\t0|0\t0|0\t0|0", 3, columns(13, 12)),
        ("0|0\t0|0\t", 2, columns(12, 11)),
    ] {
        assert_eq!(read("GT", text, 1, &all(samples)).unwrap_err(), want, "{text:?}");
    }
    for text in ["0|0\t0|2", "0|0\t0-0", "0|0\t|||"] {
        let error = read("GT", text, 1, &all(2)).unwrap_err();
        assert!(
            matches!(error, RecordProblem::Genotype { sample: 2, .. }),
            "{text:?}: {error}"
        );
    }
}

#[test]
fn quality_needs_its_fields() {
    let groups = all(3);
    let text = "0/1:5,5:10:99\t0/1:9,1:10:99\t0/0:30,0:30:.";
    let genotypes = read("GT:AD:DP:GQ", text, 1, &groups).unwrap();
    assert_eq!(genotypes.row(0).hq, Some(&[0b001][..]));
    let want = Counts {
        ns: 1,
        an: 2,
        ac: 1,
        het: 1,
        n_dip: 1,
        ..Counts::default()
    };
    assert_eq!(
        genotypes.row(0).high_quality_counts(&groups.masks()[0], None),
        Some(want)
    );
    assert!(genotypes.depths().is_some());
    let without = read("GT:DP:GQ", "0/1:10:99\t0/1:10:99\t0/0:30:.", 1, &groups).unwrap();
    assert_eq!(without.row(0).hq, None);
    assert_eq!(without.row(0).high_quality_counts(&groups.masks()[0], None), None);
}

#[test]
fn males_count_once_outside_the_par() {
    let members = [0u32, 1, 2];
    let groups = GroupMasks::new(3, [&members[..]], &[Sex::Male, Sex::Male, Sex::Female]);
    let mut layout = Format::default();
    layout.update(b"GT:AD:DP:GQ");
    let mut genotypes = Genotypes::default();
    let columns = b"1/1:0,6:6:99\t0/1:9,9:18:99\t1/1:0,20:20:99";
    let place = Place {
        contig: 23,
        position: 50_000_000,
        ..PLACE
    };
    genotypes.read(columns, &layout, 1, &groups, place).unwrap();
    let got = genotypes
        .row(0)
        .high_quality_counts(&groups.masks()[0], Some(groups.males()));
    assert_eq!(
        got,
        Some(Counts {
            ns: 2,
            an: 3,
            ac: 3,
            het: 0,
            hom: 1,
            hemi: 1,
            n_dip: 1
        })
    );
    assert_eq!(genotypes.row(0).counts(&groups.masks()[0]).an, 6);
}

/// Counts one group allele by allele, sample by sample.
fn naive(columns: &[String], members: &[u32], allele: &str) -> Counts {
    let mut counts = Counts::default();
    for &member in members {
        let alleles: Vec<&str> = columns[member as usize].split(['/', '|']).collect();
        let called = alleles.iter().filter(|&&called| called != ".").count() as u32;
        let copies = alleles.iter().filter(|&&called| called == allele).count() as u32;
        counts.ns += u32::from(called > 0);
        counts.an += called;
        counts.ac += copies;
        let is_diploid = alleles.len() == 2 && called == 2;
        counts.n_dip += u32::from(is_diploid);
        counts.het += u32::from(is_diploid && copies == 1);
        counts.hom += u32::from(is_diploid && copies == 2);
        counts.hemi += u32::from(alleles.len() == 1 && copies == 1);
    }
    counts
}

fn genotype() -> impl Strategy<Value = String> {
    let allele = || prop_oneof![6 => Just("0"), 2 => Just("1"), 1 => Just("2"), 1 => Just(".")];
    let diploid = (allele(), prop_oneof![Just("/"), Just("|")], allele())
        .prop_map(|(a, sign, b)| format!("{a}{sign}{b}"));
    let unusual = prop_oneof![
        allele().prop_map(str::to_owned),
        (allele(), allele(), allele()).prop_map(|(a, b, c)| format!("{a}/{b}/{c}")),
        Just("0/12".to_owned()),
    ];
    prop_oneof![60 => Just("0|0".to_owned()), 30 => diploid, 1 => unusual]
}

proptest! {
    /// Counts by planes, in both of the ways that groups are counted, equal a loop over samples.
    #[test]
    fn counts_equal_a_loop_over_samples(
        columns in prop::collection::vec(genotype(), 1..200),
        picks in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..60), 0..5),
    ) {
        let samples = columns.len();
        let mut members: Vec<Vec<u32>> = picks.iter()
            .map(|group| group.iter().map(|index| index.index(samples) as u32).collect())
            .collect();
        members.push((0..samples as u32).collect());
        for group in &mut members {
            group.sort_unstable();
            group.dedup();
        }
        let groups = GroupMasks::new(samples, members.iter().map(Vec::as_slice), &[]);
        let genotypes = read("GT", &columns.join("\t"), 12, &groups).unwrap();
        let (mut active, mut counts) = (Vec::new(), Vec::new());
        for alternate in [0, 1, 11] {
            let row = genotypes.row(alternate);
            counts.clear();
            groups.count(&row, &mut active, &mut counts);
            for ((members, mask), &counts) in members.iter().zip(groups.masks()).zip(&counts) {
                let want = naive(&columns, members, &(alternate + 1).to_string());
                prop_assert_eq!(counts, want);
                prop_assert_eq!(row.counts(mask), want);
            }
        }
    }

    /// The fast way and the general way agree; `GT:XX` is the same text by the general way.
    #[test]
    fn both_ways_agree(columns in prop::collection::vec(genotype(), 1..200)) {
        let groups = all(columns.len());
        let fast = read("GT", &columns.join("\t"), 2, &groups);
        let general = read("GT:XX", &columns.join("\t"), 2, &groups);
        match (fast, general) {
            (Ok(fast), Ok(general)) => {
                for alternate in 0..2 {
                    for sample in 0..columns.len() as u32 {
                        prop_assert_eq!(fast.row(alternate).genotype(sample), general.row(alternate).genotype(sample));
                    }
                }
            }
            (fast, general) => prop_assert_eq!(fast.err(), general.err()),
        }
    }
}

/// One sample's columns as `GT:AD:DP:GQ`, with its sex: mostly complete, sometimes without what the rule needs.
fn call() -> impl Strategy<Value = (String, String, Sex)> {
    let depth = || {
        prop_oneof![
            Just("."),
            Just("0"),
            Just("2"),
            Just("4"),
            Just("5"),
            Just("9"),
            Just("10"),
            Just("40")
        ]
    };
    let quality = prop_oneof![1 => Just("."), 1 => Just("19"), 3 => Just("20"), 3 => Just("99")];
    let sex = prop_oneof![Just(Sex::Male), Just(Sex::Female), Just(Sex::Unknown)];
    (
        genotype().prop_filter("three alleles", |gt| !gt.contains("12")),
        [depth(), depth(), depth()],
        depth(),
        quality,
        sex,
    )
        .prop_map(|(gt, ad, dp, gq, sex)| {
            let column = format!("{gt}:{}:{dp}:{gq}", ad.join(","));
            (gt, column, sex)
        })
}

/// The high-quality counts of an allele by the text of the rule.
fn naive_high_quality(samples: &[(String, String, Sex)], allele: &str, contig: i16) -> Counts {
    let mut counts = Counts::default();
    for (gt, column, sex) in samples {
        let number = |text: &str| text.parse::<f64>().ok();
        let fields: Vec<&str> = column.split(':').collect();
        let alleles: Vec<&str> = gt.split(['/', '|']).collect();
        let called: Vec<&str> = alleles.iter().copied().filter(|&allele| allele != ".").collect();
        let copies = called.iter().filter(|&&called| called == allele).count() as u32;
        // Outside the pseudo-autosomal regions.
        let one = alleles.len() == 1 || (contig > 22 && *sex == Sex::Male);
        let no_chromosome = contig == 24 && *sex == Sex::Female;
        let (Some(dp), Some(gq)) = (number(fields[2]), number(fields[3])) else {
            continue;
        };
        if called.is_empty() || no_chromosome || gq < 20.0 || dp < if one { 5.0 } else { 10.0 } {
            continue;
        }
        let is_diploid = alleles.len() == 2 && called.len() == 2;
        if is_diploid && called[0] != called[1] {
            let depths: Vec<&str> = fields[1].split(',').collect();
            let is_balanced = |allele: &&str| {
                let at: usize = allele.parse().unwrap();
                at == 0 || number(depths[at]).is_some_and(|depth| depth >= 0.2 * dp)
            };
            if alleles.len() != 2 || (contig > 22 && *sex == Sex::Male) || !called.iter().all(is_balanced) {
                continue;
            }
        }
        counts.ns += 1;
        if one && alleles.len() <= 2 {
            counts.an += 1;
            counts.ac += copies.min(1);
            counts.hemi += copies.min(1);
            continue;
        }
        counts.an += called.len() as u32;
        counts.ac += copies;
        counts.n_dip += u32::from(is_diploid);
        counts.het += u32::from(is_diploid && copies == 1);
        counts.hom += u32::from(is_diploid && copies == 2);
    }
    counts
}

proptest! {
    /// High-quality counts by planes equal the rule applied sample by sample, on an autosome, on X and on Y.
    #[test]
    fn high_quality_counts_equal_a_loop_over_samples(
        samples in prop::collection::vec(call(), 1..150),
        contig in prop::sample::select(&[1i16, 23, 24]),
    ) {
        let members: Vec<u32> = (0..samples.len() as u32).step_by(2).collect();
        let sexes: Vec<Sex> = samples.iter().map(|sample| sample.2).collect();
        let groups = GroupMasks::new(samples.len(), [members.as_slice()], &sexes);
        let columns: Vec<&str> = samples.iter().map(|sample| sample.1.as_str()).collect();
        let mut layout = Format::default();
        layout.update(b"GT:AD:DP:GQ");
        let mut genotypes = Genotypes::default();
        let place = Place { contig, position: 20_000_000, ..PLACE };
        genotypes.read(columns.join("\t").as_bytes(), &layout, 2, &groups, place).unwrap();
        let of_group: Vec<_> = members.iter().map(|&member| samples[member as usize].clone()).collect();
        let males = (contig > 22).then(|| groups.males());
        for alternate in 0..2 {
            let row = genotypes.row(alternate);
            let Some(got) = row.high_quality_counts(&groups.masks()[0], males) else { continue };
            prop_assert_eq!(got, naive_high_quality(&of_group, &(alternate + 1).to_string(), contig));
        }
    }
}
