//! Sets of samples.
//!
//! Invariant: `len` is the number of bits set, and none is set past the last sample.

/// Number of 64-bit words that hold a bit for each of `samples`.
pub const fn words_for(samples: usize) -> usize {
    samples.div_ceil(64)
}

/// A set of samples of one file, by their column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleMask {
    samples: usize,
    words: Vec<u64>,
    len: u32,
}

impl SampleMask {
    /// The set of those `members` (sample indexes) of a file with that many samples. Indexes past the end are ignored.
    pub fn new(samples: usize, members: impl IntoIterator<Item = u32>) -> Self {
        let mut words = vec![0u64; words_for(samples)];
        for member in members {
            if (member as usize) < samples {
                words[member as usize / 64] |= 1 << (member % 64);
            }
        }
        let len = words.iter().map(|word| word.count_ones()).sum();
        SampleMask { samples, words, len }
    }

    /// All samples of a file.
    pub fn all(samples: usize) -> Self {
        Self::new(samples, 0..samples as u32)
    }

    /// Number of samples in the set.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of samples of the file.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Whether the sample of that index belongs to the set.
    pub fn contains(&self, sample: u32) -> bool {
        (sample as usize) < self.samples && self.words[sample as usize / 64] >> (sample % 64) & 1 == 1
    }

    /// Members in the order of their columns.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.samples as u32).filter(|&sample| self.contains(sample))
    }

    /// The words of the set, sample 0 in the lowest bit of the first.
    pub fn words(&self) -> &[u64] {
        &self.words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_hold_their_members() {
        let mask = SampleMask::new(130, [0, 63, 64, 129, 129, 200]);
        assert_eq!(mask.len(), 4);
        assert_eq!(mask.iter().collect::<Vec<_>>(), [0, 63, 64, 129]);
        assert_eq!(mask.words().len(), 3);
        assert!(!mask.contains(130) && !mask.contains(1));
        assert_eq!(SampleMask::all(130).words(), [u64::MAX, u64::MAX, 3]);
        assert!(SampleMask::all(0).is_empty());
    }
}
