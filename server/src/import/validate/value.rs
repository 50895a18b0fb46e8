//! Numbers, types and the grammar of single values.
//!
//! Invariant: the functions here say what a text is; whether that is a fault, and which, is decided by the caller.

/// How many values a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// So many.
    Fixed(u32),
    /// `A`: one for each alternate allele.
    Alternates,
    /// `R`: one for each allele.
    Alleles,
    /// `G`: one for each genotype.
    Genotypes,
    /// `.`: any number.
    Unknown,
    /// `P`: one for each allele of GT.
    Ploidy,
    /// `LA`: one for each local alternate allele.
    LocalAlternates,
    /// `LR`: one for each local allele.
    LocalAlleles,
    /// `LG`: one for each genotype of local alleles.
    LocalGenotypes,
    /// `M`: one for each base that can be modified.
    Modifications,
}

impl Number {
    /// Reads the value of `Number=`, whatever the version.
    pub fn parse(text: &[u8]) -> Option<Number> {
        Some(match text {
            b"A" => Number::Alternates,
            b"R" => Number::Alleles,
            b"G" => Number::Genotypes,
            b"." => Number::Unknown,
            b"P" => Number::Ploidy,
            b"LA" => Number::LocalAlternates,
            b"LR" => Number::LocalAlleles,
            b"LG" => Number::LocalGenotypes,
            b"M" => Number::Modifications,
            digits => {
                if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
                    return None;
                }
                Number::Fixed(std::str::from_utf8(digits).ok()?.parse().ok()?)
            }
        })
    }
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// A 32-bit integer.
    Integer,
    /// A number with a fraction.
    Float,
    /// No value.
    Flag,
    /// One character.
    Character,
    /// Text.
    String,
}

impl Type {
    /// Reads the value of `Type=`.
    pub fn parse(text: &[u8]) -> Option<Type> {
        Some(match text {
            b"Integer" => Type::Integer,
            b"Float" => Type::Float,
            b"Flag" => Type::Flag,
            b"Character" => Type::Character,
            b"String" => Type::String,
            _ => return None,
        })
    }

    /// The name in the header.
    pub fn name(self) -> &'static str {
        match self {
            Type::Integer => "Integer",
            Type::Float => "Float",
            Type::Flag => "Flag",
            Type::Character => "Character",
            Type::String => "String",
        }
    }
}

/// Why a text is not a value of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// Of another type.
    Type,
    /// A float where an integer belongs.
    Float,
    /// An integer that 32 bits cannot hold, or one of the reserved lowest ones.
    Range,
    /// Nothing at all.
    Empty,
}

/// Checks one element of a list; a dot is missing and fits any type.
pub(crate) fn fit(text: &[u8], ty: Type, float_ends_in_digit: bool) -> Result<(), Misfit> {
    if text == b"." {
        return Ok(());
    }
    match ty {
        _ if text.is_empty() => Err(Misfit::Empty),
        Type::Integer => integer(text, float_ends_in_digit).map(|_| ()),
        Type::Float if is_float(text, float_ends_in_digit) => Ok(()),
        Type::Float => Err(Misfit::Type),
        Type::Character if !is_one_character(text) => Err(Misfit::Type),
        Type::Character | Type::String | Type::Flag => Ok(()),
    }
}

/// The integers from -2^31 to -2^31+7 cannot be stored in BCF and are reserved.
const LOWEST_INTEGER: i64 = i32::MIN as i64 + 8;

/// Reads an integer.
pub(crate) fn integer(text: &[u8], float_ends_in_digit: bool) -> Result<i64, Misfit> {
    let digits = text
        .strip_prefix(b"-")
        .or_else(|| text.strip_prefix(b"+"))
        .unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(if is_float(text, float_ends_in_digit) {
            Misfit::Float
        } else {
            Misfit::Type
        });
    }
    let value = digits
        .iter()
        .try_fold(0_i64, |n, d| n.checked_mul(10)?.checked_add(i64::from(d - b'0')));
    let value = value.map(|n| if text[0] == b'-' { -n } else { n });
    value
        .filter(|n| (LOWEST_INTEGER..=i64::from(i32::MAX)).contains(n))
        .ok_or(Misfit::Range)
}

