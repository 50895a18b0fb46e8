//! Rules of FORMAT and the sample columns.
//!
//! Invariant: a fault that many samples of a line share is one finding, which counts them.

use super::rules;

rules! {
    FORMAT_KEY_EMPTY "format-key-empty" b"FFFFF" GenotypeFields:
        "FORMAT is a list of keys separated by colons, none of them empty.";
        "Remove the surplus colon or name the key.";
    FORMAT_KEY_CHARACTERS "format-key-characters" b"RRRRR" GenotypeFields once:
        "Keys of FORMAT are alphanumeric up to 4.2; since 4.3 they are letters, digits, _ and ., beginning with a letter or _.";
        "Rename the key, state version 4.3 or later, or import the file as tolerant: GATK writes such keys in 4.2."
        => "the key is taken as it stands";
    FORMAT_KEY_REPEATED "format-key-repeated" b"AARRR" GenotypeFields:
        "A key stands once in FORMAT (since 4.3).";
        "Keep one of them."
        => "the first of them counts";
    FORMAT_GT_NOT_FIRST "format-gt-not-first" b"FFFFF" GenotypeFields:
        "GT is the first key where it is present.";
        "Put GT first.";
    FORMAT_UNDECLARED "undeclared-format" b"NNNNN" FormatLine once:
        "The keys of FORMAT should be described by FORMAT lines.";
        "Add a FORMAT line.";
    SAMPLE_EMPTY "sample-empty" b"FFFFF" GenotypeFields:
        "A missing value is a dot; fields of zero length are not allowed.";
        "Write a dot.";
    SAMPLE_EXTRA "sample-fields-extra" b"FFFFF" GenotypeFields:
        "The data of a sample correspond to the keys of FORMAT.";
        "Remove the surplus values or name them in FORMAT.";
    SAMPLE_VALUE_EMPTY "sample-value-empty" b"RRRRN" GenotypeFields:
        "A missing value is a dot.";
        "Write a dot."
        => "the value is read as missing";
    GT_MALFORMED "gt-malformed" b"FFFFF" GenotypeFields:
        "GT is allele numbers or dots separated by / or |.";
        "Correct the genotype.";
    GT_ALLELE_RANGE "gt-allele-range" b"FFFFF" GenotypeFields:
        "An allele number is 0 for REF or the place of an allele in ALT.";
        "Correct the genotype or ALT.";
    GT_WITHOUT_ALT "gt-allele-without-alt" b"NNNNN" GenotypeFields:
        "An allele number is the place of an allele in ALT; 1 says nothing where ALT is missing.";
        "Correct the genotype or ALT.";
    GT_PHASING_PREFIX "gt-phasing-prefix" b"RRR--" GenotypeFields:
        "Allele numbers are separated by / or |; a mark before the first of them came with 4.4.";
        "Remove the leading mark, or state version 4.4."
        => "the leading mark is read as in 4.4";
    FORMAT_VALUE_TYPE "format-value-type" b"FFFFF" FormatLine:
        "A value has the type that the FORMAT line declares.";
        "Correct the value or the declaration.";
    FORMAT_FLOAT_IN_INTEGER "format-float-in-integer" b"RRRRR" FormatLine:
        "A value has the type that the FORMAT line declares, here Integer.";
        "Declare the key as Float."
        => "the value is read as a float";
    FORMAT_INTEGER_RANGE "format-integer-range" b"AARRR" DataTypes:
        "An Integer has 32 bits, and since 4.3 its lowest eight values are not allowed.";
        "Declare the key as Float."
        => "the value is read as a float";
    FORMAT_ELEMENT_EMPTY "format-element-empty" b"AARNN" GenotypeFields:
        "The values of a list are separated by commas, none of them empty (since 4.4 an empty string is a missing one).";
        "Write a dot."
        => "the value is read as missing";
    FORMAT_VALUE_COUNT "format-value-count" b"RRRRR" FormatLine:
        "A key has as many values as its FORMAT line declares, for G counted by the ploidy of the sample's genotype.";
        "Correct the values or the declaration."
        => "the values are kept as they are";
    FORMAT_RESERVED_VALUE "format-reserved-value" b"AAAAA" GenotypeFields:
        "The values of a reserved key have the type, number and range that the specification gives it.";
        "Correct the values, or use a key of your own.";
    LOCAL_ALLELES_MISSING "local-alleles-missing" b"----F" GenotypeFields:
        "Where a local-allele field is present, LAA is present too and precedes all fields other than GT.";
        "Add LAA after GT.";
    LOCAL_ALLELES "local-alleles" b"----F" GenotypeFields:
        "LAA lists distinct places of alleles in ALT, beginning with 1.";
        "Correct LAA.";
    PHASE_SET_TWICE "phase-set-twice" b"---RR" GenotypeFields:
        "A genotype has a value for PS or for PSL, not for both.";
        "Keep one of them."
        => "PSL counts";
    PHASE_SET_OF_UNPHASED "phase-set-of-unphased" b"---RR" GenotypeFields:
        "An allele without a | before it is unphased and has a dot in PSL.";
        "Write a dot in PSL, or phase the allele in GT."
        => "the phase set is ignored";
    LOCAL_ALLELES_DIFFER "local-alleles-differ" b"----R" GenotypeFields:
        "A field and its local-allele equivalent (PL and LPL) say the same, or one of them is missing.";
        "Keep one of them."
        => "the field by all alleles counts";
    MODIFICATION_WITHOUT_GENOTYPE "modification-without-genotype" b"----R" FormatLine:
        "Where a base modification (Number=M) is given, GT is given too: it says how many values there are.";
        "Add GT."
        => "the values are kept as they are";
}
