//! A small mutator, so that the tests look a little beyond the corpus.
//!
//! Invariant: the same seed gives the same bytes.

/// Pieces that files are made of, and that break them.
const PIECES: &[&[u8]] = &[
    b"\t",
    b"\n",
    b"\r\n",
    b"\0",
    b".",
    b",",
    b";",
    b":",
    b"=",
    b"|",
    b"/",
    b"<",
    b">",
    b"\"",
    b"*",
    b"-",
    b"\xff",
    b"0|1",
    b"./.",
    b"0/1/1",
    b"GT",
    b"GT:AD:DP:GQ:PL",
    b"<DEL>",
    b"]1:5]A",
    b"END=9",
    b"##",
    b"#CHROM",
    b"1e9",
    b"2147483648",
    b"999999999999999999999",
    b"\x1f\x8b\x08\x00",
    b"\x1f\x8b\x08\x04",
    b"BC\x02\x00",
    b"\xef\xbb\xbf",
    b"##INFO=<ID=",
    b"##fileformat=VCFv4.",
    b"##contig=<ID=1,length=",
];

/// Numbers that look random (xorshift64*).
#[derive(Debug)]
pub struct Mutator(u64);

impl Mutator {
    /// The same mutations for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ seed)
    }

    /// Less than `most`.
    pub fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % most.max(1)
    }

    /// One to eight changes of a file, some of which take from another.
    pub fn mutate(&mut self, data: &[u8], other: &[u8]) -> Vec<u8> {
        let mut data = data.to_vec();
        for _ in 0..=self.below(8) {
            let at = self.below(data.len() + 1);
            let end = (at + self.below(20)).min(data.len());
            match self.below(7) {
                0 if at < data.len() => data[at] = self.below(256) as u8,
                1 if at < data.len() => data[at] ^= 1 << self.below(8),
                2 => drop(data.drain(at..end)),
                3 => {
                    let copy = data[at..end].to_vec();
                    let to = self.below(data.len() + 1);
                    data.splice(to..to, copy);
                }
                4 => {
                    let from = self.below(other.len() + 1);
                    let to = (from + self.below(60)).min(other.len());
                    data.splice(at..end, other[from..to].iter().copied());
                }
                5 => data.truncate(at.max(1)),
                _ => {
                    let piece = PIECES[self.below(PIECES.len())];
                    data.splice(at..at, piece.iter().copied());
                }
            }
        }
        data
    }
}
