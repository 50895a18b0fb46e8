//! Reading panels: TSV with a header, or PED.
//!
//! Invariant: each sample occurs once; a line that cannot be read is an error with its number, never skipped.

use std::collections::{HashMap, HashSet};

use super::{Panel, PanelRow};
use crate::domain::groups::Sex;

/// Why a panel cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PanelError {
    /// No line but comments.
    #[error("the panel is empty")]
    Empty,
    /// A header without any grouping.
    #[error("the panel's header names only the sample column; each further column makes a family of groups")]
    NoFamilies,
    /// Two columns of one name.
    #[error("the panel names the column {0:?} twice")]
    DuplicateFamily(String),
    /// The sample column has no value.
    #[error("line {line} of the panel names no sample")]
    NoSample {
        /// Line, from 1.
        line: usize,
    },
    /// A line has more columns than the header.
    #[error("line {line} of the panel has {found} columns, its header {expected}")]
    Columns {
        /// Line, from 1.
        line: usize,
        /// Columns of the line.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// One sample on two lines.
    #[error("line {line} of the panel repeats the sample {sample:?}")]
    DuplicateSample {
        /// Line, from 1.
        line: usize,
        /// Name.
        sample: String,
    },
}

impl Panel {
    /// Reads a TSV with a header (the sample column, then one column per grouping) or a PED file (six columns without a
    /// header: its families of two samples or more, sex and affection make groups). Columns are divided by tabs, or by blanks where the first
    /// line has no tab. A cell with several values, divided by semicolons, puts its sample into several groups. A column `sex` or `gender` gives the samples' sex besides.
    ///
    /// # Errors
    /// The text is neither, or repeats itself.
    pub fn parse(text: &str) -> Result<Panel, PanelError> {
        let text = text.trim_start_matches('\u{feff}');
        let lines = (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with("##"));
        let mut lines = lines.peekable();
        let &(_, first) = lines.peek().ok_or(PanelError::Empty)?;
        let has_tabs = first.contains('\t');
        let split = |line| split(line, has_tabs);
        let panel = if is_ped(&split(first)) {
            let lines = lines.filter(|(_, line)| !line.starts_with('#'));
            read_ped(lines.map(|(number, line)| (number, split(line))))?
        } else {
            lines.next();
            read_tsv(&split(first), lines.map(|(number, line)| (number, split(line))))?
        };
        let mut seen = HashSet::new();
        match panel
            .rows
            .iter()
            .find(|(_, row)| !seen.insert(row.sample.as_str()))
        {
            Some((line, row)) => Err(PanelError::DuplicateSample {
                line: *line,
                sample: row.sample.clone(),
            }),
            None => Ok(Panel {
                families: panel.families,
                rows: panel.rows.into_iter().map(|(_, row)| row).collect(),
            }),
        }
    }
}

/// A panel whose rows still know their lines.
struct Numbered {
    families: Vec<String>,
    rows: Vec<(usize, PanelRow)>,
}

fn split(line: &str, has_tabs: bool) -> Vec<&str> {
    if has_tabs {
        line.split('\t').map(str::trim).collect()
    } else {
        line.split_whitespace().collect()
    }
}

/// Six columns of which the fifth is a code for sex, or PLINK's header of such.
fn is_ped(columns: &[&str]) -> bool {
    columns.len() >= 6
        && (columns[0].eq_ignore_ascii_case("#FAM_ID")
            || columns[0].eq_ignore_ascii_case("#FID")
            || matches!(columns[4], "0" | "1" | "2" | "-9"))
}

fn read_tsv<'a>(
    header: &[&str],
    lines: impl Iterator<Item = (usize, Vec<&'a str>)>,
) -> Result<Numbered, PanelError> {
    let named = header
        .iter()
        .rposition(|name| !name.is_empty())
        .map_or(0, |last| last + 1);
    let families: Vec<String> = header[..named]
        .iter()
        .skip(1)
        .map(|&name| name.to_owned())
        .collect();
    if families.is_empty() {
        return Err(PanelError::NoFamilies);
    }
    if let Some(twice) = (1..families.len()).find(|&i| families[..i].contains(&families[i])) {
        return Err(PanelError::DuplicateFamily(families[twice].clone()));
    }
    let sex_column = families
        .iter()
        .position(|name| matches!(name.to_ascii_lowercase().as_str(), "sex" | "gender"));
    let rows = lines.map(|(line, columns)| {
        let found = columns
            .iter()
            .rposition(|value| !value.is_empty())
            .map_or(0, |last| last + 1);
        if found > named {
            return Err(PanelError::Columns {
                line,
                found,
                expected: named,
            });
        }
        let sample = columns
            .first()
            .filter(|sample| !sample.is_empty())
            .ok_or(PanelError::NoSample { line })?;
        let values: Vec<_> = (1..named)
            .map(|i| columns.get(i).and_then(|value| stated(value)))
            .collect();
        let sex = sex_column
            .and_then(|column| values[column].as_deref())
            .map_or(Sex::Unknown, sex);
        Ok((
            line,
            PanelRow {
                sample: (*sample).to_owned(),
                values,
                sex,
            },
        ))
    });
    Ok(Numbered {
        rows: rows.collect::<Result<_, _>>()?,
        families,
    })
}

