//! Sample columns of the usual shape, judged and read in one go: `0/1:10,12:22:99:255,0,240`.
//!
//! Invariant: a sample that is accepted here is one against which the validator has nothing to say, and its cell is
//! what the general way reads of it; every other sample is left to both of them.

mod positions;

use std::ops::Range;

use positions::Positions;

/// A number that FORMAT has no key for, or that a list is too short for.
pub const ABSENT: u32 = u32::MAX;
/// The index of a number that samples do not have.
const NOWHERE: usize = usize::MAX;
/// Digits that surely fit 32 bits.
const DIGITS: u32 = 9;

/// What a key of FORMAT says, as far as counting minds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// DP.
    Depth,
    /// GQ.
    Quality,
    /// AD.
    AlleleDepths,
    /// Something else.
    Other,
}

impl Role {
    /// By the key.
    pub fn of(key: &[u8]) -> Self {
        match key {
            b"DP" => Self::Depth,
            b"GQ" => Self::Quality,
            b"AD" => Self::AlleleDepths,
            _ => Self::Other,
        }
    }
}

/// One diploid sample with both alleles called, by numbers of one digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The alleles.
    pub alleles: [u8; 2],
    /// DP.
    pub depth: u32,
    /// GQ.
    pub quality: u32,
    /// AD of each of the alleles.
    pub allele_depths: [u32; 2],
}

impl Cell {
    /// Stands for a sample that was left.
    const LEFT: Cell = Cell {
        alleles: [u8::MAX; 2],
        depth: ABSENT,
        quality: ABSENT,
        allele_depths: [ABSENT; 2],
    };

    fn is_left(&self) -> bool {
        self.alleles[0] == u8::MAX
    }
}

/// What every sample of a record must look like.
#[derive(Debug, Default)]
struct Shape {
    /// The byte behind each number; the first, between the alleles, may also be `|`.
    ends: Vec<u8>,
    /// The greatest allele.
    top: u8,
    /// Which number it is, or [`NOWHERE`].
    depth: usize,
    quality: usize,
    allele_depths: Range<usize>,
}

/// The samples of one record, as far as they were read.
#[derive(Debug, Default)]
pub struct Cells {
    shape: Shape,
    positions: Positions,
    /// One for each sample.
    cells: Vec<Cell>,
    /// Where those are written that were left to the general way.
    left: Vec<Range<usize>>,
    is_read: bool,
}

impl Cells {
    /// Forgets the record before.
    pub fn clear(&mut self) {
        self.cells.clear();
        self.left.clear();
        self.is_read = false;
    }

    /// Begins with a record whose FORMAT is GT and then `keys`, each with so many numbers.
    /// `top` is the greatest allele number, at most 9.
    pub fn begin(&mut self, top: u8, keys: impl Iterator<Item = (Role, u32)>) {
        self.clear();
        self.shape.update(top, keys);
        self.positions.begin();
    }

    /// Takes samples from the one that begins at `at` on, while they are of the usual shape and a tab follows.
    /// Returns where the next begins, and how many were taken.
    pub fn take(&mut self, text: &[u8], mut at: usize) -> (usize, usize) {
        let before = self.cells.len();
        self.positions.skip_to(at);
        let numbers = self.shape.ends.len();
        loop {
            match self.shape.read(text, at, self.positions.ahead()) {
                Some((cell, end)) => {
                    self.positions.advance(numbers);
                    self.cells.push(cell);
                    at = end;
                }
                None if self.positions.refill(text, at, numbers) => {}
                None => return (at, self.cells.len() - before),
            }
        }
    }

    /// Notes a sample that was judged otherwise.
    pub fn leave(&mut self, text: Range<usize>) {
        self.cells.push(Cell::LEFT);
        self.left.push(text);
    }

    /// Says that all samples were taken or left.
    pub fn finish(&mut self) {
        self.is_read = true;
    }

    /// The samples of the record in order: what was read, or where it is written. None where nothing was tried.
    pub fn samples<'a>(&'a self) -> Option<impl Iterator<Item = Result<&'a Cell, Range<usize>>>> {
        let mut left = self.left.iter();
        let sample = move |cell: &'a Cell| match cell.is_left().then(|| left.next()).flatten() {
            Some(text) => Err(text.clone()),
            None => Ok(cell),
        };
        self.is_read.then(|| self.cells.iter().map(sample))
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Shape {
    fn update(&mut self, top: u8, keys: impl Iterator<Item = (Role, u32)>) {
        self.ends.clear();
        self.ends.extend(b"/:");
        (self.depth, self.quality, self.allele_depths) = (NOWHERE, NOWHERE, 0..0);
        self.top = top.min(9);
        for (role, numbers) in keys {
            let first = self.ends.len();
            self.ends.extend((1..numbers).map(|_| b','));
            self.ends.push(b':');
            match role {
                Role::Depth => self.depth = first,
                Role::Quality => self.quality = first,
                Role::AlleleDepths => self.allele_depths = first..self.ends.len(),
                Role::Other => {}
            }
        }
        if let Some(last) = self.ends.last_mut() {
            *last = b'\t';
        }
    }

    /// Reads the sample that begins at `at`, and where the next begins. `positions` are those of the bytes from `at`
    /// on that are no digits.
    #[inline]
    fn read(&self, text: &[u8], at: usize, positions: &[u32]) -> Option<(Cell, usize)> {
        let positions = positions.get(..self.ends.len())?;
        let genotype: &[u8; 4] = text.get(at..)?.first_chunk()?;
        let alleles = [genotype[0].wrapping_sub(b'0'), genotype[2].wrapping_sub(b'0')];
        if !matches!(genotype[1], b'/' | b'|') || alleles[0] > self.top || alleles[1] > self.top {
            return None;
        }
        // The second allele is one digit, too.
        if positions[1] as usize != at + 3 {
            return None;
        }
        let (mut start, mut bad) = (at as u32 + 2, 0);
        for (&end, &wanted) in positions[1..].iter().zip(&self.ends[1..]) {
            // No digit at all wraps around.
            let length = end.wrapping_sub(start).wrapping_sub(1);
            bad |= u32::from(length >= DIGITS) | u32::from(text[end as usize] ^ wanted);
            start = end + 1;
        }
        if bad != 0 {
            return None;
        }
        let number = |at: usize| match positions.get(at.wrapping_sub(1)..=at) {
            Some(&[before, end]) => integer(text, before as usize + 1, end as usize),
            _ => ABSENT,
        };
        let depth_of = |allele: u8| {
            let at = self.allele_depths.start + usize::from(allele);
            number(if at < self.allele_depths.end { at } else { NOWHERE })
        };
        let cell = Cell {
            alleles,
            depth: number(self.depth),
            quality: number(self.quality),
            allele_depths: [depth_of(alleles[0]), depth_of(alleles[1])],
        };
        Some((cell, start as usize))
    }
}

/// The number of those digits, one to nine; at least four bytes stand before their end.
#[inline]
fn integer(text: &[u8], start: usize, end: usize) -> u32 {
    let length = end - start;
    match text[..end].last_chunk() {
        // Without a branch on the length, which nobody can foresee.
        Some(&last) if length <= 4 => {
            let before = 8 * (4 - length as u32);
            let digits = (u32::from_le_bytes(last) & 0x0f0f_0f0f) >> before << before;
            let pairs = digits * 10 + (digits >> 8);
            (pairs & 0xff) * 100 + (pairs >> 16 & 0xff)
        }
        _ => text[start..end]
            .iter()
            .fold(0, |value, &byte| value * 10 + u32::from(byte & 0xf)),
    }
}

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod tests;
