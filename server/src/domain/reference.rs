//! A build's sequences, packed two bases to a byte in parts that are read one at a time.
//!
//! Invariant: a base of the contig and position asked for, or none; ambiguity codes are kept as they were given, and
//! read as the first of their bases in the alphabet, to which the specification reduces them in REF.

use std::collections::HashMap;
use std::sync::Arc;

use super::build::Build;

mod compare;
mod packed;

pub use compare::Agreement;
pub use packed::{PART_BASES, Packer};

/// A contig of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceContig {
    /// Ordinal within the build.
    pub ordinal: i16,
    /// Name as the FASTA has it.
    pub name: String,
    /// Length in bases.
    pub length: u32,
    /// Number of its first part; the others follow.
    pub first_part: u32,
}

/// Where the parts come from. Any thread may ask; the answer may take the time of a read from a disk or a network.
pub trait Parts: std::fmt::Debug + Send + Sync {
    /// The bytes of a part.
    ///
    /// # Errors
    /// The part cannot be read now.
    fn part(&self, number: u32) -> Result<Arc<[u8]>, Unreadable>;
}

/// A part of a reference could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the reference cannot be read: {0}")]
pub struct Unreadable(pub String);

/// A reference, for threads to share.
#[derive(Clone, Debug)]
pub struct Reference {
    build: Build,
    contigs: Arc<HashMap<i16, ReferenceContig>>,
    parts: Arc<dyn Parts>,
}

impl Reference {
    /// A reference of those contigs.
    pub fn new(
        build: Build,
        contigs: impl IntoIterator<Item = ReferenceContig>,
        parts: Arc<dyn Parts>,
    ) -> Self {
        let contigs = contigs
            .into_iter()
            .map(|contig| (contig.ordinal, contig))
            .collect();
        Reference {
            build,
            contigs: Arc::new(contigs),
            parts,
        }
    }

    /// The build that it is of.
    pub fn build(&self) -> Build {
        self.build
    }

    /// Length of a contig, where the reference has it.
    pub fn length(&self, ordinal: i16) -> Option<u32> {
        self.contigs.get(&ordinal).map(|contig| contig.length)
    }

    /// A reader of its own for one thread.
    pub fn reader(&self) -> ReferenceReader<'_> {
        ReferenceReader {
            reference: self,
            held: None,
        }
    }
}

/// Reads bases and holds on to the part read last.
#[derive(Debug)]
pub struct ReferenceReader<'a> {
    reference: &'a Reference,
    held: Option<(u32, Arc<[u8]>)>,
}

impl ReferenceReader<'_> {
    /// The base at a position from 1 as the FASTA has it: A, C, G, T, N or an ambiguity code, in upper case; none where
    /// the reference has no such contig or position.
    ///
    /// # Errors
    /// The part cannot be read now.
    pub fn stated(&mut self, ordinal: i16, position: u32) -> Result<Option<u8>, Unreadable> {
        let Some(contig) = self.reference.contigs.get(&ordinal) else {
            return Ok(None);
        };
        if position == 0 || position > contig.length {
            return Ok(None);
        }
        let at = position - 1;
        let number = contig.first_part + at / PART_BASES;
        let part = match &self.held {
            Some((held, part)) if *held == number => part,
            _ => {
                let part = self.reference.parts.part(number)?;
                &self.held.insert((number, part)).1
            }
        };
        let base = packed::base(part, at % PART_BASES);
        base.map(Some)
            .ok_or_else(|| Unreadable(format!("part {number} is too short")))
    }

    /// The same, with ambiguity codes reduced as the specification does in REF: A, C, G, T or N.
    ///
    /// # Errors
    /// The part cannot be read now.
    pub fn base(&mut self, ordinal: i16, position: u32) -> Result<Option<u8>, Unreadable> {
        Ok(self.stated(ordinal, position)?.map(reduced))
    }
}

/// The first base in the alphabet that an ambiguity code stands for; N stays N.
pub fn reduced(base: u8) -> u8 {
    match base {
        b'R' | b'M' | b'W' | b'H' | b'V' | b'D' => b'A',
        b'Y' | b'S' | b'B' => b'C',
        b'K' => b'G',
        base => base,
    }
}

