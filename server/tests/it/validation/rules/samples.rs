//! FORMAT and the sample columns.

use super::Case;
use super::Example::Samples;

const GOOD: super::Example = Samples("1 5 . A G . . . GT 0/1 1|1");

pub const CASES: &[Case] = &[
    (
        "format-key-empty",
        "4.2",
        Samples("1 5 . A G . . . GT: 0/1 1|1"),
        GOOD,
    ),
    (
        "format-key-characters",
        "4.2",
        Samples("1 5 . A G . . . GT:G_S 0/1:1 1|1:2"),
        Samples("1 5 . A G . . . GT:GS 0/1:1 1|1:2"),
    ),
    (
        "format-key-characters",
        "4.3",
        Samples("1 5 . A G . . . GT:G-S 0/1:1 1|1:2"),
        Samples("1 5 . A G . . . GT:G_S.2 0/1:1 1|1:2"),
    ),
    (
        "format-key-repeated",
        "4.3",
        Samples("1 5 . A G . . . GT:FI:FI 0/1 1|1"),
        GOOD,
    ),
    (
        "format-gt-not-first",
        "4.2",
        Samples("1 5 . A G . . . FI:GT 1:0/1 2:1|1"),
        Samples("1 5 . A G . . . FI 1 2"),
    ),
    (
        "undeclared-format",
        "4.2",
        Samples("1 5 . A G . . . X 1 2\n1 6 . A G . . . X 1 2"),
        GOOD,
    ),
    (
        "sample-empty",
        "4.2",
        Samples("1 5 . A G . . . GT  1|1"),
        Samples("1 5 . A G . . . GT . 1|1"),
    ),
    (
        "sample-fields-extra",
        "4.2",
        Samples("1 5 . A G . . . GT:FI 0/1:1:2 1|1"),
        Samples("1 5 . A G . . . GT:FI 0/1:1 1|1"),
    ),
    (
        "sample-value-empty",
        "4.2",
        Samples("1 5 . A G . . . GT:FI:FF 0/1::1 1|1"),
        Samples("1 5 . A G . . . GT:FI:FF 0/1:.:1 1|1"),
    ),
    (
        "gt-malformed",
        "4.2",
        Samples("1 5 . A G . . . GT 1/C 1|1"),
        Samples("1 5 . A G . . . GT 1/. 0|0|1"),
    ),
    (
        "gt-malformed",
        "4.4",
        Samples("1 5 . A G . . . GT 0/|1 1|1"),
        Samples("1 5 . A G . . . GT |0/1 /1|1"),
    ),
    (
        "gt-allele-range",
        "4.2",
        Samples("1 5 . A G . . . GT 0/2 0/2"),
        Samples("1 5 . A G,T . . . GT 0/2 2/1"),
    ),
    (
        "gt-allele-without-alt",
        "4.2",
        Samples("1 5 . A . . . . GT 0/1 0/0"),
        Samples("1 5 . A . . . . GT 0/0 ."),
    ),
    (
        "gt-phasing-prefix",
        "4.3",
        Samples("1 5 . A G . . . GT /0/1 1|1"),
        GOOD,
    ),
    (
        "format-value-type",
        "4.2",
        Samples("1 5 . A G . . . FF x 1"),
        Samples("1 5 . A G . . . FF .5 1e3"),
    ),
    (
        "format-value-type",
        "4.2",
        Samples("1 5 . A G . . . FI x y"),
        Samples("1 5 . A G . . . FI +5 -5"),
    ),
    (
        "format-value-type",
        "4.3",
        Samples("1 5 . A G . . . FC ab c"),
        Samples("1 5 . A G . . . FC a %2C"),
    ),
    (
        "format-float-in-integer",
        "4.2",
        Samples("1 5 . A G . . . FI 1.5 2"),
        Samples("1 5 . A G . . . FI 1 2"),
    ),
    (
        "format-integer-range",
        "4.3",
        Samples("1 5 . A G . . . FI 2147483648 2"),
        Samples("1 5 . A G . . . FI 2147483647 2"),
    ),
    (
        "format-element-empty",
        "4.3",
        Samples("1 5 . A G . . . FS a,,b c"),
        Samples("1 5 . A G . . . FS a,.,b c"),
    ),
    (
        "format-value-count",
        "4.2",
        Samples("1 5 . A G . . . FA 1,2 1"),
        Samples("1 5 . A G,T . . . FA 1,2 ."),
    ),
    (
        "format-value-count",
        "4.2",
        Samples("1 5 . A G,T . . . GT:FG 0/1:1,2,3 ."),
        Samples("1 5 . A G,T . . . GT:FG 0/1:1,2,3,4,5,6 1:1,2,3"),
    ),
    (
        "format-value-count",
        "4.1",
        Samples("1 5 . A G,T . . . GT:FG 0|1|1:1,2,3 ."),
        Samples("1 5 . A G,T . . . GT:FG 0|1|1:1,2,3,4,5,6,7,8,9,10 .:1,2,3"),
    ),
    (
        "format-reserved-value",
        "4.2",
        Samples("1 5 . A G . . . GT:PL 0|0:1,2 0|0"),
        Samples("1 5 . A G . . . GT:PL 0|0:1,2,3 0:1,2"),
    ),
    (
        "format-reserved-value",
        "4.1",
        Samples("1 5 . A G . . . GT:PS 0|0:-1 0|0"),
        Samples("1 5 . A G . . . GT:PS 0|0:5 0|0"),
    ),
    (
        "format-reserved-value",
        "4.4",
        Samples("1 5 . A G . . . GT:PSL 0|1:a 0|0"),
        Samples("1 5 . A G . . . GT:PSL |0/1:chr9*5*1,. 0|0"),
    ),
    (
        "format-reserved-value",
        "4.5",
        Samples("1 5 . A G . . . GT:M5mC 0|1:1.5 0|0"),
        Samples("1 5 . A G . . . GT:M5mC 0|1:0.95 0|0:."),
    ),
    (
        "format-reserved-value",
        "4.5",
        Samples("1 5 . G A,C,T . . . GT:LAA:LAD 2/3:2,3:20,30 ."),
        Samples("1 5 . G A,C,T . . . GT:LAA:LAD:LPL 2/3:2,3:20,30,10:90,80,0,100,110,120 0/0::30:0"),
    ),
    (
        "local-alleles-missing",
        "4.5",
        Samples("1 5 . A G . . . GT:LAD 0/1:1,2 ."),
        Samples("1 5 . A G . . . GT:LAA:LAD 0/1:1:1,2 ."),
    ),
    (
        "local-alleles",
        "4.5",
        Samples("1 5 . A G . . . GT:LAA 0/1:2 ."),
        Samples("1 5 . A G . . . GT:LAA 0/1:1 .:."),
    ),
    (
        "sv-copy-number-region",
        "4.5",
        Samples("1 5 . A <DEL>,<DUP> . . SVLEN=10,20;SVCLAIM=D,D CN 1 2"),
        Samples("1 5 . A <DEL>,<DUP> . . SVLEN=10,10;SVCLAIM=D,D CN 1 2"),
    ),
    (
        "format-reserved-value",
        "4.5",
        Samples("1 5 . C A . . . GT:M5mC 0/1:0.9,0.8 ."),
        Samples("1 5 . C A . . . GT:M5mC 0/1:0.9 0|0:0.9,0.8"),
    ),
    (
        "modification-without-genotype",
        "4.5",
        Samples("1 5 . C A . . . M5mC 0.5 ."),
        Samples("1 5 . C A . . . GT:M5mC 0/1:0.5 ."),
    ),
    (
        "local-alleles-differ",
        "4.5",
        Samples("1 5 . G A,C . . . GT:LAA:AD:LAD 0/2:2:5,.,7:5,8 ."),
        Samples("1 5 . G A,C . . . GT:LAA:AD:LAD 0/2:2:5,.,7:5,7 0/2:2:.:5,8"),
    ),
    (
        "local-alleles-differ",
        "4.5",
        Samples("1 5 . G A,C . . . GT:LAA:PL:LPL 0/2:2:9,.,.,0,.,8:9,1,8 ."),
        Samples("1 5 . G A,C . . . GT:LAA:PL:LPL 0/2:2:9,.,.,0,.,8:9,0,8 ."),
    ),
    (
        "phase-set-of-unphased",
        "4.4",
        Samples("1 5 . A G . . . GT:PSL 0/1:a,b ."),
        Samples("1 5 . A G . . . GT:PSL |0/1:a,. 0|1:a,a"),
    ),
    (
        "phase-set-twice",
        "4.4",
        Samples("1 5 . A G . . . GT:PS:PSL 0|1:5:a,b ."),
        Samples("1 5 . A G . . . GT:PS:PSL 0|1:5 0|1:.:a,b"),
    ),
];
