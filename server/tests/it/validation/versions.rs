//! How a version differs from its neighbours: one line or record, and the versions that refuse it.
//!
//! Invariant: each row follows from the texts of the versions; `spec` refuses what they forbid and nothing else.

use allelecast_server::import::validate::{Limits, Profile, Verdict};

use super::validate;

const NONE: &[&str] = &[];
const ALL: &[&str] = &["4.1", "4.2", "4.3", "4.4", "4.5"];
const UP_TO_42: &[&str] = &["4.1", "4.2"];
const SINCE_43: &[&str] = &["4.3", "4.4", "4.5"];
const SINCE_44: &[&str] = &["4.4", "4.5"];

/// Meta-information lines, records (a space is a tab, `·` a space), the versions that refuse them under `spec`.
#[rustfmt::skip]
const CASES: &[(&str, &str, &[&str])] = &[
    ("", "1 5 . A * . . .", &["4.1"]),
    ("", "1 5 . A G* . . .", &["4.1", "4.5"]),
    ("", "1 5 . A G . . X=a·b", UP_TO_42),
    ("", "1 5 . A G . . X-Y=a", SINCE_43),
    ("", "1 5 . A G . . X=1;X=2", SINCE_43),
    ("", "a,b 5 . A G . . .", SINCE_43),
    ("", "1 5 . A G 1. . .", SINCE_43),
    ("", "1 5 . A G . 0 .", SINCE_43),
    ("", "1 5 . A <DEL> . . .", SINCE_44),
    ("", "1 5 . A <DEL> . . END=9;SVCLAIM=D", NONE),
    ("", "1 5 . A G . . . GT:X_Y 0/1:1", UP_TO_42),
    ("", "1 5 . A G . . . GT |0/1", &["4.1", "4.2", "4.3"]),
    ("", "1 5 . A G . . . GT:LAD 0/1:1,2", &["4.5"]),
    ("", "1 5 . A G . . . GT:AD 0/1:1", NONE),
    (
        "",
            "1 5 . A G . . .\n2 5 . A G . . .\n1 6 . A G . . .",
            SINCE_43,
        ),
    (
        "##INFO=<ID=X,Number=R,Type=Float,Description=\"d\">",
        "",
            &["4.1"],
        ),
    (
        "##FORMAT=<ID=X,Number=P,Type=Float,Description=\"d\">",
        "",
            &["4.1", "4.2", "4.3"],
        ),
    (
        "##FORMAT=<ID=X,Number=LG,Type=Float,Description=\"d\">",
        "",
            &["4.1", "4.2", "4.3", "4.4"],
        ),
    ("##ALT=<ID=R,Description=\"d\">", "", UP_TO_42),
    (
        "##ALT=<ID=BND,Description=\"d\">",
        "",
            &["4.1", "4.2", "4.4", "4.5"],
        ),
    ("##contig=<length=5>", "", SINCE_43),
    ("##PEDIGREE=<Name_0=a,Name_1=b>", "", SINCE_43),
    (
        "##INFO=<ID=X,Number=1,Type=Float,Description=\"d\",Source=s>",
        "",
            SINCE_43,
        ),
    (
        "##FILTER=<ID=q,Description=\"d\">\n##FILTER=<ID=q,Description=\"e\">",
        "",
            SINCE_43,
        ),
    (
        "##INFO=<ID=X,Number=1,Type=Flag,Description=\"d\">",
        "",
            SINCE_43,
        ),
    // Percent encoding and characters of the INFO column.
    ("", "1 5 . A G . . X=a%3Bb%25%2C", NONE),
    ("", "1 5 . A G . . X=a%3bb", NONE),
    ("", "1 5 . A G . . X=5%", NONE),
    ("", "1 5 . A G . . X=ä", NONE),
    ("", "1 5 . A G . . 1000G", NONE),
    ("", "1 5 . A G . . 1X=1", SINCE_43),
    ("", "1 5 . A G . . X.Y=1;_Z", NONE),
    ("", "1 5 . A G . . X·Y=1", ALL),
    ("", "1 5 . A G . . ;X=1", ALL),
    ("", "1 5 . A G . . X=", ALL),
    ("", "1 5 . A G . . .;X=1", SINCE_43),
    // The encoding of header and records.
    ("##note=a\u{1}b", "", SINCE_43),
    ("##note=ä", "", NONE),
    ("", "1 5 . A G . . X=\u{1}", SINCE_43),
    // META, SAMPLE, PEDIGREE.
    ("##META=<ID=Assay,Type=String,Number=.,Values=[WholeGenome,·Exome]>", "", NONE),
    ("##META=<Type=String,Number=.,Values=[WholeGenome,·Exome]>", "", SINCE_43),
    ("##META=Assay", "", ALL),
    ("##SAMPLE=<ID=s1,Assay=Exome,Description=\"a,·b\">", "", NONE),
    ("##SAMPLE=<Assay=Exome>", "", SINCE_43),
    ("##SAMPLE=s1", "", ALL),
    ("##SAMPLE=<ID=s1>\n##SAMPLE=<ID=s1>", "", SINCE_43),
    ("##PEDIGREE=<ID=Child,Father=F,Mother=M>", "", NONE),
    ("##PEDIGREE=<ID=Child,Father>", "", ALL),
    ("##PEDIGREE=Child", "", ALL),
    ("##pedigreeDB=http://host/db", "", NONE),
    ("##pedigreeDB=<http://host/db>", "", NONE),
    // The other lines of a header.
    ("##ALT=<ID=DEL:ME,Description=\"d\">", "", NONE),
    ("##ALT=<ID=XYZ,Description=\"d\">", "", ALL),
    ("##ALT=<ID=DEL>", "", ALL),
    ("##ALT=<Description=\"d\">", "", ALL),
    ("##ALT=<ID=DEL,Description=d>", "", ALL),
    ("##contig=<ID=chr1,length=5,URL=ftp://x/y>", "", NONE),
    ("##contig=<ID=a b>", "", ALL),
    ("##contig=<ID=*1>", "", SINCE_43),
    ("##contig=<ID==1>", "", SINCE_43),
    ("##contig=<ID=HLA-A*01:01>", "", NONE),
    ("##contig=<ID=DEL>", "", SINCE_43),
    ("##contig=1", "", ALL),
    ("##FILTER=<ID=q10,Description=\"d\",Source=\"s\">", "", NONE),
    ("##FILTER=<ID=q10>", "", ALL),
    ("##FILTER=<Description=\"d\">", "", ALL),
    ("##INFO=<ID=X,Number=1,Type=Integer,Description=\"a \\\"word\\\" \\\\ here\">", "", NONE),
    ("##INFO=<ID=X,Number=1,Type=Integer,Description=\"d\"", "", ALL),
    ("##INFO=<ID=X,Number=x,Type=Integer,Description=\"d\">", "", ALL),
    ("##INFO=<ID=X,Number=-1,Type=Integer,Description=\"d\">", "", ALL),
    ("##INFO=<ID=X,Number=1,Type=integer,Description=\"d\">", "", ALL),
    ("##INFO=<ID=X,Number=P,Type=Integer,Description=\"d\">", "", ALL),
    ("##INFO=<ID=1X,Number=1,Type=Integer,Description=\"d\">", "", SINCE_43),
    ("##INFO=<ID=1000G,Number=0,Type=Flag,Description=\"d\">", "", NONE),
    ("##INFO=<Number=1,ID=X,Type=Integer,Description=\"d\">", "", NONE),
    ("##FORMAT=<ID=X,Number=1,Type=Flag,Description=\"d\">", "", SINCE_43),
    ("##FORMAT=<ID=1000G,Number=1,Type=String,Description=\"d\">", "", SINCE_43),
    ("##FORMAT=<ID=X,Number=M,Type=Float,Description=\"d\">", "", ALL),
    ("##FORMAT=<ID=MyC,Number=M,Type=Float,Description=\"d\">", "", &["4.1", "4.2", "4.3", "4.4"]),
    ("##assembly=ftp://host/x.fa", "", NONE),
    ("##tool=<ID=x,Version=1>", "", NONE),
    ("##=x", "", ALL),
    ("#single", "", ALL),
    // CHROM to FILTER.
    ("", "a·b 5 . A G . . .", ALL),
    ("", "<ctg1> 5 . A G . . .", NONE),
    ("", "chr[1] 5 . A G . . .", SINCE_43),
    ("", "1 -5 . A G . . .", ALL),
    ("", "1 0 . N G . . .", NONE),
    ("", "1 5 a;b;a A G . . .", SINCE_43),
    ("", "1 5 . R G . . .", ALL),
    ("", "1 5 . a g . . .", NONE),
    ("", "1 5 . . G . . .", ALL),
    ("", "1 5 . A R . . .", ALL),
    ("", "1 5 . A <R> . . .", NONE),
    ("", "1 5 . A <a·b> . . .", ALL),
    ("", "1 5 . A <a,b> . . .", ALL),
    ("", "1 5 . A G,<NON_REF> . . .", NONE),
    ("", "1 5 . A <*> . . .", NONE),
    ("", "1 5 . A ]2:7]G,G[<c>:7[,.G,G. . . .", NONE),
    ("", "1 5 . A ]2:7[G . . .", ALL),
    ("", "1 5 . A ]2]G . . .", ALL),
    ("", "1 5 . A G 1e-5 . .", NONE),
    ("", "1 5 . A G inf . .", NONE),
    ("", "1 5 . A G -1 . .", ALL),
    ("", "1 5 . A G x . .", ALL),
    ("", "1 5 . A G . q10;q10 .", SINCE_43),
    ("", "1 5 . A G . q10;. .", ALL),
    ("", "1 5 . A G . ; .", ALL),
    // FORMAT and samples.
    ("", "1 5 . A G . . . GT:1X 0/1:1", SINCE_43),
    ("", "1 5 . A G . . . GT:X:X 0/1:1:1", SINCE_43),
    ("", "1 5 . A G . . . GT:X 0/1:", &["4.1", "4.2", "4.3", "4.4"]),
    ("", "1 5 . A G . . . GT 0/1/1|1", NONE),
    ("", "1 5 . A G . . . GT 0-1", ALL),
    ("", "1 5 . A G . . . GT 0/", ALL),
    ("", "1 5 . A G . . . GT:PSL 0/1:a,.", SINCE_44),
    ("", "1 5 . A G . . . GT:PS:PSL 0|1:1:a,a", SINCE_44),
    // Structural variants.
    ("", "1 5 . A <DUP> . . SVLEN=9;SVCLAIM=X", SINCE_44),
    ("", "1 5 . A ]2:7]G . . SVTYPE=BND;SVCLAIM=D", SINCE_44),
    ("", "1 5 . A <CNV:TR> . . SVLEN=9;RN=1;RUS=CA,G", SINCE_44),
    ("", "1 5 . A <INV> . . SVLEN=9;CIPOS=2,3", SINCE_44),
    ("", "1 5 . A <INV> . . SVLEN=9;END=7", &["4.5"]),
];

#[test]
fn versions_differ_where_their_texts_do() {
    let mut wrong = Vec::new();
    for &(meta, records, expected) in CASES {
        let meta = meta.replace('·', " ");
        let refusing: Vec<&str> = ["4.1", "4.2", "4.3", "4.4", "4.5"]
            .into_iter()
            .filter(|version| {
                let samples = if records.contains(" GT") {
                    "\tFORMAT\ts1"
                } else {
                    ""
                };
                let records = records.replace(' ', "\t").replace('·', " ");
                let columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
                let meta = if meta.is_empty() {
                    String::new()
                } else {
                    format!("{meta}\n")
                };
                let records = if records.is_empty() {
                    records
                } else {
                    records + "\n"
                };
                let text = format!("##fileformat=VCFv{version}\n{meta}{columns}{samples}\n{records}");
                validate(text.as_bytes(), Profile::Spec, Limits::default()).verdict() == Verdict::Refused
            })
            .collect();
        if refusing != expected {
            wrong.push(format!("{meta}{records}: {refusing:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
