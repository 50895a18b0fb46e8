//! The counts that the INFO column of one record states of each group.
//!
//! Invariant: a value that contradicts itself or another is unknown, and a doubt names it.

use std::collections::HashMap;

use super::{InfoGroup, InfoKeys};
use crate::domain::stated::{Count, Stated, Tallied};

/// The groups of a file, laid out for reading.
#[derive(Clone, Debug, Default)]
pub struct InfoReader {
    slots: HashMap<Box<str>, usize>,
    groups: Vec<Slots>,
}

/// Places of a group's keys among the slots.
#[derive(Clone, Debug, Default)]
struct Slots {
    raw: KeySlots,
    high_quality: KeySlots,
    af: Option<usize>,
}

#[derive(Clone, Debug, Default)]
struct KeySlots {
    counts: Vec<(Count, usize)>,
    hom_is_alleles: bool,
}

/// A value that cannot be what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The key.
    pub key: String,
    /// The value as written.
    pub value: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl InfoReader {
    /// Reads the counts of these groups, in this order; a group of `None` states nothing.
    pub fn new<'a>(groups: impl IntoIterator<Item = Option<&'a InfoGroup>>) -> Self {
        let mut reader = Self::default();
        for group in groups {
            let slots = group.map(|group| Slots {
                raw: reader.keys(&group.raw),
                high_quality: reader.keys(&group.high_quality),
                af: group.af.as_deref().map(|key| reader.slot(key)),
            });
            reader.groups.push(slots.unwrap_or_default());
        }
        reader
    }

    /// Number of groups.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    fn slot(&mut self, key: &str) -> usize {
        let next = self.slots.len();
        *self.slots.entry(key.into()).or_insert(next)
    }

    fn keys(&mut self, keys: &InfoKeys) -> KeySlots {
        let all = [
            (Count::Ns, &keys.ns),
            (Count::An, &keys.an),
            (Count::Ac, &keys.ac),
            (Count::Het, &keys.het),
            (Count::Hom, &keys.hom),
            (Count::Hemi, &keys.hemi),
        ];
        let slots = all
            .into_iter()
            .filter_map(|(count, key)| Some((count, self.slot(key.as_deref()?))));
        KeySlots {
            counts: slots.collect(),
            hom_is_alleles: keys.hom_is_alleles,
        }
    }

    /// Appends what a record states: by alternate allele, then group. Doubts are noted once for each record and key.
    pub fn read(&self, info: &str, alternates: usize, out: &mut Vec<Stated>, doubts: &mut Vec<Doubt>) {
        let mut values: Vec<Option<(&str, &str)>> = vec![None; self.slots.len()];
        for entry in info.split(';') {
            if let Some((key, value)) = entry.split_once('=')
                && let Some(&slot) = self.slots.get(key)
            {
                values[slot].get_or_insert((key, value));
            }
        }
        let first_doubt = doubts.len();
        for alternate in 0..alternates {
            let mut record = Values {
                values: &values,
                alternate,
                alternates,
                first_doubt,
                doubts,
            };
            out.extend(self.groups.iter().map(|group| Stated {
                raw: record.tallied(&group.raw),
                high_quality: record.tallied(&group.high_quality),
                af: group.af.and_then(|slot| record.frequency(slot)),
            }));
        }
    }
}

struct Values<'a> {
    values: &'a [Option<(&'a str, &'a str)>],
    alternate: usize,
    alternates: usize,
    first_doubt: usize,
    doubts: &'a mut Vec<Doubt>,
}

