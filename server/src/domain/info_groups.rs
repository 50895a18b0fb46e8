//! Groups of a file without samples, out of the keys of its INFO: those of gnomAD, of ExAC and of the 1000 Genomes.
//!
//! Invariant: `all` comes first and always exists; no key counts for two groups.
//!
//! | keys | group | fill |
//! | --- | --- | --- |
//! | `AC` `AN` `AF` | `all` | as called; high quality where the file is a release of gnomAD |
//! | `AC_raw` `AN_raw` `nhomalt_raw` | `all` | as called |
//! | `AC_Adj` `AN_Adj` | `all` | high quality, and `AC` `AN` then as called |
//! | `AC_afr` `AN_afr` `nhomalt_afr`; `AC_AFR` `Hom_AFR` `Hemi_AFR` | `pop.afr` | high quality |
//! | `AC_XX`, `AC_male` | `sex.XX` | high quality |
//! | `AC_afr_XX`, `AC_afr_male` | `pop_sex.afr_XX` | high quality |
//! | `AC_nfe_seu` | `subpop.nfe_seu` | high quality |
//! | `controls_AC_afr`, `AC_non_ukb_afr` | `controls_pop.afr`; only where it is asked for | high quality |
//! | `EUR_AF`; `AF_EUR` alone | `pop.EUR` | AF as given; AC and AN stay unknown |
//!
//! gnomAD releases counts of high-quality calls. A file with `AC_EUR` that shows no sign of gnomAD or ExAC (`*_raw`,
//! `*_Adj`, `nhomalt*`, `Hom_*`, a population in gnomAD's lower-case letters) counts as called: such come from
//! `bcftools +fill-tags`, whose `AC_Hom` is twice the number of homozygotes.

use serde::{Deserialize, Serialize};

mod choose;
mod detect;
mod read;

pub use choose::choose;
pub use detect::detect;
pub use read::{Doubt, InfoReader};

/// A group and the INFO keys that state its counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InfoGroup {
    /// Identifies it among the groups of a header: `all`, `afr`, `controls_afr`.
    pub key: String,
    /// Family that it is offered under.
    pub family: String,
    /// Value that it is offered under.
    pub value: String,
    /// A part of the cohort (`controls`, `non_ukb`), taken only where it is asked for.
    pub is_subset: bool,
    /// Keys of the counts as called.
    pub raw: InfoKeys,
    /// Keys of the counts of high-quality calls.
    pub high_quality: InfoKeys,
    /// Key of the frequency, where neither has AC and AN.
    pub af: Option<String>,
}

/// Keys of counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of Counts")]
pub struct InfoKeys {
    pub ns: Option<String>,
    pub an: Option<String>,
    pub ac: Option<String>,
    pub het: Option<String>,
    pub hom: Option<String>,
    pub hemi: Option<String>,
    /// `hom` counts alleles, two for each homozygote.
    pub hom_is_alleles: bool,
}

impl InfoKeys {
    /// Whether AF follows from them.
    pub fn give_af(&self) -> bool {
        self.ac.is_some() && self.an.is_some()
    }
}

impl InfoGroup {
    /// Every key that it reads.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        [&self.raw, &self.high_quality]
            .into_iter()
            .flat_map(|keys| [&keys.ac, &keys.an, &keys.hom, &keys.het, &keys.hemi, &keys.ns])
            .chain([&self.af])
            .filter_map(Option::as_deref)
    }
}
