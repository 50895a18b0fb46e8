//! The FORMAT column, and one sample's fields by it.
//!
//! Invariant: fields that a sample leaves out at its end are missing, as the specification has it.

/// Where a record's FORMAT column puts the fields that counting needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Format {
    text: Vec<u8>,
    genotype: Option<usize>,
    depth: Option<usize>,
    quality: Option<usize>,
    allele_depths: Option<usize>,
    /// Fields up to the last one needed.
    needed: usize,
}

/// One sample's fields, as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sample<'a> {
    pub(super) genotype: Option<&'a [u8]>,
    pub(super) depth: Option<&'a [u8]>,
    pub(super) quality: Option<&'a [u8]>,
    pub(super) allele_depths: Option<&'a [u8]>,
}

impl Format {
    /// Reads the column; does nothing where it is that of the record before.
    pub fn update(&mut self, text: &[u8]) {
        if self.text == text {
            return;
        }
        let find = |key: &[u8]| text.split(|&byte| byte == b':').position(|field| field == key);
        let (genotype, depth, quality, allele_depths) = (find(b"GT"), find(b"DP"), find(b"GQ"), find(b"AD"));
        let fields = [genotype, depth, quality, allele_depths];
        let needed = fields.into_iter().flatten().max().map_or(0, |last| last + 1);
        *self = Format {
            text: text.to_vec(),
            genotype,
            depth,
            quality,
            allele_depths,
            needed,
        };
    }

    /// Whether samples have nothing but a genotype.
    pub(super) fn is_genotype_only(&self) -> bool {
        self.text == b"GT"
    }

    /// Whether the record has what the rule for high quality needs: GT, DP, GQ and AD.
    pub(super) fn has_quality(&self) -> bool {
        self.genotype.is_some()
            && self.depth.is_some()
            && self.quality.is_some()
            && self.allele_depths.is_some()
    }

    /// Whether the record has DP or GQ.
    pub(super) fn has_depths(&self) -> bool {
        self.depth.is_some() || self.quality.is_some()
    }

    /// Splits one sample's column.
    pub(super) fn split<'a>(&self, column: &'a [u8]) -> Sample<'a> {
        if self.needed == 1 && self.genotype == Some(0) {
            let end = column
                .iter()
                .position(|&byte| byte == b':')
                .unwrap_or(column.len());
            return Sample {
                genotype: Some(&column[..end]),
                ..Sample::default()
            };
        }
        let mut sample = Sample::default();
        for (i, field) in column.split(|&byte| byte == b':').take(self.needed).enumerate() {
            let field = Some(field);
            match Some(i) {
                i if i == self.genotype => sample.genotype = field,
                i if i == self.depth => sample.depth = field,
                i if i == self.quality => sample.quality = field,
                i if i == self.allele_depths => sample.allele_depths = field,
                _ => {}
            }
        }
        sample
    }
}

/// A number that is not negative; the whole part where it is written with a fraction. None for `.` and all else.
pub(in crate::import) fn integer(field: &[u8]) -> Option<u32> {
    if !field.is_empty() && field.len() < 10 && field.iter().all(u8::is_ascii_digit) {
        return Some(
            field
                .iter()
                .fold(0, |value, byte| value * 10 + u32::from(byte - b'0')),
        );
    }
    let number: f64 = std::str::from_utf8(field).ok()?.parse().ok()?;
    (0.0..=f64::from(u32::MAX))
        .contains(&number)
        .then_some(number as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_keys() {
        let mut format = Format::default();
        format.update(b"GT:AD:DP:GQ:PL");
        assert!(format.has_quality() && format.has_depths() && !format.is_genotype_only());
        let sample = format.split(b"0/1:3,4:7:99:1,2,3");
        assert_eq!(
            sample,
            Sample {
                genotype: Some(b"0/1"),
                depth: Some(b"7"),
                quality: Some(b"99"),
                allele_depths: Some(b"3,4"),
            }
        );
        assert_eq!(
            format.split(b"./."),
            Sample {
                genotype: Some(b"./."),
                ..Sample::default()
            }
        );
        format.update(b"DP:GT");
        assert_eq!(format.split(b"7:0|0").genotype, Some(&b"0|0"[..]));
        assert!(!format.has_quality());
        format.update(b"GT:PL");
        assert_eq!(format.split(b"1:0,1").genotype, Some(&b"1"[..]));
        format.update(b"GT");
        assert!(format.is_genotype_only() && !format.has_depths());
    }

    #[test]
    fn numbers_are_read_leniently() {
        for (field, want) in [
            ("0", Some(0)),
            ("99", Some(99)),
            ("12.7", Some(12)),
            ("4294967295", Some(u32::MAX)),
            ("4294967296", None),
            ("-1", None),
            (".", None),
            ("", None),
            ("NaN", None),
        ] {
            assert_eq!(integer(field.as_bytes()), want, "{field:?}");
        }
    }
}