/// Parts in memory, for tests of what reads them.
impl Parts for Vec<Arc<[u8]>> {
    fn part(&self, number: u32) -> Result<Arc<[u8]>, Unreadable> {
        let part = self.get(number as usize).cloned();
        part.ok_or_else(|| Unreadable(format!("there is no part {number}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(sequences: &[(i16, &[u8])]) -> Reference {
        let (mut parts, mut contigs): (Vec<Arc<[u8]>>, Vec<_>) = Default::default();
        for (ordinal, sequence) in sequences {
            let first_part = parts.len() as u32;
            let mut packer = Packer::default();
            for &base in *sequence {
                parts.extend(packer.push(base).unwrap().map(Arc::from));
            }
            parts.extend(packer.finish().map(Arc::from));
            contigs.push(ReferenceContig {
                ordinal: *ordinal,
                name: ordinal.to_string(),
                length: sequence.len() as u32,
                first_part,
            });
        }
        Reference::new(Build::Grch38, contigs, Arc::new(parts))
    }

    #[test]
    fn bases_are_found_across_parts() {
        let long: Vec<u8> = b"ACGTN"
            .iter()
            .copied()
            .cycle()
            .take(PART_BASES as usize + 7)
            .collect();
        let reference = reference(&[(25, b"acgtnRYSWKMBDHVn"), (1, &long)]);
        let mut reader = reference.reader();
        for (i, want) in (1..).zip(b"ACGTNRYSWKMBDHVN") {
            assert_eq!(reader.stated(25, i), Ok(Some(*want)));
        }
        let reduced: Vec<u8> = (1..=16).map(|i| reader.base(25, i).unwrap().unwrap()).collect();
        assert_eq!(reduced, b"ACGTNACCAGACAAAN");
        for i in [
            1,
            2,
            PART_BASES - 1,
            PART_BASES,
            PART_BASES + 1,
            PART_BASES + 7,
            3,
        ] {
            assert_eq!(reader.base(1, i), Ok(Some(long[i as usize - 1])), "{i}");
        }
        for (ordinal, position) in [(25, 0), (25, 17), (2, 1)] {
            assert_eq!(reader.base(ordinal, position), Ok(None));
        }
        assert_eq!(reference.length(25), Some(16));
    }

    #[test]
    fn ref_is_compared() {
        let reference = reference(&[(1, b"ACGTNRacK")]);
        let mut reader = reference.reader();
        for (position, bases, want) in [
            (1, "ACGT", Agreement::Same),
            (1, "acgt", Agreement::Same),
            (2, "CT", Agreement::Differs(1, Some(b'G'))),
            (4, "TA", Agreement::Open),
            (1, "NC", Agreement::Open),
            (1, "NN", Agreement::Open),
            (6, "A", Agreement::Same),
            (6, "G", Agreement::Differs(0, Some(b'R'))),
            (7, "ACG", Agreement::Same),
            (9, "GA", Agreement::Differs(1, None)),
            (0, "A", Agreement::Absent),
            (10, "A", Agreement::Absent),
        ] {
            let got = reader.compare(1, position, bases.as_bytes());
            assert_eq!(got, Ok(want), "{position} {bases}");
        }
        assert_eq!(reader.compare(2, 1, b"A"), Ok(Agreement::Absent));
    }

    #[test]
    fn a_part_that_is_not_there_is_an_error() {
        let contig = ReferenceContig {
            ordinal: 1,
            name: "1".into(),
            length: 4,
            first_part: 0,
        };
        let broken = Reference::new(Build::Grch38, [contig.clone()], Arc::new(Vec::<Arc<[u8]>>::new()));
        assert!(broken.reader().base(1, 1).is_err());
        let short = vec![Arc::from(&[0x11u8][..])];
        let short = Reference::new(Build::Grch38, [contig], Arc::new(short));
        assert!(short.reader().base(1, 1).is_ok() && short.reader().base(1, 3).is_err());
    }
}
