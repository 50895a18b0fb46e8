//! Checks across records: sorted positions, contiguous contigs, repeated variants.
//!
//! Invariant: fed in the order of the file, it finds the same whatever the chunks were; its whole state can be
//! stored in a checkpoint.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::finding::{Finding, Judge};
use super::limits::{Limits, is_memorable};
use super::record::{AlleleKey, Site, Sites};
use super::rules::{Rule, site as rules};

/// Follows the records in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCheck {
    contig: String,
    pos: u64,
    /// Contigs whose block has ended.
    ended: BTreeSet<String>,
    /// A contig of the assembly file, in angle brackets: its records may stand between those of a reference contig.
    assembly: Option<(String, u64)>,
    /// Alleles at or after the current position, with the line that had them, in order.
    ahead: BTreeMap<u64, BTreeMap<u64, u64>>,
    ahead_count: usize,
}

impl OrderCheck {
    /// Adds a chunk's records and what is wrong with their order.
    pub(crate) fn follow(
        &mut self,
        judge: Judge,
        limits: &Limits,
        sites: &Sites,
        findings: &mut Vec<Finding>,
    ) {
        for site in sites.iter() {
            if site.contig.starts_with('<') {
                self.assembly_site(judge, &site, findings);
            } else {
                self.site(judge, limits, &site, findings);
            }
        }
    }

    fn site(&mut self, judge: Judge, limits: &Limits, site: &Site<'_>, findings: &mut Vec<Finding>) {
        if site.contig != self.contig {
            let before = std::mem::replace(&mut self.contig, site.contig.to_owned());
            if !before.is_empty() && self.ended.len() < limits.contigs && is_memorable(before.as_bytes()) {
                self.ended.insert(before);
            }
            if self.ended.contains(site.contig) {
                let message = format!("{} returns after other contigs", site.contig);
                report(judge, &rules::CONTIG_RETURNS, site, message, findings);
            }
            self.ahead.clear();
            self.ahead_count = 0;
        } else if site.pos < self.pos {
            let message = format!("position {} follows {} on {}", site.pos, self.pos, site.contig);
            report(judge, &rules::NOT_SORTED, site, message, findings);
            // What lies behind is forgotten, and the alleles ahead are those of the earlier place.
            self.ahead.clear();
            self.ahead_count = 0;
        }
        self.pos = site.pos;
        self.forget_behind(site.pos);
        let mut first: Option<(u64, &AlleleKey)> = None;
        for allele in site.alleles {
            match self
                .ahead
                .get(&allele.pos)
                .and_then(|alleles| alleles.get(&allele.hash))
            {
                // The same allele twice in one ALT is that record's own fault.
                Some(&line) if line != site.line => {
                    first.get_or_insert((line, allele));
                }
                Some(_) => {}
                None if self.ahead_count < limits.duplicate_window => {
                    self.ahead
                        .entry(allele.pos)
                        .or_default()
                        .insert(allele.hash, site.line);
                    self.ahead_count += 1;
                }
                None => {}
            }
        }
        if let Some((line, allele)) = first {
            let message = format!(
                "line {line} describes the same variant, at position {}",
                allele.pos
            );
            report(judge, &rules::RECORD_REPEATED, site, message, findings);
        }
    }

    fn assembly_site(&mut self, judge: Judge, site: &Site<'_>, findings: &mut Vec<Finding>) {
        match &mut self.assembly {
            Some((contig, pos)) if contig == site.contig => {
                if site.pos < *pos {
                    let message = format!("position {} follows {pos} on {}", site.pos, site.contig);
                    report(judge, &rules::NOT_SORTED, site, message, findings);
                }
                *pos = site.pos;
            }
            _ => self.assembly = Some((site.contig.to_owned(), site.pos)),
        }
    }

    fn forget_behind(&mut self, pos: u64) {
        while let Some(entry) = self.ahead.first_entry()
            && *entry.key() < pos
        {
            self.ahead_count -= entry.remove().len();
        }
    }
}

fn report(judge: Judge, rule: &'static Rule, site: &Site<'_>, message: String, findings: &mut Vec<Finding>) {
    if let Some(mut finding) = judge.of_file(rule, site.line, message) {
        finding.column = 1;
        finding.text = format!("{}:{}", site.contig, site.pos);
        findings.push(finding);
    }
}
