//! The columns of a block, in memory and as standard Arrow IPC streams compressed with zstd.
//!
//! Invariant: decoding reads any unsigned width, so that encoding may always choose the narrowest.

mod coverage;
mod dictionary;
mod frequencies;
mod from_planes;
mod genotypes;
mod ids;
mod integers;
mod ipc;
mod payload;
mod quality;
mod regions;
mod sites;

pub use coverage::{CoverageColumns, DEPTH_BANDS, NO_DEPTH, depth_band};
pub use frequencies::{CountColumns, FrequencyColumns, HighQualityColumns};
pub use genotypes::{FRAME_BYTES, GenotypeColumns, GenotypeFrame};
pub use ipc::ColumnError;
pub use payload::FrequencyPayload;
pub use quality::{DepthSums, QualityColumns};
pub use sites::{FilterColumn, OriginColumns, Original, SiteColumns, SiteRow, SymbolicColumns};

#[cfg(test)]
mod tests;
