//! What each form is read as, and where each mistake is pointed at.

use proptest::prelude::*;

use super::parse;
use crate::domain::ast::{CompareOp, Expr, Figure, GroupName, Operand, Term, TextField, TextSpan};
use crate::query::error::QueryError;

#[test]
fn each_form_prints_canonically() {
    let table = [
        ("", ""),
        ("rs334", "id:rs334"),
        ("1-55051215-G-GA", "variant:1-55051215-G-GA"),
        ("chr1:55051215 G>GA", "variant:chr1-55051215-G-GA"),
        ("1:55,051,215", "region:1:55051215-55051215"),
        ("1.55051215.g.ga", "variant:1-55051215-G-GA"),
        ("13:32340000-32350000", "region:13:32340000-32350000"),
        ("region:chrX", "region:chrX"),
        ("BRCA2", "gene:BRCA2"),
        ("gene:HLA-A", "gene:HLA-A"),
        ("af(EUR)<1%", "af(EUR) < 0.01"),
        ("0.1% >= af(kgp.pop.YRI)", "0.001 >= af(kgp.pop.YRI)"),
        ("af(EUR) > 5*af(AFR)", "af(EUR) > 5 * af(AFR)"),
        ("ac({b, a ,a})>=2", "ac({a, b}) >= 2"),
        ("af(EUR) in 0.01..0.05", "af(EUR) in 0.01..0.05"),
        ("filter != PASS", "filter != PASS"),
        ("type:snv", "type = snv"),
        ("qual > 30", "qual > 30"),
        (
            "seen(EUR) and not covered(\"my group\")",
            "seen(EUR) AND NOT covered(\"my group\")",
        ),
        (
            "A or B and not (C or D)",
            "gene:A OR gene:B AND NOT (gene:C OR gene:D)",
        ),
        ("(A or B) and C", "(gene:A OR gene:B) AND gene:C"),
        ("A AND (B AND C)", "gene:A AND gene:B AND gene:C"),
        ("id:\"and\"", "id:\"and\""),
    ];
    for (text, printed) in table {
        let tree = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(tree.to_string(), printed, "{text}");
        assert_eq!(parse(printed).unwrap(), tree, "{printed}");
    }
}

#[test]
fn each_mistake_is_pointed_at() {
    let table = [
        ("af(EUR)", 0, 7, "Compare “af(EUR)” with a number."),
        (
            "af(EUR) <",
            9,
            9,
            "Expected a number or a figure such as af(EUR).",
        ),
        ("(A or B", 0, 1, "This parenthesis is never closed."),
        ("A)", 1, 2, "This parenthesis closes nothing."),
        (
            "A B",
            2,
            3,
            "Expected AND, OR or the end of the query, found “B”.",
        ),
        ("fa(EUR) > 1", 0, 2, "There is no function “fa”."),
        ("region:1:9-3", 7, 12, "The region ends (3) before it starts (9)."),
        ("A AND", 5, 5, "Expected a condition here."),
        ("1 < 2", 0, 5, "This compares two numbers, and no allele."),
        ("ac({}) > 1", 3, 5, "This list names no sample."),
        ("id:\"x", 3, 4, "This quotation is never closed."),
    ];
    for (text, start, end, expected) in table {
        match parse(text) {
            Err(QueryError::Syntax { span, message, .. }) => {
                assert_eq!(
                    (span.start, span.end, message.as_str()),
                    (start, end, expected),
                    "{text}"
                );
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn limits_are_kept() {
    let deep = "(".repeat(super::MAX_QUERY_DEPTH + 1) + "A";
    let many = vec!["A"; super::MAX_QUERY_TERMS + 1].join(" OR ");
    let long = "A".repeat(super::MAX_QUERY_CHARS + 1);
    for text in [deep, many, long] {
        assert!(matches!(parse(&text), Err(QueryError::Syntax { .. })));
    }
}

fn arbitrary_group() -> impl Strategy<Value = GroupName> {
    let span = TextSpan::default();
    prop_oneof![
        "[A-Za-z][A-Za-z0-9_.]{0,8}".prop_map(move |name| GroupName::Named(name, span)),
        "\\PC{1,8}".prop_map(move |name| GroupName::Named(name, span)),
        proptest::collection::btree_set("[A-Za-z0-9:]{1,6}", 1..4)
            .prop_map(move |set| GroupName::Samples(set.into_iter().collect(), span)),
    ]
}

fn arbitrary_operand() -> impl Strategy<Value = Operand> {
    let figure = proptest::sample::select(Figure::ALL);
    prop_oneof![
        Just(Operand::Qual),
        (1u32..1000, figure, arbitrary_group()).prop_map(|(factor, figure, group)| Operand::Figure {
            factor: f64::from(factor) / 8.0,
            figure,
            group
        }),
    ]
}

fn arbitrary_term() -> impl Strategy<Value = Term> {
    let number = (0u32..100_000).prop_map(|n| f64::from(n) / 1000.0);
    let op = proptest::sample::select(&[CompareOp::Less, CompareOp::GreaterOrEqual, CompareOp::NotEqual][..]);
    prop_oneof![
        ("[0-9XYMTchr]{1,5}", 1u32..1000, 0u32..1000).prop_map(|(chrom, start, length)| Term::Region {
            chrom,
            range: Some((start, start + length))
        }),
        "[A-Z][A-Z0-9-]{0,6}".prop_map(Term::Gene),
        "rs[0-9]{1,9}".prop_map(Term::Id),
        ("\\PC{1,8}", any::<bool>()).prop_map(|(value, negated)| Term::Text {
            field: TextField::Filter,
            negated,
            value
        }),
        (arbitrary_operand(), op, number.clone()).prop_map(|(left, op, n)| Term::Compare {
            left,
            op,
            right: Operand::Number(n)
        }),
        (arbitrary_operand(), number).prop_map(|(operand, low)| Term::Between {
            operand,
            low,
            high: low + 0.5
        }),
        arbitrary_group().prop_map(Term::Seen),
    ]
}

fn arbitrary_expr() -> impl Strategy<Value = Expr> {
    let leaf = arbitrary_term().prop_map(|term| Expr::Term(term, TextSpan::default()));
    leaf.prop_recursive(4, 24, 4, |inner| {
        let not_and = inner
            .clone()
            .prop_filter("flat", |expr| !matches!(expr, Expr::And(_)));
        let not_or = inner
            .clone()
            .prop_filter("flat", |expr| !matches!(expr, Expr::Or(_)));
        prop_oneof![
            proptest::collection::vec(not_and, 2..4).prop_map(Expr::And),
            proptest::collection::vec(not_or, 2..4).prop_map(Expr::Or),
            inner.prop_map(|expr| Expr::Not(Box::new(expr))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_as_itself(expr in arbitrary_expr()) {
        let printed = expr.to_string();
        match parse(&printed) {
            Ok(read) => prop_assert_eq!(read, expr, "{}", printed),
            Err(error) => prop_assert!(false, "{}: {}", printed, error),
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}") {
        let _ = parse(&text);
    }
}
