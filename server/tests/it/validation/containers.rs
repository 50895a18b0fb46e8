//! Containers, encodings and line ends.

use std::io::Write;
use std::process::Command;

use allelecast_server::app::check::check_file;
use allelecast_server::import::validate::{Limits, Profile, Report};

const VCF: &[u8] =
    b"##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n1\t5\t.\tA\tG\t.\t.\t.\n";

fn check(bytes: &[u8]) -> Report {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    check_file(file.path(), Profile::Spec, Limits::default()).unwrap()
}

fn rules(report: &Report) -> Vec<&str> {
    report.groups().into_iter().map(|(rule, _)| rule).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One bgzip block: a gzip member whose extra field states its size.
fn bgzip_without_end(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::GzBuilder::new()
        .extra(b"BC\x02\x00\x00\x00".to_vec())
        .write(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    let mut block = encoder.finish().unwrap();
    let size = u16::try_from(block.len() - 1).unwrap().to_le_bytes();
    block[16..18].copy_from_slice(&size);
    block
}

#[test]
fn containers_have_a_defined_answer() {
    let body = b"1\t6\t.\tA\tG\t.\t.\t.\n".repeat(2000);
    let zipped = gzip(&[VCF, &body].concat());
    let members = [gzip(VCF), gzip(b"1\t6\t.\tA\tG\t.\t.\t.\n")].concat();
    let mut corrupt = zipped.clone();
    let middle = corrupt.len() / 2;
    corrupt[middle] ^= 0xff;
    let cases: Vec<(&str, Vec<u8>, Vec<&str>)> = vec![
        ("plain", VCF.to_vec(), vec![]),
        ("several members", members, vec![]),
        (
            "truncated",
            zipped[..zipped.len() - 20].to_vec(),
            vec!["container-truncated"],
        ),
        (
            "bgzip without its end",
            bgzip_without_end(VCF),
            vec!["bgzip-eof-missing"],
        ),
        ("empty", vec![], vec!["file-empty"]),
        ("zip", b"PK\x03\x04....".to_vec(), vec!["container-unknown"]),
        ("xz", b"\xfd7zXZ\x00....".to_vec(), vec!["container-unknown"]),
        (
            "zstd",
            b"\x28\xb5\x2f\xfd....".to_vec(),
            vec!["container-unknown"],
        ),
        ("compress", b"\x1f\x9d....".to_vec(), vec!["container-unknown"]),
        ("BCF", gzip(b"BCF\x02\x02...."), vec!["container-unknown"]),
        ("gzip in gzip", gzip(&gzip(VCF)), vec!["container-unknown"]),
        (
            "binary",
            b"\x00\x01\x02\n\x03\n".to_vec(),
            vec!["container-unknown"],
        ),
        (
            "prose",
            b"Dear all,\nplease find attached\n".to_vec(),
            vec!["fileformat-missing"],
        ),
    ];
    for (name, bytes, expected) in cases {
        let report = check(&bytes);
        let found: Vec<&str> = rules(&report)
            .into_iter()
            .filter(|rule| *rule != "record-repeated")
            .collect();
        assert_eq!(found, expected, "{name}");
    }
    assert!(rules(&check(&corrupt)).contains(&"container-corrupt"));
}

#[test]
fn the_refusal_names_the_container() {
    for (bytes, name) in [
        (&b"PK\x03\x04"[..], "ZIP"),
        (b"BZh9", "bzip2"),
        (b"\xfd7zXZ\x00", "XZ"),
        (b"BCF\x02", "BCF"),
    ] {
        let report = check(bytes);
        assert!(
            report.findings()[0].message.contains(name),
            "{}",
            report.findings()[0].message
        );
    }
}

#[test]
fn the_command_prints_one_object_a_file_and_exits_by_the_worst() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good.vcf"), folder.path().join("bad.vcf"));
    std::fs::write(&good, VCF).unwrap();
    std::fs::write(&bad, String::from_utf8_lossy(VCF).replace("\t5\t", "\tx\t")).unwrap();
    let run = |files: &[&std::path::Path]| {
        let program = env!("CARGO_BIN_EXE_allelecast-server");
        let output = Command::new(program)
            .args(["check", "--json"])
            .args(files)
            .output()
            .unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        let objects: Vec<serde_json::Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        (output.status.code().unwrap(), objects)
    };
    let (code, objects) = run(&[&good]);
    assert_eq!((code, objects[0]["verdict"].as_str()), (0, Some("accepted")));
    let (code, objects) = run(&[&good, &bad]);
    assert_eq!((code, objects.len()), (1, 2));
    let finding = &objects[1]["findings"][0];
    assert_eq!(objects[1]["verdict"], "refused");
    assert_eq!(objects[1]["file"], bad.to_str().unwrap());
    assert_eq!(
        (finding["rule"].as_str(), finding["severity"].as_str()),
        (Some("pos-not-integer"), Some("error"))
    );
    assert_eq!(
        (finding["line"].as_u64(), finding["column"].as_u64()),
        (Some(3), Some(3))
    );
    assert_eq!(run(&[&folder.path().join("none.vcf")]).0, 2);
}
