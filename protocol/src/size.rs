//! Sizes as people write them.

/// Reads a number of bytes: `1000`, `100K`, `64MiB`, `1.5 GB`. `K`, `M`, `G`, `T` and `KB`, … count in thousands, `KiB`, … in 1024s.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let number_ends = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(number_ends);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "kib" => 1 << 10,
        "m" | "mb" => 1_000_000,
        "mib" => 1 << 20,
        "g" | "gb" => 1_000_000_000,
        "gib" => 1 << 30,
        "t" | "tb" => 1_000_000_000_000,
        "tib" => 1_u64 << 40,
        _ => return Err(format!("{unit:?} is no unit; write 1000, 100K, 64MiB or 1.5GB")),
    };
    let wrong = || format!("{text:?} is no size; write 1000, 100K, 64MiB or 1.5GB");
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(factor).ok_or_else(wrong);
    }
    let value = number.parse::<f64>().map_err(|_| wrong())? * factor as f64;
    if value < u64::MAX as f64 {
        Ok(value as u64)
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, bytes) in [
            ("0", 0),
            ("1000", 1000),
            ("100K", 100_000),
            ("64MiB", 64 << 20),
            ("1.5 GB", 1_500_000_000),
            ("2tib", 2 << 40),
            (" 7 b ", 7),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "K", "1 lightyear", "-1", "1.2.3", "99999999999T"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
