//! The slow path through one sample: says what is wrong with it, if anything.
//!
//! Invariant: a rule that several samples of a line break for the same key becomes one finding, which counts them.

use super::format::{Column, Compiled};
use super::key::{self, Source, describe};
use super::phase::{self, Called};
use super::{Record, Shared, local};
use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::rules::{Rule, file, genotype as rules};
use crate::import::validate::value::{self, Misfit, Number, Type};

/// The faults of the samples of one line.
#[derive(Debug, Default)]
pub(super) struct Faults {
    said: Vec<Said>,
}

#[derive(Debug)]
struct Said {
    rule: &'static Rule,
    column: usize,
    finding: Option<usize>,
    samples: u64,
}

impl Faults {
    fn add(&mut self, rule: &'static Rule, column: usize, text: &[u8], message: String, sink: &mut Sink<'_>) {
        let before = self
            .said
            .iter_mut()
            .find(|said| said.column == column && std::ptr::eq(said.rule, rule));
        if let Some(said) = before {
            said.samples += 1;
            return;
        }
        let next = sink.next();
        sink.add(rule, text, message);
        let finding = (sink.next() > next).then_some(next);
        self.said.push(Said {
            rule,
            column,
            finding,
            samples: 1,
        });
    }

    /// Tells the findings how many samples they stand for.
    pub fn finish(self, sink: &mut Sink<'_>) {
        for said in self.said.iter().filter(|said| said.samples > 1) {
            if let Some(finding) = said.finding {
                sink.amend(finding, &format!(" (and {} more in this line)", said.samples - 1));
            }
        }
    }
}

/// Column number for faults of a sample as a whole.
const WHOLE: usize = usize::MAX;

pub(super) fn check(
    shared: &Shared,
    compiled: &Compiled,
    text: &[u8],
    record: &Record<'_>,
    faults: &mut Faults,
    sink: &mut Sink<'_>,
) {
    if text.is_empty() {
        return faults.add(
            &rules::SAMPLE_EMPTY,
            WHOLE,
            text,
            "a sample is empty".into(),
            sink,
        );
    }
    if let Some(at) = text.iter().position(|&b| b < b' ') {
        let message = format!("control character 0x{:02x}", text[at]);
        return faults.add(&file::CONTROL_CHARACTER, WHOLE, &text[at..=at], message, sink);
    }
    let keys = compiled.columns.len();
    if keys == 0 && text == b"." {
        return;
    }
    let values: Vec<&[u8]> = text.splitn(keys + 1, |&b| b == b':').collect();
    if let Some(extra) = values.get(keys) {
        let message = format!("a sample has more values than the {keys} keys of FORMAT");
        faults.add(&rules::SAMPLE_EXTRA, WHOLE, extra, message, sink);
    }
    let mut ploidy = (!compiled.has_genotype).then_some(2);
    let mut called: Option<Vec<Called>> = None;
    let locals = local_alleles(compiled, &values, record, faults, sink);
    let local = locals.as_ref().map(|alleles| alleles.len() as u64);
    for (at, (column, value)) in compiled.columns.iter().zip(&values).enumerate() {
        if value.is_empty() {
            if compiled.local_alleles != Some(at) || column.demand.source == Source::Unknown {
                let message = format!("the value of {} is empty", quoted(&column.name));
                faults.add(&rules::SAMPLE_VALUE_EMPTY, at, text, message, sink);
            }
        } else if *column.name == *b"GT" {
            let found = genotype(shared, value, at, record, faults, sink);
            if at == 0 {
                ploidy = found;
                called = found.and_then(|_| phase::alleles(value));
            }
        } else if *value != b"." {
            let expected = |number| match (number, &called) {
                (Number::Modifications, Some(called)) => phase::modifications(&column.name, called, record)
                    .into_iter()
                    .collect(),
                _ => counts(number, record, ploidy, local),
            };
            list(shared, column, at, value, expected, faults, sink);
        }
    }
    if let Some((one, list)) = compiled.phase_sets {
        let is_given = |at: usize| {
            values
                .get(at)
                .is_some_and(|v| v.iter().any(|b| !b".,".contains(b)))
        };
        if is_given(one) && is_given(list) {
            let message = "a sample has values for PS and for PSL".into();
            faults.add(&rules::PHASE_SET_TWICE, WHOLE, text, message, sink);
        }
    }
    if let (Some(at), Some(called)) = (compiled.phase_lists, &called)
        && let Some(set) = values
            .get(at)
            .and_then(|list| phase::set_of_unphased(called, list))
    {
        let message = format!("an unphased allele has the phase set {}", quoted(set));
        faults.add(&rules::PHASE_SET_OF_UNPHASED, at, set, message, sink);
    }
    for &(all, by_local) in &compiled.local_pairs {
        let (Some(locals), Some(one), Some(other)) = (&locals, values.get(all), values.get(by_local)) else {
            continue;
        };
        let demand = &compiled.columns[by_local].demand;
        if let Some(value) = local::difference(demand, one, other, locals, ploidy) {
            let names = [all, by_local].map(|at| quoted(&compiled.columns[at].name));
            let message = format!("{} and {} say different things", names[0], names[1]);
            faults.add(&rules::LOCAL_ALLELES_DIFFER, by_local, value, message, sink);
        }
    }
}

