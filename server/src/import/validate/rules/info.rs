//! Rules of the INFO column.
//!
//! Invariant: a value is judged by its declaration, and by the reserved meaning only where there is none.

use super::rules;

rules! {
    INFO_WHITESPACE "info-whitespace" b"RR---" FixedFields:
        "INFO has no white space up to 4.2.";
        "Replace it, for example by an underscore; since 4.3 spaces are allowed in values."
        => "the space is a part of the value";
    INFO_KEY_EMPTY "info-key-empty" b"RRRRR" FixedFields:
        "INFO is a series of keys with optional values separated by semicolons, none of them empty.";
        "Remove the surplus semicolon."
        => "the surplus semicolon is skipped";
    INFO_KEY_CHARACTERS "info-key-characters" b"FFRRR" FixedFields:
        "A key has no white space; since 4.3 it is letters, digits, _ and ., beginning with a letter or _ (1000G excepted).";
        "Rename the key."
        => "the key is taken as it stands";
    INFO_KEY_REPEATED "info-key-repeated" b"AARRR" FixedFields:
        "A key stands once in a record (since 4.3).";
        "Keep one of them."
        => "the first of them counts";
    INFO_EQUALS_SIGN "info-equals-sign" b"NNNNN" FixedFields once:
        "A value has no equals sign; since 4.3 it is written %3D.";
        "Replace the sign.";
    INFO_UNDECLARED "undeclared-info" b"NNNNN" InfoLine once:
        "The keys of INFO should be described by INFO lines.";
        "Add an INFO line.";
    INFO_FLAG_VALUE "info-flag-value" b"RRRRR" InfoLine:
        "A Flag has no value.";
        "Remove the value, or declare another type."
        => "the flag is read as set";
    INFO_FLAG_BIT "info-flag-bit" b"NNNNN" FixedFields once:
        "A Flag is present or absent; it is not necessary to write =0 or =1.";
        "Remove the value, and the key where it is 0.";
    INFO_VALUE_MISSING "info-value-missing" b"RRRRR" InfoLine:
        "A key that is declared with values has them.";
        "Give it a value, a dot if it is missing, or declare it as a Flag."
        => "the value is read as missing";
    INFO_VALUE_EMPTY "info-value-empty" b"RRRRR" FixedFields:
        "A missing value is a dot; values of zero length are not allowed.";
        "Write a dot."
        => "the value is read as missing";
    INFO_ELEMENT_EMPTY "info-element-empty" b"AARNN" FixedFields:
        "The values of a list are separated by commas, none of them empty (since 4.4 an empty string is a missing one).";
        "Write a dot."
        => "the value is read as missing";
    INFO_VALUE_TYPE "info-value-type" b"FFFFF" InfoLine:
        "A value has the type that the INFO line declares.";
        "Correct the value or the declaration.";
    INFO_FLOAT_IN_INTEGER "info-float-in-integer" b"RRRRR" InfoLine:
        "A value has the type that the INFO line declares, here Integer.";
        "Declare the key as Float."
        => "the value is read as a float";
    INFO_INTEGER_RANGE "info-integer-range" b"AARRR" DataTypes:
        "An Integer has 32 bits, and since 4.3 its lowest eight values are not allowed.";
        "Declare the key as Float."
        => "the value is read as a float";
    INFO_VALUE_COUNT "info-value-count" b"RRRRR" InfoLine:
        "A key has as many values as its INFO line declares.";
        "Correct the values or the declaration."
        => "the values are kept as they are";
    INFO_QUOTED_COMMA "info-quoted-comma" b"NNNNN" FixedFields once:
        "Commas delimit the values of a list, and quotation marks have no meaning in INFO; the text is taken as one value.";
        "Replace the commas; since 4.3 write %2C.";
    INFO_RESERVED_VALUE "info-reserved-value" b"AAAAA" FixedFields:
        "The values of a reserved key have the type, number and range that the specification gives it.";
        "Correct the values, or use a key of your own.";
    INFO_GROUP_COUNTS "info-group-counts" b"NNNNN" Program:
        "Counts of a group in INFO are whole numbers, one for each alternate allele, and AC is at most AN.";
        "Correct the value; until then the group has no such count at the record.";
    PERCENT_ENCODING "percent-encoding" b"--AAA" Encoding:
        "A percent sign stands for itself only as %25; otherwise two capital hexadecimal digits follow it.";
        "Write %25.";
    END_BEFORE_POS "info-end-before-pos" b"AAAAA" FixedFields:
        "END is the last position of the variant, which is not before POS.";
        "Correct END.";
    SV_LENGTH_MISSING "sv-length-missing" b"---RR" StructuralInfo:
        "SVLEN must be specified for symbolic structural variants.";
        "Add SVLEN."
        => "the record spans its REF";
    SV_LENGTH_FROM_END "sv-length-from-end" b"---AA" StructuralInfo:
        "SVLEN must be specified for symbolic structural variants; for backward compatibility it is inferred from END.";
        "Add SVLEN.";
    SV_CLAIM_MISSING "sv-claim-missing" b"---RR" StructuralInfo:
        "SVCLAIM must be specified for DEL and DUP.";
        "Add SVCLAIM=D, J or DJ."
        => "no claim is recorded";
    SV_INTERVAL "sv-interval" b"---RR" StructuralInfo:
        "The lower bound of CIPOS, CIEND, CIRUC and CIRB is not above 0 and the upper not below it.";
        "Correct the interval: it is written relative to the value that it surrounds."
        => "the interval is kept as it is";
    SV_COPY_NUMBER_REGION "sv-copy-number-region" b"---RR" StructuralFormat:
        "Where FORMAT has CN, all CNV, DEL and DUP alleles of the record have the same SVLEN.";
        "Write a record for each region."
        => "the copy number is kept as it is";
    INFO_PER_ALLELE "info-per-allele" b"---RR" StructuralInfo:
        "CIPOS, CIEND, CILEN and CICN have two values for each alternate allele, MEINFO and METRANS four.";
        "Give each alternate allele its values, dots where it has none."
        => "the values are kept as they are";
    END_COMPUTED "info-end-computed" b"----R" FixedFields:
        "END, if present, is the last position of REF or of a symbolic allele with its SVLEN, whichever is greater.";
        "Correct END or SVLEN, or leave END out."
        => "SVLEN counts";
    REPEAT_COUNT "repeat-count" b"---RR" StructuralInfo:
        "RUS, RUL, RUC and RB have as many values as RN sums up to (1 for each <CNV:TR> without RN), CIRUC and CIRB twice as many.";
        "Correct RN or the list."
        => "the values are kept as they are";
    REPEAT_UNIT "repeat-unit" b"---RR" StructuralInfo:
        "RUS is spelled in IUPAC nucleotide codes, and its length is RUL where both are given.";
        "Correct RUS or RUL."
        => "the values are kept as they are";
    REPEAT_UNIT_MISSING "repeat-unit-missing" b"---RR" TandemRepeats:
        "RUS or RUL is given for each <CNV:TR>.";
        "Give the sequence of the repeat unit, or its length."
        => "the repeat unit is taken as unknown";
    REPEAT_INTERVAL "repeat-interval" b"---RR" StructuralInfo:
        "CIRUC and CIRB are missing where the RUC or RB that they surround is.";
        "Give the value, or write dots for its interval."
        => "the interval is ignored";
    REPEAT_UNIT_BASES "repeat-unit-bases" b"---RR" StructuralInfo:
        "RUB needs RUC, which is an integer then, and has one value for each unit that RUC counts.";
        "Correct RUB or RUC, or leave RUB out."
        => "RUB is ignored";
    SV_CLAIM "sv-claim" b"---RR" StructuralInfo:
        "SVCLAIM is D, J or DJ for DEL and DUP, D for CNV, J or DJ for INV and INS, J for breakends.";
        "Correct SVCLAIM."
        => "no claim is recorded";
}
