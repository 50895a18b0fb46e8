//! Where a text has bytes that are no digits.
//!
//! Invariant: every such byte is listed once, in order.

/// Bytes looked at together.
const BLOCK: usize = 64;
/// Positions written together, whether there are so many or not.
const STEP: usize = 8;

/// Bytes of the text that are listed at a time, so that a long line needs no more memory than a short one.
const WINDOW: usize = 8 << 10;

/// The positions in a window of a text, and how many of them were passed.
#[derive(Debug, Default)]
pub(super) struct Positions {
    /// Those of the window; behind them, whatever was written there.
    all: Vec<u32>,
    count: usize,
    passed: usize,
    /// Where the window ends.
    end: usize,
}

impl Positions {
    /// Before the first byte of a text of less than 4 GiB.
    pub(super) fn begin(&mut self) {
        (self.count, self.passed, self.end) = (0, 0, 0);
    }

    /// Moves the window so that it begins at `at`, if `wanted` positions are not at hand; whether they are now.
    pub(super) fn refill(&mut self, text: &[u8], at: usize, wanted: usize) -> bool {
        if self.ahead().len() >= wanted || self.end == text.len() {
            return false;
        }
        (self.count, self.passed) = (0, 0);
        self.end = text.len().min(at + WINDOW);
        self.all.resize(WINDOW + BLOCK, 0);
        let (blocks, rest) = text[at..self.end].as_chunks::<BLOCK>();
        for (block, base) in blocks.iter().zip((at as u32..).step_by(BLOCK)) {
            self.list(foreign(block), base);
        }
        let mut last = [b'0'; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        self.list(foreign(&last), (self.end - rest.len()) as u32);
        self.ahead().len() >= wanted
    }

    fn list(&mut self, mut bits: u64, base: u32) {
        let found = bits.count_ones() as usize;
        let room = &mut self.all[self.count..self.count + BLOCK];
        for step in room.as_chunks_mut::<STEP>().0 {
            if bits == 0 {
                break;
            }
            for place in step {
                *place = base + bits.trailing_zeros();
                bits &= bits.wrapping_sub(1);
            }
        }
        self.count += found;
    }

    /// Those that were not passed.
    #[inline]
    pub(super) fn ahead(&self) -> &[u32] {
        &self.all[self.passed..self.count]
    }

    /// Passes so many.
    #[inline]
    pub(super) fn advance(&mut self, count: usize) {
        self.passed += count;
    }

    /// Passes all those before `at`.
    pub(super) fn skip_to(&mut self, at: usize) {
        let before = self
            .ahead()
            .iter()
            .take_while(|&&position| (position as usize) < at);
        self.passed += before.count();
    }
}

/// A bit for each byte that is no digit, the first in the lowest place.
#[inline]
fn foreign(block: &[u8; BLOCK]) -> u64 {
    /// Moves the lowest bit of byte i to bit 56 + i.
    const MOVE: u64 = 0x0102_0408_1020_4080;
    let bytes = block.map(|byte| u8::from(byte.wrapping_sub(b'0') > 9));
    let eights = bytes.as_chunks::<8>().0.iter().enumerate();
    eights.fold(0, |bits, (i, eight)| {
        bits | (u64::from_le_bytes(*eight).wrapping_mul(MOVE) >> 56) << (8 * i)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_that_is_no_digit_is_listed() {
        for length in [0, 1, 63, 64, 65, 200] {
            let text: Vec<u8> = (0..length).map(|i| (i * 37 % 256) as u8).collect();
            let want: Vec<u32> = (0u32..)
                .zip(&text)
                .filter(|(_, byte)| !byte.is_ascii_digit())
                .map(|(at, _)| at)
                .collect();
            let mut positions = Positions::default();
            positions.refill(b"x,y,z,0", 0, 1);
            positions.begin();
            positions.refill(&text, 0, 1);
            assert_eq!(positions.ahead(), want);
            positions.skip_to(63);
            assert!(positions.ahead().first().is_none_or(|&first| first >= 63));
        }
    }

    #[test]
    fn the_window_moves_on() {
        let text = "12,".repeat(WINDOW);
        let (mut positions, mut at, mut found) = (Positions::default(), 0, 0);
        while !positions.ahead().is_empty() || positions.refill(text.as_bytes(), at, 1) {
            assert_eq!(positions.ahead()[0] as usize, 3 * found + 2);
            positions.advance(1);
            (at, found) = (3 * found + 3, found + 1);
        }
        assert_eq!(found, WINDOW);
    }
}