/// Checks GT; returns the ploidy, `None` where a single dot or a malformed value leaves it open.
fn genotype(
    shared: &Shared,
    text: &[u8],
    at: usize,
    record: &Record<'_>,
    faults: &mut Faults,
    sink: &mut Sink<'_>,
) -> Option<u64> {
    if text == b"." {
        return None;
    }
    let rest = text
        .strip_prefix(b"/")
        .or_else(|| text.strip_prefix(b"|"))
        .unwrap_or(text);
    if rest.len() < text.len() && !rest.is_empty() && !shared.grammar.phasing_prefix {
        let message = format!("a mark precedes the first allele of {}", quoted(text));
        faults.add(&rules::GT_PHASING_PREFIX, at, text, message, sink);
    }
    let mut ploidy = 0_u64;
    for allele in rest.split(|b| b"/|".contains(b)) {
        ploidy += 1;
        if allele == b"." {
            continue;
        }
        if allele.is_empty() || !allele.iter().all(u8::is_ascii_digit) {
            let message = format!("{} is no genotype", quoted(text));
            faults.add(&rules::GT_MALFORMED, at, text, message, sink);
            return None;
        }
        let number = std::str::from_utf8(allele)
            .ok()
            .and_then(|digits| digits.parse::<u64>().ok());
        let most = record.alts.len() as u64;
        if most == 0 && number == Some(1) {
            let message = format!("{} names an alternate allele, and ALT is missing", quoted(text));
            faults.add(&rules::GT_WITHOUT_ALT, at, allele, message, sink);
        } else if number.is_none_or(|number| number > most) {
            let message = format!("{} names an allele beyond the {most} of ALT", quoted(text));
            faults.add(&rules::GT_ALLELE_RANGE, at, allele, message, sink);
            return None;
        }
        if ploidy > shared.limits.ploidy as u64 {
            let message = format!("a genotype has more than {} alleles", shared.limits.ploidy);
            faults.add(&file::PLOIDY_TOO_HIGH, at, text, message, sink);
            return None;
        }
    }
    Some(ploidy)
}

