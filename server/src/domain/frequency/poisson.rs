//! The lower bound of a Poisson count.
//!
//! Invariant: the bound rises with the count and stays below it.

use std::sync::LazyLock;

/// Share of the probability below the bound.
const TAIL: f64 = 0.05;
/// Counts whose bounds are kept once computed.
const KEPT: u32 = 4096;

static BOUNDS: LazyLock<Vec<f64>> = LazyLock::new(|| (0..KEPT).map(solve).collect());

/// Lower bound of the one-sided 95 % interval of a Poisson count, `qgamma(0.05, count)` in R; 0 for no count
/// (Garwood 1936, doi:10.1093/biomet/28.3-4.437).
pub fn poisson_lower_bound(count: u32) -> f64 {
    BOUNDS
        .get(count as usize)
        .copied()
        .unwrap_or_else(|| solve(count))
}

/// Solves P(a, x) = TAIL by Newton's method from the Wilson-Hilferty approximation.
fn solve(count: u32) -> f64 {
    if count == 0 {
        return 0.0;
    }
    let a = f64::from(count);
    let z = -1.644_853_626_951_472_2;
    let cube = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt());
    let mut x = (a * cube * cube * cube).max(0.01);
    for _ in 0..50 {
        let density = ((a - 1.0) * x.ln() - x - ln_gamma(a)).exp();
        let step = (lower_gamma(a, x) - TAIL) / density;
        x = (x - step).max(x / 2.0);
        if step.abs() <= 1e-13 * x {
            break;
        }
    }
    x
}

/// Regularised lower incomplete gamma function P(a, x) for x < a + 1, by its series (Abramowitz & Stegun 6.5.29).
fn lower_gamma(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
    while term > sum * 1e-17 {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum * (a * x.ln() - x - ln_gamma(a)).exp()
}

/// Natural logarithm of the gamma function for x >= 1, by Stirling's series after shifting x over 15
/// (Abramowitz & Stegun 6.1.41).
fn ln_gamma(mut x: f64) -> f64 {
    let mut shift = 1.0;
    while x < 15.0 {
        shift *= x;
        x += 1.0;
    }
    let (inverse, square) = (1.0 / x, 1.0 / (x * x));
    let series = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0)));
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - f64::ln(shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From R: `sprintf("%.10g", qgamma(0.05, c(1, 2, 3, 5, 10, 100, 1000, 4095, 4096, 100000)))`.
    #[test]
    fn bounds_are_those_of_r() {
        for (count, want) in WANT {
            let got = poisson_lower_bound(count);
            assert!((got / want - 1.0).abs() < 1e-9, "{count}: {got} is not {want}");
        }
        assert_eq!(poisson_lower_bound(0), 0.0);
        assert!((1..5000).all(|count| poisson_lower_bound(count) < f64::from(count)));
        assert!((1..5000).all(|count| poisson_lower_bound(count - 1) < poisson_lower_bound(count)));
    }

    const WANT: [(u32, f64); 10] = [
        (1, 0.051_293_294_387_6),
        (2, 0.355_361_510_699),
        (3, 0.817_691_447_164),
        (5, 1.970_149_568_06),
        (10, 5.425_405_697_09),
        (100, 84.139_277_218_3),
        (1_000, 948.559_849_384),
        (4_095, 3_990.313_792_24),
        (4_096, 3_991.300_940_67),
        (100_000, 99_480.420_746_8),
    ];
}
