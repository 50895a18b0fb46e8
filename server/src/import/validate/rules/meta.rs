//! Rules of meta-information lines, whatever they declare.
//!
//! Invariant: they concern the shape of a line and the identity of what it names.

use super::rules;

rules! {
    FILEFORMAT_MISSING "fileformat-missing" b"FFFFF" FileFormat:
        "A fileformat line is always required and must be the first line of the file.";
        "Begin the file with a line such as ##fileformat=VCFv4.2.";
    FILEFORMAT_MALFORMED "fileformat-malformed" b"FFFFF" FileFormat:
        "The fileformat line has the form ##fileformat=VCFv4.x.";
        "Write the version as VCFv4.1, VCFv4.2, VCFv4.3, VCFv4.4 or VCFv4.5.";
    FILEFORMAT_UNSUPPORTED "fileformat-unsupported" b"FFFFF" FileFormat:
        "The fileformat line names the version whose rules the file follows; those of this version are not known here.";
        "Convert the file to VCF 4.1 to 4.5, for example with bcftools view.";
    FILEFORMAT_OLD "fileformat-old" b"N----" FileFormat:
        "VCF 4.0 is an early form of 4.1 and is read under the rules of 4.1.";
        "Convert the file to a later version, for example with bcftools view.";
    FILEFORMAT_REPEATED "fileformat-repeated" b"FFFFF" FileFormat:
        "There is a single fileformat line.";
        "Remove the second one.";
    META_WITHOUT_PREFIX "meta-without-prefix" b"FFFFF" Meta:
        "Before the header line every line begins with ##.";
        "Remove the line, or join it to the one above if a line break slipped into a text.";
    META_NOT_KEY_VALUE "meta-not-key-value" b"FFFFF" Meta:
        "A meta-information line is ##key=value.";
        "Write it as ##key=value, for example ##comment=….";
    META_VALUE_EMPTY "meta-value-empty" b"RRRRR" Meta:
        "A meta-information line is ##key=value, and the value may not be empty.";
        "Give it a value or remove the line."
        => "the line is ignored";
    META_NOT_STRUCTURED "meta-not-structured" b"FFFFF" Meta:
        "INFO, FORMAT, FILTER, ALT, contig, SAMPLE, PEDIGREE and META lines carry <key=value,…>.";
        "Enclose the value in angle brackets and begin it with ID=.";
    META_NOT_CLOSED "meta-not-closed" b"FFFFF" Meta:
        "The pairs of a structured line are enclosed in < and >.";
        "End the line with >.";
    META_QUOTE_NOT_CLOSED "meta-quote-not-closed" b"FFFFF" Meta:
        "A quoted value ends with a double quote.";
        "Close the quotation before the >.";
    META_QUOTE_NOT_ESCAPED "meta-quote-not-escaped" b"AARRR" InfoLine:
        "A double quote inside a quoted value is escaped with a backslash (can be up to 4.2, must be since 4.3).";
        "Write \\\" inside the value."
        => "the quotation is taken to end before the next key or the >";
    META_PAIR_MALFORMED "meta-pair-malformed" b"FFFFF" Meta:
        "A structured line is a list of key=value pairs separated by commas.";
        "Quote values that contain commas, and give every key a value.";
    META_KEY_REPEATED "meta-key-repeated" b"AAAAA" Meta:
        "Each key of a structured line has one value.";
        "Keep one of them.";
    META_ORDER "meta-order" b"AAAAA" InfoLine:
        "The order of keys is ID, Number, Type, Description, then any others.";
        "Put the keys into this order.";
    META_FREE_FORM "meta-free-form" b"NNAAA" Meta:
        "A value in angle brackets is a list of key=value pairs.";
        "Drop the angle brackets or write pairs.";
    META_AFTER_HEADER "meta-after-header" b"FFFFF" Meta:
        "Meta-information lines come before the header line, and there are no comments among the records.";
        "Move the line above the #CHROM line, or remove it.";
    ID_MISSING "meta-id-missing" b"--RRR" Meta:
        "All structured lines require an ID.";
        "Begin the pairs with ID=."
        => "the line is ignored";
    OTHER_ID_MISSING "meta-other-id-missing" b"--AAA" Meta:
        "All structured lines require an ID, those that the specification does not define as well.";
        "Begin the pairs with ID=.";
    ID_REPEATED "meta-id-repeated" b"AARRR" Meta:
        "An ID is unique among the lines of its kind (since 4.3).";
        "Keep one of the lines, or rename one."
        => "the first of them counts";
    CONTIG_REPEATED "contig-id-repeated" b"NNRRR" ContigLine:
        "A contig is declared once (since 4.3 an ID is unique among the lines of its kind).";
        "Keep one of the lines."
        => "the first of them counts";
    OPTIONAL_UNQUOTED "optional-field-unquoted" b"AARRR" Meta:
        "Values of optional fields of INFO, FORMAT, FILTER and ALT lines are strings in double quotes.";
        "Quote the value."
        => "the value is read as it stands";
    URL_MALFORMED "url-malformed" b"AAAAA" AssemblyLine:
        "assembly and pedigreeDB lines carry a URL.";
        "Write scheme://host/path.";
}