/// `^[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?$` or `^[-+]?(INF|INFINITY|NAN)$` in any case; `1.` too if a final digit
/// is not demanded.
pub(crate) fn is_float(text: &[u8], ends_in_digit: bool) -> bool {
    let text = text
        .strip_prefix(b"-")
        .or_else(|| text.strip_prefix(b"+"))
        .unwrap_or(text);
    if [&b"inf"[..], b"infinity", b"nan"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
    {
        return true;
    }
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(text);
    let mut rest = &text[whole..];
    let mut fraction = 0;
    if let Some(after) = rest.strip_prefix(b".") {
        fraction = digits(after);
        rest = &after[fraction..];
        if fraction == 0 && (ends_in_digit || whole == 0) {
            return false;
        }
    }
    if whole + fraction == 0 {
        return false;
    }
    match rest.split_first() {
        None => true,
        Some((b'e' | b'E', exponent)) => {
            let exponent = exponent
                .strip_prefix(b"-")
                .or_else(|| exponent.strip_prefix(b"+"))
                .unwrap_or(exponent);
            !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit)
        }
        Some(_) => false,
    }
}

/// One character of UTF-8, or one in percent encoding.
fn is_one_character(text: &[u8]) -> bool {
    match text {
        [b'%', a, b] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
        _ => std::str::from_utf8(text).map_or(text.len() == 1, |text| text.chars().count() == 1),
    }
}

/// The number of a float that [`is_float`] accepted.
pub(crate) fn float_value(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A list of operations with lengths.
pub(crate) fn is_cigar(text: &[u8]) -> bool {
    let mut digits = 0;
    for &byte in text {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'M' | b'I' | b'D' | b'N' | b'S' | b'H' | b'P' | b'=' | b'X' if digits > 0 => digits = 0,
            _ => return false,
        }
    }
    digits == 0 && !text.is_empty()
}

/// How many genotypes of this ploidy so many alleles make: C(alleles + ploidy - 1, ploidy), saturating.
pub(crate) fn genotypes(alleles: u64, ploidy: u64) -> u64 {
    let mut count: u128 = 1;
    for step in 1..=u128::from(ploidy) {
        count = count * (u128::from(alleles) + step - 1) / step;
        if count > u128::from(u64::MAX) {
            return u64::MAX;
        }
    }
    count as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats() {
        for (text, strict, loose) in [
            ("1", true, true),
            ("-1.5", true, true),
            (".5", true, true),
            ("1.", false, true),
            (".", false, false),
            ("", false, false),
            ("1e5", true, true),
            ("1.1e-123", true, true),
            ("1.e5", false, true),
            ("1e", false, false),
            ("+Inf", true, true),
            ("infinity", true, true),
            ("NaN", true, true),
            ("1f", false, false),
            ("0x1", false, false),
        ] {
            assert_eq!(is_float(text.as_bytes(), true), strict, "{text}");
            assert_eq!(is_float(text.as_bytes(), false), loose, "{text}");
        }
    }

    #[test]
    fn integers() {
        for (text, expected) in [
            ("0", Ok(0)),
            ("-12", Ok(-12)),
            ("+5", Ok(5)),
            ("2147483647", Ok(2147483647)),
            ("2147483648", Err(Misfit::Range)),
            ("-2147483640", Ok(-2147483640)),
            ("-2147483641", Err(Misfit::Range)),
            ("99999999999999999999", Err(Misfit::Range)),
            ("1.5", Err(Misfit::Float)),
            ("x", Err(Misfit::Type)),
            ("-", Err(Misfit::Type)),
        ] {
            assert_eq!(integer(text.as_bytes(), true), expected, "{text}");
        }
    }

    #[test]
    fn genotype_numbers() {
        for (alleles, ploidy, expected) in
            [(2, 1, 2), (2, 2, 3), (3, 2, 6), (3, 3, 10), (4, 2, 10), (1, 2, 1)]
        {
            assert_eq!(genotypes(alleles, ploidy), expected);
        }
        assert_eq!(genotypes(1_000_001, 255), u64::MAX);
    }

    #[test]
    fn cigars() {
        for (text, expected) in [
            ("1D", true),
            ("1M30I2D1N", true),
            ("1X", true),
            ("M", false),
            ("12", false),
            ("", false),
        ] {
            assert_eq!(is_cigar(text.as_bytes()), expected, "{text}");
        }
    }
}
