//! The file as a whole, and meta-information lines of any kind.

use super::Case;
use super::Example::{Bytes, File, Meta, Site};

const GOOD: super::Example = Site("1 5 . A G . . .");

pub const CASES: &[Case] = &[
    (
        "byte-order-mark",
        "4.2",
        File("\u{feff}##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"),
        GOOD,
    ),
    (
        "carriage-return",
        "4.2",
        File("##fileformat=VCFv4.2\r\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\r\n"),
        GOOD,
    ),
    (
        "final-newline-missing",
        "4.3",
        File("##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n1\t5\t.\tA\tG\t.\t.\t."),
        GOOD,
    ),
    (
        "empty-line",
        "4.2",
        Site("1 5 . A G . . .\n\n1 6 . A G . . ."),
        GOOD,
    ),
    ("nul-byte", "4.2", Site("1 5 . A G . . S1=\0"), GOOD),
    ("control-character", "4.3", Site("1 5 . A G . . S1=\u{1}"), GOOD),
    (
        "encoding-not-utf8",
        "4.3",
        Bytes(b"##fileformat=VCFv4.3\n##a=\xff\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"),
        GOOD,
    ),
    (
        "fileformat-missing",
        "4.2",
        File("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"),
        GOOD,
    ),
    (
        "fileformat-malformed",
        "4.2",
        File("##fileformat=VCF v4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"),
        GOOD,
    ),
    (
        "fileformat-unsupported",
        "4.2",
        File("##fileformat=VCFv3.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"),
        GOOD,
    ),
    (
        "fileformat-old",
        "4.0",
        Meta("##a=b"),
        File("##fileformat=VCFv4.1\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"),
    ),
    ("fileformat-repeated", "4.2", Meta("##fileformat=VCFv4.2"), GOOD),
    (
        "meta-without-prefix",
        "4.2",
        Meta("some text"),
        Meta("##some=text"),
    ),
    (
        "meta-not-key-value",
        "4.2",
        Meta("##some text"),
        Meta("##some=text"),
    ),
    (
        "meta-value-empty",
        "4.2",
        Meta("##reference="),
        Meta("##reference=GRCh37"),
    ),
    (
        "meta-value-empty",
        "4.4",
        Meta("##pedigreeDB=<>"),
        Meta("##pedigreeDB=ftp://host/x"),
    ),
    (
        "meta-not-structured",
        "4.2",
        Meta("##INFO=DP"),
        Meta(r#"##INFO=<ID=DP,Number=1,Type=Integer,Description="d">"#),
    ),
    (
        "meta-not-closed",
        "4.2",
        Meta(r#"##INFO=<ID=X,Number=1,Type=Float,Description="d""#),
        Meta(r#"##INFO=<ID=X,Number=1,Type=Float,Description="d">"#),
    ),
    (
        "meta-not-closed",
        "4.2",
        Meta("##ALT=<ID=DEL,Description=\"broken \noff\">"),
        Meta(r#"##ALT=<ID=DEL,Description="whole">"#),
    ),
    (
        "meta-quote-not-closed",
        "4.2",
        Meta(r#"##ALT=<ID=DUP,Description="no end>"#),
        Meta(r#"##ALT=<ID=DUP,Description="an end">"#),
    ),
    (
        "meta-quote-not-escaped",
        "4.2",
        Meta(r#"##ALT=<ID=DEL,Description="a "word"">"#),
        Meta(r#"##ALT=<ID=DEL,Description="a \"word\"">"#),
    ),
    (
        "meta-quote-not-escaped",
        "4.3",
        Meta(r#"##FILTER=<ID=q,Description="a "word" here">"#),
        Meta(r#"##FILTER=<ID=q,Description="a \\ here">"#),
    ),
    (
        "meta-pair-malformed",
        "4.2",
        Meta("##contig=<ID=1,A,length=5>"),
        Meta("##contig=<ID=1.A,length=5>"),
    ),
    (
        "meta-key-repeated",
        "4.2",
        Meta("##contig=<ID=1,ID=2>"),
        Meta("##contig=<ID=1>"),
    ),
    (
        "meta-order",
        "4.2",
        Meta(r#"##INFO=<Number=1,Type=Float,Description="d",ID=X>"#),
        Meta(r#"##INFO=<ID=X,Number=1,Type=Float,Description="d",Source="s">"#),
    ),
    (
        "meta-free-form",
        "4.2",
        Meta(r#"##title=<"free text">"#),
        Meta(r#"##title=<ID=x,Text="free text">"#),
    ),
    (
        "meta-after-header",
        "4.2",
        Site("1 5 . A G . . .\n##comment"),
        GOOD,
    ),
    (
        "meta-id-missing",
        "4.3",
        Meta("##SAMPLE=<Assay=Exome>"),
        Meta("##SAMPLE=<ID=s1,Assay=Exome>"),
    ),
    (
        "meta-id-missing",
        "4.4",
        Meta("##PEDIGREE=<Name_0=a,Name_1=b>"),
        Meta("##PEDIGREE=<ID=a,Original=b>"),
    ),
    (
        "meta-other-id-missing",
        "4.5",
        Meta("##tool=<Version=1>"),
        Meta("##tool=<ID=x,Version=1>"),
    ),
    (
        "meta-id-repeated",
        "4.3",
        Meta("##FILTER=<ID=q,Description=\"d\">\n##FILTER=<ID=q,Description=\"d\">"),
        Meta("##FILTER=<ID=q,Description=\"d\">\n##INFO=<ID=q,Number=0,Type=Flag,Description=\"d\">"),
    ),
    (
        "contig-id-repeated",
        "4.3",
        Meta("##contig=<ID=1>\n##contig=<ID=1,length=5>"),
        Meta("##contig=<ID=1>\n##contig=<ID=2>"),
    ),
    (
        "contig-id-repeated",
        "4.2",
        Meta("##contig=<ID=1>\n##contig=<ID=1,length=5>"),
        Meta("##contig=<ID=1>\n##contig=<ID=2>"),
    ),
    (
        "optional-field-unquoted",
        "4.3",
        Meta(r#"##INFO=<ID=X,Number=1,Type=Float,Description="d",Version=1>"#),
        Meta(r#"##INFO=<ID=X,Number=1,Type=Float,Description="d",Version="1">"#),
    ),
    (
        "optional-field-unquoted",
        "4.2",
        Meta(r#"##FILTER=<ID=q,Description="d",Depth=1>"#),
        Meta(r#"##FILTER=<ID=q,Description="d",IDX=1>"#),
    ),
    (
        "url-malformed",
        "4.3",
        Meta("##assembly=ftp://8080:8080/x"),
        Meta("##assembly=ftp://host:8080/x"),
    ),
];
