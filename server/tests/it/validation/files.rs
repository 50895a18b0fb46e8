//! Real files, which are not committed: each is accepted under the profile that its history deserves.

use std::path::{Path, PathBuf};

use allelecast_server::app::check::check_file;
use allelecast_server::import::validate::{Limits, Profile, Severity, Verdict};

/// Data that is not committed; a test says what it skips where it is missing.
pub fn shared(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data")
        .join(part);
    if !path.exists() {
        println!("skipped: {part} is not here");
        return None;
    }
    Some(path)
}

/// Files of installed distribution packages.
fn installed(path: &str) -> Option<PathBuf> {
    let found = Path::new(path).exists();
    if !found {
        println!("skipped: {path} is not installed");
    }
    found.then(|| path.into())
}

#[test]
fn files_of_well_known_projects_are_accepted() {
    for file in [
        "kgp3_chr1_2504s.vcf.gz",
        "hail_sample_chr20_100s.vcf",
        "gnomad_exomes_chr1_sites.vcf.gz",
    ] {
        let Some(path) = shared("vcf").map(|folder| folder.join(file)) else {
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

const EXTDATA: &str = "/usr/lib/R/site-library/VariantAnnotation/extdata";

#[test]
fn reserved_keys_declared_otherwise_are_warnings() {
    let Some(path) = installed(&format!("{EXTDATA}/chr22.vcf.gz")) else {
        return;
    };
    let report = check_file(&path, Profile::Spec, Limits::default()).unwrap();
    assert_eq!(report.verdict(), Verdict::Accepted);
    assert_eq!(
        report.groups().iter().map(|(rule, _)| *rule).collect::<Vec<_>>(),
        ["reserved-redefined"]
    );
}

#[test]
fn floats_in_an_integer_field_are_repaired_by_the_tolerant_profile() {
    let Some(path) = installed(&format!("{EXTDATA}/hapmap_exome_chr22.vcf.gz")) else {
        return;
    };
    let spec = check_file(&path, Profile::Spec, Limits::default()).unwrap();
    assert_eq!(
        (spec.verdict(), spec.total(Severity::Error)),
        (Verdict::Refused, 1011)
    );
    let tolerant = check_file(&path, Profile::Tolerant, Limits::default()).unwrap();
    assert_eq!(tolerant.verdict(), Verdict::Accepted);
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
    let Some(path) = installed("/usr/share/doc/shapeit4/examples/test/unphased.vcf.gz") else {
        return;
    };
    let report = check_file(&path, Profile::Spec, Limits::default()).unwrap();
    assert_eq!(report.verdict(), Verdict::Accepted);
}
