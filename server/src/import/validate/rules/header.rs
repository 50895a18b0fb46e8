//! Rules of what the header declares, and of the header line.
//!
//! Invariant: none of them looks at a record.

use super::rules;

rules! {
    DEFINITION_KEY_MISSING "definition-key-missing" b"FFFFF" InfoLine:
        "INFO and FORMAT lines require ID, Number, Type and Description; FILTER and ALT lines ID and Description.";
        "Add the missing key.";
    NUMBER_UNKNOWN "definition-number-unknown" b"FFFFF" InfoLine:
        "Number is an integer or one of the symbols A, R, G and . (with further ones for FORMAT since 4.4).";
        "Use one of these; write . where the number of values varies.";
    NUMBER_NEWER "definition-number-newer" b"RRRRR" InfoLine:
        "The symbols that Number may be grew with the versions: R came with 4.2, P with 4.4, LA, LR, LG and M with 4.5.";
        "State a later version in the fileformat line, or use ."
        => "it is read as the later version defines it";
    TYPE_UNKNOWN "definition-type-unknown" b"FFFFF" InfoLine:
        "Type is Integer, Float, Flag (INFO only), Character or String.";
        "Use one of these.";
    DESCRIPTION_UNQUOTED "description-unquoted" b"RRRRR" InfoLine:
        "The Description must be surrounded by double quotes.";
        "Quote the description."
        => "the text up to the next key or the > is the description";
    FLAG_NUMBER "flag-number" b"AARRR" InfoLine:
        "A Flag has no value, hence its Number is 0 (should be up to 4.2, must be since 4.3).";
        "Write Number=0."
        => "the number is read as 0";
    FLAG_NUMBER_SYMBOL "flag-number-symbol" b"NNNNN" InfoLine:
        "A Flag has no value; a symbol for a number of values means nothing for it.";
        "Write Number=0.";
    FORMAT_FLAG "format-flag" b"AARRR" FormatLine:
        "The types of FORMAT fields are Integer, Float, Character and String.";
        "Use another type."
        => "the values are read as strings";
    ID_CHARACTERS "definition-id-characters" b"AARRR" FixedFields:
        "INFO and FORMAT keys are letters, digits, _ and ., beginning with a letter or _ (since 4.3; 1000G excepted).";
        "Rename the key."
        => "the key is taken as it stands";
    RESERVED_REDEFINED "reserved-redefined" b"AAAAA" FixedFields:
        "Reserved keys have a Number and a Type given by the specification.";
        "Declare the key as the specification does, or use a name of your own.";
    MODIFICATION_ID "base-modification-id" b"----R" FormatLine:
        "The ID of a field with Number=M ends with A, C, G, T, U or N, the base that is modified.";
        "Rename the key."
        => "the values are read without a base";
    ALT_TYPE_UNKNOWN "alt-type-unknown" b"RRRRR" AltLine:
        "The first part of a structural ALT ID is DEL, INS, DUP, INV or CNV (BND in 4.3); since 4.3 ambiguity codes are allowed too.";
        "Use one of these, with a subtype after a colon if needed."
        => "the allele is kept under its name";
    ALT_TYPE_CUSTOMARY "alt-type-customary" b"AAAAA" AltLine:
        "NON_REF, * and CN0, CN1, … are names that common callers declare and the specification does not list.";
        "Nothing need be done.";
    ALT_ID_CHARACTERS "alt-id-characters" b"FFFFF" AltLine:
        "An ALT ID contains no white space, commas or angle brackets.";
        "Rename the allele.";
    FILTER_ID_CHARACTERS "filter-id-characters" b"AAAAA" FilterLine:
        "A filter is named without white space and semicolons, and not 0, so that FILTER can name it.";
        "Rename the filter.";
    CONTIG_ID_MISSING "contig-id-missing" b"AARRR" ContigLine:
        "A contig line names its contig in ID (must since 4.3).";
        "Add ID=."
        => "the line is ignored";
    CONTIG_ID_CHARACTERS "contig-id-characters" b"FFFFF" ContigLine:
        "A contig name has no white space, commas or angle brackets; since 4.3 it follows the names of SAM.";
        "Rename the contig here and in the records.";
    CONTIG_STYLE "contig-id-colon" b"AA---" FixedFields:
        "Up to 4.2 a chromosome name has no colon, which would disturb the parsing of breakends.";
        "Rename the contig, or state version 4.3 or later.";
    CONTIG_RESERVED "contig-id-reserved" b"--RRR" ContigLine:
        "A contig must not have the name of a reserved symbolic allele.";
        "Rename the contig."
        => "the name is taken as it stands";
    CONTIG_LENGTH "contig-length" b"AAAAA" ContigLine:
        "The length of a contig is a positive integer.";
        "Correct or remove it.";
    CONTIG_MD5 "contig-md5" b"----A" ContigLine:
        "The md5 of a contig has 32 lowercase hexadecimal digits.";
        "Correct or remove it.";
    SAMPLE_KEY_MISSING "sample-key-missing" b"AA---" SampleLine:
        "A SAMPLE line has the keys ID, Genomes, Mixture and Description.";
        "Add the missing key.";
    SAMPLE_VALUE_QUOTED "sample-value-quoted" b"AA---" SampleLine:
        "Genomes and Mixture are lists separated by semicolons, without quotation marks.";
        "Remove the quotation marks.";
    META_KEY_MISSING "meta-key-missing" b"--AAA" SampleLine:
        "A META line has the keys ID, Type, Number and Values.";
        "Add the missing key.";
    PEDIGREE_VALUE "pedigree-value" b"AAAAA" PedigreeLine:
        "A PEDIGREE line names genomes by their IDs, which have no white space or colons.";
        "Write the ID of a genome.";
    HEADER_LINE_MISSING "header-line-missing" b"FFFFF" HeaderLine:
        "A header line that begins with #CHROM names the columns.";
        "Add the header line before the first record.";
    HEADER_LINE_REPEATED "header-line-repeated" b"FFFFF" HeaderLine:
        "There is one header line.";
        "Remove the second one; perhaps two files were concatenated.";
    HEADER_COLUMNS "header-columns" b"FFFFF" HeaderLine:
        "The columns are #CHROM, POS, ID, REF, ALT, QUAL, FILTER and INFO, separated by tabs, then FORMAT if there are samples.";
        "Correct the name or the separator.";
    HEADER_NO_SAMPLES "header-format-without-samples" b"RRRRR" HeaderLine:
        "FORMAT stands in the header line where genotype data follow it.";
        "Remove the FORMAT column or add the samples."
        => "the file is read as one without samples";
    SAMPLE_NAME_EMPTY "sample-name-empty" b"FFFFF" HeaderLine:
        "Each sample column has a name, and no tab stands at the end of the header line.";
        "Name the sample, or remove the surplus tab.";
    SAMPLE_REPEATED "sample-name-repeated" b"FFFFF" HeaderLine:
        "Sample names are unique.";
        "Rename or remove one of the columns.";
}
