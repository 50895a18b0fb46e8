//! The sample columns of a record.
//!
//! Invariant: the fast way over genotypes of a fixed width and the general way read the same, and both count what a
//! plain loop over the text counts.

use allelecast_server::domain::build::Build;
use allelecast_server::domain::genotype::{Alleles, Call};
use allelecast_server::domain::groups::GroupMasks;
use allelecast_server::domain::planes::Counts;
use allelecast_server::import::genotypes::{Format, Genotypes, Place};

/// The first byte gives the number of alternates; the rest are columns of genotypes, divided by tabs.
pub fn genotypes(data: &[u8]) {
    let Some((&first, columns)) = data.split_first() else {
        return;
    };
    let alternates = u16::from(first % 16);
    let samples = 1 + columns.iter().filter(|&&byte| byte == b'\t').count();
    let members: Vec<u32> = (0..samples as u32).collect();
    let groups = GroupMasks::new(samples, [members.as_slice()], &[]);
    let read = |format: &[u8]| {
        let (mut genotypes, mut layout) = (Genotypes::default(), Format::default());
        layout.update(format);
        let place = Place {
            build: Build::Grch37,
            contig: 1,
            position: 100,
        };
        genotypes
            .read(columns, &layout, alternates, &groups, place)
            .map(|()| genotypes)
    };
    // The same text, which the second FORMAT sends the general way.
    let (fast, general) = (read(b"GT"), read(b"GT:XX"));
    let (fast, general) = match (fast, general) {
        (Ok(fast), Ok(general)) => (fast, general),
        (fast, general) => {
            assert_eq!(fast.err(), general.err());
            return;
        }
    };
    for alternate in 0..alternates {
        let rows = [&fast, &general].map(|genotypes| genotypes.row(alternate.into()));
        for sample in 0..samples as u32 {
            assert_eq!(
                rows[0].genotype(sample),
                rows[1].genotype(sample),
                "sample {sample}"
            );
        }
        let want = naive(columns, alternates, alternate + 1);
        for row in rows {
            assert_eq!(row.counts(&groups.masks()[0]), want);
        }
    }
}

/// Counts sample by sample.
fn naive(columns: &[u8], alternates: u16, allele: u16) -> Counts {
    let mut counts = Counts::default();
    for column in columns.split(|&byte| byte == b'\t') {
        let field = column.split(|&byte| byte == b':').next().unwrap_or_default();
        let call =
            Call::parse(field, alternates).unwrap_or_else(|error| panic!("it was read before: {error}"));
        let alleles: Vec<Option<u16>> = Alleles::new(field, alternates).filter_map(Result::ok).collect();
        let called = alleles.iter().flatten().count() as u32;
        let copies = alleles
            .iter()
            .flatten()
            .filter(|&&called| called == allele)
            .count() as u32;
        counts.ns += u32::from(called > 0);
        counts.an += called;
        counts.ac += copies;
        if let Call::Diploid(..) = call {
            counts.n_dip += 1;
            counts.het += u32::from(copies == 1);
            counts.hom += u32::from(copies == 2);
        }
        counts.hemi += u32::from(call == Call::Haploid(allele));
    }
    counts
}
