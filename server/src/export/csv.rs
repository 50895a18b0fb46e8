//! CSV as RFC 4180 has it, safe to open in a spreadsheet.
//!
//! Invariant: no cell that came from a file is read as a formula: a text that begins with `=`, `+`, `-`, `@`, a tab or a
//! line break gets an apostrophe before it, unless it is a number.

use std::fmt::Write;

use super::table::Cell;

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

/// Writes one row, cell by cell.
pub(super) struct RowWriter<'a> {
    out: &'a mut String,
    is_first: bool,
}

impl<'a> RowWriter<'a> {
    /// A row at the end of `out`.
    pub(super) fn new(out: &'a mut String) -> Self {
        Self { out, is_first: true }
    }

    /// Writes the next cell. Numbers are written so that reading them gives the same number.
    pub(super) fn put(&mut self, cell: Cell<'_>) {
        if !std::mem::take(&mut self.is_first) {
            self.out.push(',');
        }
        // Writing to a String does not fail.
        let _ = match cell {
            Cell::Blank => Ok(()),
            Cell::Integer(n) => write!(self.out, "{n}"),
            Cell::Number(n) => write!(self.out, "{n}"),
            Cell::Text(text) => {
                write_cell(self.out, text);
                Ok(())
            }
            Cell::List(entries) => {
                write_cell(self.out, &entries.join(";"));
                Ok(())
            }
        };
    }

    /// Ends the line.
    pub(super) fn end(self) {
        self.out.push_str("\r\n");
    }
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
            ("\r=x", "\"'\r=x\""),
            ("+1", "+1"),
            ("+1;rs5", "\"'+1;rs5\""),
        ] {
            let mut out = String::new();
            write_cell(&mut out, text);
            assert_eq!(out, written, "{text:?}");
        }
        let mut row = String::new();
        write_row(&mut row, ["a", "b,c"]);
        assert_eq!(row, "a,\"b,c\"\r\n");
    }

    #[test]
    fn numbers_are_exact_and_stay_numbers() {
        let mut out = String::new();
        let mut row = RowWriter::new(&mut out);
        for cell in [
            Cell::Number(1.0 / 3.0),
            Cell::Blank,
            Cell::Number(-1.5),
            Cell::Number(1e-7),
            Cell::Number(0.0),
            Cell::Integer(u32::MAX),
            Cell::Text("=x"),
            Cell::List(&["a".into(), "b,c".into()]),
        ] {
            row.put(cell);
        }
        row.end();
        assert_eq!(
            out,
            "0.3333333333333333,,-1.5,0.0000001,0,4294967295,\"'=x\",\"a;b,c\"\r\n"
        );
    }
}