fn read_ped<'a>(lines: impl Iterator<Item = (usize, Vec<&'a str>)>) -> Result<Numbered, PanelError> {
    let rows = lines.map(|(line, columns)| {
        if columns.len() < 6 {
            return Err(PanelError::Columns {
                line,
                found: columns.len(),
                expected: 6,
            });
        }
        let sex = sex(columns[4]);
        let name = match sex {
            Sex::Male => Some("male".to_owned()),
            Sex::Female => Some("female".to_owned()),
            Sex::Unknown => None,
        };
        let family = Some(columns[0]).filter(|family| *family != "0").and_then(stated);
        if columns[1].is_empty() {
            return Err(PanelError::NoSample { line });
        }
        let phenotype = match columns[5] {
            "1" => Some("unaffected".to_owned()),
            "2" => Some("affected".to_owned()),
            "0" | "-9" => None,
            other => stated(other),
        };
        Ok((
            line,
            PanelRow {
                sample: columns[1].to_owned(),
                values: vec![family, name, phenotype],
                sex,
            },
        ))
    });
    let families = ["family", "sex", "phenotype"].map(str::to_owned).to_vec();
    let mut rows: Vec<(usize, PanelRow)> = rows.collect::<Result<_, _>>()?;
    // Where nobody is related, each sample is written as a family of its own.
    let mut sizes: HashMap<String, usize> = HashMap::new();
    for family in rows.iter().filter_map(|(_, row)| row.values[0].clone()) {
        *sizes.entry(family).or_default() += 1;
    }
    for (_, row) in &mut rows {
        let family = row.values[0].take();
        row.values[0] = family.filter(|family| sizes[family] > 1);
    }
    Ok(Numbered { families, rows })
}

fn stated(value: &str) -> Option<String> {
    (!matches!(value, "" | "." | "NA")).then(|| value.to_owned())
}

fn sex(value: &str) -> Sex {
    match value.to_ascii_lowercase().as_str() {
        "1" | "m" | "male" | "xy" => Sex::Male,
        "2" | "f" | "female" | "xx" => Sex::Female,
        _ => Sex::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row<'a> = (&'a str, &'a [Option<&'a str>], Sex);

    fn check(text: &str, families: &[&str], rows: &[Row<'_>]) {
        let panel = Panel::parse(text).unwrap();
        assert_eq!(panel.families, families, "{text}");
        let row = |&(sample, values, sex): &Row<'_>| PanelRow {
            sample: sample.to_owned(),
            values: values.iter().map(|value| value.map(str::to_owned)).collect(),
            sex,
        };
        assert_eq!(panel.rows, rows.iter().map(row).collect::<Vec<_>>(), "{text}");
    }

    #[test]
    fn panels_are_read() {
        let want: [Row<'_>; 2] = [
            ("HG1", &[Some("GBR"), Some("male")], Sex::Male),
            ("HG2", &[None, Some("female")], Sex::Female),
        ];
        check(
            "sample\tpop\tgender\t\nHG1\tGBR\tmale\n\nHG2\tNA\tfemale\n",
            &["pop", "gender"],
            &want,
        );
        check(
            "\u{feff}sample\tpop\tgender\r\nHG1\tGBR\tmale\r\nHG2\t\tfemale\r\n",
            &["pop", "gender"],
            &want,
        );
        check(
            "sample pop\nA x\nB\n",
            &["pop"],
            &[("A", &[Some("x")], Sex::Unknown), ("B", &[None], Sex::Unknown)],
        );
        let want: [Row<'_>; 2] = [
            ("S1", &[Some("F1"), Some("male"), Some("affected")], Sex::Male),
            ("S2", &[Some("F1"), None, None], Sex::Unknown),
        ];
        let families = ["family", "sex", "phenotype"];
        check("F1 S1 0 0 1 2\nF1 S2 0 0 0 -9\n", &families, &want);
        check(
            "#FID\tIID\tPAT\tMAT\tSEX\tPHENO\nF1\tS1\t0\t0\t1\t2\nF1\tS2\t0\t0\t0\t0\n",
            &families,
            &want,
        );
        let want: [Row<'_>; 2] = [
            ("S1", &[None, Some("female"), Some("unaffected")], Sex::Female),
            ("S2", &[None, Some("male"), Some("1.5")], Sex::Male),
        ];
        check("S1 S1 0 0 2 1\n0 S2 0 S1 1 1.5\n", &families, &want);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let columns = PanelError::Columns {
            line: 2,
            found: 3,
            expected: 2,
        };
        for (text, want) in [
            ("", PanelError::Empty),
            ("## nothing\n\n", PanelError::Empty),
            ("sample\nA\n", PanelError::NoFamilies),
            ("s\tpop\tpop\n", PanelError::DuplicateFamily("pop".into())),
            ("s\tpop\n\tx\n", PanelError::NoSample { line: 2 }),
            ("s\tpop\nA\tx\ty\n", columns),
            (
                "s\tpop\nA\tx\nA\ty\n",
                PanelError::DuplicateSample {
                    line: 3,
                    sample: "A".into(),
                },
            ),
        ] {
            assert_eq!(Panel::parse(text), Err(want), "{text:?}");
        }
    }
}
