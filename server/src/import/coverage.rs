//! What a record of a gVCF says of each sample beside its alleles: from where to where it was called, and how well.
//!
//! Invariant: a call reaches as far as the record says it does: a sample's LEN, else INFO/END of a reference block, else
//! the reference bases.

use super::genotypes::{Place, integer};
use super::record::Fixed;
use crate::domain::{
    allele::is_catch_all,
    columns::NO_DEPTH,
    genotype::{Alleles, Call, Genotype},
    groups::GroupMasks,
    quality::is_high_quality,
};

/// Stands for an allele that no record has: what a call is for it, it is for any allele that is not recorded.
const NO_ALLELE: u16 = u16::MAX;

/// What a record says of one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SampleCall {
    /// Last position that it speaks for; 0 where nothing was called.
    pub(super) end: u32,
    /// The call, as it is for an allele that is not recorded.
    pub(super) state: Genotype,
    /// Called alleles of a ploidy over two.
    pub(super) polyploid: u16,
    /// Mean depth, [`NO_DEPTH`] where it is not stated.
    pub(super) depth: u16,
    /// Whether it is of high quality; none where the record lacks the fields to tell.
    pub(super) hq: Option<bool>,
}

/// How much a record says of what lies between alleles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordKind {
    /// Nothing, unless another record of the file makes it a gVCF.
    Plain,
    /// It has `<NON_REF>` or `<*>`, or is a block without alternates: the file is a gVCF.
    Gvcf,
}

impl RecordKind {
    pub(super) fn of(fixed: &Fixed<'_>) -> Self {
        let is_gvcf = match fixed.alternates.as_deref() {
            Some(alternates) => alternates.contains('<') && alternates.split(',').any(is_catch_all),
            None => end_of(&fixed.info).is_some(),
        };
        if is_gvcf { Self::Gvcf } else { Self::Plain }
    }
}

/// Where a FORMAT column puts the fields that coverage needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    text: Vec<u8>,
    genotype: Option<usize>,
    depth: Option<usize>,
    least_depth: Option<usize>,
    quality: Option<usize>,
    allele_depths: Option<usize>,
    length: Option<usize>,
}

impl Fields {
    fn update(&mut self, text: &[u8]) {
        if self.text == text {
            return;
        }
        let find = |key: &[u8]| text.split(|&byte| byte == b':').position(|field| field == key);
        *self = Fields {
            text: text.to_vec(),
            genotype: find(b"GT"),
            depth: find(b"DP"),
            least_depth: find(b"MIN_DP"),
            quality: find(b"GQ"),
            allele_depths: find(b"AD"),
            length: find(b"LEN"),
        };
    }

    /// Appends what a record says of each sample. The sample columns were read before and are sound.
    pub(super) fn read(
        &mut self,
        fixed: &Fixed<'_>,
        alternates: u16,
        groups: &GroupMasks,
        place: Place,
        calls: &mut Vec<SampleCall>,
    ) {
        let rest = fixed.rest.unwrap_or_default();
        let mut columns = rest.split(|&byte| byte == b'\t');
        self.update(columns.next().unwrap_or_default());
        let bases = fixed.reference.len() as u32 - 1;
        let is_block = fixed
            .alternates
            .as_deref()
            .is_none_or(|alternates| alternates.split(',').all(is_catch_all));
        let end = end_of(&fixed.info).filter(|&end| is_block && end >= fixed.pos);
        let end = end.unwrap_or(fixed.pos.saturating_add(bases));
        for (sample, column) in columns.take(groups.samples()).enumerate() {
            calls.push(self.call(column, sample, alternates, groups, place, end));
        }
    }

    fn call(
        &self,
        column: &[u8],
        sample: usize,
        alternates: u16,
        groups: &GroupMasks,
        place: Place,
        end: u32,
    ) -> SampleCall {
        let field = |at: Option<usize>| column.split(|&byte| byte == b':').nth(at?);
        let number = |at| field(at).and_then(integer);
        let genotype = field(self.genotype).unwrap_or_default();
        let call = Call::parse(genotype, alternates).unwrap_or(Call::Missing);
        let polyploid = match call {
            Call::Polyploid => Alleles::new(genotype, alternates).flatten().flatten().count() as u16,
            _ => 0,
        };
        if call == Call::Missing {
            return SampleCall {
                end: 0,
                state: Genotype::Missing,
                polyploid,
                depth: NO_DEPTH,
                hq: None,
            };
        }
        let (depth, least_depth, quality) =
            (number(self.depth), number(self.least_depth), number(self.quality));
        let length = number(self.length).filter(|&length| length > 0 && is_reference(call));
        let has_quality = self.quality.is_some() && (self.depth.is_some() || self.least_depth.is_some());
        let depth_of = |allele: u16| {
            let depths = field(self.allele_depths)?;
            integer(depths.split(|&byte| byte == b',').nth(allele.into())?)
        };
        SampleCall {
            end: length.map_or(end, |length| place.position.saturating_add(length - 1)),
            state: call.genotype(NO_ALLELE),
            polyploid,
            depth: depth
                .or(least_depth)
                .map_or(NO_DEPTH, |depth| depth.min(u32::from(NO_DEPTH) - 1) as u16),
            hq: has_quality.then(|| {
                let copies = groups.copies(place.build, place.contig, place.position, sample);
                is_high_quality(call, copies, quality, least_depth.or(depth), depth_of)
            }),
        }
    }
}

