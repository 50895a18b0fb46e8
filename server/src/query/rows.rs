//! Rows of a result, and their two shapes on the wire.
//!
//! Invariant: both shapes say the same; AF is derived from AC and AN in one place.

use std::collections::BTreeMap;
use std::sync::Arc;

use allelecast_protocol::row::{
    Alignment as WireAlignment, Counts as WireCounts, GroupColumns, GroupCounts, Original, Row, RowColumns,
    Status,
};
use arrow::array::Array;

use super::catalogue::Catalogue;
use super::frame::{Frame, GroupCell};
use super::resolved::Resolved;
use crate::domain::allele::Alignment;
use crate::domain::columns::SiteColumns;
use crate::domain::genes::Genes;
use crate::domain::stated::{Count, Tallied};

/// An allele of a result with what is known of it in each shown group.
#[derive(Debug, Clone)]
pub struct ResultRow {
    chrom: Arc<str>,
    pos: u32,
    reference_bases: String,
    alternate_bases: String,
    id: Option<String>,
    filter: Option<String>,
    qual: Option<f32>,
    kind: &'static str,
    genes: Option<Vec<Arc<str>>>,
    groups: Vec<ResultCell>,
    datasets: Vec<Arc<str>>,
    originals: Vec<Original>,
}

/// What is known of an allele in a group.
#[derive(Debug, Clone, Copy)]
struct ResultCell {
    cell: GroupCell,
    mean_dp: Option<f32>,
}

impl ResultRow {
    pub(super) fn of(
        frame: &Frame,
        row: usize,
        query: &Resolved,
        catalogue: &Catalogue,
        seq: i64,
        genes: &Genes,
    ) -> Self {
        let (sites, at) = frame.site(row);
        let contig = frame.input.cell.contig;
        let symbols = || {
            let genes = genes.at(query.build, contig, sites.pos[at]).into_iter();
            genes.map(|gene| gene.symbol.clone()).collect()
        };
        let filter = sites.filter.value(at);
        let recorded: Vec<_> = frame
            .slots_of(row)
            .filter_map(|slot| Some((slot, catalogue.dataset(query.datasets[slot], seq)?)))
            .collect();
        let originals = recorded.iter().filter_map(|(slot, dataset)| {
            let (sites, at) = frame.site_in(row, *slot)?;
            original(sites, at, &dataset.slug)
        });
        Self {
            chrom: catalogue.contigs().name(query.build, contig),
            pos: sites.pos[at],
            reference_bases: sites.reference.value(at).to_owned(),
            alternate_bases: sites.alternate.value(at).to_owned(),
            id: sites.id.is_valid(at).then(|| sites.id.value(at).to_owned()),
            filter: (filter != ".").then(|| filter.to_owned()),
            qual: Some(sites.qual[at]).filter(|qual| !qual.is_nan()),
            kind: sites.kind[at].as_str(),
            genes: (!genes.is_empty(query.build)).then(symbols),
            groups: query
                .shown
                .iter()
                .map(|&group| ResultCell::of(frame, row, group))
                .collect(),
            originals: originals.collect(),
            datasets: recorded.iter().map(|(_, dataset)| dataset.slug.clone()).collect(),
        }
    }

    /// Chromosome and position.
    pub fn position(&self) -> (&str, u32) {
        (&self.chrom, self.pos)
    }

    fn genes(&self) -> Option<Vec<String>> {
        let genes = self.genes.as_ref()?.iter();
        Some(genes.map(ToString::to_string).collect())
    }

    fn variant_id(&self) -> String {
        format!(
            "{}-{}-{}-{}",
            self.chrom, self.pos, self.reference_bases, self.alternate_bases
        )
    }
}

impl ResultCell {
    fn of(frame: &Frame, row: usize, group: usize) -> Self {
        let parts = &frame.input.groups[group].parts;
        let mean_dp = match &parts[..] {
            [part] => match frame.frequencies(row, part) {
                Some((columns, at)) => columns.quality.mean_dp.as_ref().map(|dp| dp[at]),
                None => frame.inferred(row, part).and_then(|known| known.mean_depth()),
            }
            .filter(|dp| !dp.is_nan()),
            _ => None,
        };
        Self {
            cell: frame.group(row, group),
            mean_dp,
        }
    }

    fn status(&self, hq: bool) -> Status {
        match self.cell {
            GroupCell::NoData => Status::NoData,
            GroupCell::NotSeen { .. } => Status::NotSeen,
            // Where the file lacks the fields, nothing is known of the quality of what was seen.
            GroupCell::Recorded { .. } if hq && self.cell.counts(true).is_none() => self.status(false),
            GroupCell::Recorded { .. } if self.cell.is_carried(hq) => Status::Observed,
            GroupCell::Recorded { .. } => Status::Ac0,
        }
    }

