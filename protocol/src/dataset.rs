//! Datasets, their files and their groups.

use serde::{Deserialize, Serialize};

/// How strictly a file is judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// What the specification's text forbids refuses the file.
    #[default]
    Spec,
    /// Warnings refuse it too.
    Strict,
    /// Only what cannot be read unambiguously refuses it.
    Tolerant,
}

/// What it means that a file has no record at a site.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AbsentSites {
    /// Nothing is known there.
    #[default]
    Unknown,
    /// Every sample carries the reference within the file's callable regions.
    Reference,
}

/// `POST /datasets`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDataset {
    /// Name shown; its slug names the dataset in queries.
    pub name: String,
    /// `GRCh37`, `GRCh38` or `T2T-CHM13`.
    pub build: String,
    /// How strictly its files are judged.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<Profile>"))]
    pub profile: Profile,
    /// What an absent site means.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<AbsentSites>"))]
    pub absent_sites: AbsentSites,
    /// Sample panel: TSV text with a header, the sample column first or called `sample`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub panel: Option<String>,
    /// Match panel names to sample names without the samples' `…::` prefix.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub ignore_prefix: bool,
    /// Callable regions, as BED text: where its files were called. Only for `absent_sites: reference`, and only within
    /// them a site that the files leave out means the reference. `PUT /datasets/{id}/callable` takes a gzipped one too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub callable: Option<String>,
    /// Which groups to make of the INFO of files without samples.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<InfoGroups>"))]
    pub info_groups: InfoGroups,
}

/// Which groups to make of the INFO of files without samples (`AC_afr`, `EUR_AF`, …).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum InfoGroups {
    /// All that are found, or none.
    Mode(InfoGroupsMode),
    /// These.
    Chosen(Vec<InfoGroupChoice>),
}

impl Default for InfoGroups {
    fn default() -> Self {
        Self::Mode(InfoGroupsMode::Auto)
    }
}

/// Which groups to make of INFO, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InfoGroupsMode {
    /// All that are found, but for those of parts of the cohort.
    Auto,
    /// `all` only.
    None,
}

/// A group of INFO that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InfoGroupChoice {
    /// Which: the `key` that the preview offers.
    pub key: String,
    /// Another family than the one offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub family: Option<String>,
    /// Another name than the one offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub value: Option<String>,
}

/// `POST /info-groups/preview`: the ids of a header's INFO lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InfoGroupsRequest {
    /// The ids, in the header's order.
    pub infos: Vec<String>,
}

/// A group that INFO speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InfoGroupOffer {
    /// Identifies it: `all`, `afr`, `controls_afr`.
    pub key: String,
    /// Family that it would belong to.
    pub family: String,
    /// Its name within the family.
    pub value: String,
    /// A part of the cohort, made only where it is chosen.
    pub is_subset: bool,
    /// INFO keys of the counts as called.
    pub raw: Vec<String>,
    /// INFO keys of the counts of high-quality calls.
    pub high_quality: Vec<String>,
    /// INFO key of the frequency, where neither gives AC and AN.
    pub af: Option<String>,
}

/// Where the files of a dataset were called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallableRegions {
    /// Regions, overlapping and touching ones merged.
    pub regions: i64,
    /// Bases in them.
    pub bases: i64,
}

/// The answer to `POST /datasets`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedDataset {
    /// Identifies the dataset.
    pub id: i64,
    /// Names it in queries.
    pub slug: String,
}

/// Where a dataset stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DatasetState {
    /// No file yet.
    Empty,
    /// At least one file is on its way, or more may follow.
    Importing,
    /// Complete, and every file is ready.
    Ready,
    /// A file was refused or cancelled, and nothing is on its way.
    Failed,
}

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Bytes are arriving or waiting, none has been read.
    Waiting,
    /// Records are being read and committed.
    Importing,
    /// Everything is committed.
    Ready,
    /// The file was refused; what it had shown was taken back.
    Failed,
    /// Somebody stopped it; what it had shown was taken back.
    Cancelled,
}

