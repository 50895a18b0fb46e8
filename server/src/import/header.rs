//! The header of a VCF, as far as counting needs it.
//!
//! Invariant: what is wrong here leaves the records without meaning; all other rules are the validator's.

use std::collections::HashSet;

use crate::domain::build::Build;

/// The fixed columns.
const COLUMNS: [&str; 8] = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"];

/// A parsed header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The version as written: `VCFv4.2`.
    pub version: String,
    /// Contig lines.
    pub contigs: Vec<HeaderContig>,
    /// IDs of the FORMAT lines.
    pub formats: Vec<String>,
    /// IDs of the INFO lines.
    pub infos: Vec<String>,
    /// Sample names, in the order of their columns.
    pub samples: Vec<String>,
}

/// A contig line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderContig {
    /// ID.
    pub name: String,
    /// Length, where stated.
    pub length: Option<u32>,
}

/// Why a header cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct HeaderError {
    /// Line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: HeaderProblem,
}

/// What can be wrong with a header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// The first line is not `##fileformat=VCF…`.
    #[error("the file does not begin with ##fileformat=VCFv4.x, so it is no VCF")]
    NoVcf,
    /// No `#CHROM` line before the records, or the end.
    #[error("the line that begins with #CHROM is missing")]
    NoColumns,
    /// Other columns than the fixed ones.
    #[error("column {number} should be {expected}, but is {found:?}; columns are divided by tabs")]
    Column {
        /// Column, from 1.
        number: usize,
        /// Its name.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A sample column without a name.
    #[error("column {number} has no sample name")]
    NoSampleName {
        /// Column, from 1.
        number: usize,
    },
    /// Two samples of one name.
    #[error("the sample {0:?} occurs twice")]
    DuplicateSample(String),
    /// Not UTF-8.
    #[error("the header is not UTF-8")]
    NotUtf8,
    /// A contig is as long as in another build.
    #[error(
        "contig {name} is {length} bases long, but {expected} in {build}{}",
        hint(likely)
    )]
    WrongBuild {
        /// Contig.
        name: String,
        /// Length in the file.
        length: u32,
        /// Length in the dataset's build.
        expected: u32,
        /// The dataset's build.
        build: Build,
        /// A build whose length it is.
        likely: Option<Build>,
    },
    /// A contig under a name that it has in another build only.
    #[error("contig {name} is one of {other}, and the dataset is of {build}")]
    OtherBuild {
        /// Contig, by its accession.
        name: String,
        /// The build that it is of.
        other: Build,
        /// The dataset's build.
        build: Build,
    },
}

fn hint(likely: &Option<Build>) -> String {
    likely
        .map(|build| format!("; the file looks like {build}"))
        .unwrap_or_default()
}

impl Header {
    /// Reads the header's lines, `#CHROM` line included.
    ///
    /// # Errors
    /// The text is no header of a VCF, or samples repeat.
    pub fn parse(text: &[u8]) -> Result<Header, HeaderError> {
        let mut header = Header::default();
        let mut line = 0;
        for bytes in text.split_inclusive(|&byte| byte == b'\n') {
            line += 1;
            let error = |problem| HeaderError { line, problem };
            let text = std::str::from_utf8(bytes)
                .map_err(|_| error(HeaderProblem::NotUtf8))?
                .trim_end_matches(['\r', '\n']);
            if line == 1 {
                let version = text
                    .strip_prefix("##fileformat=")
                    .filter(|version| version.starts_with("VCFv"));
                header.version = version.ok_or_else(|| error(HeaderProblem::NoVcf))?.to_owned();
            } else if let Some(meta) = text.strip_prefix("##") {
                header.add_meta(meta);
            } else if text.starts_with('#') {
                header.samples = samples(text).map_err(error)?;
                return Ok(header);
            }
        }
        let problem = if line == 0 {
            HeaderProblem::NoVcf
        } else {
            HeaderProblem::NoColumns
        };
        Err(HeaderError {
            line: line + 1,
            problem,
        })
    }

    /// Compares the stated lengths of contigs with those of the build.
    ///
    /// # Errors
    /// A length differs, or a name is one of another build. Lines are not remembered, so that the error names line 1.
    pub fn check_build(&self, build: Build) -> Result<(), HeaderError> {
        for contig in &self.contigs {
            check_name(&contig.name, build).map_err(|problem| HeaderError { line: 1, problem })?;
            let (Some(known), Some(length)) = (build.contig(&contig.name), contig.length) else {
                continue;
            };
            // UCSC's hg19 has an older mitochondrion, 16,571 bases long, under the name chrM.
            let is_old_mitochondrion = build == Build::Grch37 && contig.name == "chrM" && length == 16_571;
            if known.length != length && !is_old_mitochondrion {
                let problem = HeaderProblem::WrongBuild {
                    name: contig.name.clone(),
                    length,
                    expected: known.length,
                    build,
                    likely: Build::with_contig_length(&contig.name, length).next(),
                };
                return Err(HeaderError { line: 1, problem });
            }
        }
        Ok(())
    }

