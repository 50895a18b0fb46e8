//! The shard key of a block.
//!
//! Invariant: frozen. Stored keys depend on it, so that its tests must never change.

/// Number of buckets.
pub const BUCKETS: u16 = 256;

/// FNV-1a (64 bits) over the dataset (8 bytes), the contig's ordinal (2 bytes) and `first_position >> 24` (1 byte), all
/// little-endian, modulo [`BUCKETS`]. A dataset thus spreads over buckets in pieces of 16 Mb.
pub fn bucket(dataset: i64, contig: i16, first_position: u32) -> u8 {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let piece = (first_position >> 24) as u8;
    let bytes = dataset
        .to_le_bytes()
        .into_iter()
        .chain(contig.to_le_bytes())
        .chain([piece]);
    let hash = bytes.fold(OFFSET_BASIS, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    });
    (hash % u64::from(BUCKETS)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_frozen() {
        for (dataset, contig, position, want) in [
            (1, 1, 1, 55),
            (1, 1, 16_777_215, 55),
            (1, 1, 16_777_216, 132),
            (1, 20, 1_000_226, 144),
            (2, 1, 1, 2),
            (i64::MAX, i16::MAX, u32::MAX, 12),
        ] {
            assert_eq!(
                bucket(dataset, contig, position),
                want,
                "{dataset} {contig} {position}"
            );
        }
    }

    #[test]
    fn datasets_spread_over_all_buckets() {
        let keys = (1..40).flat_map(|dataset| (1..25).map(move |contig| bucket(dataset, contig, 1)));
        assert_eq!(
            keys.collect::<std::collections::HashSet<_>>().len(),
            usize::from(BUCKETS)
        );
    }
}
