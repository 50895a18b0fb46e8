//! `allelecast-server check`: validates files without a database and stores nothing.
//!
//! Invariant: memory is bounded by the limits of the validator, whatever the file's length.

mod lines;
mod print;
mod source;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::import::decompress::Ending;
use crate::import::lines::TooLong;
use crate::import::validate::{ContainerFault, Limits, Profile, Report, Validator, Verdict};
use lines::{Line, Lines};

/// Arguments of the command.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// How strictly the files are judged.
    #[arg(long, value_enum, default_value_t = ProfileArg::Spec)]
    pub profile: ProfileArg,
    /// Print one JSON object for each file.
    #[arg(long)]
    pub json: bool,
    /// Limits of the files that are read.
    #[command(flatten)]
    pub limits: Limits,
    /// VCF files, plain or compressed with gzip or bgzip.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

/// A profile on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProfileArg {
    /// What the specification forbids is an error.
    Spec,
    /// Recommendations are demands as well.
    Strict,
    /// What can be repaired is a warning.
    Tolerant,
}

impl From<ProfileArg> for Profile {
    fn from(argument: ProfileArg) -> Profile {
        match argument {
            ProfileArg::Spec => Profile::Spec,
            ProfileArg::Strict => Profile::Strict,
            ProfileArg::Tolerant => Profile::Tolerant,
        }
    }
}

/// Runs the command: 0 when all files are accepted, 1 when one is refused, 2 when one could not be read.
pub fn run(args: &CheckArgs) -> ExitCode {
    let mut worst = 0;
    for path in &args.files {
        match check_file(path, args.profile.into(), args.limits.clone()) {
            Ok(report) => {
                let printed = print::file(path, &report, args.json, &mut io::stdout().lock());
                worst = worst.max(u8::from(report.verdict() == Verdict::Refused));
                if printed.is_err() {
                    return ExitCode::from(2);
                }
            }
            Err(error) => {
                let _ = writeln!(io::stderr(), "{}: {error}", path.display());
                worst = 2;
            }
        }
    }
    ExitCode::from(worst)
}

/// Validates one file.
///
/// # Errors
///
/// Where the file cannot be opened or read; a fault of its content or its container is a finding.
pub fn check_file(path: &Path, profile: Profile, limits: Limits) -> io::Result<Report> {
    let mut validator = Validator::new(profile, limits);
    let mut report = validator.report();
    let reader = match source::open(path)? {
        source::Source::Text(reader) => reader,
        source::Source::Other(name) => {
            let message = format!("the file is {name}, which is not read");
            validator.container(ContainerFault::Unknown, message, &mut report);
            return Ok(report);
        }
    };
    let mut lines = Lines::new(reader, validator.limits().line_bytes);
    let mut buffer = Vec::new();
    let (mut read, most) = (0, validator.limits().expanded_bytes);
    loop {
        read += buffer.len() as u64;
        if read > most {
            let message = TooLong::File { most }.to_string();
            validator.container(ContainerFault::LongFile, message, &mut report);
            return Ok(report);
        }
        match lines.next(&mut buffer) {
            Ok(Line::Whole { terminated }) => {
                validator.line(&buffer, &mut report);
                if !terminated {
                    validator.last_line_unterminated(&mut report);
                }
            }
            Ok(Line::TooLong) => validator.line_too_long(&mut report),
            Ok(Line::End) => break,
            Err(error) => {
                let (fault, message) = source::fault(error)?;
                validator.container(fault, message, &mut report);
                return Ok(report);
            }
        }
    }
    validator.finish(&mut report);
    if lines.reader().ending() == Some(Ending::NoEofMarker) {
        let message = "the bgzip end-of-file marker is missing: the file may have lost its end".into();
        validator.container(ContainerFault::NoEofMarker, message, &mut report);
    }
    Ok(report)
}