/// A dataset as it is listed and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dataset {
    /// Identifies the dataset.
    pub id: i64,
    /// Name shown.
    pub name: String,
    /// Names it in queries.
    pub slug: String,
    /// Reference build.
    pub build: String,
    /// How strictly its files are judged.
    pub profile: Profile,
    /// What an absent site means.
    pub absent_sites: AbsentSites,
    /// Where its files were called; absent where no callable regions were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub callable: Option<CallableRegions>,
    /// Whether a file is a gVCF, which says for itself whom it covers where.
    #[serde(default)]
    pub has_coverage: bool,
    /// Where it stands.
    pub state: DatasetState,
    /// Fraction imported of the bytes declared, 0 to 1; `null` where a size is unknown.
    pub progress: Option<f64>,
    /// Alleles committed.
    pub alleles: i64,
    /// Number of samples.
    pub samples: i64,
    /// Which groups are made of the INFO of files without samples.
    pub info_groups: InfoGroups,
    /// Its groups.
    pub groups: Vec<Group>,
    /// Version that last made, changed, renamed or removed one.
    pub groups_seq: i64,
    /// Its files.
    pub files: Vec<VcfFile>,
    /// Findings of the validation, all files.
    pub findings: FindingTotals,
    /// When it was made, RFC 3339 UTC.
    pub created_at: String,
}

/// Numbers of findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FindingTotals {
    /// Findings that refuse the file.
    pub errors: i64,
    /// Findings that do not.
    pub warnings: i64,
}

/// A group of samples of one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Group {
    /// Identifies the group.
    pub id: i64,
    /// `dataset.family.value`, as queries name it.
    pub name: String,
    /// The family (a panel column), `all` for everybody.
    pub family: String,
    /// The value within the family.
    pub value: String,
    /// Number of samples; 0 where INFO states its counts.
    pub samples: i64,
    /// Whether INFO states its counts; they are not of samples that the dataset knows.
    #[serde(default)]
    pub from_info: bool,
    /// Whether a version of it is being counted in the background.
    #[serde(default)]
    pub counting: bool,
}

/// `POST /groups`: a group of samples of one's choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewGroup {
    /// The dataset.
    pub dataset_id: i64,
    /// Its family; `custom` where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub family: Option<String>,
    /// Its name within the family; `name` is read as well.
    #[serde(alias = "name")]
    pub value: String,
    /// Names of its samples.
    pub members: Vec<String>,
}

/// `PUT /datasets/{id}/panel`: a panel for a dataset that is there already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPanel {
    /// The panel's text.
    pub panel: String,
    /// Match without the samples' `…::` prefix.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub ignore_prefix: bool,
}

/// A file of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VcfFile {
    /// Identifies the file.
    pub id: i64,
    /// Its dataset.
    pub dataset_id: i64,
    /// Name it was uploaded under.
    pub filename: String,
    /// Where it stands.
    pub state: FileState,
    /// Bytes declared, `null` where the uploader does not know.
    pub size: Option<i64>,
    /// Bytes received.
    pub received: i64,
    /// Bytes (as received) that were read into committed blocks or passed over.
    pub parsed: i64,
    /// Records read.
    pub records: i64,
    /// Alleles committed.
    pub alleles: i64,
    /// What its alleles are aligned with; absent where they are trimmed only, or the import has not begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub alignment: Option<FileAlignment>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub error: Option<FileError>,
}

/// The reference sequence that a file's alleles are left-aligned with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileAlignment {
    /// Name of the FASTA.
    pub reference: String,
    /// SHA-256 of the FASTA as it was given, in hexadecimal.
    pub sha256: String,
    /// Alleles that were moved to the left.
    pub shifted: i64,
    /// Alleles that stay where the file has them: they would move more than 10,000 bases, or their REF is not what the
    /// reference has.
    pub unshifted: i64,
}

/// Why a file was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileError {
    /// What was wrong, in a sentence.
    pub message: String,
    /// The line it was found on, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub line: Option<i64>,
}

/// `PATCH /groups/{id}`: other members, or another name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupUpdate {
    /// Names of the samples that belong to it from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub members: Option<Vec<String>>,
    /// Its family from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub family: Option<String>,
    /// Its name within the family from then on; `name` is read as well.
    #[serde(default, alias = "name", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub value: Option<String>,
}
