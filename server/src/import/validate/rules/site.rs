//! Rules of data lines and their fixed fields up to FILTER, and of the order of records.
//!
//! Invariant: each names one column or the relation between two records.

use super::rules;

rules! {
    COLUMNS_FEW "columns-few" b"FFFFF" FixedFields:
        "A data line has eight fixed fields separated by tabs.";
        "Complete the line; check that tabs were not turned into spaces.";
    COLUMNS_MISMATCH "columns-mismatch" b"FFFFF" DataLines:
        "A data line has one field for each column of the header line and no tab at its end.";
        "Add what is missing or remove what is too much.";
    FIELD_EMPTY "field-empty" b"FFFFF" DataLines:
        "A missing value is a dot; fields of zero length are not allowed.";
        "Write a dot.";
    CHROM_CHARACTERS "chrom-characters" b"FFFFF" FixedFields:
        "CHROM is a contig name without white space, or an ID in angle brackets; since 4.3 contig names follow SAM.";
        "Rename the contig.";
    CHROM_STYLE "chrom-style" b"AA---" FixedFields:
        "Up to 4.2 a chromosome name has no colon; commas disturb the contig lines.";
        "Rename the contig.";
    CONTIG_UNDECLARED "undeclared-contig" b"NNNNN" ContigLine once:
        "It is recommended to declare the contigs that the records use.";
        "Add a contig line.";
    POS_NOT_INTEGER "pos-not-integer" b"FFFFF" FixedFields:
        "POS is required and an integer, 0 or more.";
        "Write the 1-based position.";
    POS_OUT_OF_RANGE "pos-out-of-range" b"FFFFF" DataTypes:
        "Integers have 32 bits.";
        "Correct the position.";
    POS_BEYOND_CONTIG "pos-beyond-contig" b"AAAAA" FixedFields:
        "Positions run from 1 to the length N of the contig; 0 and N+1 mean the telomeres.";
        "Check the reference build and the length in the contig line.";
    ID_WHITESPACE "id-whitespace" b"FFFFF" FixedFields:
        "ID has no white space.";
        "Remove it.";
    ID_EMPTY "id-empty" b"RRRRR" FixedFields:
        "ID is a list of identifiers separated by semicolons, none of them empty.";
        "Remove the surplus semicolon."
        => "the surplus semicolon is skipped";
    ID_REPEATED_IN_LIST "id-repeated" b"AARRR" FixedFields:
        "The identifiers of a record are unique.";
        "Keep one."
        => "the identifier counts once";
    REF_NOT_BASES "ref-not-bases" b"FFFFF" FixedFields:
        "REF is required and consists of the bases A, C, G, T and N.";
        "Write the reference bases; an ambiguity code is reduced to the base that is first alphabetically.";
    REF_DIFFERS "ref-differs" b"AAAAA" FixedFields:
        "REF states the bases of the reference at POS. Compared where the operator gave a reference sequence.";
        "Check which reference the file was made with; bcftools norm --check-ref lists and mends such records.";
    REF_OPEN "ref-open" b"NNNNN" FixedFields:
        "REF states the bases of the reference at POS; N, in REF or in the reference, agrees with any base.";
        "Write the reference's bases where they are known.";
    REFERENCE_DIFFERS "reference-differs" b"FFFFF" FixedFields:
        "REF states the bases of the reference: where more than a tenth of a file's records differ, and at least a hundred (ten at the end of the file), it was made with another reference.";
        "Choose the build that the file was made with, or map the file to this one.";
    ALT_EMPTY "alt-empty" b"FFFFF" FixedFields:
        "ALT is a list of alleles separated by commas, none of them empty.";
        "Remove the surplus comma.";
    ALT_NOT_BASES "alt-not-bases" b"FFFFF" FixedFields:
        "An alternate allele is made of A, C, G, T and N, or is *, a symbolic <ID> or a breakend.";
        "Correct the allele.";
    ALT_SYMBOLIC_MALFORMED "alt-symbolic-malformed" b"FFFFF" FixedFields:
        "The ID of a symbolic allele has no white space, commas or angle brackets.";
        "Write <ID>.";
    BREAKEND_MALFORMED "breakend-malformed" b"FFFFF" Breakends:
        "A breakend is t[p[, t]p], ]p]t or [p[t, with bases t and a place p = contig:position; a single one is t. or .t.";
        "Correct the allele.";
    ALT_OVERLAP_UNKNOWN "alt-overlap-unknown" b"R----" FixedFields:
        "The allele * came with version 4.2.";
        "State version 4.2 or later."
        => "* is read as in 4.2";
    ALT_OVERLAP_MIXED "alt-overlap-mixed" b"-AAAF" FixedFields:
        "* stands for an allele missing because of an overlapping deletion; it is an allele by itself.";
        "Do not mix it with bases.";
    ALT_MISSING_IN_LIST "alt-missing-in-list" b"AAAAA" FixedFields:
        "The missing value stands where there are no alternate alleles.";
        "Remove the dot from the list.";
    ALT_REPEATED "alt-repeated" b"AAAAA" FixedFields:
        "ALT lists the alternate alleles of the record; one that stands twice cannot be told apart.";
        "Merge them.";
    ALT_EQUALS_REF "alt-equals-ref" b"AAAAA" FixedFields:
        "ALT lists non-reference alleles.";
        "Write a dot where there is no alternate allele.";
    ALT_UNDECLARED "undeclared-alt" b"NNNNN" AltLine once:
        "Symbolic alleles are described by ALT lines.";
        "Add an ALT line.";
    QUAL_NOT_NUMBER "qual-not-number" b"FFFFF" FixedFields:
        "QUAL is a number or missing.";
        "Write a number or a dot.";
    QUAL_NEGATIVE "qual-negative" b"FFFFF" FixedFields:
        "QUAL is a phred-scaled probability, which cannot be negative.";
        "Write a number of 0 or more, or a dot.";
    FILTER_EMPTY "filter-empty" b"RRRRR" FixedFields:
        "FILTER is a list of codes separated by semicolons, none of them empty.";
        "Remove the surplus semicolon."
        => "the surplus semicolon is skipped";
    FILTER_MISSING_IN_LIST "filter-missing-in-list" b"FFFFF" FixedFields:
        "The missing value means that no filter was applied; it cannot stand beside a filter.";
        "Remove the dot from the list.";
    FILTER_WHITESPACE "filter-whitespace" b"FFFFF" FixedFields:
        "A filter code has no white space.";
        "Rename the filter.";
    FILTER_ZERO "filter-zero" b"AARRR" FixedFields:
        "0 is reserved and is no filter code (should not be one up to 4.2, must not since 4.3).";
        "Rename the filter."
        => "0 is taken as a code";
    FILTER_REPEATED "filter-repeated" b"NNRRR" FixedFields:
        "A filter code stands once (since 4.3).";
        "Keep one."
        => "the code counts once";
    FILTER_PASS_IN_LIST "filter-pass-in-list" b"NNNNN" FixedFields:
        "PASS means that all filters were passed; beside a failed filter it says nothing.";
        "Remove PASS.";
    FILTER_UNDECLARED "undeclared-filter" b"NNNNN" FilterLine once:
        "Filters that were applied are described by FILTER lines.";
        "Add a FILTER line.";
    NOT_SORTED "not-sorted" b"FFFFF" FixedFields:
        "Positions are sorted in increasing order within each reference sequence.";
        "Sort the file, for example with bcftools sort.";
    CONTIG_RETURNS "contig-returns" b"AARRR" FixedFields:
        "All records of a contig form one contiguous block (should up to 4.2, must since 4.3).";
        "Sort the file, for example with bcftools sort."
        => "each block of the contig is read by itself";
    RECORD_REPEATED "record-repeated" b"AAAAA" FixedFields:
        "A variant is described by one record; several at one position are permitted, the same allele twice is ambiguous.";
        "Keep one of the records, or merge them.";
}