impl Values<'_> {
    fn doubt(&mut self, slot: usize, problem: &'static str) {
        let Some((key, value)) = self.values[slot] else {
            return;
        };
        if self.doubts[self.first_doubt..]
            .iter()
            .all(|doubt| doubt.key != key)
        {
            self.doubts.push(Doubt {
                key: key.to_owned(),
                value: value.to_owned(),
                problem,
            });
        }
    }

    /// The part of a value that belongs to the alternate: one for each, or one for all where `shared`.
    fn part(&mut self, slot: usize, shared: bool) -> Option<&str> {
        let (_, value) = self.values[slot]?;
        let parts = 1 + memchr::memchr_iter(b',', value.as_bytes()).count();
        let at = if parts == self.alternates {
            self.alternate
        } else if shared && parts == 1 {
            0
        } else if value == "." {
            return None;
        } else {
            self.doubt(slot, "has not one value for each alternate allele");
            return None;
        };
        value
            .split(',')
            .nth(at)
            .filter(|part| *part != "." && !part.is_empty())
    }

    fn count(&mut self, count: Count, slot: usize) -> Option<u32> {
        let shared = matches!(count, Count::An | Count::Ns);
        let read = self.part(slot, shared)?.parse::<u32>();
        match read {
            Ok(count) => Some(count),
            Err(_) => {
                self.doubt(slot, "is no count");
                None
            }
        }
    }

    fn tallied(&mut self, keys: &KeySlots) -> Tallied {
        let mut tallied = Tallied::default();
        let slot_of = |wanted: Count| {
            keys.counts
                .iter()
                .find(|(count, _)| *count == wanted)
                .map(|(_, slot)| *slot)
        };
        for &(count, slot) in &keys.counts {
            let value = self.count(count, slot);
            let halved = count == Count::Hom && keys.hom_is_alleles;
            tallied.set(count, if halved { value.map(|n| n / 2) } else { value });
        }
        let (ac, an, hom) = (
            tallied.get(Count::Ac),
            tallied.get(Count::An),
            tallied.get(Count::Hom),
        );
        if let (Some(ac), Some(an), Some(slot)) = (ac, an, slot_of(Count::Ac))
            && ac > an
        {
            self.doubt(slot, "is more than AN");
            return Tallied::default();
        }
        if let (Some(ac), Some(hom), Some(slot)) = (ac, hom, slot_of(Count::Hom))
            && u64::from(hom) * 2 > u64::from(ac)
        {
            self.doubt(slot, "counts more homozygotes than AC allows");
            let mut without = Tallied::default();
            for &(count, _) in keys.counts.iter().filter(|(count, _)| *count != Count::Hom) {
                without.set(count, tallied.get(count));
            }
            return without;
        }
        tallied
    }

    fn frequency(&mut self, slot: usize) -> Option<f32> {
        let read = self.part(slot, false)?.parse::<f32>();
        match read {
            Ok(af) if (0.0..=1.0).contains(&af) => Some(af),
            Ok(_) | Err(_) => {
                self.doubt(slot, "is no frequency from 0 to 1");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::detect;
    use super::*;

    fn read(ids: &str, info: &str, alternates: usize) -> (Vec<Stated>, Vec<String>) {
        let groups = detect(ids.split(' '));
        let reader = InfoReader::new(groups.iter().map(Some));
        let (mut out, mut doubts) = (Vec::new(), Vec::new());
        reader.read(info, alternates, &mut out, &mut doubts);
        let doubts = doubts
            .iter()
            .map(|doubt| format!("{} {} {}", doubt.key, doubt.value, doubt.problem));
        (out, doubts.collect())
    }

    #[test]
    fn each_alternate_has_its_values() {
        let ids = "AC AN AC_raw AN_raw AC_afr AN_afr nhomalt_afr EUR_AF";
        let info = "AC=1,2;AN=10;AC_raw=3,4;AN_raw=20;AC_afr=.,6;AN_afr=12;nhomalt_afr=0,1;X;EUR_AF=0.1,0.25";
        let (out, doubts) = read(ids, info, 2);
        assert_eq!(doubts, [""; 0]);
        let groups = out.len() / 2;
        assert_eq!(groups, 3);
        let figures = |stated: &Stated| {
            let hq = &stated.high_quality;
            (
                stated.raw.get(Count::Ac),
                hq.get(Count::Ac),
                hq.get(Count::An),
                hq.get(Count::Hom),
                stated.af,
            )
        };
        let got: Vec<_> = out.iter().map(figures).collect();
        assert_eq!(
            got,
            [
                (Some(3), Some(1), Some(10), None, None),
                (None, None, Some(12), Some(0), None),
                (None, None, None, None, Some(0.1)),
                (Some(4), Some(2), Some(10), None, None),
                (None, Some(6), Some(12), Some(1), None),
                (None, None, None, None, Some(0.25)),
            ]
        );
    }

    #[test]
    fn contradictions_are_unknown_and_named() {
        for (info, doubt) in [
            ("AC=5;AN=4", Some("AC 5 is more than AN")),
            ("AC=-1;AN=4", Some("AC -1 is no count")),
            ("AC=x;AN=4", Some("AC x is no count")),
            (
                "AC=1,2;AN=4",
                Some("AC 1,2 has not one value for each alternate allele"),
            ),
            (
                "AC=2;AN=4;Hom=2",
                Some("Hom 2 counts more homozygotes than AC allows"),
            ),
            ("AC=99999999999;AN=4", Some("AC 99999999999 is no count")),
            ("AC=.;AN=4", None),
            ("AC;AN", None),
            (".", None),
        ] {
            let (out, doubts) = read("AC AN Hom", info, 1);
            assert_eq!(doubts.first().map(String::as_str), doubt, "{info}");
            let hq = &out[0].high_quality;
            assert_eq!(
                (hq.get(Count::Hom), hq.af().is_some()),
                (None, info.contains("Hom")),
                "{info}"
            );
        }
        for af in ["2", "-0.1", "nan", "much"] {
            let (out, doubts) = read("EUR_AF", &format!("EUR_AF={af}"), 1);
            assert_eq!(doubts.len(), 1, "{af}");
            assert_eq!(out[1].af, None);
        }
    }
}
