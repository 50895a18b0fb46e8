//! Which cells a run of changes touches.
//!
//! Invariant: outside the touched cells a query's rows and sums are the same before and after.

use std::collections::BTreeSet;

use allelecast_protocol::live::GenomeSpan;

use crate::domain::cell::CellId;
use crate::query::catalogue::Catalogue;
use crate::query::{Engine, Resolved};
use crate::store::head::{Change, ChangeKind};

/// What a run of changes means for one query.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Cells to evaluate at both versions.
    pub(super) cells: Vec<CellId>,
    /// Stretches in which rows may differ, as (contig, first, last).
    pub(super) spans: Vec<(i16, u32, u32)>,
    /// Whether a group was recounted: every cell may differ.
    pub(super) everything: bool,
}

/// Finds the cells of a query's scope that the changes concern.
pub(super) fn touched(
    engine: &Engine,
    query: &Resolved,
    catalogue: &Catalogue,
    changes: &[Change],
    (before, after): (i64, i64),
) -> Touched {
    let mut touched = Touched::default();
    for change in changes {
        let Some(dataset_id) = change.dataset_id.filter(|id| query.slot(*id).is_some()) else {
            continue;
        };
        match change.kind {
            ChangeKind::BlockAdded => touched.spans.extend(
                change
                    .span
                    .map(|span| (span.contig, span.start.max(0) as u32, span.end.max(0) as u32)),
            ),
            ChangeKind::FileRetracted => {
                let dataset = catalogue.dataset(dataset_id, before);
                let file = change.file_id.unwrap_or_default();
                touched.spans.extend(
                    dataset
                        .map(|dataset| dataset.spans_of_file(file))
                        .unwrap_or_default(),
                );
            }
            ChangeKind::DatasetDeleted
            | ChangeKind::GroupPublished
            | ChangeKind::GroupRemoved
            | ChangeKind::CallableReplaced => {
                touched.everything = true;
            }
            ChangeKind::DatasetCreated
            | ChangeKind::DatasetCompleted
            | ChangeKind::FileStarted
            | ChangeKind::BlocksCompacted
            | ChangeKind::FileReady
            | ChangeKind::GroupRenamed
            | ChangeKind::GenesReplaced => {}
        }
    }
    if touched.spans.is_empty() && !touched.everything {
        return touched;
    }
    let both = engine
        .cells(query, catalogue, before)
        .into_iter()
        .chain(engine.cells(query, catalogue, after));
    let cells: BTreeSet<CellId> = both
        .filter(|cell| {
            touched.everything
                || touched.spans.iter().any(|&(contig, start, end)| {
                    contig == cell.contig && start <= cell.last() && end >= cell.first()
                })
        })
        .collect();
    touched.cells = cells.into_iter().collect();
    touched
}

/// Spans as they are sent.
pub(super) fn genome_spans(touched: &Touched, query: &Resolved, catalogue: &Catalogue) -> Vec<GenomeSpan> {
    touched
        .spans
        .iter()
        .map(|&(contig, start, end)| GenomeSpan {
            chrom: catalogue.contigs().name(query.build, contig).to_string(),
            start,
            end,
        })
        .collect()
}
