//! Judging a file that arrives in pieces, and storing nothing: `POST /check`, its page and `allelecast-server check`.
//!
//! Invariant: memory is bounded by the limits of the validator, whatever the file's length and however well it is
//! compressed.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

use super::decompress::{DecompressError, Decompressor, Ending};
use super::lines::TooLong;
use super::run::ImportError;
use super::tail::{self, Piece};
use super::validate::{ContainerFault, Limits, Profile, Report, Validator};
use crate::store::pool::PgPool;
use crate::store::raw::RawStore;

/// Most compressed bytes inflated at once: they may expand a thousandfold.
const PIECE: usize = 64 << 10;
/// Pieces of an upload that may wait to be judged.
const PIECES_WAITING: usize = 16;

/// A file that is being judged.
pub struct Check {
    decompressor: Decompressor,
    validator: Validator,
    report: Report,
    /// Decompressed bytes that were not cut into lines yet.
    text: Vec<u8>,
    line: Line,
    /// Decompressed bytes so far.
    expanded: u64,
    /// Whether the rest cannot be read: what a fault of the container means.
    is_over: bool,
}

/// The line that the next bytes continue.
#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    too_long: bool,
}

impl Check {
    /// A file of which nothing was read yet.
    pub fn new(profile: Profile, limits: Limits) -> Self {
        let validator = Validator::new(profile, limits);
        let report = validator.report();
        Check {
            decompressor: Decompressor::new(),
            validator,
            report,
            text: Vec::new(),
            line: Line::default(),
            expanded: 0,
            is_over: false,
        }
    }

    /// Judges the next bytes of the file; those behind a fault of the container are not looked at.
    pub fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(PIECE) {
            if self.is_over {
                return;
            }
            let inflated = self.decompressor.push(piece, &mut self.text);
            self.after(inflated.err());
        }
    }

    /// The end of the file.
    pub fn finish(&mut self) {
        if self.is_over {
            return;
        }
        let ending = self.decompressor.finish(&mut self.text);
        self.after(ending.as_ref().err().cloned());
        let Ok(ending) = ending else { return };
        if self.line.too_long {
            self.validator.line_too_long(&mut self.report);
        } else if !self.line.bytes.is_empty() {
            self.validator.line(&self.line.bytes, &mut self.report);
            self.validator.last_line_unterminated(&mut self.report);
        }
        self.validator.finish(&mut self.report);
        if ending == Ending::NoEofMarker {
            let message = "the bgzip end-of-file marker is missing: the file may have lost its end".into();
            self.validator
                .container(ContainerFault::NoEofMarker, message, &mut self.report);
        }
        self.is_over = true;
    }

    /// Whether nothing more will be found: the end was reached, or the rest cannot be read.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Lines judged so far.
    pub fn lines(&self) -> u64 {
        self.validator.lines()
    }

    /// What was found so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The same, to take findings out of it.
    pub fn report_mut(&mut self) -> &mut Report {
        &mut self.report
    }

    /// What was found.
    pub fn into_report(self) -> Report {
        self.report
    }

    /// Judges the lines that came out whole, also those before a fault.
    fn after(&mut self, fault: Option<DecompressError>) {
        let is_other = matches!(fault, Some(DecompressError::Container(_)));
        if !is_other {
            self.cut();
        }
        self.expanded += self.text.len() as u64;
        self.text.clear();
        let most = self.validator.limits().expanded_bytes;
        if self.expanded > most && !self.is_over {
            if self.line.too_long {
                self.validator.line_too_long(&mut self.report);
            }
            let message = TooLong::File { most }.to_string();
            self.validator
                .container(ContainerFault::LongFile, message, &mut self.report);
            self.is_over = true;
        } else if let Some(fault) = fault {
            self.validator
                .container(ContainerFault::of(&fault), fault.to_string(), &mut self.report);
            self.is_over = true;
        }
    }

    fn cut(&mut self) {
        let mut rest = &self.text[..];
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (part, after) = rest.split_at(end + 1);
            rest = after;
            if self.line.bytes.is_empty() && !self.line.too_long {
                // The validator refuses a line that is too long by its length.
                self.validator.line(part, &mut self.report);
                continue;
            }
            self.line.add(part, self.validator.limits().line_bytes);
            if std::mem::take(&mut self.line.too_long) {
                self.validator.line_too_long(&mut self.report);
            } else {
                self.validator.line(&self.line.bytes, &mut self.report);
            }
            self.line.bytes.clear();
        }
        if !rest.is_empty() {
            self.line.add(rest, self.validator.limits().line_bytes);
        }
    }
}

