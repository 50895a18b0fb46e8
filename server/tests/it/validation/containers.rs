//! Containers, encodings and line ends.

use std::io::Write;
use std::process::Command;

use allelecast_client::Client;
use allelecast_client::protocol::dataset::{FileState, VcfFile};
use allelecast_server::app::check::check_file;
use allelecast_server::import::validate::{Limits, Profile, Report};

use crate::support::server::{new_dataset, server};

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

/// Bytes of a file of each kind that is not read, and what its refusal says.
fn others() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let mut tar = vec![0; 1024];
    tar[..5].copy_from_slice(b"a.vcf");
    tar[257..262].copy_from_slice(b"ustar");
    vec![
        ("a zip archive", b"PK\x03\x04....".to_vec(), "unzip -p"),
        ("an xz file", b"\xfd7zXZ\x00....".to_vec(), "xz -dc"),
        ("a compress (.Z) file", b"\x1f\x9d....".to_vec(), "uncompress -c"),
        ("a bzip2 file", b"BZh9....".to_vec(), "bzip2 -dc"),
        ("a zstd file", b"\x28\xb5\x2f\xfd....".to_vec(), "zstd -dc"),
        ("an lz4 file", b"\x04\x22\x4d\x18....".to_vec(), "lz4 -dc"),
        ("a 7z archive", b"7z\xbc\xaf\x27\x1c....".to_vec(), "7z e -so"),
        ("a BCF file", b"BCF\x02\x02....".to_vec(), "bcftools view -Oz"),
        (
            "a BCF file",
            bgzip_without_end(b"BCF\x02\x02...."),
            "bcftools view -Oz",
        ),
        (
            "a BAM file",
            bgzip_without_end(b"BAM\x01...."),
            "call variants first",
        ),
        ("a CRAM file", b"CRAM\x03....".to_vec(), "call variants first"),
        ("a tar archive", tar.clone(), "tar -xf"),
        ("a tar archive", gzip(&tar), "tar -xf"),
        ("compressed twice with gzip", gzip(&gzip(VCF)), "gunzip -c"),
    ]
}

#[test]
fn the_refusal_names_the_container_and_what_to_do() {
    for (name, bytes, way_out) in others() {
        let report = check(&bytes);
        assert_eq!(rules(&report), ["container-unknown"], "{name}");
        let message = &report.findings()[0].message;
        assert!(
            message.contains(name) && message.contains(way_out),
            "{name}: {message}"
        );
    }
}

#[tokio::test]
async fn an_import_reads_the_same_containers_and_refuses_the_same() {
    let server = server().await;
    let client = server.user().await;
    let body = b"1\t6\t.\tA\tG\t.\t.\t.\n";
    let whole = [VCF, body].concat();
    let bgzip = [
        bgzip_without_end(VCF),
        bgzip_without_end(body),
        bgzip_without_end(b""),
    ]
    .concat();
    let good = [
        ("plain", whole.clone()),
        ("gzip", gzip(&whole)),
        ("members", [gzip(VCF), gzip(body)].concat()),
        ("bgzip", bgzip),
    ];
    for (name, bytes) in good {
        let file = import(&client, name, bytes).await;
        assert_eq!(
            (file.state, file.alleles),
            (FileState::Ready, 2),
            "{name}: {file:?}"
        );
    }
    for (name, bytes, way_out) in others() {
        let file = import(&client, name, bytes).await;
        let message = file.error.map(|error| error.message).unwrap_or_default();
        assert_eq!(file.state, FileState::Failed, "{name}");
        assert!(
            message.contains(name) && message.contains(way_out),
            "{name}: {message}"
        );
    }
}

/// Uploads a file of its own dataset and waits until it is read.
async fn import(client: &Client, name: &str, bytes: Vec<u8>) -> VcfFile {
    let dataset = client.create_dataset(&new_dataset(name)).await.unwrap();
    let size = bytes.len() as u64;
    let mut upload = client
        .begin_upload(dataset.id, "a.vcf.gz", Some(size))
        .await
        .unwrap();
    // A refusal may come before the last byte.
    let _ = upload.append(bytes).await;
    client.settled(dataset.id, |_| {}).await.unwrap().files.remove(0)
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