    fn wire(&self, hq_asked: bool) -> GroupCounts {
        let (raw, af_given, hq, inferred, partial) = match self.cell {
            GroupCell::NoData => (None, None, None, false, false),
            GroupCell::NotSeen { counts, hq, partial } => {
                (Some(counts.into()), None, hq.map(Into::into), true, partial)
            }
            GroupCell::Recorded {
                raw,
                hq,
                af_given,
                inferred,
                partial,
            } => (Some(raw), af_given, hq, inferred, partial),
        };
        let raw: Option<Tallied> = raw;
        let count = |count| raw.and_then(|raw| raw.get(count));
        GroupCounts {
            status: self.status(hq_asked),
            ns: count(Count::Ns),
            ac: count(Count::Ac),
            an: count(Count::An),
            af: raw.and_then(|raw| raw.af()).or(af_given),
            het: count(Count::Het),
            hom: count(Count::Hom),
            hemi: count(Count::Hemi),
            hq: hq.as_ref().map(wire_counts),
            mean_dp: self.mean_dp,
            inferred,
            partial,
        }
    }
}

/// How a dataset's file states a row, where it is worth saying.
fn original(sites: &SiteColumns, at: usize, dataset: &str) -> Option<Original> {
    let alignment = sites.origin.alignment(at);
    let own = || crate::domain::columns::Original {
        pos: sites.pos[at],
        reference: sites.reference.value(at),
        alternate: sites.alternate.value(at),
    };
    let stated = match (sites.origin.original(at), alignment) {
        (None, Alignment::Trimmed) => return None,
        (stated, _) => stated.unwrap_or_else(own),
    };
    Some(Original {
        dataset: dataset.to_owned(),
        pos: stated.pos,
        reference_bases: stated.reference.to_owned(),
        alternate_bases: stated.alternate.to_owned(),
        alignment: match alignment {
            Alignment::Trimmed => WireAlignment::Trimmed,
            Alignment::Shifted => WireAlignment::LeftAligned,
            Alignment::TooFar => WireAlignment::TooFar,
            Alignment::OtherReference => WireAlignment::OtherReference,
        },
    })
}

fn wire_counts(counts: &Tallied) -> WireCounts {
    WireCounts {
        ns: counts.get(Count::Ns),
        ac: counts.get(Count::Ac),
        an: counts.get(Count::An),
        af: counts.af(),
        het: counts.get(Count::Het),
        hom: counts.get(Count::Hom),
        hemi: counts.get(Count::Hemi),
    }
}

/// Rows as objects, for HTTP.
pub fn row_objects(rows: &[ResultRow], query: &Resolved) -> Vec<Row> {
    let names: Vec<String> = query
        .shown
        .iter()
        .map(|&group| query.groups[group].name.to_string())
        .collect();
    rows.iter()
        .map(|row| Row {
            variant_id: row.variant_id(),
            chrom: row.chrom.to_string(),
            pos: row.pos,
            reference_bases: row.reference_bases.clone(),
            alternate_bases: row.alternate_bases.clone(),
            id: row.id.clone(),
            filter: row.filter.clone(),
            qual: row.qual,
            kind: row.kind.to_owned(),
            genes: row.genes(),
            groups: names
                .iter()
                .cloned()
                .zip(row.groups.iter().map(|cell| cell.wire(query.hq)))
                .collect::<BTreeMap<_, _>>(),
            datasets: row.datasets.iter().map(ToString::to_string).collect(),
            originals: row.originals.clone(),
        })
        .collect()
}

/// Rows as columns, for the socket; of high-quality calls where the query counts those.
pub fn row_columns(rows: &[ResultRow], query: &Resolved) -> RowColumns {
    let group = |(place, &group): (usize, &usize)| {
        let cells = || rows.iter().map(move |row| row.groups[place]);
        let count = |count| {
            let of_cell = move |cell: ResultCell| cell.cell.counts(query.hq)?.get(count);
            cells().map(of_cell).collect()
        };
        let given = |cell: ResultCell| {
            let af_of_counts = cell.cell.counts(query.hq).and_then(|counts| counts.af());
            cell.cell.af(query.hq).filter(|_| af_of_counts.is_none())
        };
        let af_given: Vec<Option<f64>> = cells().map(given).collect();
        GroupColumns {
            group: query.groups[group].name.to_string(),
            status: cells().map(|cell| cell.status(query.hq)).collect(),
            ac: count(Count::Ac),
            an: count(Count::An),
            hom: count(Count::Hom),
            af_given: af_given.iter().any(Option::is_some).then_some(af_given),
            hq_only: !query.hq && cells().any(|cell| cell.cell.has_hq_only()),
        }
    };
    RowColumns {
        chrom: rows.iter().map(|row| row.chrom.to_string()).collect(),
        pos: rows.iter().map(|row| row.pos).collect(),
        reference_bases: rows.iter().map(|row| row.reference_bases.clone()).collect(),
        alternate_bases: rows.iter().map(|row| row.alternate_bases.clone()).collect(),
        id: rows.iter().map(|row| row.id.clone()).collect(),
        filter: rows.iter().map(|row| row.filter.clone()).collect(),
        kind: rows.iter().map(|row| row.kind.to_owned()).collect(),
        genes: rows.iter().map(ResultRow::genes).collect(),
        groups: query.shown.iter().enumerate().map(group).collect(),
    }
}
