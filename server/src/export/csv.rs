//! CSV as RFC 4180 has it, safe to open in a spreadsheet.
//!
//! Invariant: no cell that came from a file is read as a formula: a text that begins with `=`, `+`, `-`, `@`, a tab or a
//! line break gets an apostrophe before it, unless it is a number.

/// Writes one row of texts and its line end.
pub fn write_row<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a (impl AsRef<str> + ?Sized + 'a)>) {
    for (i, cell) in cells.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write_cell(out, cell.as_ref());
    }
    out.push_str("\r\n");
}

/// Writes one cell.
pub fn write_cell(out: &mut String, text: &str) {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && text.parse::<f64>().is_err();
    let quoted =
        formula || text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
    if !quoted {
        out.push_str(text);
        return;
    }
    out.push('"');
    if formula {
        out.push('\'');
    }
    for part in text.split_inclusive('"') {
        out.push_str(part);
        if part.ends_with('"') {
            out.push('"');
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formula_survives() {
        for (text, written) in [
            ("", ""),
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-1.5e-3", "-1.5e-3"),
            ("-cmd", "\"'-cmd\""),
            ("\t=x", "\"'\t=x\""),
        ] {
            let mut out = String::new();
            write_cell(&mut out, text);
            assert_eq!(out, written, "{text:?}");
        }
        let mut row = String::new();
        write_row(&mut row, ["a", "b,c"]);
        assert_eq!(row, "a,\"b,c\"\r\n");
    }
}
