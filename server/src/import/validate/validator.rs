//! The sequential face: header lines first, then records.
//!
//! Invariant: feeding a file line by line, or its header here and its records in chunks through
//! [`RecordValidator`] and [`Validator::follow`], gives the same report.

use super::container::ContainerFault;
use super::fileformat::FileFormat;
use super::finding::{Finding, Judge, Sink, clip};
use super::header::Header;
use super::limits::Limits;
use super::order::OrderCheck;
use super::profile::Profile;
use super::record::{ChunkState, RecordValidator, Sites, strip_line_end};
use super::report::Report;
use super::rules::{Rule, file, header as header_rules, info, meta, site};
use super::version::Version;

/// Validates one file.
#[derive(Debug)]
pub struct Validator {
    judge: Judge,
    limits: Limits,
    header: Option<Header>,
    header_bytes: u64,
    header_cut: bool,
    fileformat_seen: bool,
    /// The file is no VCF; nothing more is said of it.
    given_up: bool,
    lines: u64,
    header_lines: u64,
    records: Option<RecordValidator>,
    state: ChunkState,
    order: OrderCheck,
    found: Vec<Finding>,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Validator {
    /// A validator at the first line of a file.
    pub fn new(profile: Profile, limits: Limits) -> Self {
        let judge = Judge {
            version: Version::ASSUMED,
            profile,
            text_bytes: limits.text_bytes,
            findings_per_line: limits.findings_per_line,
        };
        Validator {
            judge,
            limits,
            header: Some(Header::new()),
            header_bytes: 0,
            header_cut: false,
            fileformat_seen: false,
            given_up: false,
            lines: 0,
            header_lines: 0,
            records: None,
            state: ChunkState::default(),
            order: OrderCheck::default(),
            found: Vec::new(),
        }
    }

    /// An empty report for this validator.
    pub fn report(&self) -> Report {
        Report::new(self.judge.profile, &self.limits)
    }

    /// The bounds in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes the next line, with or without its line end: of the header, or a record.
    pub fn line(&mut self, line: &[u8], report: &mut Report) {
        if !self.header_complete() {
            return self.header_line(line, report);
        }
        self.lines += 1;
        if let Some(records) = &self.records {
            records.check(&mut self.state, self.lines, line, &mut self.found);
            let sites = self.state.take_sites();
            self.order
                .follow(self.judge, &self.limits, &sites, &mut self.found);
        }
        report.extend(self.found.drain(..));
    }

    /// Whether the header line was read; from then on lines are records.
    pub fn header_complete(&self) -> bool {
        self.records.is_some()
    }

    /// Lines taken so far.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The rules for records.
    ///
    /// # Panics
    ///
    /// Before [`Validator::header_complete`].
    pub fn records(&self) -> RecordValidator {
        self.records
            .clone()
            .expect("records() is called once header_complete() is true")
    }

    /// Follows a chunk's sites, in the order of the file; `order` is kept by the caller, who may store it.
    pub fn follow(&self, order: &mut OrderCheck, sites: &Sites, findings: &mut Vec<Finding>) {
        order.follow(self.judge, &self.limits, sites, findings);
    }

    /// Takes the next line of the header.
    pub fn header_line(&mut self, line: &[u8], report: &mut Report) {
        self.lines += 1;
        if self.given_up {
            return;
        }
        let whole = line;
        let mut line = strip_line_end(line);
        if self.lines == 1 && line.starts_with(BYTE_ORDER_MARK) {
            line = &line[BYTE_ORDER_MARK.len()..];
            self.file_format(line);
            self.say(
                &file::BYTE_ORDER_MARK,
                "a byte order mark precedes the first line".into(),
            );
        }
        if self.lines == 1 {
            self.first_line(line);
            if whole.ends_with(b"\r\n") {
                self.say(&file::CARRIAGE_RETURN, "the lines end with CR+LF".into());
            }
        } else {
            self.later_line(line);
        }
        report.version = Some(self.judge.version);
        report.extend(self.found.drain(..));
    }

    /// Says that a line was longer than [`Limits::line_bytes`] and not read; it counts as a line.
    pub fn line_too_long(&mut self, report: &mut Report) {
        self.lines += 1;
        let message = format!("the line is longer than {} bytes", self.limits.line_bytes);
        self.say(&file::LINE_TOO_LONG, message);
        report.extend(self.found.drain(..));
    }

    /// Says that the last line had no line end, which matters if it is a record.
    pub fn last_line_unterminated(&mut self, report: &mut Report) {
        if !self.header_complete() || self.lines == self.header_lines {
            return;
        }
        self.say(
            &file::FINAL_NEWLINE_MISSING,
            "the last line has no line end".into(),
        );
        report.extend(self.found.drain(..));
    }

    /// Says that the record on that line, the last of the file, had no line end.
    pub fn record_unterminated(&mut self, line: u64, report: &mut Report) {
        let rule = &file::FINAL_NEWLINE_MISSING;
        self.found.extend(
            self.judge
                .of_file(rule, line, "the last line has no line end".into()),
        );
        report.extend(self.found.drain(..));
    }

    /// Says that so many records differ from the reference sequence that it must be another.
    pub fn reference_differs(&mut self, line: u64, message: String, report: &mut Report) {
        let rule = &site::REFERENCE_DIFFERS;
        self.found.extend(self.judge.of_file(rule, line, message));
        report.extend(self.found.drain(..));
    }

    /// Says that the container could not be read to its end.
    pub fn container(&mut self, fault: ContainerFault, message: String, report: &mut Report) {
        self.say(fault.rule(), message);
        report.extend(self.found.drain(..));
    }

    /// A value of INFO from which a group's counts are read and that cannot be what it says.
    pub fn doubt(&self, line: u64, text: &str, message: String) -> Option<Finding> {
        let finding = self.judge.of_file(&info::INFO_GROUP_COUNTS, line, message)?;
        let text = clip(text.as_bytes(), self.judge.text_bytes);
        Some(Finding { text, ..finding })
    }

    /// The end of the file: what should have come and did not.
    pub fn finish(&mut self, report: &mut Report) {
        if self.lines == 0 {
            self.say(&file::FILE_EMPTY, "the file is empty".into());
        } else if !self.header_complete() && !self.given_up {
            self.say(
                &header_rules::HEADER_LINE_MISSING,
                "the file ends before a header line".into(),
            );
        }
        report.extend(self.found.drain(..));
    }

    fn say(&mut self, rule: &'static Rule, message: String) {
        self.found.extend(self.judge.of_file(rule, self.lines, message));
    }

    /// Takes the version that the line states, if it states any.
    fn file_format(&mut self, line: &[u8]) -> Option<FileFormat> {
        let format = FileFormat::of(line)?;
        self.judge.version = format.version();
        if let Some(header) = &mut self.header {
            header.version = format.version();
        }
        Some(format)
    }

    fn first_line(&mut self, line: &[u8]) {
        self.fileformat_seen = true;
        let format = self.file_format(line);
        let (judge, number) = (self.judge, self.lines);
        let mut sink = Sink::new(judge, number, line, &mut self.found);
        let value = line.strip_prefix(b"##fileformat=").unwrap_or(line);
        match format {
            Some(FileFormat::Known(_)) => {}
            Some(FileFormat::Old) => sink.add(
                &meta::FILEFORMAT_OLD,
                value,
                "VCF 4.0 is read under the rules of 4.1",
            ),
            Some(FileFormat::Malformed) => {
                sink.add(
                    &meta::FILEFORMAT_MALFORMED,
                    value,
                    "the fileformat line does not state VCFv4.x",
                );
            }
            Some(FileFormat::Unsupported) => {
                sink.add(
                    &meta::FILEFORMAT_UNSUPPORTED,
                    value,
                    "the rules of this version are not known here",
                );
            }
            None if !line.starts_with(b"#") && line.iter().filter(|&&b| b == b'\t').count() < 7 => {
                let is_binary = line.contains(&0) || std::str::from_utf8(line).is_err();
                let (rule, message) = if is_binary {
                    (
                        &file::CONTAINER_UNKNOWN,
                        "the file is not text; nothing more of it is read",
                    )
                } else {
                    (
                        &meta::FILEFORMAT_MISSING,
                        "the file does not begin as a VCF; nothing more of it is read",
                    )
                };
                sink.add(rule, line, message);
                self.given_up = true;
            }
            None => {
                sink.add(
                    &meta::FILEFORMAT_MISSING,
                    line,
                    "the first line is not the fileformat line",
                );
                self.fileformat_seen = false;
                self.later_line(line);
            }
        }
    }

    fn later_line(&mut self, line: &[u8]) {
        let Some(mut header) = self.header.take() else {
            return;
        };
        self.header_bytes += line.len() as u64 + 1;
        let (judge, number) = (self.judge, self.lines);
        let late_format = !self.fileformat_seen && line.starts_with(b"##fileformat=");
        let mut sink = Sink::new(judge, number, line, &mut self.found);
        let mut complete = false;
        if late_format {
            // Its absence from the first line was reported; now at least the version is known.
            self.fileformat_seen = true;
            self.header = Some(header);
            self.file_format(line);
            return;
        } else if line.len() > self.limits.line_bytes {
            sink.add(
                &file::LINE_TOO_LONG,
                &line[..0],
                format!("the line has {} bytes", line.len()),
            );
        } else if memchr::memchr(0, line).is_some() {
            sink.add(&file::NUL_BYTE, line, "the line holds a NUL byte");
        } else if line.starts_with(b"##") {
            meta_line(
                &mut header,
                line,
                self.header_bytes,
                &mut self.header_cut,
                &self.limits,
                &mut sink,
            );
        } else if header.take_continuation() {
            // The rest of the line above.
        } else if line.is_empty() {
            sink.add(&file::EMPTY_LINE, line, "the line is empty");
        } else if line.starts_with(b"#") {
            header.column_line(line, &self.limits, &mut sink);
            complete = true;
        } else if line.iter().filter(|&&b| b == b'\t').count() >= 7 {
            header.assume_columns(line, &mut sink);
            complete = true;
        } else {
            sink.add(
                &meta::META_WITHOUT_PREFIX,
                line,
                "a line of the header does not begin with ##",
            );
        }
        if complete {
            self.header_lines = number - u64::from(!line.starts_with(b"#"));
            self.records = Some(RecordValidator::new(judge, self.limits.clone(), header));
        } else {
            self.header = Some(header);
        }
        if complete && !line.starts_with(b"#") {
            let records = self.records();
            records.check(&mut self.state, number, line, &mut self.found);
            let sites = self.state.take_sites();
            self.order.follow(judge, &self.limits, &sites, &mut self.found);
        }
    }
}

/// A line that begins with `##`.
fn meta_line(
    header: &mut Header,
    line: &[u8],
    header_bytes: u64,
    cut: &mut bool,
    limits: &Limits,
    sink: &mut Sink<'_>,
) {
    if header_bytes > limits.header_bytes {
        if !std::mem::replace(cut, true) {
            let message = format!(
                "the header is longer than {} bytes; the rest of it is not read",
                limits.header_bytes
            );
            sink.add(&file::HEADER_TOO_LONG, &line[..0], message);
        }
        return;
    }
    if let Err(error) = std::str::from_utf8(line) {
        let bad = &line[error.valid_up_to()..][..1];
        sink.add(
            &file::NOT_UTF8,
            bad,
            format!("the byte 0x{:02x} is not UTF-8", bad[0]),
        );
    }
    if line.starts_with(b"##fileformat=") {
        sink.add(&meta::FILEFORMAT_REPEATED, line, "a second fileformat line");
    } else {
        header.meta(line, sink);
    }
}