/// The alleles that LAA lists; `None` where it is absent or malformed.
fn local_alleles(
    compiled: &Compiled,
    values: &[&[u8]],
    record: &Record<'_>,
    faults: &mut Faults,
    sink: &mut Sink<'_>,
) -> Option<Vec<usize>> {
    let at = compiled.local_alleles?;
    let value = *values.get(at)?;
    if value.is_empty() || value == b"." {
        return Some(Vec::new());
    }
    let mut seen = Vec::new();
    for element in value.split(|&b| b == b',') {
        let number = std::str::from_utf8(element)
            .ok()
            .and_then(|text| text.parse::<usize>().ok());
        if let Some(n) = number.filter(|n| 1 <= *n && *n <= record.alts.len() && !seen.contains(n)) {
            seen.push(n);
        } else {
            let message = format!("{} does not list distinct alleles of ALT", quoted(value));
            faults.add(&rules::LOCAL_ALLELES, at, element, message, sink);
            return None;
        }
    }
    Some(seen)
}

/// The numbers of values that are right; empty where any number is.
fn counts(number: Number, record: &Record<'_>, ploidy: Option<u64>, local: Option<u64>) -> Vec<u64> {
    let by_alleles = |alleles: u64| match ploidy {
        Some(ploidy) => vec![value::genotypes(alleles, ploidy)],
        // GT is a single dot: haploid by the letter, though many callers mean a diploid.
        None => vec![value::genotypes(alleles, 1), value::genotypes(alleles, 2)],
    };
    let alternates = record.alternates().map(u64::from);
    match (number, alternates) {
        (Number::Fixed(n), _) => vec![u64::from(n)],
        (Number::Alternates, Some(alternates)) => vec![alternates],
        (Number::Alleles, Some(alternates)) => vec![alternates + 1],
        (Number::Genotypes, Some(alternates)) => by_alleles(alternates + 1),
        (Number::Ploidy, _) => ploidy.into_iter().collect(),
        (Number::LocalAlternates, _) => local.into_iter().collect(),
        (Number::LocalAlleles, _) => local.map(|n| n + 1).into_iter().collect(),
        (Number::LocalGenotypes, _) => local.map(|n| by_alleles(n + 1)).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn list(
    shared: &Shared,
    column: &Column,
    at: usize,
    text: &[u8],
    expected: impl Fn(Number) -> Vec<u64>,
    faults: &mut Faults,
    sink: &mut Sink<'_>,
) {
    let (name, demand) = (quoted(&column.name), &column.demand);
    let by_source = |rule: &'static Rule| {
        if demand.source == Source::Reserved {
            &rules::FORMAT_RESERVED_VALUE
        } else {
            rule
        }
    };
    let float_ends_in_digit = shared.grammar.float_ends_in_digit;
    let list = key::list(text, demand, float_ends_in_digit);
    let fits_number = |number, count| {
        let expected = expected(number);
        expected.is_empty() || expected.contains(&count)
    };
    let fits = list.misfit.is_none() && fits_number(demand.number, list.count);
    if !fits && let Some(reserved) = demand.as_reserved() {
        let list = key::list(text, &reserved, float_ends_in_digit);
        if list.misfit.is_none() && fits_number(reserved.number, list.count) {
            return;
        }
    }
    if let Some((element, misfit)) = list.misfit {
        let rule = match misfit {
            Misfit::Empty if matches!(demand.ty, Type::String | Type::Character) => {
                &rules::FORMAT_ELEMENT_EMPTY
            }
            Misfit::Empty | Misfit::Type => &rules::FORMAT_VALUE_TYPE,
            Misfit::Float => &rules::FORMAT_FLOAT_IN_INTEGER,
            Misfit::Range => &rules::FORMAT_INTEGER_RANGE,
        };
        let message = format!(
            "a value of {name} is {}, not of Type {}",
            quoted(element),
            demand.ty.name()
        );
        return faults.add(by_source(rule), at, element, message, sink);
    }
    if !fits {
        let message = format!(
            "{name} has {} values instead of {}",
            list.count,
            describe(demand.number)
        );
        return faults.add(by_source(&rules::FORMAT_VALUE_COUNT), at, text, message, sink);
    }
    if let Some(element) = list.outside {
        let message = format!("{name} cannot be {}", quoted(element));
        faults.add(&rules::FORMAT_RESERVED_VALUE, at, element, message, sink);
    }
}
