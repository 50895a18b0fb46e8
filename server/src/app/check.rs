//! `allelecast-server check`: validates files without a database and stores nothing.
//!
//! Invariant: memory is bounded by the limits of the validator, whatever the file's length.

mod print;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::import::check::Check;
use crate::import::validate::{Limits, Profile, Report, Verdict};

/// Bytes read at a time.
const BUFFER: usize = 256 << 10;

/// Arguments of the command.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// How strictly the files are judged.
    #[arg(long, value_enum, default_value_t = ProfileArg::Spec)]
    pub profile: ProfileArg,
    /// Print one JSON object for each file.
    #[arg(long)]
    pub json: bool,
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
        match check_file(path, args.profile.into(), Limits::default()) {
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
    let mut file = File::open(path)?;
    let mut check = Check::new(profile, limits);
    let mut buffer = vec![0; BUFFER];
    while !check.is_over() {
        match file.read(&mut buffer) {
            Ok(0) => check.finish(),
            Ok(read) => check.push(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(check.into_report())
}
