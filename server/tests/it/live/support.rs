//! A watcher that checks itself at every version it is shown.

use std::collections::BTreeMap;
use std::time::Duration;

use allelecast_client::live::{Event, Live, LiveError, ScreenState, SubscriptionState};
use allelecast_client::protocol::Version;
use allelecast_client::protocol::chart::ChartKind;
use allelecast_client::protocol::live::Subscription;
use allelecast_client::protocol::row::Status;
use allelecast_client::{Client, QueryRequest};

/// Longest wait for an event that must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// One row as both shapes tell it: variant, then status, AC and AN by group.
type PlainRow = (String, BTreeMap<String, (Status, Option<u32>, Option<u32>)>);

/// A subscription to a query over some datasets, with the chart and all groups.
pub fn subscription(sub: u32, datasets: &[String], query: &str) -> Subscription {
    Subscription {
        sub,
        build: "GRCh37".into(),
        datasets: datasets.to_vec(),
        query: query.into(),
        groups: Vec::new(),
        charts: vec![ChartKind::AfSpectrum],
        page_size: 500,
        hq: false,
    }
}

/// The rows of a subscription's window.
pub fn rows(shown: &SubscriptionState) -> Vec<PlainRow> {
    let columns = &shown.rows;
    (0..columns.pos.len())
        .map(|row| {
            let variant = format!(
                "{}-{}-{}-{}",
                columns.chrom[row],
                columns.pos[row],
                columns.reference_bases[row],
                columns.alternate_bases[row]
            );
            let groups = columns.groups.iter();
            let cell = groups.map(|group| {
                (
                    group.group.clone(),
                    (group.status[row], group.ac[row], group.an[row]),
                )
            });
            (variant, cell.collect())
        })
        .collect()
}

/// Compares what is shown of a subscription with a fresh answer of the same version.
pub async fn assert_fresh(judge: &Client, screen: &ScreenState, asked: &Subscription, version: Version) {
    let Some(shown) = screen.get(asked.sub) else {
        return;
    };
    let binding = shown.binding.as_ref().expect("a snapshot came first");
    let request = QueryRequest {
        datasets: asked.datasets.clone(),
        groups: binding.groups.clone(),
        version: Some(version),
        limit: Some(500),
        ..QueryRequest::new(&asked.build, &binding.query)
    };
    let context = format!("{} at {version}", asked.query);
    let page = judge
        .query(&request)
        .await
        .unwrap_or_else(|error| panic!("{context}: {error}"));
    let fresh: Vec<PlainRow> = page
        .rows
        .iter()
        .map(|row| {
            let cells = row
                .groups
                .iter()
                .map(|(name, counts)| (name.clone(), (counts.status, counts.ac, counts.an)));
            (
                row.variant_id.clone(),
                cells.filter(|(name, _)| binding.groups.contains(name)).collect(),
            )
        })
        .collect();
    assert_eq!(shown.total, fresh.len() as u64, "{context}: count");
    assert_eq!(rows(shown), fresh, "{context}: rows");
    let aggregates = judge.aggregates(&request).await.unwrap();
    assert_eq!(aggregates.total, shown.total, "{context}: total of the chart");
    // A screen that was bound before a file named its groups shows none until it is bound anew.
    let shown_groups = aggregates.charts[0]
        .series
        .iter()
        .filter(|series| binding.groups.contains(&series.group));
    for series in shown_groups {
        let held = shown
            .charts
            .get("AfSpectrum")
            .and_then(|chart| chart.get(&series.group));
        assert_eq!(held, Some(&series.values), "{context}: chart of {}", series.group);
        assert_eq!(
            series.values.iter().sum::<i64>(),
            shown.total as i64,
            "{context}: chart sum of {}",
            series.group
        );
    }
}

/// The next event, which must come.
pub async fn next(live: &mut Live) -> Result<Event, LiveError> {
    tokio::time::timeout(PATIENCE, live.next())
        .await
        .expect("an event comes in time")
}

/// Waits until the screen is as wanted; each version on the way is compared with a fresh answer.
pub async fn until(
    live: &mut Live,
    judge: &Client,
    asked: &[Subscription],
    wanted: impl Fn(&ScreenState) -> bool,
) {
    while !wanted(live.screen()) {
        if let Event::Shown(version) = next(live).await.unwrap() {
            for subscription in asked {
                assert_fresh(judge, live.screen(), subscription, version).await;
            }
        }
    }
}

/// Waits until every subscription shows what a fresh query of the newest version says.
pub async fn settle(live: &mut Live, judge: &Client, asked: &[Subscription]) {
    let head = judge.head().await.unwrap();
    let mut expected = Vec::new();
    for subscription in asked {
        let request = QueryRequest {
            datasets: subscription.datasets.clone(),
            version: Some(head),
            ..QueryRequest::new(&subscription.build, &subscription.query)
        };
        let fresh = judge.aggregates(&request).await.unwrap();
        let series = fresh.charts[0]
            .series
            .iter()
            .map(|series| (series.group.clone(), series.values.clone()));
        expected.push((subscription.sub, fresh.total, series.collect::<BTreeMap<_, _>>()));
    }
    let same = |screen: &ScreenState| {
        expected.iter().all(|(sub, total, series)| {
            screen.get(*sub).is_some_and(|shown| {
                let chart = shown.charts.get("AfSpectrum").cloned().unwrap_or_default();
                shown.total == *total && chart == *series
            })
        })
    };
    until(live, judge, asked, same).await;
}
