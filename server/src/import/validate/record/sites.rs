//! The places and alleles of records, as the checks across records need them.
//!
//! Invariant: an allele's key is that of its trimmed form, so that two spellings of one variant are equal.

use super::alt::Allele;

/// A trimmed allele: where it begins, and a hash of its bases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlleleKey {
    /// 1-based position of the first base of the trimmed REF.
    pub pos: u64,
    /// Hash of the trimmed REF and ALT, the same in every process.
    pub hash: u64,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site<'a> {
    /// CHROM.
    pub contig: &'a str,
    /// POS.
    pub pos: u64,
    /// 1-based line.
    pub line: u64,
    /// Its alleles that are spelled in bases.
    pub alleles: &'a [AlleleKey],
}

/// The records of a chunk, in order.
#[derive(Debug, Default)]
pub struct Sites {
    contigs: Vec<String>,
    rows: Vec<Row>,
    alleles: Vec<AlleleKey>,
}

#[derive(Debug)]
struct Row {
    contig: usize,
    pos: u64,
    line: u64,
    alleles_end: usize,
}

impl Sites {
    pub(super) fn push(&mut self, contig: &[u8], pos: u64, line: u64, reference: &[u8], alts: &[Allele<'_>]) {
        if self.contigs.last().is_none_or(|last| last.as_bytes() != contig) {
            self.contigs.push(String::from_utf8_lossy(contig).into_owned());
        }
        self.alleles.extend(
            alts.iter()
                .filter(|alt| alt.is_bases())
                .map(|alt| trimmed(pos, reference, alt.text)),
        );
        let row = Row {
            contig: self.contigs.len() - 1,
            pos,
            line,
            alleles_end: self.alleles.len(),
        };
        self.rows.push(row);
    }

    /// The records, in order.
    pub fn iter(&self) -> impl Iterator<Item = Site<'_>> {
        let mut start = 0;
        self.rows.iter().map(move |row| {
            let alleles = &self.alleles[start..row.alleles_end];
            start = row.alleles_end;
            Site {
                contig: &self.contigs[row.contig],
                pos: row.pos,
                line: row.line,
                alleles,
            }
        })
    }
}

/// The key of an allele without the bases that it shares with REF, at the end first, then at the beginning.
fn trimmed(pos: u64, reference: &[u8], alternate: &[u8]) -> AlleleKey {
    let (mut left, mut right) = (reference, alternate);
    while left.len() > 1
        && right.len() > 1
        && left[left.len() - 1].eq_ignore_ascii_case(&right[right.len() - 1])
    {
        (left, right) = (&left[..left.len() - 1], &right[..right.len() - 1]);
    }
    let mut pos = pos;
    while left.len() > 1 && right.len() > 1 && left[0].eq_ignore_ascii_case(&right[0]) {
        (left, right) = (&left[1..], &right[1..]);
        pos += 1;
    }
    AlleleKey {
        pos,
        hash: fnv(fnv(fnv(0xcbf2_9ce4_8422_2325, left), b">"), right),
    }
}

/// FNV-1a over upper-case bases.
fn fnv(hash: u64, bases: &[u8]) -> u64 {
    let mix =
        |hash: u64, base: &u8| (hash ^ u64::from(base.to_ascii_uppercase())).wrapping_mul(0x0100_0000_01b3);
    bases.iter().fold(hash, mix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_variant_have_one_key() {
        let key =
            |pos, reference: &str, alternate: &str| trimmed(pos, reference.as_bytes(), alternate.as_bytes());
        assert_eq!(key(127, "TTTAT", "TTTGT"), key(130, "A", "G"));
        assert_eq!(key(123, "AT", "AA"), key(124, "t", "a"));
        assert_eq!(key(5, "ATT", "AT"), key(5, "AT", "A"));
        assert_ne!(key(5, "A", "G"), key(5, "A", "T"));
        assert_ne!(key(5, "A", "G"), key(6, "A", "G"));
    }
}
