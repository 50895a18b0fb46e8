//! Why a file is not imported, as its uploader reads it.
//!
//! Invariant: a sentence, and the line where there is one; never text of ours from inside.

use super::decompress::DecompressError;
use super::header::HeaderError;
use super::lines::LineTooLong;
use super::record::RecordError;
use super::validate::ContainerFault;
use crate::domain::reference::Unreadable;
use crate::store::imports::Overlap;

/// The reason that a file is refused for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// In a sentence.
    pub message: String,
    /// The line at fault, from 1.
    pub line: Option<u64>,
    /// The container's fault, if it is one.
    pub fault: Option<ContainerFault>,
}

/// Why a thread of an import stops before the end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The file cannot be imported.
    Refused(Refused),
    /// The reference sequence cannot be read.
    Unreadable(Unreadable),
    /// Nobody listens, or nobody sends: the import was stopped.
    Abandoned,
}

impl<E: Into<Refused>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl Refused {
    /// A reason that is not a line's.
    pub fn of_file(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            line: None,
            fault: None,
        }
    }
}

/// A file lies among the records of another of its dataset.
pub(super) fn overlapping(overlap: &Overlap) -> Refused {
    let Overlap {
        filename,
        chrom,
        first_pos,
        last_pos,
    } = overlap;
    Refused::of_file(format!(
        "This file overlaps with {filename}, which has records from {chrom}:{first_pos} to {chrom}:{last_pos}: the \
         files of a dataset must cover different ranges. If both are wanted, join them first: \
         bcftools concat -a -D -Oz -o joined.vcf.gz FILE.vcf.gz …"
    ))
}

/// Most names of files that a command is written out for.
const NAMED_FILES: usize = 3;

/// A file has other samples than its dataset: `own` is its name and how many it has.
pub(super) fn other_samples(own: (&str, usize), shared: usize, dataset: usize, files: &[String]) -> Refused {
    let (name, samples) = own;
    let mut names: Vec<&str> = files.iter().map(String::as_str).take(NAMED_FILES).collect();
    names.push(name);
    let more = if files.len() > NAMED_FILES { " …" } else { "" };
    let index: Vec<String> = names
        .iter()
        .map(|name| format!("bcftools index {}", quoted(name)))
        .collect();
    let names: Vec<String> = names.into_iter().map(quoted).collect();
    Refused::of_file(format!(
        "This file has {samples} {}, of which {shared} are among the dataset's {dataset}: all files of a dataset must \
         have the same samples. Join files of different samples first and upload the result (bgzip plain files before): \
         {} && bcftools merge -Oz -o merged.vcf.gz {}{more}",
        if samples == 1 { "sample" } else { "samples" },
        index.join(" && "),
        names.join(" "),
    ))
}

/// A name as a shell reads it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-+/".contains(c);
    if name.chars().all(plain) && !name.starts_with('-') {
        name.to_owned()
    } else {
        format!("'./{}'", name.replace('\'', r"'\''"))
    }
}

impl From<DecompressError> for Refused {
    fn from(error: DecompressError) -> Self {
        Self {
            fault: Some(ContainerFault::of(&error)),
            ..Self::of_file(error.to_string())
        }
    }
}

impl From<LineTooLong> for Refused {
    fn from(error: LineTooLong) -> Self {
        Self {
            message: error.to_string(),
            line: Some(error.line),
            fault: None,
        }
    }
}

impl From<HeaderError> for Refused {
    fn from(error: HeaderError) -> Self {
        Self {
            message: error.problem.to_string(),
            line: Some(error.line),
            fault: None,
        }
    }
}

impl From<RecordError> for Refused {
    fn from(error: RecordError) -> Self {
        Self {
            message: error.problem.to_string(),
            line: Some(error.line),
            fault: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_helps_names_the_files() {
        let refused = other_samples(("b c.vcf.gz", 1), 0, 1, &["a.vcf.gz".into()]);
        let expected = "This file has 1 sample, of which 0 are among the dataset's 1: all files of a dataset must have \
             the same samples. Join files of different samples first and upload the result (bgzip plain files before): \
             bcftools index a.vcf.gz && bcftools index './b c.vcf.gz' && \
             bcftools merge -Oz -o merged.vcf.gz a.vcf.gz './b c.vcf.gz'";
        assert_eq!(refused.message, expected);
        let many: Vec<String> = (0..9).map(|n| format!("{n}.vcf.gz")).collect();
        let refused = other_samples(("x.vcf.gz", 2), 1, 9, &many);
        assert!(
            refused
                .message
                .ends_with("merged.vcf.gz 0.vcf.gz 1.vcf.gz 2.vcf.gz x.vcf.gz …"),
            "{refused:?}"
        );
        for (name, expected) in [
            ("a'b", r"'./a'\''b'"),
            ("-x.vcf", "'./-x.vcf'"),
            ("$(x)", "'./$(x)'"),
        ] {
            assert_eq!(quoted(name), expected);
        }
    }
}
