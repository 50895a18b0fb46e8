//! Random numbers that are the same everywhere and for ever.
//!
//! Invariant: a seed gives one sequence, whatever the platform or the release of a library.

/// SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.bits()) * end as u128) >> 64) as usize
    }

    /// Above 0, at most 1.
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// True with that probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() <= probability
    }

    /// Between two bounds, uniform in the logarithm.
    pub fn log_uniform(&mut self, low: f64, high: f64) -> f64 {
        low * (high / low).powf(self.unit())
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -self.unit().ln()
    }

    /// The indexes below `end` that are drawn, each with `probability`; skips what is not drawn.
    pub fn each(&mut self, end: usize, probability: f64, mut drawn: impl FnMut(usize)) {
        if probability <= 0.0 {
            return;
        }
        if probability >= 1.0 {
            return (0..end).for_each(drawn);
        }
        let log_miss = (1.0 - probability).ln();
        let mut index = 0;
        loop {
            let skip = self.unit().ln() / log_miss;
            if skip >= (end - index) as f64 {
                return;
            }
            index += skip as usize;
            drawn(index);
            index += 1;
            if index >= end {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_of_a_seed_is_known() {
        let mut random = Random::new(1_234_567);
        // The reference values of the algorithm.
        assert_eq!(random.bits(), 6_457_827_717_110_365_317);
        assert_eq!(random.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn each_draws_about_as_many_as_asked() {
        let mut random = Random::new(7);
        for probability in [0.0, 0.001, 0.5, 1.0] {
            let mut drawn = 0;
            random.each(100_000, probability, |_| drawn += 1);
            let expected = probability * 100_000.0;
            assert!(
                (f64::from(drawn) - expected).abs() < 1_000.0,
                "{probability}: {drawn}"
            );
        }
    }
}
