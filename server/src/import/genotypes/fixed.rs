//! Diploid genotypes of three characters, `0|1`, 64 samples at a time.
//!
//! Invariant: anything but `digit or dot, separator, digit or dot, tab` is declined, never guessed at.

const SAMPLES: usize = 64;
const WIDTH: usize = 4;
/// `0|0` and a tab, as a little-endian word.
const ZERO_PIPE: u32 = u32::from_le_bytes(*b"0|0\t");
const ZERO_SLASH: u32 = u32::from_le_bytes(*b"0/0\t");
/// Lowest bits of both alleles.
const ALLELES: u32 = 0x0001_0001;

/// Fills the planes of the alternate allele `digit`, of 1 to `alternates`, from columns of that many samples. The
/// planes must be zero. Gives whether plane 2 has a bit; none where the text is not of this shape.
pub(super) fn read(
    columns: &[u8],
    digit: u8,
    alternates: u8,
    p0: &mut [u64],
    p1: &mut [u64],
    p2: &mut [u64],
) -> Option<bool> {
    let zero = match columns.get(1)? {
        b'|' => ZERO_PIPE,
        b'/' => ZERO_SLASH,
        _ => return None,
    };
    let mut has_p2 = false;
    for (word, text) in columns.chunks(SAMPLES * WIDTH).enumerate() {
        let mut padded = [0; SAMPLES * WIDTH];
        let text: &[u8; SAMPLES * WIDTH] = match text.try_into() {
            Ok(whole) => whole,
            Err(_) => {
                for zero_call in padded.chunks_exact_mut(WIDTH) {
                    zero_call.copy_from_slice(&zero.to_le_bytes());
                }
                padded[..text.len()].copy_from_slice(text);
                &padded
            }
        };
        if alternates == 1
            && let Some([carriers, homozygous]) = plain(text, zero)
        {
            (p0[word], p1[word]) = (carriers, homozygous);
            continue;
        }
        let [carriers, second, partial] = with_dots(text, zero, digit, alternates)?;
        (p0[word], p1[word], p2[word]) = (carriers, second, partial);
        has_p2 |= partial != 0;
    }
    Some(has_p2)
}

/// Genotypes of nothing but 0 and 1: planes 0 and 1.
#[inline]
fn plain(text: &[u8; SAMPLES * WIDTH], zero: u32) -> Option<[u64; 2]> {
    let (mut carriers, mut homozygous) = ([0u8; SAMPLES], [0u8; SAMPLES]);
    let mut foreign = 0;
    for (i, call) in text.as_chunks::<WIDTH>().0.iter().enumerate() {
        let alleles = u32::from_le_bytes(*call) ^ zero;
        foreign |= alleles & !ALLELES;
        carriers[i] = ((alleles | alleles >> 16) & 1) as u8;
        homozygous[i] = (alleles & alleles >> 16 & 1) as u8;
    }
    (foreign == 0).then(|| [gather(&carriers), gather(&homozygous)])
}

/// Genotypes of digits up to `alternates` and dots: planes 0, 1 and 2.
#[inline]
fn with_dots(text: &[u8; SAMPLES * WIDTH], zero: u32, digit: u8, alternates: u8) -> Option<[u64; 3]> {
    /// What a dot becomes once the zero is taken out of it.
    const DOT: u8 = b'.' ^ b'0';
    let (mut carriers, mut second, mut partial) = ([0u8; SAMPLES], [0u8; SAMPLES], [0u8; SAMPLES]);
    let mut foreign = 0;
    for (i, call) in text.as_chunks::<WIDTH>().0.iter().enumerate() {
        let [a, separator, b, tab] = (u32::from_le_bytes(*call) ^ zero).to_le_bytes();
        let (dot_a, dot_b) = (u8::from(a == DOT), u8::from(b == DOT));
        let (is_a, is_b) = (u8::from(a == digit), u8::from(b == digit));
        let known = |allele: u8, dot: u8| u8::from(allele <= alternates) | dot;
        foreign |= separator | tab | (1 ^ known(a, dot_a)) | (1 ^ known(b, dot_b));
        carriers[i] = is_a | is_b;
        second[i] = is_a & is_b | dot_a | dot_b;
        partial[i] = dot_a ^ dot_b;
    }
    (foreign == 0).then(|| [gather(&carriers), gather(&second), gather(&partial)])
}

/// One bit of each byte, which is 0 or 1, the first in the lowest place.
#[inline]
fn gather(bytes: &[u8; SAMPLES]) -> u64 {
    /// Moves the lowest bit of byte i to bit 56 + i.
    const MOVE: u64 = 0x0102_0408_1020_4080;
    let eights = bytes.as_chunks::<8>().0.iter().enumerate();
    eights.fold(0, |bits, (i, eight)| {
        bits | (u64::from_le_bytes(*eight).wrapping_mul(MOVE) >> 56) << (8 * i)
    })
}
