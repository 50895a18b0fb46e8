//! Two bases to a byte: each is the set of the bases A, C, G, T that its letter stands for.
//!
//! Invariant: unpacking gives each letter back in upper case; U is read as T, and anything else is no base.

/// Bases in a part, those of one cell of the genome; the last part of a contig has fewer.
pub const PART_BASES: u32 = 1 << 20;

/// Letters by the set of bases that they stand for: A 1, C 2, G 4, T 8.
const LETTERS: &[u8; 16] = b"\0ACMGRSVTWYHKDBN";

/// The set of each letter in either case; 0 for what is no base.
const SETS: [u8; 256] = {
    let mut sets = [0; 256];
    let mut set = 1;
    while set < 16 {
        sets[LETTERS[set] as usize] = set as u8;
        sets[LETTERS[set].to_ascii_lowercase() as usize] = set as u8;
        set += 1;
    }
    sets[b'U' as usize] = 8;
    sets[b'u' as usize] = 8;
    sets
};

/// Packs a contig base by base.
#[derive(Debug, Default)]
pub struct Packer {
    part: Vec<u8>,
    bases: u32,
}

impl Packer {
    /// Adds a base in either case, and gives the part that it fills. None where the letter is no base.
    pub fn push(&mut self, letter: u8) -> Option<Option<Vec<u8>>> {
        let set = SETS[usize::from(letter)];
        if set == 0 {
            return None;
        }
        match self.part.last_mut() {
            Some(last) if !self.bases.is_multiple_of(2) => *last |= set << 4,
            _ => self.part.push(set),
        }
        self.bases += 1;
        if self.bases < PART_BASES {
            return Some(None);
        }
        self.bases = 0;
        Some(Some(std::mem::take(&mut self.part)))
    }

    /// The last part of the contig, if bases are left.
    pub fn finish(&mut self) -> Option<Vec<u8>> {
        self.bases = 0;
        let part = std::mem::take(&mut self.part);
        (!part.is_empty()).then_some(part)
    }
}

/// The base at an index from 0; none where the part is shorter.
pub(super) fn base(part: &[u8], index: u32) -> Option<u8> {
    let pair = part.get(index as usize / 2)?;
    let set = if index.is_multiple_of(2) {
        pair & 0xf
    } else {
        pair >> 4
    };
    (set != 0).then(|| LETTERS[usize::from(set)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_are_no_bases_are_refused() {
        let mut packer = Packer::default();
        for letter in [b'X', b'-', b'*', b'1', b'>', 0, b'E'] {
            assert_eq!(packer.push(letter), None);
        }
        assert_eq!(packer.push(b'u'), Some(None));
        assert_eq!(packer.push(b'K'), Some(None));
        assert_eq!(packer.push(b'A'), Some(None));
        let part = packer.finish().unwrap();
        assert_eq!(
            (0..4).map(|i| base(&part, i)).collect::<Vec<_>>(),
            [Some(b'T'), Some(b'K'), Some(b'A'), None]
        );
        assert_eq!(packer.finish(), None);
    }
}
