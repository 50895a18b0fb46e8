//! Genotypes: reading a GT field, and the eight states that one sample can have for one allele.
//!
//! Invariant: a state's three bits are its code, and the code of an all-reference diploid is zero.

/// What one sample's genotype says about one alternate allele. The discriminant is the code in the bit planes:
/// bit 0 is plane 0 ("carries it"), bit 1 plane 1, bit 2 plane 2 ("called, but not as a diploid").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Genotype {
    /// Diploid, neither allele is it.
    HomozygousOther = 0b000,
    /// Diploid, one allele is it; the other may be any called allele.
    Heterozygous = 0b001,
    /// Nothing called, or a ploidy over two, which is kept apart as an [`Exception`](super::planes::Exception).
    Missing = 0b010,
    /// Diploid, both alleles are it.
    Homozygous = 0b011,
    /// Haploid, not it.
    HaploidOther = 0b100,
    /// Haploid, it.
    Hemizygous = 0b101,
    /// Diploid, one allele not called, the other not it.
    PartialOther = 0b110,
    /// Diploid, one allele not called, the other it.
    Partial = 0b111,
}

impl Genotype {
    /// All states in the order of their codes.
    pub const ALL: [Genotype; 8] = [
        Genotype::HomozygousOther,
        Genotype::Heterozygous,
        Genotype::Missing,
        Genotype::Homozygous,
        Genotype::HaploidOther,
        Genotype::Hemizygous,
        Genotype::PartialOther,
        Genotype::Partial,
    ];

    /// The state of the lowest three bits of `code`.
    pub fn from_code(code: u8) -> Self {
        Self::ALL[usize::from(code & 7)]
    }

    /// Number of called alleles.
    pub fn called(self) -> u32 {
        match self {
            Genotype::Missing => 0,
            Genotype::HomozygousOther | Genotype::Heterozygous | Genotype::Homozygous => 2,
            _ => 1,
        }
    }

    /// Number of called alleles that are the allele in question.
    pub fn copies(self) -> u32 {
        match self {
            Genotype::Homozygous => 2,
            Genotype::Heterozygous | Genotype::Hemizygous | Genotype::Partial => 1,
            _ => 0,
        }
    }
}

/// One sample's called alleles, as indexes into `REF, ALT 1, ALT 2, …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Nothing called: `.`, `./.`, no GT.
    Missing,
    /// One chromosome: `1`.
    Haploid(u16),
    /// One of two chromosomes called: `./1`.
    Partial(u16),
    /// Both called: `0|1`.
    Diploid(u16, u16),
    /// Ploidy over two with something called; the alleles are read from the text again.
    Polyploid,
}

/// Why a GT field cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenotypeError {
    /// Something else than numbers, `.`, `/` and `|`.
    #[error("the genotype is not written as allele numbers between / or |")]
    Syntax,
    /// An allele number without an allele.
    #[error("the genotype names allele {index}, but the record has only {alternates} alternate alleles")]
    AlleleIndex {
        /// The number found.
        index: u32,
        /// Alternate alleles of the record.
        alternates: u16,
    },
}

impl Call {
    /// Reads a GT field. `alternates` is the number of alternate alleles of the record.
    ///
    /// # Errors
    /// The field is no genotype or names an allele that the record does not have.
    pub fn parse(field: &[u8], alternates: u16) -> Result<Call, GenotypeError> {
        let mut alleles = Alleles::new(field, alternates);
        let first = alleles.next().ok_or(GenotypeError::Syntax)??;
        let Some(second) = alleles.next().transpose()? else {
            return Ok(first.map_or(Call::Missing, Call::Haploid));
        };
        let mut any = first.or(second).is_some();
        let mut more = false;
        for allele in alleles {
            any |= allele?.is_some();
            more = true;
        }
        Ok(match (first, second) {
            _ if !any => Call::Missing,
            _ if more => Call::Polyploid,
            (Some(a), Some(b)) => Call::Diploid(a, b),
            (Some(a), None) | (None, Some(a)) => Call::Partial(a),
            (None, None) => Call::Missing,
        })
    }

    /// The state for the allele of that index (1 is the first alternate).
    pub fn genotype(self, allele: u16) -> Genotype {
        match self {
            Call::Missing | Call::Polyploid => Genotype::Missing,
            Call::Haploid(a) if a == allele => Genotype::Hemizygous,
            Call::Haploid(_) => Genotype::HaploidOther,
            Call::Partial(a) if a == allele => Genotype::Partial,
            Call::Partial(_) => Genotype::PartialOther,
            Call::Diploid(a, b) => match (a == allele, b == allele) {
                (true, true) => Genotype::Homozygous,
                (false, false) => Genotype::HomozygousOther,
                _ => Genotype::Heterozygous,
            },
        }
    }
}

