//! Tests of Hardy-Weinberg equilibrium.
//!
//! Invariant: both tests are symmetric in the two alleles.

/// P value of the exact test on fully called diploids: the sum of the probabilities of all heterozygote counts that are
/// no likelier than the observed one (Wigginton, Cutler & Abecasis 2005, doi:10.1086/429864). 1 where there is no
/// diploid; absent where the counts contradict one another.
pub fn hwe_exact(n_dip: u32, het: u32, hom: u32) -> Option<f64> {
    let other = n_dip.checked_sub(het)?.checked_sub(hom)?;
    if n_dip == 0 {
        return Some(1.0);
    }
    let rare = 2 * u64::from(hom.min(other)) + u64::from(het);
    let n = f64::from(n_dip);
    // The likeliest number of heterozygotes has the parity of the rare allele's count.
    let mut middle = rare * (2 * u64::from(n_dip) - rare) / (2 * u64::from(n_dip));
    middle += (middle ^ rare) & 1;
    // Probabilities relative to that of the middle.
    let weight = |observed: u64| -> (f64, f64) {
        let (mut sum, mut of_observed) = (1.0, if observed == middle { 1.0 } else { 0.0 });
        let mut visit = |probability: f64, at: u64| {
            sum += probability;
            if at == observed {
                of_observed = probability;
            }
        };
        walk(rare, middle, n, &mut visit);
        (sum, of_observed)
    };
    let (sum, observed) = weight(u64::from(het));
    // Rounding must not part counts that are equally likely.
    let limit = observed * (1.0 + 1e-9);
    let mut tail = if 1.0 <= limit { 1.0 } else { 0.0 };
    walk(rare, middle, n, &mut |probability, _| {
        if probability <= limit {
            tail += probability;
        }
    });
    Some((tail / sum).min(1.0))
}

/// Visits all heterozygote counts but the middle one, with their probabilities relative to that.
fn walk(rare: u64, middle: u64, n: f64, visit: &mut impl FnMut(f64, u64)) {
    let homozygotes = |het: u64| {
        let rare_homozygotes = (rare - het) as f64 / 2.0;
        (rare_homozygotes, n - het as f64 - rare_homozygotes)
    };
    let mut probability = 1.0;
    let mut het = middle;
    while het >= 2 && probability > 0.0 {
        let (rare_homozygotes, common) = homozygotes(het);
        let count = het as f64;
        probability *= count * (count - 1.0) / (4.0 * (rare_homozygotes + 1.0) * (common + 1.0));
        het -= 2;
        visit(probability, het);
    }
    let (mut probability, mut het) = (1.0, middle);
    while het + 2 <= rare && probability > 0.0 {
        let (rare_homozygotes, common) = homozygotes(het);
        let count = het as f64;
        probability *= 4.0 * rare_homozygotes * common / ((count + 2.0) * (count + 1.0));
        het += 2;
        visit(probability, het);
    }
}

/// The chi-square statistic with one degree of freedom, without continuity correction, on fully called diploids (Weir,
/// Genetic Data Analysis II, 1996, ch. 3). Absent where one of the alleles does not occur.
pub fn hwe_chi_square(n_dip: u32, het: u32, hom: u32) -> Option<f64> {
    let other = n_dip.checked_sub(het)?.checked_sub(hom)?;
    let n = f64::from(n_dip);
    let p = (2.0 * f64::from(hom) + f64::from(het)) / (2.0 * n);
    if n_dip == 0 || p == 0.0 || p == 1.0 {
        return None;
    }
    let term = |observed: u32, expected: f64| (f64::from(observed) - expected).powi(2) / expected;
    Some(term(hom, n * p * p) + term(het, 2.0 * n * p * (1.0 - p)) + term(other, n * (1.0 - p) * (1.0 - p)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exact distribution by logarithms of factorials, term by term.
    fn by_enumeration(n: u32, het: u32, hom: u32) -> f64 {
        let ln_factorial = |n: u32| (1..=n).map(|i| f64::from(i).ln()).sum::<f64>();
        let alleles = 2 * hom + het;
        let probability = |het: u32| {
            let hom = (alleles - het) / 2;
            let other = n - het - hom;
            let ways = ln_factorial(n) - ln_factorial(hom) - ln_factorial(het) - ln_factorial(other);
            let total = ln_factorial(2 * n) - ln_factorial(alleles) - ln_factorial(2 * n - alleles);
            (ways + f64::from(het) * 2f64.ln() - total).exp()
        };
        let counts = (0..=alleles.min(2 * n - alleles)).filter(|het| (alleles - het).is_multiple_of(2));
        let observed = probability(het);
        counts
            .map(probability)
            .filter(|&p| p <= observed * (1.0 + 1e-9))
            .sum()
    }

    #[test]
    fn exact_test_equals_enumeration() {
        for n in [1, 2, 3, 7, 20, 57, 100] {
            for het in 0..=n {
                for hom in 0..=n - het {
                    let (got, want) = (hwe_exact(n, het, hom).unwrap(), by_enumeration(n, het, hom));
                    assert!((got - want).abs() < 1e-9, "{n} {het} {hom}: {got} is not {want}");
                }
            }
        }
    }

    #[test]
    fn large_and_impossible_counts() {
        assert_eq!(hwe_exact(0, 0, 0), Some(1.0));
        assert_eq!(hwe_exact(5, 4, 2), None);
        assert_eq!(hwe_exact(1000, 0, 0), Some(1.0));
        assert_eq!(hwe_exact(500_000, 250_000, 125_000).map(|p| p > 0.99), Some(true));
        assert_eq!(hwe_exact(1000, 0, 500).map(|p| p < 1e-200), Some(true));
    }

    /// From R: `chisq <- function(o) { n <- sum(o); p <- (2*o[1]+o[2])/(2*n); e <- n*c(p^2, 2*p*(1-p), (1-p)^2);
    /// sum((o-e)^2/e) }` on counts of homozygotes, heterozygotes, others.
    #[test]
    fn chi_square() {
        for (n, het, hom, want) in [
            (100, 50, 25, 0.0),
            (100, 40, 30, 4.0),
            (100, 0, 50, 100.0),
            (1000, 57, 14, 89.788_175_78),
        ] {
            let got = hwe_chi_square(n, het, hom).unwrap();
            assert!((got - want).abs() < 1e-6, "{n} {het} {hom}: {got} is not {want}");
        }
        assert_eq!(hwe_chi_square(10, 0, 0), None);
        assert_eq!(hwe_chi_square(10, 0, 10), None);
        assert_eq!(hwe_chi_square(0, 0, 0), None);
    }
}
