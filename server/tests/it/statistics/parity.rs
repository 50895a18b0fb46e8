//! R's figures against our own, on real genotypes.

use super::*;

/// Largest relative difference of two exact probabilities: one comes from gammas, the other from products of ratios.
const TOLERANCE: f64 = 1e-8;

#[tokio::test]
async fn hardy_weinberg_of_r_and_ours_agree() {
    let Some(vcf) = data::shapeit4() else { return };
    let Some(server) = server_with_r().await else {
        return;
    };
    let client = server.user().await;
    let panel = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../deploy/demo/shapeit4_example_panel.tsv"
    );
    let panel = std::fs::read_to_string(panel).unwrap();
    let slug = import(&client, "Demo", &vcf, Some(panel)).await;
    let q = "region:20:1000226-1300000";
    let ready = run(&client, &request(&slug, q, "CEU,TSI")).await;
    assert_eq!((ready.state, ready.error), (RunState::Ready, None));
    assert!(ready.warnings.is_empty(), "{:?}", ready.warnings);
    let table = ready.result.unwrap();
    let number = |name: &str| table.numbers(name).unwrap();
    let (exact, native_exact) = (number("p_exact"), number("native_p_exact"));
    let (square, native_square) = (number("chi_square"), number("native_chi_square"));
    assert!(table.total > 1_000, "{}", table.total);
    for row in 0..table.total as usize {
        let (r, ours) = (exact[row].unwrap(), native_exact[row].unwrap());
        assert!(
            (r - ours).abs() <= TOLERANCE * ours,
            "row {row}: {r} is not {ours}"
        );
        match (square[row], native_square[row]) {
            (Some(r), Some(ours)) => {
                assert!(
                    (r - ours).abs() <= TOLERANCE * ours.max(1.0),
                    "row {row}: {r} is not {ours}"
                )
            }
            (r, ours) => assert_eq!(r, ours, "row {row}"),
        }
    }

    // The counts are those that the query shows, which come from the import's own counting.
    let mut page = QueryRequest::new("GRCh37", q).in_dataset(&slug);
    (page.groups, page.limit) = (vec!["CEU".into(), "TSI".into()], Some(1_000));
    let page = client.query(&page).await.unwrap();
    let rows = page.rows.len();
    assert!(rows > 500);
    let per_group = table.total as usize / 2;
    for (group, start) in [
        (table.texts("group").unwrap()[0].clone(), 0),
        (table.texts("group").unwrap()[per_group].clone(), per_group),
    ] {
        let group = group.unwrap();
        for (row, allele) in page.rows.iter().enumerate() {
            let counts = &allele.groups[&group];
            let expected = (
                Some(f64::from(allele.pos)),
                counts.het.map(f64::from),
                counts.hom.map(f64::from),
            );
            let at = start + row;
            assert_eq!(
                (number("pos")[at], number("het")[at], number("hom")[at]),
                expected,
                "{group} {row}"
            );
        }
    }
}