/// Iterates over the alleles of a GT field: `None` where one is not called.
#[derive(Clone, Debug)]
pub struct Alleles<'a> {
    rest: Option<&'a [u8]>,
    alternates: u16,
}

impl<'a> Alleles<'a> {
    /// Alleles of a GT field of a record with that many alternate alleles. A leading phase sign (VCF 4.4) is skipped.
    pub fn new(field: &'a [u8], alternates: u16) -> Self {
        let rest = match field {
            [b'/' | b'|', rest @ ..] => rest,
            all => all,
        };
        Alleles {
            rest: Some(rest),
            alternates,
        }
    }

    fn read(&self, text: &[u8]) -> Result<Option<u16>, GenotypeError> {
        match text {
            b"." => return Ok(None),
            [digit @ b'0'..=b'9'] if u16::from(digit - b'0') <= self.alternates => {
                return Ok(Some(u16::from(digit - b'0')));
            }
            [] => return Err(GenotypeError::Syntax),
            _ => {}
        }
        let mut index = 0u32;
        for byte in text {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return Err(GenotypeError::Syntax);
            }
            index = index.saturating_mul(10).saturating_add(u32::from(digit));
        }
        match u16::try_from(index) {
            Ok(small) if small <= self.alternates => Ok(Some(small)),
            _ => Err(GenotypeError::AlleleIndex {
                index,
                alternates: self.alternates,
            }),
        }
    }
}

impl Iterator for Alleles<'_> {
    type Item = Result<Option<u16>, GenotypeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest?;
        let end = rest.iter().position(|byte| matches!(byte, b'/' | b'|'));
        self.rest = end.map(|end| &rest[end + 1..]);
        Some(self.read(&rest[..end.unwrap_or(rest.len())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read() {
        let index = |index| Err(GenotypeError::AlleleIndex { index, alternates: 2 });
        for (field, want) in [
            ("0/0", Ok(Call::Diploid(0, 0))),
            ("0|1", Ok(Call::Diploid(0, 1))),
            ("|2|1", Ok(Call::Diploid(2, 1))),
            ("/1", Ok(Call::Haploid(1))),
            ("./1", Ok(Call::Partial(1))),
            ("0/.", Ok(Call::Partial(0))),
            ("./.", Ok(Call::Missing)),
            (".", Ok(Call::Missing)),
            ("1", Ok(Call::Haploid(1))),
            ("0/0/1", Ok(Call::Polyploid)),
            ("./././.", Ok(Call::Missing)),
            ("././1", Ok(Call::Polyploid)),
            ("01/1", Ok(Call::Diploid(1, 1))),
            ("3/0", index(3)),
            ("0/70000", index(70_000)),
            ("0/99999999999", index(u32::MAX)),
            ("", Err(GenotypeError::Syntax)),
            ("0/", Err(GenotypeError::Syntax)),
            ("0/a", Err(GenotypeError::Syntax)),
            ("-1", Err(GenotypeError::Syntax)),
            ("0//1", Err(GenotypeError::Syntax)),
        ] {
            assert_eq!(Call::parse(field.as_bytes(), 2), want, "{field:?}");
        }
    }

    #[test]
    fn states_follow_from_calls() {
        use Genotype::*;
        for (call, allele, want) in [
            (Call::Diploid(0, 0), 1, HomozygousOther),
            (Call::Diploid(0, 1), 1, Heterozygous),
            (Call::Diploid(1, 2), 1, Heterozygous),
            (Call::Diploid(1, 2), 2, Heterozygous),
            (Call::Diploid(2, 2), 1, HomozygousOther),
            (Call::Diploid(2, 2), 2, Homozygous),
            (Call::Haploid(1), 1, Hemizygous),
            (Call::Haploid(0), 1, HaploidOther),
            (Call::Partial(1), 1, Partial),
            (Call::Partial(0), 1, PartialOther),
            (Call::Missing, 1, Missing),
        ] {
            assert_eq!(call.genotype(allele), want, "{call:?}");
        }
        for (code, genotype) in Genotype::ALL.into_iter().enumerate() {
            assert_eq!(genotype as usize, code);
            assert_eq!(Genotype::from_code(code as u8), genotype);
            assert_eq!(
                genotype.copies() > 0,
                code & 1 == 1,
                "bit 0 says who carries the allele"
            );
        }
    }
}
