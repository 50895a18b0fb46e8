//! The rule for high-quality genotypes.
//!
//! Invariant: what a rule needs and a call does not state counts against the call.

use super::genotype::Call;

/// Least genotype quality.
pub const MIN_GQ: u32 = 20;
/// Least depth of a call on two chromosomes.
pub const MIN_DP: u32 = 10;
/// Least depth of a call on one chromosome.
pub const MIN_DP_HAPLOID: u32 = 5;
/// Least share of the reads that each called alternate allele of a heterozygote needs, as a fraction of DP.
pub const MIN_ALLELE_BALANCE: f32 = 0.2;

/// How many chromosomes a sample has at a position, by its sex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copies {
    /// As called; also where the sex is not known.
    AsCalled,
    /// One, whatever was called: X and Y of a male outside the pseudo-autosomal regions.
    One,
    /// None: Y of a female.
    None,
}

/// Whether a call is of high quality (the rule of gnomAD's `adj`: GQ >= 20, DP >= 10 or >= 5 on one chromosome, allele
/// balance >= 0.2 for each alternate allele of a heterozygote). `depth_of` gives AD of an allele by index.
pub fn is_high_quality(
    call: Call,
    copies: Copies,
    gq: Option<u32>,
    dp: Option<u32>,
    mut depth_of: impl FnMut(u16) -> Option<u32>,
) -> bool {
    let (Some(gq), Some(dp)) = (gq, dp) else {
        return false;
    };
    let one = matches!(call, Call::Haploid(_)) || copies == Copies::One;
    if call == Call::Missing || copies == Copies::None || gq < MIN_GQ {
        return false;
    }
    if dp < if one { MIN_DP_HAPLOID } else { MIN_DP } {
        return false;
    }
    match call {
        Call::Diploid(a, b) if a != b => {
            let balanced = |depth: Option<u32>| {
                depth.is_some_and(|depth| depth as f32 >= MIN_ALLELE_BALANCE * dp as f32)
            };
            copies != Copies::One
                && [a, b]
                    .into_iter()
                    .filter(|&allele| allele > 0)
                    .all(|allele| balanced(depth_of(allele)))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_holds_at_its_edges() {
        use Copies::*;
        let het = Call::Diploid(0, 1);
        for (call, copies, gq, dp, ad, want) in [
            (Call::Diploid(0, 0), AsCalled, 20, 10, [10, 0, 0], true),
            (Call::Diploid(0, 0), AsCalled, 19, 10, [10, 0, 0], false),
            (Call::Diploid(0, 0), AsCalled, 20, 9, [9, 0, 0], false),
            (het, AsCalled, 99, 10, [8, 2, 0], true),
            (het, AsCalled, 99, 10, [9, 1, 0], false),
            (Call::Diploid(1, 2), AsCalled, 99, 20, [0, 16, 4], true),
            (Call::Diploid(1, 2), AsCalled, 99, 20, [0, 17, 3], false),
            (Call::Haploid(1), AsCalled, 99, 5, [0, 5, 0], true),
            (Call::Haploid(1), AsCalled, 99, 4, [0, 4, 0], false),
            (Call::Diploid(1, 1), One, 99, 5, [0, 5, 0], true),
            (het, One, 99, 30, [15, 15, 0], false),
            (Call::Diploid(1, 1), None, 99, 30, [0, 30, 0], false),
            (Call::Partial(1), AsCalled, 99, 10, [0, 1, 0], true),
            (Call::Missing, AsCalled, 99, 30, [30, 0, 0], false),
        ] {
            let got = is_high_quality(call, copies, Some(gq), Some(dp), |allele| {
                ad.get(usize::from(allele)).copied()
            });
            assert_eq!(got, want, "{call:?} {copies:?} GQ {gq} DP {dp} AD {ad:?}");
        }
        assert!(!is_high_quality(het, AsCalled, Some(99), Some(30), |_| {
            Option::None
        }));
        assert!(!is_high_quality(het, AsCalled, Some(99), Option::None, |_| Some(
            15
        )));
    }
}
