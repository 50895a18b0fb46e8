//! Places of genes: on a chromosome of the build, or refused.
//!
//! Invariant: a place that is taken lies within its chromosome.

use crate::domain::build::Build;
use crate::domain::genes::annotation::{Place, Reason, Strand};
use crate::domain::intervals::Interval;

/// The place at `seqname:start-end`, 1-based inclusive, or why it is refused.
pub(super) fn place(
    build: Build,
    seqname: &str,
    (start, end): (u32, u32),
    strand: Option<Strand>,
) -> Result<Place, (Reason, String)> {
    let Some(contig) = build.contig(seqname) else {
        let message = format!("{seqname} is not a chromosome of {build}");
        return Err((Reason::OffStandardContig, message));
    };
    if start == 0 || start > end || end > contig.length {
        let message = format!(
            "{} of {build} has the positions 1 to {}",
            contig.name, contig.length
        );
        return Err((Reason::OutOfRange, message));
    }
    let interval = Interval {
        contig: contig.ordinal,
        start,
        end,
    };
    Ok(Place { interval, strand })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_on_chromosomes_are_taken() {
        for (seqname, range, expected) in [
            ("chr20", (1_874_813, 1_920_539), Ok(20)),
            ("MT", (1, 16_569), Ok(25)),
            ("MT", (1, 16_570), Err(Reason::OutOfRange)),
            ("1", (0, 5), Err(Reason::OutOfRange)),
            ("1", (6, 5), Err(Reason::OutOfRange)),
            ("chr6_cox_hap2", (1, 5), Err(Reason::OffStandardContig)),
        ] {
            let found = place(Build::Grch37, seqname, range, None);
            let found = found
                .map(|place| place.interval.contig)
                .map_err(|(reason, _)| reason);
            assert_eq!(found, expected, "{seqname}:{range:?}");
        }
    }
}