    fn add_meta(&mut self, meta: &str) {
        let Some((key, value)) = meta.split_once('=') else {
            return;
        };
        let Some(fields) = value.strip_prefix('<').map(|value| value.trim_end_matches('>')) else {
            return;
        };
        let field = |name: &str| {
            fields
                .split(',')
                .find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
        };
        let Some(id) = field("ID").map(str::to_owned) else {
            return;
        };
        match key {
            "contig" => {
                let length = field("length").and_then(|length| length.trim_matches('"').parse().ok());
                self.contigs.push(HeaderContig { name: id, length });
            }
            "FORMAT" => self.formats.push(id),
            "INFO" => self.infos.push(id),
            _ => {}
        }
    }
}

/// Refuses the accession of another build's chromosome.
///
/// # Errors
/// [`HeaderProblem::OtherBuild`].
pub fn check_name(name: &str, build: Build) -> Result<(), HeaderProblem> {
    match Build::with_contig(name).next() {
        Some(other) if build.contig(name).is_none() => Err(HeaderProblem::OtherBuild {
            name: name.to_owned(),
            other,
            build,
        }),
        _ => Ok(()),
    }
}

fn samples(line: &str) -> Result<Vec<String>, HeaderProblem> {
    let columns: Vec<&str> = line.split('\t').collect();
    let expected = COLUMNS
        .into_iter()
        .chain((columns.len() > COLUMNS.len()).then_some("FORMAT"));
    for (i, expected) in expected.enumerate() {
        let found = columns.get(i).copied().unwrap_or_default();
        if found != expected {
            return Err(HeaderProblem::Column {
                number: i + 1,
                expected,
                found: found.to_owned(),
            });
        }
    }
    let names = columns.get(COLUMNS.len() + 1..).unwrap_or_default();
    let mut seen = HashSet::new();
    for (i, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(HeaderProblem::NoSampleName {
                number: COLUMNS.len() + 2 + i,
            });
        }
        if !seen.insert(name) {
            return Err(HeaderProblem::DuplicateSample((*name).to_owned()));
        }
    }
    Ok(names.iter().map(|&name| name.to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXED: &str = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";

    #[test]
    fn headers_are_read() {
        let text = format!(
            "##fileformat=VCFv4.2\r\n##contig=<ID=1,length=249250621,assembly=b37>\n##contig=<ID=GL1>\n\
             ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"a, b\">\n##INFO=<ID=END,Number=1>\n##note\n\
             {FIXED}\tFORMAT\tA\tB\r\n1\t1\n"
        );
        let header = Header::parse(text.as_bytes()).unwrap();
        assert_eq!(header.version, "VCFv4.2");
        assert_eq!(
            header.contigs,
            [
                HeaderContig {
                    name: "1".into(),
                    length: Some(249_250_621)
                },
                HeaderContig {
                    name: "GL1".into(),
                    length: None
                },
            ]
        );
        assert_eq!(
            (header.formats.as_slice(), header.infos.as_slice()),
            (&["GT".into()][..], &["END".into()][..])
        );
        assert_eq!(header.samples, ["A", "B"]);
        assert_eq!(header.check_build(Build::Grch37), Ok(()));
        let wrong = header.check_build(Build::Grch38).unwrap_err();
        assert_eq!(
            wrong.problem.to_string(),
            "contig 1 is 249250621 bases long, but 248956422 in GRCh38; the file looks like GRCh37"
        );
        let other = check_name("NC_000001.11", Build::Grch37).unwrap_err();
        assert_eq!(
            other.to_string(),
            "contig NC_000001.11 is one of GRCh38, and the dataset is of GRCh37"
        );
        for name in ["1", "chr1", "NC_000001.10", "NC_012920.1", "GL000191.1", "Chr1"] {
            assert_eq!(check_name(name, Build::Grch37), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_leaves_no_meaning_is_an_error() {
        let column = |number, expected, found: &str| HeaderProblem::Column {
            number,
            expected,
            found: found.into(),
        };
        for (body, line, want) in [
            ("", 1, HeaderProblem::NoVcf),
            ("hello\n", 1, HeaderProblem::NoVcf),
            ("##fileformat=BCF\n", 1, HeaderProblem::NoVcf),
            ("##fileformat=VCFv4.2\n", 2, HeaderProblem::NoColumns),
            (
                "##fileformat=VCFv4.2\n#CHROM POS\n",
                2,
                column(1, "#CHROM", "#CHROM POS"),
            ),
            ("##fileformat=VCFv4.2\n#CHROM\tPOS\n", 2, column(3, "ID", "")),
            ("##fileformat=VCFv4.2\n@\tA\n", 2, column(9, "FORMAT", "A")),
            (
                "##fileformat=VCFv4.2\n@\tFORMAT\tA\tA\n",
                2,
                HeaderProblem::DuplicateSample("A".into()),
            ),
            (
                "##fileformat=VCFv4.2\n@\tFORMAT\tA\t\n",
                2,
                HeaderProblem::NoSampleName { number: 11 },
            ),
        ] {
            let got = Header::parse(body.replace('@', FIXED).as_bytes());
            assert_eq!(got, Err(HeaderError { line, problem: want }), "{body:?}");
        }
        let sites = format!("##fileformat=VCFv4.2\n{FIXED}\n");
        assert_eq!(
            Header::parse(sites.as_bytes()).map(|header| header.samples),
            Ok(vec![])
        );
    }
}
