//! FORMAT: compiled once for each text, and applied to the sample columns.
//!
//! Invariant: compiling depends on the header and the text alone, so the cache can be thrown away at any time.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::fast::{self, ANY, BY_PLOIDY, Expectation, Kind};
use super::key::Demand;
use super::sample::{self, Faults};
use super::{Record, Shared, column, local};
use crate::import::cells::{Cells, Role};
use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::header::{FIXED, is_key};
use crate::import::validate::reserved::{self, Domain};
use crate::import::validate::rules::{Rule, genotype as rules, site};
use crate::import::validate::value::{self, Number, Type};

/// Most numbers of one key for which a sample's usual shape is written down.
const MOST_NUMBERS: u32 = 256;
/// FORMAT texts kept at a time.
const CACHED: usize = 1_000;

/// One key of FORMAT.
#[derive(Debug)]
pub(super) struct Column {
    pub name: Box<[u8]>,
    pub demand: Demand,
    pub kind: Kind,
}

/// A FORMAT text, understood.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    pub columns: Vec<Column>,
    faults: Vec<Fault>,
    genotype_only: bool,
    pub has_genotype: bool,
    pub local_alleles: Option<usize>,
    pub phase_sets: Option<(usize, usize)>,
    /// PSL, whose values hang on the phase of each allele.
    pub phase_lists: Option<usize>,
    /// Columns by all alleles with those of the same values by local ones.
    pub local_pairs: Vec<(usize, usize)>,
    /// Whether [`Cells`] can read samples of it.
    is_usual: bool,
}

/// A fault of the FORMAT text, which each record that has it repeats.
#[derive(Debug)]
struct Fault {
    rule: &'static Rule,
    start: usize,
    length: usize,
    message: String,
}

/// FORMAT texts met so far.
#[derive(Debug, Default)]
pub(super) struct Memory {
    last: Option<(Box<[u8]>, Arc<Compiled>)>,
    compiled: HashMap<Box<[u8]>, Arc<Compiled>>,
    expected: Expectation,
    /// The samples of the last record, as far as they were read.
    pub cells: Cells,
    said: HashSet<Box<[u8]>>,
    /// Reads every sample by the slow path, for comparison.
    #[cfg(test)]
    pub slow_only: bool,
}

pub(super) fn check(
    shared: &Shared,
    memory: &mut Memory,
    field: &[u8],
    text: &[u8],
    record: &Record<'_>,
    sink: &mut Sink<'_>,
) {
    if field.is_empty() {
        sink.add(&site::FIELD_EMPTY, field, "FORMAT is empty");
        return column::count(shared, FIXED + text.iter().filter(|&&b| b == b'\t').count(), sink);
    }
    let compiled = memory.compile(shared, field, sink);
    #[cfg(test)]
    let compiled = if memory.slow_only {
        slowed(&compiled)
    } else {
        compiled
    };
    for fault in &compiled.faults {
        sink.add(
            fault.rule,
            &field[fault.start..][..fault.length],
            fault.message.clone(),
        );
    }
    if text.len() == field.len() {
        return column::count(shared, FIXED, sink);
    }
    expect(&mut memory.expected, &compiled, record);
    let Memory { expected, cells, .. } = memory;
    let found = samples(
        shared,
        &compiled,
        (expected, cells),
        &text[field.len() + 1..],
        record,
        sink,
    );
    column::count(shared, FIXED + found, sink);
}

/// The same FORMAT without the fast path.
#[cfg(test)]
fn slowed(compiled: &Compiled) -> Arc<Compiled> {
    let columns = compiled.columns.iter().map(|column| Column {
        name: column.name.clone(),
        demand: column.demand,
        kind: Kind::Slow,
    });
    Arc::new(Compiled {
        columns: columns.collect(),
        faults: Vec::new(),
        genotype_only: false,
        has_genotype: compiled.has_genotype,
        local_alleles: compiled.local_alleles,
        phase_sets: compiled.phase_sets,
        phase_lists: compiled.phase_lists,
        local_pairs: compiled.local_pairs.clone(),
        is_usual: false,
    })
}

