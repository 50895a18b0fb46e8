//! Which groups the INFO keys of a header speak of.
//!
//! Invariant: a function of the set of keys; their order decides the order of the groups alone.

use super::{InfoGroup, InfoKeys};
use crate::domain::panel::ALL;

/// What a key counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Ac,
    An,
    Af,
    Hom,
    Het,
    Hemi,
    Ns,
    /// `AC_Hom`, `AC_Het`, `AC_Hemi`: of samples in ExAC, of alleles in `bcftools +fill-tags`.
    AcHom,
    AcHet,
    AcHemi,
}

/// A key taken apart: `controls_AC_afr` is AC of `afr` in `controls`.
#[derive(Clone, Debug)]
struct Key<'a> {
    id: &'a str,
    measure: Measure,
    before: Vec<&'a str>,
    after: Vec<&'a str>,
}

/// Parts of gnomAD's cohorts that stand before or in the population of a key.
const SUBSETS: [&str; 15] = [
    "controls_and_biobanks",
    "controls",
    "non_neuro",
    "non_cancer",
    "non_topmed",
    "non_ukb",
    "non_v2",
    "joint",
    "exomes",
    "genomes",
    "tgp",
    "hgdp",
    "founders",
    "gnomad",
    "downsampled",
];
/// Populations as gnomAD writes them.
const GNOMAD: [&str; 14] = [
    "afr",
    "ami",
    "amr",
    "asj",
    "eas",
    "fin",
    "mid",
    "nfe",
    "oth",
    "remaining",
    "sas",
    "male",
    "XX",
    "XY",
];
const SEXES: [&str; 6] = ["male", "female", "MALE", "FEMALE", "XX", "XY"];
/// Parts that make a key the extreme of several groups, or of something else than a group.
const NO_GROUP: [&str; 10] = [
    "popmax",
    "grpmax",
    "max",
    "min",
    "hist",
    "bin",
    "faf95",
    "faf99",
    "consanguineous",
    "ds",
];

/// The groups of a file without samples that has these INFO keys; `all` first, whether any key speaks of it or not.
pub fn detect<'a>(ids: impl IntoIterator<Item = &'a str>) -> Vec<InfoGroup> {
    let keys: Vec<Key<'_>> = ids.into_iter().filter_map(Key::read).collect();
    let has_after = |part: &[&str]| keys.iter().any(|key| key.before == part && !key.after.is_empty());
    let has_adjusted = keys.iter().any(|key| {
        key.after
            .last()
            .is_some_and(|last| last.eq_ignore_ascii_case("adj"))
    });
    let is_release = has_adjusted || keys.iter().any(Key::shows_a_release);
    let all = InfoGroup {
        key: ALL.into(),
        family: ALL.into(),
        value: ALL.into(),
        ..InfoGroup::default()
    };
    let mut groups = vec![all];
    for key in &keys {
        // `EUR_AF` names a population, `controls_AF` of gnomAD a part of the cohort.
        let before = key.before.join("_");
        let is_population = !before.is_empty()
            && key.after.is_empty()
            && !has_after(&key.before)
            && !SUBSETS.contains(&before.as_str());
        let (mut after, subset) = match is_population {
            true => (vec![before.as_str()], String::new()),
            false => split_subset(&key.after, &before),
        };
        let level = match after.last().map(|last| last.to_ascii_lowercase()).as_deref() {
            Some("raw") => Some(false),
            Some("adj") => Some(true),
            _ => None,
        };
        if level.is_some() {
            after.pop();
        }
        let adjusted_apart = has_adjusted && after.is_empty() && subset.is_empty();
        let of_samples = matches!(key.measure, Measure::AcHom | Measure::AcHet | Measure::AcHemi);
        let is_high_quality = level.unwrap_or(is_release && (!adjusted_apart || of_samples));
        let mut group = name(&after, &subset);
        let at = match groups.iter().position(|known| known.key == group.key) {
            Some(at) => at,
            None => {
                group.is_subset = !subset.is_empty();
                groups.push(group);
                groups.len() - 1
            }
        };
        let group = &mut groups[at];
        if key.measure == Measure::Af {
            if level.is_none() {
                group.af = Some(key.id.to_owned());
            }
            continue;
        }
        let target = if is_high_quality {
            &mut group.high_quality
        } else {
            &mut group.raw
        };
        target.note(key, is_release);
    }
    for group in &mut groups {
        if group.raw.give_af() || group.high_quality.give_af() {
            group.af = None;
        }
    }
    groups.retain(|group| {
        let states = |keys: &InfoKeys| keys.ac.is_some();
        group.key == ALL || group.af.is_some() || states(&group.raw) || states(&group.high_quality)
    });
    groups
}

