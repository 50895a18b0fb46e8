//! The fast path through the sample columns: accepts what is plainly in order and leaves the rest.
//!
//! Invariant: what is accepted here would yield no finding in [`super::sample`]; what is not accepted may still be
//! in order.

use super::format::Column;

/// Values of [`Expectation::counts`] that are no plain numbers.
pub(super) const ANY: u32 = u32::MAX;
/// As many as there are genotypes of the sample's ploidy.
pub(super) const BY_PLOIDY: u32 = u32::MAX - 1;

/// How the fast path reads a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Genotype,
    Integer {
        negative: bool,
    },
    Float {
        negative: bool,
    },
    Text {
        single: bool,
    },
    /// Only the slow path can judge it.
    Slow,
}

/// What one record demands of its samples.
#[derive(Debug, Default)]
pub(super) struct Expectation {
    /// One for each column.
    pub counts: Vec<u32>,
    /// Genotypes of haploids and diploids.
    pub genotypes: [u32; 2],
    /// The greatest allele number, at most 9.
    pub top: u8,
}

const fn pattern(separator: u8) -> u64 {
    u64::from_le_bytes([b'0', separator, b'0', b'\t', b'0', separator, b'0', b'\t'])
}

const PHASED: u64 = pattern(b'|');
const UNPHASED: u64 = pattern(b'/');
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Accepts diploid genotypes with one-digit alleles, each followed by a tab, two in every eight bytes, and missing
/// ones. Returns where it stopped and how many samples it passed.
pub(super) fn genotypes(text: &[u8], start: usize, top: u8) -> (usize, usize) {
    let mut at = start;
    loop {
        let before = at;
        at = run(text, at, PHASED, top);
        at = run(text, at, UNPHASED, top);
        while matches!(text.get(at..at + 4), Some(b"./.\t" | b".|.\t")) {
            at += 4;
        }
        if at == before {
            return (at, (at - start) / 4);
        }
    }
}

/// A byte of `word ^ pattern` is 0 where a separator stands and the allele's number where a digit stands; adding
/// what is missing to 0x7f sets the high bit of any byte that is too great.
fn run(text: &[u8], start: usize, pattern: u64, top: u8) -> usize {
    let spare = 0x7f - top.min(9);
    let room = u64::from_le_bytes([spare, 0x7f, spare, 0x7f, spare, 0x7f, spare, 0x7f]);
    let misfit = |bytes: &[u8]| {
        let word = u64::from_le_bytes([
            bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
        ]);
        let differs = word ^ pattern;
        (differs | differs.wrapping_add(room)) & HIGH
    };
    let mut at = start;
    for block in text[start..].chunks_exact(64) {
        if block.chunks_exact(8).fold(0, |bad, bytes| bad | misfit(bytes)) != 0 {
            break;
        }
        at += 64;
    }
    for bytes in text[at..].chunks_exact(8) {
        if misfit(bytes) != 0 {
            break;
        }
        at += 8;
    }
    at
}

/// Accepts one sample that begins at `start`; returns where it ends, at a tab or the end of the text.
pub(super) fn sample(text: &[u8], start: usize, columns: &[Column], expected: &Expectation) -> Option<usize> {
    let mut at = start;
    let mut ploidy = 2;
    for (column, &wanted) in columns.iter().zip(&expected.counts) {
        // A count of 0 is a single dot, which stands for any number of values.
        let count = match column.kind {
            Kind::Genotype => {
                (at, ploidy) = genotype(text, at, expected.top)?;
                0
            }
            Kind::Integer { negative } => list(text, &mut at, |text, at| integer(text, at, negative))?,
            Kind::Float { negative } => list(text, &mut at, |text, at| float(text, at, negative))?,
            Kind::Text { single } => list(text, &mut at, |text, at| string(text, at, single))?,
            Kind::Slow => return None,
        };
        let fits = count == 0
            || match wanted {
                ANY => true,
                BY_PLOIDY if ploidy == 0 => expected.genotypes.contains(&count),
                BY_PLOIDY => count == expected.genotypes[ploidy - 1],
                wanted => count == wanted,
            };
        if !fits {
            return None;
        }
        match text.get(at) {
            None | Some(b'\t') => return Some(at),
            Some(b':') => at += 1,
            Some(_) => return None,
        }
    }
    None
}

fn ends_value(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), None | Some(b':' | b'\t'))
}

