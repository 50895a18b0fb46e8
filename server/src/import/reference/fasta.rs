//! A FASTA to packed parts, with its names and lengths judged by the build.
//!
//! Invariant: a sequence named like a chromosome of the build, by any of its spellings, has exactly its length.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};

use crate::domain::build::Build;
use crate::domain::reference::Packer;

/// Why a FASTA is refused.
#[derive(Debug, thiserror::Error)]
pub enum FastaError {
    /// It cannot be read: a disk, or a damaged gzip.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// It is not what it should be.
    #[error(transparent)]
    Problem(#[from] FastaProblem),
}

/// What is wrong with a FASTA.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FastaProblem {
    /// It does not begin with a sequence's name.
    #[error("line {0}: a FASTA begins with a line “>NAME”")]
    NotFasta(u64),
    /// A name is missing.
    #[error("line {0}: the sequence has no name")]
    NoName(u64),
    /// A letter that is no base.
    #[error("line {line}: {letter:?} is no base")]
    Letter {
        /// From 1.
        line: u64,
        /// What stands there.
        letter: char,
    },
    /// A chromosome has another length.
    #[error("{name} has {length} bases, {expected} in {build}{}", likely_build(*.likely))]
    Length {
        /// As the FASTA has it.
        name: String,
        /// Its bases.
        length: u64,
        /// Those of the build.
        expected: u32,
        /// The build.
        build: Build,
        /// The build in which the chromosome has that length.
        likely: Option<Build>,
    },
    /// Longer than a VCF can name positions of.
    #[error("{0} is longer than 2^31 bases")]
    TooLong(String),
    /// Two sequences of one contig.
    #[error("{first} and {second} are the same contig")]
    Twice {
        /// The first.
        first: String,
        /// The other.
        second: String,
    },
    /// The index says other than the file.
    #[error(
        "the index says that {name} has {indexed} bases, but it has {length}: make it again with “samtools faidx”"
    )]
    Index {
        /// The sequence.
        name: String,
        /// Its length by the index.
        indexed: u64,
        /// Its length.
        length: u64,
    },
    /// A line of the index cannot be read.
    #[error("line {0} of the index is not “NAME LENGTH OFFSET LINEBASES LINEWIDTH”")]
    IndexLine(usize),
    /// None of the build's chromosomes is there.
    #[error("the file has no chromosome of {0}")]
    NoChromosome(Build),
}

fn likely_build(build: Option<Build>) -> String {
    build.map_or_else(String::new, |build| format!("; the file looks like {build}"))
}

/// A sequence that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sequence {
    pub(super) name: String,
    /// The chromosome of the build that it is; none for others, which are known by name only.
    pub(super) ordinal: Option<i16>,
    pub(super) length: u32,
    pub(super) first_part: u32,
}

/// Lengths by name, out of a `.fai` index, judged as the FASTA itself will be: a wrong build is known before it is read.
pub(super) fn read_index(text: &str, build: Build) -> Result<HashMap<String, u64>, FastaProblem> {
    let mut lengths = HashMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut fields = line.split('\t');
        let name = fields.next().filter(|name| !name.is_empty());
        let length = fields.next().and_then(|length| length.parse().ok());
        let (Some(name), Some(length)) = (name, length) else {
            return Err(FastaProblem::IndexLine(number));
        };
        judge(build, name, length)?;
        lengths.insert(name.to_owned(), length);
    }
    Ok(lengths)
}

/// Reads a FASTA, decompressed, and gives its packed parts to `store` in order. `index` has lengths by name.
pub(super) fn read<E: From<FastaError>>(
    input: impl Read,
    build: Build,
    index: Option<&HashMap<String, u64>>,
    store: impl FnMut(u32, Vec<u8>) -> Result<(), E>,
) -> Result<Vec<Sequence>, E> {
    let mut reader = Reader {
        build,
        index,
        store,
        packer: Packer::default(),
        parts: 0,
        current: None,
        done: Vec::new(),
    };
    let mut input = BufReader::with_capacity(1 << 20, input);
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        let read = input.by_ref().take(MAX_PIECE).read_until(b'\n', &mut line);
        if read.map_err(FastaError::from)? == 0 {
            break;
        }
        // A line longer than a piece, which a whole chromosome may be, goes on in the next; a name does not.
        reader.line(number + 1, &line)?;
        number += u64::from(line.ends_with(b"\n"));
    }
    reader.end_sequence()?;
    let done = reader.done;
    match done.iter().any(|sequence| sequence.ordinal.is_some()) {
        true => Ok(done),
        false => Err(problem(FastaProblem::NoChromosome(build))),
    }
}

/// Bytes of a line that are looked at together.
const MAX_PIECE: u64 = 1 << 20;

struct Reader<'a, S> {
    build: Build,
    index: Option<&'a HashMap<String, u64>>,
    store: S,
    packer: Packer,
    /// Parts stored so far.
    parts: u32,
    /// Name, length so far and first part of the sequence under way.
    current: Option<(String, u64, u32)>,
    done: Vec<Sequence>,
}