impl InfoKeys {
    fn note(&mut self, key: &Key<'_>, is_release: bool) {
        let slot = match key.measure {
            Measure::Ac => &mut self.ac,
            Measure::An => &mut self.an,
            Measure::Hom => &mut self.hom,
            Measure::Het | Measure::AcHet => &mut self.het,
            // Partial genotypes with the allele count in this one of fill-tags, so that it is no count of haploids.
            Measure::AcHemi if !is_release => return,
            Measure::Hemi | Measure::AcHemi => &mut self.hemi,
            Measure::Ns => &mut self.ns,
            Measure::AcHom => {
                self.hom_is_alleles = !is_release;
                &mut self.hom
            }
            Measure::Af => return,
        };
        if slot.is_none() {
            *slot = Some(key.id.to_owned());
        }
    }
}

impl<'a> Key<'a> {
    fn read(id: &'a str) -> Option<Self> {
        let parts: Vec<&str> = id.split('_').collect();
        let measure = |part: &str| {
            Some(match part {
                "AC" => Measure::Ac,
                "AN" => Measure::An,
                "AF" => Measure::Af,
                "nhomalt" | "Hom" => Measure::Hom,
                "Het" => Measure::Het,
                "Hemi" | "nhemialt" => Measure::Hemi,
                "NS" => Measure::Ns,
                _ => return None,
            })
        };
        let (at, mut measure) = (0..parts.len()).find_map(|at| Some((at, measure(parts[at])?)))?;
        let mut rest = at + 1;
        if measure == Measure::Ac {
            let special = match parts.get(rest) {
                Some(&"Hom") => Some(Measure::AcHom),
                Some(&"Het") => Some(Measure::AcHet),
                Some(&"Hemi") => Some(Measure::AcHemi),
                _ => None,
            };
            rest += usize::from(special.is_some());
            measure = special.unwrap_or(measure);
        }
        let is_no_group =
            |part: &&str| part.is_empty() || NO_GROUP.contains(&part.to_ascii_lowercase().as_str());
        let (before, after) = (parts[..at].to_vec(), parts[rest..].to_vec());
        (!before.iter().chain(&after).any(is_no_group)).then_some(Self {
            id,
            measure,
            before,
            after,
        })
    }

    /// Whether the key is one that gnomAD or ExAC alone has.
    fn shows_a_release(&self) -> bool {
        let is_gnomad = |part: &&str| GNOMAD.contains(part) || *part == "raw";
        match self.measure {
            Measure::Hom => true,
            Measure::Ac | Measure::An => self.after.iter().any(is_gnomad),
            _ => false,
        }
    }
}

/// The population, and the part of the cohort that it is counted in.
fn split_subset<'a>(after: &[&'a str], before: &str) -> (Vec<&'a str>, String) {
    if !before.is_empty() {
        return (after.to_vec(), before.to_owned());
    }
    for subset in SUBSETS {
        let parts: Vec<&str> = subset.split('_').collect();
        if after.starts_with(&parts) {
            return (after[parts.len()..].to_vec(), subset.to_owned());
        }
    }
    (after.to_vec(), String::new())
}

