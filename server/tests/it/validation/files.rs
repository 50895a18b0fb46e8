//! Real files, which are not committed: each is accepted under the profile that its history deserves.

use allelecast_server::app::check::check_file;
use allelecast_server::import::validate::{Limits, Profile, Severity, Verdict};

use crate::support::data::{shapeit4, shared, variant_annotation};

#[test]
fn files_of_well_known_projects_are_accepted() {
    for file in [
        "kgp3_chr1_2504s.vcf.gz",
        "hail_sample_chr20_100s.vcf",
        "gnomad_exomes_chr1_sites.vcf.gz",
    ] {
        let Some(path) = shared(&format!("vcf/{file}")) else {
            return;
        };
        let report = check_file(&path, Profile::Spec, Limits::default()).unwrap();
        assert_eq!(
            report.verdict(),
            Verdict::Accepted,
            "{file}: {:?}",
            report.findings().first()
        );
    }
}

/// 1000 Genomes, phase 1: reserved keys with a Number of their own. Accepted, and told why it is warned of.
#[test]
fn reserved_keys_declared_otherwise_are_warnings() {
    let Some(path) = variant_annotation("chr22.vcf.gz") else {
        return;
    };
    for profile in [Profile::Spec, Profile::Tolerant] {
        let report = check_file(&path, profile, Limits::default()).unwrap();
        assert_eq!(
            (report.verdict(), report.total(Severity::Error)),
            (Verdict::Accepted, 0)
        );
        let groups = report.groups();
        assert_eq!(
            groups.iter().map(|(rule, _)| *rule).collect::<Vec<_>>(),
            ["reserved-redefined"]
        );
        for finding in &groups[0].1.findings {
            assert!(
                finding.message.contains("is reserved with"),
                "{}",
                finding.message
            );
        }
    }
    let strict = check_file(&path, Profile::Strict, Limits::default()).unwrap();
    assert_eq!(strict.verdict(), Verdict::Refused);
}

/// HapMap exomes as an early GATK wrote them: MQ0 and the like are floats in a field declared as Integer.
#[test]
fn floats_in_an_integer_field_are_repaired_by_the_tolerant_profile() {
    let Some(path) = variant_annotation("hapmap_exome_chr22.vcf.gz") else {
        return;
    };
    let spec = check_file(&path, Profile::Spec, Limits::default()).unwrap();
    assert_eq!(
        (spec.verdict(), spec.total(Severity::Error)),
        (Verdict::Refused, 1011)
    );
    let first = spec
        .findings()
        .into_iter()
        .find(|f| f.severity == Severity::Error)
        .unwrap()
        .clone();
    assert!(first.message.contains("not of Type Integer"), "{}", first.message);
    let tolerant = check_file(&path, Profile::Tolerant, Limits::default()).unwrap();
    assert_eq!(
        (tolerant.verdict(), tolerant.total(Severity::Error)),
        (Verdict::Accepted, 0)
    );
    let float = tolerant
        .findings()
        .into_iter()
        .find(|f| f.rule == "info-float-in-integer")
        .unwrap()
        .clone();
    assert!(
        float.message.ends_with("repaired: the value is read as a float"),
        "{}",
        float.message
    );
}

#[test]
fn the_demonstration_data_is_accepted() {
    let Some(path) = shapeit4() else {
        return;
    };
    let report = check_file(&path, Profile::Spec, Limits::default()).unwrap();
    assert_eq!(report.verdict(), Verdict::Accepted);
}
