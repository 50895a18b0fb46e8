//! A block in memory to the form in which it is stored.
//!
//! Invariant: the group versions are those of the block's frequencies, in their order.

use crate::domain::block::Block;
use crate::domain::columns::{ColumnError, CoverageColumns, FrequencyPayload};
use crate::store::blocks::NewBlock;

/// Encodes a block's payloads.
pub fn new_block(
    block: &Block,
    dataset_id: i64,
    file_id: i64,
    group_versions: &[i64],
) -> Result<NewBlock, ColumnError> {
    let frequencies = group_versions.iter().copied().zip(&block.frequencies);
    let genotypes = if block.genotypes.samples() == 0 {
        Vec::new()
    } else {
        block.genotypes.encode()?
    };
    Ok(NewBlock {
        dataset_id,
        file_id,
        contig: block.contig,
        first_pos: position(block.first_position),
        last_pos: position(block.last_position),
        span_start: position(block.span_start),
        span_end: position(block.span_end),
        n: i32::try_from(block.len()).unwrap_or(i32::MAX),
        bucket: block.bucket(dataset_id).into(),
        sites: block.sites.encode()?,
        frequencies: FrequencyPayload::encode(frequencies)?,
        genotypes: genotypes.into_iter().map(|frame| frame.payload).collect(),
        coverage: block.coverage.as_ref().map(CoverageColumns::encode).transpose()?,
    })
}

/// VCF positions fit 31 bits; a larger one is held at the greatest.
fn position(position: u32) -> i32 {
    i32::try_from(position).unwrap_or(i32::MAX)
}
