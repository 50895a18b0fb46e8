//! Result rows, by row for HTTP and by column for the socket.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Version;

/// What is known of an allele in a group. Three kinds of zero are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// AC > 0.
    Observed,
    /// The allele is recorded in the group's file, and no called allele of the group is it.
    Ac0,
    /// The group's files cover the position and do not record the allele.
    NotSeen,
    /// The group's files do not cover the position, or say nothing of sites that they leave out.
    NoData,
}

/// Counts of one allele in one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupCounts {
    /// What is known.
    pub status: Status,
    /// Samples with at least one called allele; this and the other counts are absent where there is no data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub ns: Option<u32>,
    /// Called alleles of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub ac: Option<u32>,
    /// Called alleles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub an: Option<u32>,
    /// `ac / an`, or AF as the file gives it where it gives no counts; `null` where there is no data or `an` is 0.
    pub af: Option<f64>,
    /// Fully called diploids with one copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub het: Option<u32>,
    /// Fully called diploids with two copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub hom: Option<u32>,
    /// Haploid calls of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub hemi: Option<u32>,
    /// The same from high-quality calls, where the file has depth and quality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub hq: Option<Counts>,
    /// Mean depth over samples with a depth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub mean_dp: Option<f32>,
    /// The counts follow from the file's policy for absent sites, not from a record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub inferred: bool,
    /// Only some of the group's datasets cover the site.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub partial: bool,
}

/// Allele counts as called.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counts {
    /// Samples with at least one called allele; this and the others are absent where a file does not state them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub ns: Option<u32>,
    /// Called alleles of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub ac: Option<u32>,
    /// Called alleles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub an: Option<u32>,
    /// `ac / an`; `null` where `an` is 0.
    pub af: Option<f64>,
    /// Fully called diploids with one copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub het: Option<u32>,
    /// Fully called diploids with two copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub hom: Option<u32>,
    /// Haploid calls of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub hemi: Option<u32>,
}

/// One allele of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Row {
    /// `chrom-pos-ref-alt` of the normalised allele.
    pub variant_id: String,
    /// Chromosome, in the build's own name.
    pub chrom: String,
    /// 1-based position of the first base of `ref`.
    pub pos: u32,
    /// Reference bases.
    #[serde(rename = "ref")]
    pub reference_bases: String,
    /// Alternate bases, or a symbolic allele.
    #[serde(rename = "alt")]
    pub alternate_bases: String,
    /// The ID column, `null` where it is missing.
    pub id: Option<String>,
    /// The FILTER column, `null` where filters were not applied.
    pub filter: Option<String>,
    /// Phred-scaled quality, `null` where missing.
    pub qual: Option<f32>,
    /// `snv`, `insertion`, `deletion`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// Symbols of the genes that it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub genes: Option<Vec<String>>,
    /// Counts by fully qualified group name.
    pub groups: BTreeMap<String, GroupCounts>,
    /// Slugs of the datasets that record it.
    pub datasets: Vec<String>,
    /// How datasets' files state it, where that is different, or where it could not be left-aligned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<Original>>"))]
    pub originals: Vec<Original>,
}

/// An allele as the record of a file states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Original {
    /// Slug of the dataset.
    pub dataset: String,
    /// The record's position.
    pub pos: u32,
    /// The record's reference bases.
    #[serde(rename = "ref")]
    pub reference_bases: String,
    /// The one of the record's alternate alleles.
    #[serde(rename = "alt")]
    pub alternate_bases: String,
    /// What became of it.
    pub alignment: Alignment,
}

/// What became of an allele between the file and the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Alignment {
    /// Bases that REF and ALT share were cut.
    Trimmed,
    /// It was moved to the left, with a reference sequence.
    LeftAligned,
    /// Not moved, though it could be: it would pass alleles that are committed already.
    TooFar,
    /// Not moved: its REF is not what the reference has.
    OtherReference,
}

/// `GET /api/v1/query`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueryPage {
    /// The state it was computed from.
    pub version: Version,
    /// The query as it was understood, fully qualified.
    pub query: String,
    /// Rows in genome order.
    pub rows: Vec<Row>,
    /// Cursor of the next page, `null` on the last.
    pub next: Option<String>,
    /// Alleles looked at.
    pub scanned: u64,
    /// Number of alleles that match, where it was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub total: Option<u64>,
    /// Whether a file in the scope is still importing.
    pub provisional: bool,
}

/// Rows by column: every array has one element a row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowColumns {
    /// Chromosomes.
    pub chrom: Vec<String>,
    /// Positions.
    pub pos: Vec<u32>,
    /// Reference bases.
    #[serde(rename = "ref")]
    pub reference_bases: Vec<String>,
    /// Alternate bases.
    #[serde(rename = "alt")]
    pub alternate_bases: Vec<String>,
    /// IDs.
    pub id: Vec<Option<String>>,
    /// Filters.
    pub filter: Vec<Option<String>>,
    /// Types.
    #[serde(rename = "type")]
    pub kind: Vec<String>,
    /// Symbols of the genes that each lies in; absent where no annotation of the build is loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub genes: Option<Vec<Vec<String>>>,
    /// Counts, one entry for each group asked for, in that order.
    pub groups: Vec<GroupColumns>,
}

/// Counts of one group by column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupColumns {
    /// The group, fully qualified.
    pub group: String,
    /// What is known.
    pub status: Vec<Status>,
    /// AC; `null` where there is no data. AF is `ac / an`, blank where `an` is 0.
    pub ac: Vec<Option<u32>>,
    /// AN.
    pub an: Vec<Option<u32>>,
    /// Homozygous samples.
    pub hom: Vec<Option<u32>>,
    /// AF as the file gives it, where it gives no counts; absent where it does so nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub af_given: Option<Vec<Option<f64>>>,
    /// The counts are of high-quality calls though all were asked for: the file states no others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub hq_only: bool,
}