/// A group without keys, named.
fn name(population: &[&str], subset: &str) -> InfoGroup {
    let value = population.join("_");
    let is_sex = |part: &&str| SEXES.contains(part);
    let family = match population {
        [] => ALL,
        [one] if is_sex(one) => "sex",
        [_] => "pop",
        [.., last] if is_sex(last) => "pop_sex",
        _ => "subpop",
    };
    let of_all = population.is_empty();
    let (key, family, value) = match (subset.is_empty(), of_all) {
        (true, true) => (ALL.to_owned(), ALL.to_owned(), ALL.to_owned()),
        (true, false) => (value.clone(), family.to_owned(), value),
        (false, true) => (subset.to_owned(), "subset".to_owned(), subset.to_owned()),
        (false, false) => (format!("{subset}_{value}"), format!("{subset}_{family}"), value),
    };
    InfoGroup {
        key,
        family,
        value,
        ..InfoGroup::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `family.value: key=…` of each group.
    fn shown(ids: &str) -> Vec<String> {
        let ids: Vec<&str> = ids.split(' ').collect();
        let groups = detect(ids.iter().copied());
        let keys = |keys: &InfoKeys| {
            let all = [&keys.ac, &keys.an, &keys.het, &keys.hom, &keys.hemi, &keys.ns];
            let all: Vec<&str> = all.into_iter().filter_map(Option::as_deref).collect();
            all.join(",") + if keys.hom_is_alleles { "/2" } else { "" }
        };
        groups
            .iter()
            .map(|group| {
                let subset = if group.is_subset { "?" } else { "" };
                let af = group.af.as_deref().unwrap_or_default();
                let (raw, hq) = (keys(&group.raw), keys(&group.high_quality));
                format!("{subset}{}.{} {raw}|{hq}|{af}", group.family, group.value)
            })
            .collect()
    }

    #[test]
    fn known_patterns_make_groups() {
        let table: [(&str, &[&str]); 9] = [
            ("DP MQ", &["all.all ||"]),
            ("AC AN AF DP", &["all.all AC,AN||"]),
            ("AF", &["all.all ||AF"]),
            (
                "AC AN AF AC_raw AN_raw AF_raw nhomalt_raw nhomalt AC_afr AN_afr AF_afr nhomalt_afr AC_afr_XX AC_XX AN_XX \
                 AC_nfe_seu AC_popmax AN_popmax AF_popmax faf95_afr AC_grpmax",
                &[
                    "all.all AC_raw,AN_raw,nhomalt_raw|AC,AN,nhomalt|",
                    "pop.afr |AC_afr,AN_afr,nhomalt_afr|",
                    "pop_sex.afr_XX |AC_afr_XX|",
                    "sex.XX |AC_XX,AN_XX|",
                    "subpop.nfe_seu |AC_nfe_seu|",
                ],
            ),
            (
                "AC AN AC_raw controls_AC controls_AN controls_AF controls_AC_afr controls_AN_afr controls_AC_raw \
                 AC_non_ukb_nfe AN_non_ukb_nfe AC_joint",
                &[
                    "all.all AC_raw|AC,AN|",
                    "?subset.controls controls_AC_raw|controls_AC,controls_AN|",
                    "?controls_pop.afr |controls_AC_afr,controls_AN_afr|",
                    "?non_ukb_pop.nfe |AC_non_ukb_nfe,AN_non_ukb_nfe|",
                    "?subset.joint |AC_joint|",
                ],
            ),
            (
                "AC AN AF AC_Adj AN_Adj AC_Hom AC_Het AC_Hemi AC_AFR AN_AFR Hom_AFR Het_AFR Hemi_AFR AC_FEMALE AC_POPMAX POPMAX",
                &[
                    "all.all AC,AN|AC_Adj,AN_Adj,AC_Het,AC_Hom,AC_Hemi|",
                    "pop.AFR |AC_AFR,AN_AFR,Het_AFR,Hom_AFR,Hemi_AFR|",
                    "sex.FEMALE |AC_FEMALE|",
                ],
            ),
            (
                "AC AF AN NS DP EAS_AF EUR_AF AFR_AF AMR_AF SAS_AF AA VT",
                &[
                    "all.all AC,AN,NS||",
                    "pop.EAS ||EAS_AF",
                    "pop.EUR ||EUR_AF",
                    "pop.AFR ||AFR_AF",
                    "pop.AMR ||AMR_AF",
                    "pop.SAS ||SAS_AF",
                ],
            ),
            (
                "AC_EUR AN_EUR AF_EUR NS_EUR AC_Hom_EUR AC_Het_EUR AC_Hemi_EUR HWE_EUR AF_YRI",
                &[
                    "all.all ||",
                    "pop.EUR AC_EUR,AN_EUR,AC_Het_EUR,AC_Hom_EUR,NS_EUR/2||",
                    "pop.YRI ||AF_YRI",
                ],
            ),
            (
                "EUR_AC EUR_AN EUR_AF MAX_AF",
                &["all.all ||", "pop.EUR EUR_AC,EUR_AN||"],
            ),
        ];
        for (ids, want) in table {
            assert_eq!(shown(ids), want, "{ids}");
        }
    }
}