/// Goes through the sample columns; returns how many there are.
fn samples(
    shared: &Shared,
    compiled: &Compiled,
    (expected, cells): (&Expectation, &mut Cells),
    text: &[u8],
    record: &Record<'_>,
    sink: &mut Sink<'_>,
) -> usize {
    let mut faults = Faults::default();
    let (mut at, mut found) = (0, 0);
    let reads_cells = compiled.is_usual && begin(cells, compiled, expected);
    loop {
        if compiled.genotype_only {
            let (end, passed) = fast::genotypes(text, at, expected.top);
            (at, found) = (end, found + passed);
        } else if reads_cells {
            let (end, taken) = cells.take(text, at);
            (at, found) = (end, found + taken);
        }
        let end = fast::sample(text, at, &compiled.columns, expected).unwrap_or_else(|| {
            let end = memchr::memchr(b'\t', &text[at..]).map_or(text.len(), |tab| at + tab);
            sample::check(shared, compiled, &text[at..end], record, &mut faults, sink);
            end
        });
        found += 1;
        if reads_cells {
            cells.leave(at..end);
        }
        if end >= text.len() {
            break;
        }
        at = end + 1;
    }
    if reads_cells {
        cells.finish();
    }
    faults.finish(sink);
    found
}

/// Tells what samples usually look like; false where that has no one answer.
fn begin(cells: &mut Cells, compiled: &Compiled, expected: &Expectation) -> bool {
    let counts = expected.counts.iter().map(|&count| match count {
        BY_PLOIDY => expected.genotypes[1],
        count => count,
    });
    let keys = compiled.columns.iter().zip(counts).skip(1);
    if keys
        .clone()
        .any(|(_, count)| !(1..=MOST_NUMBERS).contains(&count))
    {
        return false;
    }
    cells.begin(
        expected.top,
        keys.map(|(column, count)| (Role::of(&column.name), count)),
    );
    true
}

/// Works out how many values each column has in this record.
fn expect(expected: &mut Expectation, compiled: &Compiled, record: &Record<'_>) {
    let alternates = record.alternates();
    let narrow = |count: u64| u32::try_from(count).unwrap_or(BY_PLOIDY - 1).min(BY_PLOIDY - 1);
    expected.top = alternates.unwrap_or(0).min(9) as u8;
    if let Some(alternates) = alternates {
        expected.genotypes = [1, 2].map(|ploidy| narrow(value::genotypes(u64::from(alternates) + 1, ploidy)));
    }
    expected.counts.clear();
    expected.counts.extend(
        compiled
            .columns
            .iter()
            .map(|column| match (column.demand.number, alternates) {
                (Number::Fixed(n), _) => n.min(BY_PLOIDY - 1),
                (Number::Alternates, Some(alternates)) => narrow(u64::from(alternates)),
                (Number::Alleles, Some(alternates)) => narrow(u64::from(alternates) + 1),
                (Number::Genotypes, Some(_)) => BY_PLOIDY,
                _ => ANY,
            }),
    );
}

impl Memory {
    fn compile(&mut self, shared: &Shared, field: &[u8], sink: &mut Sink<'_>) -> Arc<Compiled> {
        if let Some((text, compiled)) = &self.last
            && **text == *field
        {
            return Arc::clone(compiled);
        }
        let compiled = match self.compiled.get(field) {
            Some(compiled) => Arc::clone(compiled),
            None => {
                if self.compiled.len() >= CACHED {
                    self.compiled.clear();
                }
                let compiled = Arc::new(compile(shared, field));
                self.announce(shared, field, sink);
                self.compiled.insert(field.into(), Arc::clone(&compiled));
                compiled
            }
        };
        self.last = Some((field.into(), Arc::clone(&compiled)));
        compiled
    }

    /// What is said once for each key.
    fn announce(&mut self, shared: &Shared, field: &[u8], sink: &mut Sink<'_>) {
        if field == b"." {
            return;
        }
        for name in field.split(|&b| b == b':').filter(|name| !name.is_empty()) {
            if self.said.contains(name) {
                continue;
            }
            if self.said.len() < shared.limits.distinct_texts {
                self.said.insert(name.into());
            }
            if !is_key(name, shared.grammar.format_key, false) {
                sink.add(
                    &rules::FORMAT_KEY_CHARACTERS,
                    name,
                    format!("{} is no FORMAT key", quoted(name)),
                );
            } else if !shared.header.format.contains_key(name) {
                sink.add(
                    &rules::FORMAT_UNDECLARED,
                    name,
                    format!("no FORMAT line declares {}", quoted(name)),
                );
            }
        }
    }
}

