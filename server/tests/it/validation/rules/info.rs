//! INFO.

use super::Case;
use super::Example::Site;

pub const CASES: &[Case] = &[
    (
        "info-whitespace",
        "4.2",
        Site("1 5 . A G . . S1=a·b"),
        Site("1 5 . A G . . S1=a_b"),
    ),
    (
        "info-key-empty",
        "4.2",
        Site("1 5 . A G . . I1=1;"),
        Site("1 5 . A G . . I1=1"),
    ),
    (
        "info-key-empty",
        "4.3",
        Site("1 5 . A G . . =1"),
        Site("1 5 . A G . . S1=a·b"),
    ),
    (
        "info-key-characters",
        "4.2",
        Site("1 5 . A G . . X·Y=1"),
        Site("1 5 . A G . . X-Y=1"),
    ),
    (
        "info-key-characters",
        "4.3",
        Site("1 5 . A G . . X-Y=1"),
        Site("1 5 . A G . . 1000G;X.Y=1"),
    ),
    (
        "info-key-repeated",
        "4.3",
        Site("1 5 . A G . . I1=1;FL;I1=2"),
        Site("1 5 . A G . . I1=1;FL"),
    ),
    (
        "info-equals-sign",
        "4.3",
        Site("1 5 . A G . . S1=a=b"),
        Site("1 5 . A G . . S1=a%3Db"),
    ),
    (
        "undeclared-info",
        "4.2",
        Site("1 5 . A G . . X=1\n1 6 . A G . . X=2"),
        Site("1 5 . A G . . I1=1"),
    ),
    (
        "info-flag-value",
        "4.2",
        Site("1 5 . A G . . FL=9"),
        Site("1 5 . A G . . FL"),
    ),
    (
        "info-flag-bit",
        "4.2",
        Site("1 5 . A G . . FL=1"),
        Site("1 5 . A G . . FL"),
    ),
    (
        "info-value-missing",
        "4.2",
        Site("1 5 . A G . . I1"),
        Site("1 5 . A G . . I1=."),
    ),
    (
        "info-value-empty",
        "4.2",
        Site("1 5 . A G . . S1="),
        Site("1 5 . A G . . S1=."),
    ),
    (
        "info-element-empty",
        "4.3",
        Site("1 5 . A G . . SN=a,,b"),
        Site("1 5 . A G . . SN=a,.,b"),
    ),
    (
        "info-value-type",
        "4.2",
        Site("1 5 . A G . . F1=x"),
        Site("1 5 . A G . . F1=1.1e-123"),
    ),
    (
        "info-value-type",
        "4.3",
        Site("1 5 . A G . . I2=1,"),
        Site("1 5 . A G . . I2=1,."),
    ),
    (
        "info-value-type",
        "4.4",
        Site("1 5 . A G . . C1=ab"),
        Site("1 5 . A G . . C1=ä"),
    ),
    (
        "info-float-in-integer",
        "4.2",
        Site("1 5 . A G . . I1=75.25"),
        Site("1 5 . A G . . I1=75"),
    ),
    (
        "info-integer-range",
        "4.3",
        Site("1 5 . A G . . I1=-2147483648"),
        Site("1 5 . A G . . I1=-2147483640"),
    ),
    (
        "info-value-count",
        "4.2",
        Site("1 5 . A G,T . . IA=9"),
        Site("1 5 . A G,T . . IA=9,8"),
    ),
    (
        "info-value-count",
        "4.5",
        Site("1 5 . A G . . S1=a,b"),
        Site("1 5 . A . . . IA=9"),
    ),
    (
        "info-quoted-comma",
        "4.2",
        Site("1 5 . A G . . S1=\"a,b\""),
        Site("1 5 . A G . . S1=\"ab\""),
    ),
    (
        "info-reserved-value",
        "4.2",
        Site("1 5 . A G . . AC=-1"),
        Site("1 5 . A G . . AC=1"),
    ),
    (
        "info-reserved-value",
        "4.1",
        Site("1 5 . A G . . CIGAR=0.05"),
        Site("1 5 . A G . . CIGAR=1M30I2D1N"),
    ),
    (
        "info-reserved-value",
        "4.4",
        Site("1 5 . A G,T . . CIPOS=-5,5"),
        Site("1 5 . A G,T . . CIPOS=-5,5,0,0"),
    ),
    (
        "info-reserved-value",
        "4.3",
        Site("1 5 . A G . . SB=0.15"),
        Site("1 5 . A G . . SB=1,2,3,4"),
    ),
    (
        "percent-encoding",
        "4.3",
        Site("1 5 . A G . . S1=5%"),
        Site("1 5 . A G . . S1=5%25"),
    ),
    (
        "info-end-before-pos",
        "4.2",
        Site("1 5 . A G . . END=4"),
        Site("1 5 . A G . . END=5"),
    ),
    (
        "sv-length-missing",
        "4.4",
        Site("1 5 . A <INV> . . ."),
        Site("1 5 . A <INV> . . SVLEN=10"),
    ),
    (
        "sv-length-from-end",
        "4.5",
        Site("1 5 . A <INV> . . END=9"),
        Site("1 5 . A <INV> . . SVLEN=10;END=9"),
    ),
    (
        "sv-claim-missing",
        "4.4",
        Site("1 5 . A <DEL> . . SVLEN=10"),
        Site("1 5 . A <DEL> . . SVLEN=10;SVCLAIM=DJ"),
    ),
    (
        "sv-claim",
        "4.5",
        Site("1 5 . A <CNV> . . SVLEN=10;SVCLAIM=J"),
        Site("1 5 . A <CNV> . . SVLEN=10"),
    ),
];
