//! Left alignment of one record's alleles after another's, and what is kept of how the file states them.
//!
//! Invariant: no allele is moved further before its record than [`REORDER_WINDOW`], which the builder waits for.

use super::record::Fixed;
use crate::domain::allele::{Alignment, Allele, Extent, REORDER_WINDOW};
use crate::domain::reference::{Agreement, Reference, ReferenceReader, Unreadable};

/// Aligns alleles; without a reference it leaves them as they are.
#[derive(Debug)]
pub(super) struct Aligner<'a> {
    reader: Option<ReferenceReader<'a>>,
}

/// POS, REF and one alternate allele as the record states them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) position: u32,
    pub(super) reference_bases: Box<str>,
    pub(super) alternate_bases: Box<str>,
}

impl<'a> Aligner<'a> {
    pub(super) fn new(reference: Option<&'a Reference>) -> Self {
        Aligner {
            reader: reference.map(Reference::reader),
        }
    }

    /// The allele where it belongs, and what was done.
    pub(super) fn align(
        &mut self,
        contig: i16,
        record: &Fixed<'_>,
        allele: Allele,
    ) -> Result<(Allele, Alignment), Unreadable> {
        let Some(reader) = self.reader.as_mut().filter(|_| allele.may_move()) else {
            return Ok((allele, Alignment::Trimmed));
        };
        match reader.compare(contig, record.pos, record.reference.as_bytes())? {
            Agreement::Absent => return Ok((allele, Alignment::Trimmed)),
            Agreement::Differs(..) => return Ok((allele, Alignment::OtherReference)),
            Agreement::Same | Agreement::Open => {}
        }
        let floor = record.pos.saturating_sub(REORDER_WINDOW);
        // Beyond the contig's end there is nothing to agree with.
        let base = |position| Ok(reader.base(contig, position)?.unwrap_or(b'N'));
        Ok(match allele.left_aligned(floor, base)? {
            Ok(aligned) => (aligned, Alignment::Shifted),
            Err(why) => (allele, why),
        })
    }
}

impl Origin {
    /// How the record states the allele; none where that is how it stands.
    pub(super) fn of(record: &Fixed<'_>, alternate: &str, allele: &Allele) -> Option<Box<Origin>> {
        let is_same = record.pos == allele.position
            && record.reference.eq_ignore_ascii_case(&allele.reference_bases)
            && alternate.eq_ignore_ascii_case(&allele.alternate_bases);
        let origin = || Origin {
            position: record.pos,
            reference_bases: record.reference.into(),
            alternate_bases: alternate.into(),
        };
        (!is_same).then(|| Box::new(origin()))
    }

    /// The allele where trimming leaves it; alleles that can be aligned have bases only.
    pub(super) fn trimmed(&self) -> Allele {
        Allele::new(
            self.position,
            &self.reference_bases,
            &self.alternate_bases,
            Extent::default(),
        )
    }
}