fn compile(shared: &Shared, field: &[u8]) -> Compiled {
    let mut compiled = Compiled::default();
    if field == b"." {
        return compiled;
    }
    let mut fault = |rule, part: &[u8], message: String| {
        let start = super::offset(field, part);
        compiled.faults.push(Fault {
            rule,
            start,
            length: part.len(),
            message,
        });
    };
    let names: Vec<&[u8]> = field.split(|&b| b == b':').collect();
    let mut seen = HashSet::new();
    for (at, &name) in names.iter().enumerate() {
        if name.is_empty() {
            fault(
                &rules::FORMAT_KEY_EMPTY,
                name,
                format!("a key of {} is empty", quoted(field)),
            );
        } else if !seen.insert(name) {
            fault(
                &rules::FORMAT_KEY_REPEATED,
                name,
                format!("the key {} stands twice", quoted(name)),
            );
        } else if name == b"GT" && at > 0 {
            fault(
                &rules::FORMAT_GT_NOT_FIRST,
                name,
                format!("GT is key {} of FORMAT", at + 1),
            );
        }
    }
    let place = |key: &[u8]| names.iter().position(|name| *name == key);
    let columns: Vec<Column> = names.iter().map(|name| column_of(shared, name)).collect();
    let is_local = |column: &Column| {
        matches!(
            column.demand.number,
            Number::LocalAlternates | Number::LocalAlleles | Number::LocalGenotypes
        )
    };
    let has_genotype = names[0] == b"GT";
    let local_alleles = place(b"LAA");
    if let Some(at) = columns.iter().position(is_local)
        && local_alleles != Some(usize::from(has_genotype))
    {
        let message = format!("{} stands without LAA before it", quoted(names[at]));
        fault(&rules::LOCAL_ALLELES_MISSING, names[at], message);
    }
    let is_modification = |column: &Column| column.demand.number == Number::Modifications;
    if let Some(at) = columns.iter().position(is_modification)
        && !has_genotype
    {
        let message = format!("{} stands without GT", quoted(names[at]));
        fault(&rules::MODIFICATION_WITHOUT_GENOTYPE, names[at], message);
    }
    compiled.genotype_only = names == [b"GT"];
    compiled.has_genotype = has_genotype;
    compiled.local_alleles = local_alleles;
    compiled.phase_sets = place(b"PS").zip(place(b"PSL"));
    compiled.phase_lists = place(b"PSL").filter(|at| columns[*at].demand.number == Number::Ploidy);
    compiled.local_pairs = local::PAIRS
        .iter()
        .filter_map(|(all, local)| place(all).zip(place(local).filter(|at| is_local(&columns[*at]))))
        .collect();
    compiled.columns = columns;
    if let Some((set, _)) = compiled.phase_sets {
        compiled.columns[set].kind = Kind::Slow;
    }
    compiled.is_usual = compiled.faults.is_empty()
        && match &compiled.columns[..] {
            [first, rest @ ..] => {
                first.kind == Kind::Genotype
                    && !rest.is_empty()
                    && rest
                        .iter()
                        .all(|column| matches!(column.kind, Kind::Integer { .. }))
            }
            [] => false,
        };
    compiled
}

fn column_of(shared: &Shared, name: &[u8]) -> Column {
    let demand = Demand::new(
        shared.header.format.get(name),
        reserved::format(shared.header.version, name),
    );
    let negative = demand.domain == Domain::Any;
    let by_sample = matches!(
        demand.number,
        Number::Ploidy
            | Number::LocalAlternates
            | Number::LocalAlleles
            | Number::LocalGenotypes
            | Number::Modifications
    );
    let kind = match demand.ty {
        _ if name == b"GT" => Kind::Genotype,
        _ if by_sample || name == b"LAA" || demand.domain == Domain::Fraction => Kind::Slow,
        Type::Integer => Kind::Integer { negative },
        Type::Float => Kind::Float { negative },
        Type::Character => Kind::Text { single: true },
        Type::String | Type::Flag => Kind::Text { single: false },
    };
    Column {
        name: name.into(),
        demand,
        kind,
    }
}