/// `0/1`, `1|0`, `./.`, `0`, `.`: where it ends, and the ploidy (0 for a single dot).
#[inline]
fn genotype(text: &[u8], at: usize, top: u8) -> Option<(usize, usize)> {
    let is_allele = |at: usize| {
        text.get(at)
            .is_some_and(|&b| b == b'.' || b.wrapping_sub(b'0') <= top)
    };
    if !is_allele(at) {
        return None;
    }
    if matches!(text.get(at + 1), Some(b'/' | b'|')) {
        return (is_allele(at + 2) && ends_value(text, at + 3)).then_some((at + 3, 2));
    }
    ends_value(text, at + 1).then_some((at + 1, usize::from(text[at] != b'.')))
}

/// Elements separated by commas; returns their number, 0 for a single dot.
#[inline]
fn list(text: &[u8], at: &mut usize, element: impl Fn(&[u8], usize) -> Option<usize>) -> Option<u32> {
    let start = *at;
    let mut count = 0;
    loop {
        *at = if text.get(*at) == Some(&b'.') && matches!(text.get(*at + 1), None | Some(b':' | b'\t' | b','))
        {
            *at + 1
        } else {
            element(text, *at)?
        };
        count += 1;
        if text.get(*at) != Some(&b',') {
            let missing = count == 1 && *at == start + 1 && text[start] == b'.';
            return Some(if missing { 0 } else { count });
        }
        *at += 1;
    }
}

#[inline]
fn digits(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// At most nine digits, so that 32 bits hold them.
#[inline]
fn integer(text: &[u8], at: usize, negative: bool) -> Option<usize> {
    let start = if negative && text.get(at) == Some(&b'-') {
        at + 1
    } else {
        at
    };
    let end = digits(text, start);
    (end > start && end - start <= 9).then_some(end)
}

#[inline]
fn float(text: &[u8], at: usize, negative: bool) -> Option<usize> {
    let start = if negative && text.get(at) == Some(&b'-') {
        at + 1
    } else {
        at
    };
    let mut end = digits(text, start);
    let mut found = end > start;
    if text.get(end) == Some(&b'.') {
        let fraction = digits(text, end + 1);
        if fraction == end + 1 {
            return None;
        }
        (end, found) = (fraction, true);
    }
    if !found {
        return None;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(end + 1), Some(b'-' | b'+')));
        let exponent = digits(text, end + 1 + sign);
        if exponent == end + 1 + sign {
            return None;
        }
        end = exponent;
    }
    Some(end)
}

#[inline]
fn string(text: &[u8], at: usize, single: bool) -> Option<usize> {
    let mut end = at;
    while text
        .get(end)
        .is_some_and(|&b| b >= b' ' && b != b':' && b != b',')
    {
        end += 1;
    }
    (end > at && (!single || end == at + 1)).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bytes_hold_two_genotypes() {
        for (text, top, expected) in [
            ("0|0\t0|1\t1|1\t0|0", 1, 2),
            ("0|0\t0/1\t", 1, 0),
            ("0|0\t0|1\t0/0\t0/1\t0|0\t1|1\t", 1, 6),
            ("0|2\t0|0\t", 1, 0),
            ("0|2\t0|0\t", 2, 2),
            ("0|:\t0|0\t", 9, 0),
            ("0|9\t0|0\t", 9, 2),
            (".|.\t0|0\t", 9, 1),
            (".|0\t0|0\t", 9, 0),
            ("./.\t./.\t0/1\t0/0\t", 1, 4),
            ("0|0\t0|0", 1, 0),
        ] {
            assert_eq!(genotypes(text.as_bytes(), 0, top).1, expected, "{text}");
        }
        let long = "0|1\t".repeat(1000);
        assert_eq!(genotypes(long.as_bytes(), 0, 1), (4000, 1000));
        let broken = long[..2001].to_owned() + "x" + &long[2002..];
        assert_eq!(genotypes(broken.as_bytes(), 0, 1), (2000, 500));
    }

    #[test]
    fn every_wrong_byte_is_seen() {
        let good = *b"0|1\t1|0\t";
        for at in 0..8 {
            for byte in 0..=255 {
                let mut text = good;
                text[at] = byte;
                let fits = match at {
                    0 | 2 | 4 | 6 => byte == b'0' || byte == b'1',
                    _ => byte == good[at],
                };
                assert_eq!(genotypes(&text, 0, 1).1 == 2, fits, "{at} {byte}");
            }
        }
    }
}
