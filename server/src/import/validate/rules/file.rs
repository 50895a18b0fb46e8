//! Rules of the file as a whole: container, encoding, line ends, and the bounds of this program.
//!
//! Invariant: none of them needs the meaning of a line.

use super::rules;

rules! {
    CONTAINER_UNKNOWN "container-unknown" b"FFFFF" Program:
        "A VCF is text, plain or compressed once with gzip or bgzip.";
        "Write the file as plain text, .vcf.gz by bgzip, or gzip.";
    CONTAINER_TRUNCATED "container-truncated" b"FFFFF" Program:
        "A compressed file ends with the checksum of its last member.";
        "Copy or download the file again: its end is missing.";
    CONTAINER_CORRUPT "container-corrupt" b"FFFFF" Program:
        "Each member of a compressed file must inflate to what its checksum says.";
        "Copy or download the file again, or compress it again from the original.";
    BGZIP_EOF_MISSING "bgzip-eof-missing" b"NNNNN" Program:
        "A bgzip file ends with an empty block, by which readers know that its end was not lost.";
        "Compare with the original, or compress it again with bgzip.";
    LINE_TOO_LONG "line-too-long" b"FFFFF" Program:
        "The specification sets no bound; this program reads lines of at most 64 MiB (--max-line).";
        "Check whether line breaks were lost, or split the samples over several files; the operator may set another limit.";
    HEADER_TOO_LONG "header-too-long" b"FFFFF" Program:
        "The specification sets no bound; this program reads headers of at most 32 MiB (--max-header).";
        "Remove meta-information lines that the records do not need; the operator may set another limit.";
    FILE_TOO_LONG "file-too-long" b"FFFFF" Program:
        "The specification sets no bound; this program reads at most 16 TiB of text, decompressed (--max-expanded).";
        "Split the file by chromosomes; the operator may set another limit.";
    SAMPLES_TOO_MANY "samples-too-many" b"FFFFF" Program:
        "The specification sets no bound; this program reads at most 1,000,000 samples (--max-samples).";
        "Split the samples over several files; the operator may set another limit.";
    ALTERNATES_TOO_MANY "alternates-too-many" b"FFFFF" Program:
        "The specification sets no bound; this program reads at most 10,000 alternate alleles in a record (--max-alternates), and at most 100,000,000 alternates times samples (--max-genotypes).";
        "Split the record into several; the operator may set another limit.";
    ENTRIES_TOO_MANY "entries-too-many" b"FFFFF" Program:
        "The specification sets no bound; this program reads at most 100,000 entries in a list of a record or a header line (--max-entries).";
        "Check whether the file is damaged; the operator may set another limit.";
    PLOIDY_TOO_HIGH "ploidy-too-high" b"FFFFF" Program:
        "The specification sets no bound; this program reads at most 255 alleles in a genotype (--max-ploidy).";
        "Check the GT value; the operator may set another limit.";
    FILE_EMPTY "file-empty" b"FFFFF" Structure:
        "A VCF begins with the fileformat line and has a header line.";
        "Upload the file again: nothing arrived.";
    BYTE_ORDER_MARK "byte-order-mark" b"RRRRR" Encoding:
        "The fileformat line comes first; a byte order mark before it is not allowed (4.5 says so outright).";
        "Save the file as UTF-8 without a byte order mark."
        => "the mark is skipped";
    CARRIAGE_RETURN "carriage-return" b"NN---" Encoding once:
        "Versions before 4.3 do not mention CR+LF line ends; since 4.3 both conventions must be supported.";
        "Convert the line ends to LF.";
    FINAL_NEWLINE_MISSING "final-newline-missing" b"NNRRR" DataLines:
        "The last data line ends with a line separator (must since 4.3); without one the file may have been cut.";
        "Compare with the original, and end the last line with a line break."
        => "the last line is read as it stands";
    EMPTY_LINE "empty-line" b"AAAAA" Structure:
        "A VCF consists of meta-information lines, a header line and data lines; an empty line is none of them.";
        "Remove the line.";
    NUL_BYTE "nul-byte" b"FFFFF" Encoding:
        "A VCF is text, and a NUL byte is not part of any text.";
        "Copy the file again; NUL bytes are a mark of damage.";
    CONTROL_CHARACTER "control-character" b"AAFFF" Encoding:
        "Control characters other than the tab between columns and the line end are not allowed.";
        "Remove them; since 4.3 write CR, LF and TAB inside a value as %0D, %0A and %09.";
    NOT_UTF8 "encoding-not-utf8" b"NNRRR" Encoding:
        "The character encoding is UTF-8 (since 4.3; before that unspecified).";
        "Convert the file to UTF-8."
        => "bytes that are not UTF-8 are replaced when shown";
}
