//! REF of each record against the reference, as the validation reports it.
//!
//! Invariant: a file of another build is known by the share of records that differ; a single one is only a warning.

use serde::{Deserialize, Serialize};

use super::super::validate::{Finding, Limits, RecordValidator};
use crate::domain::build::{ContigIndex, ContigRef};
use crate::domain::reference::{Agreement, Reference, ReferenceReader, Unreadable};

/// Compares the records of a file, on any thread.
#[derive(Debug, Clone)]
pub(crate) struct RefCheck {
    reference: Reference,
    contigs: ContigIndex,
}

impl RefCheck {
    pub(crate) fn new(reference: Reference, contigs: ContigIndex) -> Self {
        RefCheck { reference, contigs }
    }

    /// For one chunk of records.
    pub(crate) fn chunk(&self) -> ChunkCheck<'_> {
        ChunkCheck {
            contigs: &self.contigs,
            reader: self.reference.reader(),
            contig: None,
        }
    }
}

/// Compares records one after the other.
#[derive(Debug)]
pub(crate) struct ChunkCheck<'a> {
    contigs: &'a ContigIndex,
    reader: ReferenceReader<'a>,
    /// The contig of the record before.
    contig: Option<(Vec<u8>, Option<ContigRef>)>,
}

impl ChunkCheck<'_> {
    /// Compares a record and adds what it finds; whether it differs, or none where there is nothing to compare.
    pub(crate) fn record(
        &mut self,
        rules: &RecordValidator,
        number: u64,
        line: &[u8],
        findings: &mut Vec<Finding>,
    ) -> Result<Option<bool>, Unreadable> {
        let mut fields = line.splitn(5, |&byte| byte == b'\t');
        let (chrom, pos, bases) = (fields.next(), fields.next(), fields.nth(1));
        let (Some(chrom), Some(pos), Some(bases), Some(_)) = (chrom, pos, bases, fields.next()) else {
            return Ok(None);
        };
        let pos = std::str::from_utf8(pos)
            .ok()
            .and_then(|pos| pos.parse::<u32>().ok());
        let (Some(contig), Some(pos)) = (self.contig(chrom), pos) else {
            return Ok(None);
        };
        match self.reader.compare(contig.ordinal, pos, bases)? {
            Agreement::Absent => Ok(None),
            Agreement::Same => Ok(Some(false)),
            Agreement::Open => {
                rules.reference_open(number, line, bases, findings);
                Ok(Some(false))
            }
            Agreement::Differs(at, stated) => {
                let stated = stated.map(char::from);
                rules.reference_differs(number, line, &bases[at..], stated, findings);
                Ok(Some(true))
            }
        }
    }

    fn contig(&mut self, name: &[u8]) -> Option<ContigRef> {
        if let Some((known, contig)) = &self.contig
            && known == name
        {
            return *contig;
        }
        let contig = std::str::from_utf8(name)
            .ok()
            .and_then(|name| self.contigs.get(name));
        self.contig = Some((name.to_owned(), contig));
        contig
    }
}

/// How many records were compared, and how many differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Comparison {
    pub(crate) compared: u64,
    pub(crate) differing: u64,
}

impl Comparison {
    /// Whether so many differ that the reference must be another, while records are still coming.
    pub(crate) fn is_hopeless(self, limits: &Limits) -> bool {
        self.differing >= limits.reference_differences && self.is_over_share(limits)
    }

    /// The same at the end of the file, which may have few records.
    pub(crate) fn was_hopeless(self, limits: &Limits) -> bool {
        self.differing >= limits.reference_differences_at_end && self.is_over_share(limits)
    }

    fn is_over_share(self, limits: &Limits) -> bool {
        self.differing * 100 > self.compared * limits.reference_percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_differing_records_means_another_reference() {
        let limits = Limits::default();
        for (compared, differing, during, at_end) in [
            (9, 9, false, false),
            (10, 10, false, true),
            (100, 10, false, false),
            (99, 10, false, true),
            (100, 100, true, true),
            (999, 100, true, true),
            (1000, 100, false, false),
            (1_000_000, 9_000, false, false),
        ] {
            let comparison = Comparison { compared, differing };
            let got = (comparison.is_hopeless(&limits), comparison.was_hopeless(&limits));
            assert_eq!(got, (during, at_end), "{comparison:?}");
        }
    }
}
