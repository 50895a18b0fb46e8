//! Results as Markdown, printed and, where asked, kept in `bench/RESULTS.md`.
//!
//! Invariant: every figure was measured in the run that the text names; ratios compare medians of that run.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use time::format_description::well_known::Rfc3339;

use crate::import::{Outcome, Row, Sample};

const HEADING: &str = "# Results

Written by `make bench`. Times are medians of interleaved repetitions in one run; compare ratios, not seconds.

Allelecast's time is from the first byte read of a stored file to the last block committed. \"From the first byte sent\" is
another import of the file, while it arrives over HTTP and each part of it is written through to the disk.
";

/// When, what and where: the lines above a section's tables.
pub struct Circumstances {
    load: String,
    more: String,
}

impl Circumstances {
    /// Before the measurements.
    pub fn begin() -> Self {
        Self {
            load: load(),
            more: String::new(),
        }
    }

    /// Adds what the section's benchmark alone has to say.
    pub fn add(&mut self, text: &str) {
        self.more += &format!("{text}; ");
    }

    /// After the measurements.
    fn end(self) -> String {
        let now = time::OffsetDateTime::now_utc().replace_nanosecond(0);
        let date = now
            .ok()
            .and_then(|now| now.format(&Rfc3339).ok())
            .unwrap_or_default();
        let commit = output("git", &["describe", "--always", "--dirty", "--abbrev=12"]);
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let model = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".into());
        let memory = line_of("/proc/meminfo", "MemTotal")
            .and_then(|text| text.trim_end_matches(" kB").parse::<f64>().ok())
            .map_or(0.0, |kib| kib / f64::from(1 << 20));
        let first = |program: &str| {
            output(program, &["--version"])
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        format!(
            "- {date}, commit {commit}, `target/release/allelecast-bench {}`\n\
             - {cores} cores, {model}, {memory:.1} GiB; {}; {}\n\
             - {}load average {} before, {} after\n",
            arguments.join(" "),
            first("bcftools"),
            first("plink2"),
            self.more,
            self.load,
            load()
        )
    }
}

/// Ends a section and, where asked, keeps it.
pub fn finish(title: &str, circumstances: Circumstances, tables: &str, write: bool) -> anyhow::Result<()> {
    let section = circumstances.end() + tables;
    if write {
        keep("bench/RESULTS.md".as_ref(), title, &section)?;
    }
    Ok(())
}

/// The load averages now.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

fn line_of(path: &str, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_default()
}

/// A case's table and the lines below it.
pub fn case(outcome: &Outcome) -> String {
    let mut text = format!(
        "\n### {}: {}\n\nA file of {:.1} MB, {} alleles.\n\n\
         | | median s | min - max s | of our time | CPU s | peak MiB | others' CPU s |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
        outcome.case.name,
        outcome.case.describe(),
        outcome.bytes as f64 / 1e6,
        outcome.alleles
    );
    let ours = &outcome.rows[0];
    let base = median(ours, |sample| sample.wall.as_secs_f64());
    for row in &outcome.rows {
        table_row(&mut text, row, &row.name, base, |sample| sample.wall);
        if row.samples.iter().all(|sample| sample.from_sent.is_some()) {
            let name = format!("{}, from the first byte sent", row.name);
            table_row(&mut text, row, &name, base, |sample| {
                sample.from_sent.unwrap_or_default()
            });
        }
    }
    let postgres = median(ours, |sample| {
        sample.postgres_cpu.unwrap_or_default().as_secs_f64()
    });
    let _ = write!(
        text,
        "\nAllelecast: {:.0} alleles/s; PostgreSQL used {postgres:.2} s of its CPU time.\n",
        outcome.alleles as f64 / base,
    );
    text
}

fn table_row(text: &mut String, row: &Row, name: &str, base: f64, wall: impl Fn(&Sample) -> Duration) {
    let seconds = |sample: &Sample| wall(sample).as_secs_f64();
    let all: Vec<f64> = row.samples.iter().map(seconds).collect();
    let (low, high) = (
        all.iter().copied().fold(f64::INFINITY, f64::min),
        all.iter().copied().fold(0.0, f64::max),
    );
    let middle = median(row, seconds);
    let _ = writeln!(
        text,
        "| {name} | {middle:.3} | {low:.3} - {high:.3} | {:.2}x | {:.2} | {:.0} | {:.2} |",
        middle / base,
        median(row, |sample| sample.cpu.as_secs_f64()),
        row.samples.iter().map(|sample| sample.peak).max().unwrap_or(0) as f64 / f64::from(1 << 20),
        median(row, |sample| sample.others.as_secs_f64()),
    );
}

fn median(row: &Row, value: impl Fn(&Sample) -> f64) -> f64 {
    let mut values: Vec<f64> = row.samples.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => (values[n / 2 - 1] + values[n / 2]) / 2.0,
    }
}

/// Puts a section into the results in place of the one with the same title.
fn keep(path: &Path, title: &str, section: &str) -> std::io::Result<()> {
    let old = std::fs::read_to_string(path).unwrap_or_default();
    std::fs::write(path, replaced(&old, title, section))
}

fn replaced(old: &str, title: &str, section: &str) -> String {
    let mut text = HEADING.to_owned();
    let others = old.split("\n## ").skip(1);
    for other in others.filter(|other| other.lines().next() != Some(title)) {
        let _ = write!(text, "\n## {}\n", other.trim_end());
    }
    let _ = write!(text, "\n## {title}\n\n{}\n", section.trim_end());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_takes_the_place_of_the_old_one() {
        let once = replaced("", "Import", "1");
        let twice = replaced(&replaced(&once, "Queries", "2"), "Import", "3\n\n### a\n");
        assert_eq!(
            twice,
            format!("{HEADING}\n## Queries\n\n2\n\n## Import\n\n3\n\n### a\n")
        );
    }
}