impl<E: From<FastaError>, S: FnMut(u32, Vec<u8>) -> Result<(), E>> Reader<'_, S> {
    fn line(&mut self, number: u64, line: &[u8]) -> Result<(), E> {
        if let Some(name) = line.strip_prefix(b">") {
            self.end_sequence()?;
            let name = name
                .split(|byte| byte.is_ascii_whitespace())
                .next()
                .unwrap_or_default();
            if name.is_empty() {
                return Err(problem(FastaProblem::NoName(number)));
            }
            let name = String::from_utf8_lossy(name).into_owned();
            self.current = Some((name, 0, self.parts));
            return Ok(());
        }
        for &letter in line.trim_ascii() {
            let Some((_, length, _)) = &mut self.current else {
                return Err(problem(FastaProblem::NotFasta(number)));
            };
            let Some(full) = self.packer.push(letter) else {
                let letter = char::from(letter);
                return Err(problem(FastaProblem::Letter { line: number, letter }));
            };
            *length += 1;
            if let Some(part) = full {
                (self.store)(self.parts, part)?;
                self.parts += 1;
            }
        }
        Ok(())
    }

    fn end_sequence(&mut self) -> Result<(), E> {
        let Some((name, length, first_part)) = self.current.take() else {
            return Ok(());
        };
        if let Some(part) = self.packer.finish() {
            (self.store)(self.parts, part)?;
            self.parts += 1;
        }
        if let Some(&indexed) = self.index.and_then(|index| index.get(&name))
            && indexed != length
        {
            return Err(problem(FastaProblem::Index {
                name,
                indexed,
                length,
            }));
        }
        let ordinal = judge(self.build, &name, length).map_err(problem)?;
        let is_same = |known: &&Sequence| match ordinal {
            Some(_) => known.ordinal == ordinal,
            None => known.name == name,
        };
        if let Some(known) = self.done.iter().find(is_same) {
            return Err(problem(FastaProblem::Twice {
                first: known.name.clone(),
                second: name,
            }));
        }
        let short = i32::try_from(length).ok().map(i32::cast_unsigned);
        let length = short.ok_or_else(|| problem(FastaProblem::TooLong(name.clone())))?;
        self.done.push(Sequence {
            name,
            ordinal,
            length,
            first_part,
        });
        Ok(())
    }
}

/// The chromosome of that name, which must have that length.
fn judge(build: Build, name: &str, length: u64) -> Result<Option<i16>, FastaProblem> {
    let Some(contig) = build.contig(name) else {
        return Ok(None);
    };
    if length == u64::from(contig.length) {
        return Ok(Some(contig.ordinal));
    }
    let short = u32::try_from(length).unwrap_or(u32::MAX);
    Err(FastaProblem::Length {
        name: name.to_owned(),
        length,
        expected: contig.length,
        build,
        likely: Build::with_contig_length(name, short).next(),
    })
}

fn problem<E: From<FastaError>>(problem: FastaProblem) -> E {
    FastaError::from(problem).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fasta(name: &str, length: usize) -> String {
        let bases = "ACGTN".repeat(length / 5 + 1);
        let lines: Vec<&str> = bases.as_bytes()[..length]
            .chunks(60)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        format!(">{name} some words\n{}\n", lines.join("\n"))
    }

    /// Name, ordinal, length, first part.
    type Read = (String, Option<i16>, u32, u32);

    fn sequences(text: &str, index: Option<&str>) -> Result<Vec<Read>, String> {
        let index = index
            .map(|index| read_index(index, Build::Grch38))
            .transpose()
            .map_err(|e| e.to_string())?;
        let mut parts = 0;
        let store = |number, part: Vec<u8>| {
            assert_eq!(number, parts);
            assert!(!part.is_empty());
            parts += 1;
            Ok::<(), FastaError>(())
        };
        let read = read(text.as_bytes(), Build::Grch38, index.as_ref(), store);
        let row = |s: Sequence| (s.name, s.ordinal, s.length, s.first_part);
        read.map(|sequences| sequences.into_iter().map(row).collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn sequences_are_matched_with_the_build() {
        let mt = fasta("chrM", 16_569);
        let extra = ">chrUn_1\r\nACGT\r\n\r\nAC\r\n";
        assert_eq!(
            sequences(&(extra.to_owned() + &mt), Some("chrM\t16569\t1\t60\t61\n")),
            Ok(vec![
                ("chrUn_1".into(), None, 6, 0),
                ("chrM".into(), Some(25), 16_569, 1)
            ])
        );
        // A chromosome on one line.
        let one_line = format!(">MT\n{}", "A".repeat(16_569));
        assert_eq!(
            sequences(&one_line, None),
            Ok(vec![("MT".into(), Some(25), 16_569, 0)])
        );
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let mt = fasta("MT", 16_569);
        for (text, index, want) in [
            ("", None, "the file has no chromosome of GRCh38"),
            (">x\nACGT\n", None, "the file has no chromosome of GRCh38"),
            ("ACGT\n", None, "line 1: a FASTA begins with a line “>NAME”"),
            (
                "##fileformat=VCFv4.2\n",
                None,
                "line 1: a FASTA begins with a line “>NAME”",
            ),
            ("> x\nACGT\n", None, "line 1: the sequence has no name"),
            (">x\nAC\nA!\n", None, "line 3: '!' is no base"),
            (">chr1\nACGT\n", None, "chr1 has 4 bases, 248956422 in GRCh38"),
            (
                &mt,
                Some("1\t249250621\t3\t60\t61\n"),
                "1 has 249250621 bases, 248956422 in GRCh38; the file looks like GRCh37",
            ),
            (
                &mt,
                Some("1 249250621\n"),
                "line 1 of the index is not “NAME LENGTH OFFSET LINEBASES LINEWIDTH”",
            ),
            (
                ">x\nACGT\n",
                Some("x\t5\t3\t60\t61\n"),
                "the index says that x has 5 bases, but it has 4: make it again with “samtools faidx”",
            ),
            (
                &(mt.clone() + &fasta("chrM", 16_569)),
                None,
                "MT and chrM are the same contig",
            ),
            (">x\nA\n>x\nA\n", None, "x and x are the same contig"),
        ] {
            assert_eq!(sequences(text, index), Err(want.to_owned()), "{index:?}");
        }
    }
}