fn is_reference(call: Call) -> bool {
    matches!(call, Call::Haploid(0) | Call::Partial(0) | Call::Diploid(0, 0))
}

/// INFO/END.
fn end_of(info: &str) -> Option<u32> {
    let end = info.split(';').find_map(|entry| entry.strip_prefix("END="))?;
    end.parse::<i32>().ok().and_then(|end| u32::try_from(end).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::build::{Build, X};
    use crate::domain::groups::Sex;

    fn read(line: &str, contig: i16) -> Vec<SampleCall> {
        let fixed = Fixed::parse(line.as_bytes(), 11).unwrap();
        let groups = GroupMasks::new(2, [&[0, 1][..]], &[Sex::Male, Sex::Female]);
        let place = Place {
            build: Build::Grch37,
            contig,
            position: fixed.pos,
        };
        let alternates = fixed
            .alternates
            .as_deref()
            .map_or(0, |all| all.split(',').count()) as u16;
        let mut calls = Vec::new();
        Fields::default().read(&fixed, alternates, &groups, place, &mut calls);
        calls
    }

    #[test]
    fn gvcf_records_are_told() {
        use RecordKind::*;
        for (alternate, info, want) in [
            ("<NON_REF>", "END=9", Gvcf),
            ("<*>", ".", Gvcf),
            ("A,<NON_REF>", ".", Gvcf),
            ("A,C,<*>", "DP=3", Gvcf),
            (".", "END=9;MIN_DP=3", Gvcf),
            (".", "DP=3", Plain),
            (".", "CIEND=0,1", Plain),
            ("A", ".", Plain),
            ("<DEL>", "END=9", Plain),
            ("*", ".", Plain),
        ] {
            let line = format!("1\t5\t.\tG\t{alternate}\t.\t.\t{info}");
            let fixed = Fixed::parse(line.as_bytes(), 8).unwrap();
            assert_eq!(RecordKind::of(&fixed), want, "{line}");
        }
    }

    #[test]
    fn calls_reach_as_far_as_they_say() {
        use Genotype::*;
        for (line, want) in [
            // GATK: a block with END.
            (
                "G\t<NON_REF>\t.\t.\tEND=20\tGT:DP:GQ:MIN_DP\t0/0:30:50:25\t./.:0:0:0",
                [
                    (20, HomozygousOther, 30, Some(true)),
                    (0, Missing, NO_DEPTH, None),
                ],
            ),
            // The least depth decides on quality, the mean is shown.
            (
                "G\t<NON_REF>\t.\t.\tEND=20\tGT:DP:GQ:MIN_DP\t0/0:30:50:9\t0/0:30:19:25",
                [
                    (20, HomozygousOther, 30, Some(false)),
                    (20, HomozygousOther, 30, Some(false)),
                ],
            ),
            // VCF 4.5: each sample has its own length.
            (
                "G\t<*>\t.\t.\t.\tGT:LEN\t0/0:4\t0:40",
                [
                    (8, HomozygousOther, NO_DEPTH, None),
                    (44, HaploidOther, NO_DEPTH, None),
                ],
            ),
            (
                "G\t<*>\t.\t.\tEND=9\tGT:LEN\t0/0:.\t0/.:40",
                [
                    (9, HomozygousOther, NO_DEPTH, None),
                    (44, PartialOther, NO_DEPTH, None),
                ],
            ),
            // A record with an allele reaches over its reference bases, and a block that begins with it over its length.
            (
                "GTC\tG,<NON_REF>\t.\t.\tEND=90\tGT\t0/1\t1/2",
                [
                    (7, HomozygousOther, NO_DEPTH, None),
                    (7, HomozygousOther, NO_DEPTH, None),
                ],
            ),
            (
                "G\tA,<*>\t.\t.\t.\tGT:LEN\t0/1:.\t0/0:10",
                [
                    (5, HomozygousOther, NO_DEPTH, None),
                    (14, HomozygousOther, NO_DEPTH, None),
                ],
            ),
            // Without alternates, as bcftools writes its blocks.
            (
                "G\t.\t.\t.\tEND=7;MIN_DP=3\tGT:DP\t0/0:70000\t0/0:4",
                [(7, HomozygousOther, 65_534, None), (7, HomozygousOther, 4, None)],
            ),
            (
                "G\t<NON_REF>\t.\t.\tEND=2\tGT\t0/0\t0|0",
                [
                    (5, HomozygousOther, NO_DEPTH, None),
                    (5, HomozygousOther, NO_DEPTH, None),
                ],
            ),
        ] {
            let found = read(&format!("1\t5\t.\t{line}"), 1);
            let found: Vec<_> = found
                .iter()
                .map(|call| (call.end, call.state, call.depth, call.hq))
                .collect();
            assert_eq!(found, want, "{line}");
        }
        let calls = read("1\t5\t.\tG\t<NON_REF>\t.\t.\tEND=9\tGT\t0/0/0\t0/./0", 1);
        assert_eq!(
            calls
                .iter()
                .map(|call| (call.state, call.polyploid))
                .collect::<Vec<_>>(),
            [(Missing, 3), (Missing, 2)]
        );
        // Beside the PAR a male needs only half the depth.
        let calls = read(
            "X\t5000000\t.\tG\t<NON_REF>\t.\t.\tEND=5000009\tGT:DP:GQ\t0/0:6:50\t0/0:6:50",
            X,
        );
        assert_eq!(
            calls.iter().map(|call| call.hq).collect::<Vec<_>>(),
            [Some(true), Some(false)]
        );
    }
}