impl Line {
    /// Holds no more than the longest line that is allowed.
    fn add(&mut self, part: &[u8], most: usize) {
        // One byte more than the limit is room for the line end.
        self.too_long |= self.bytes.len() + part.len() > most + 1;
        if self.too_long {
            self.bytes = Vec::new();
        } else {
            self.bytes.extend_from_slice(part);
        }
    }
}

/// Judges the bytes of a stored upload that is complete.
///
/// # Errors
///
/// Where its bytes cannot be read.
pub async fn of_upload(
    pool: PgPool,
    raw: RawStore,
    raw_id: Uuid,
    mut check: Check,
) -> Result<Check, ImportError> {
    let (pieces_to, mut pieces) = mpsc::channel(PIECES_WAITING);
    let judging = tokio::task::spawn_blocking(move || {
        while let Some(Piece::Bytes(bytes)) = pieces.blocking_recv() {
            check.push(&bytes);
        }
        check.finish();
        check
    });
    tail::tail(pool, raw, raw_id, Arc::new(Notify::new()), pieces_to).await?;
    judging.await.map_err(|_| ImportError::Died)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::validate::Verdict;

    const HEADER: &str = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";

    fn rules(text: &[u8], piece: usize, limits: Limits) -> Vec<(&'static str, u64)> {
        let mut check = Check::new(Profile::Spec, limits);
        text.chunks(piece).for_each(|piece| check.push(piece));
        check.finish();
        assert!(check.is_over());
        check
            .report()
            .findings()
            .into_iter()
            .map(|finding| (finding.rule, finding.line))
            .collect()
    }

    #[test]
    fn pieces_of_any_size_give_one_report() {
        let limits = Limits {
            line_bytes: 100,
            ..Limits::default()
        };
        let long = format!("1\t8\t.\t{}\tG\t.\t.\t.\n", "A".repeat(200));
        let text =
            format!("{HEADER}1\t5\t.\tA\tG\t.\t.\t.\n1\tx\t.\tA\tG\t.\t.\t.\n{long}1\t4\t.\tA\tG\t.\t.\t.");
        let want = [
            ("pos-not-integer", 4),
            ("line-too-long", 5),
            ("final-newline-missing", 6),
            ("not-sorted", 6),
        ];
        for piece in [1, 7, 50, 10_000] {
            assert_eq!(rules(text.as_bytes(), piece, limits.clone()), want, "{piece}");
        }
        let endless = format!("{HEADER}{}", "A".repeat(500));
        assert_eq!(rules(endless.as_bytes(), 90, limits), [("line-too-long", 3)]);
    }

    #[test]
    fn what_comes_before_a_fault_of_the_container_is_judged() {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder
            .write_all(format!("{HEADER}{}", "1\t5\t.\tA\tZ\t.\t.\t.\n".repeat(20_000)).as_bytes())
            .unwrap();
        let mut bytes = encoder.finish().unwrap();
        bytes.truncate(bytes.len() - 4);
        let mut check = Check::new(Profile::Spec, Limits::default());
        check.push(&bytes);
        check.finish();
        let rules: Vec<&str> = check
            .report()
            .groups()
            .into_iter()
            .map(|(rule, _)| rule)
            .collect();
        assert_eq!(rules, ["alt-not-bases", "container-truncated"]);
        assert_eq!(check.into_report().verdict(), Verdict::Refused);
    }
}
