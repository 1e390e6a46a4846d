//! Tells known findings from new ones, and entries that nothing answers to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::baseline::entry::{Baseline, Entry, is_acceptable};
use crate::finding::{Finding, Level};
use crate::policy::Policy;
use crate::rules;

/// What the entries are held against.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The day from which the age is counted.
    pub today: Date,
    /// Which rules ran.
    pub policy: &'a Policy,
    /// The units of which an overlay could not be rendered: what is not found there may be there.
    pub failed: &'a BTreeSet<String>,
    /// Whether everything was looked at and reported; if not, nothing is called stale.
    pub whole: bool,
}

/// A finding that the baseline knows.
#[derive(Debug, Clone)]
pub struct Known {
    /// The finding.
    pub finding: Finding,
    /// The day on which it was accepted.
    pub accepted: Date,
    /// How many days ago that was.
    pub days: usize,
    /// Who sees to it.
    pub owner: Option<String>,
    /// Why it is there.
    pub reason: Option<String>,
}

/// What a baseline did.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    /// Findings that it knows, in the order of findings.
    pub known: Vec<Known>,
    /// Entries whose finding is gone, in the order of the file.
    pub stale: Vec<Entry>,
}

impl Baseline {
    /// Takes what is known out of the findings. A finding is known if everything that it says was
    /// accepted at its level or a higher one.
    pub fn apply(&self, findings: &mut Vec<Finding>, run: Run<'_>) -> Applied {
        let present = present(findings);
        let mut accepted: BTreeMap<&str, (Level, &Entry)> = BTreeMap::new();
        for entry in &self.entries {
            for name in entry.names() {
                let known = accepted.entry(name).or_insert((entry.level, entry));
                let first = if entry.accepted < known.1.accepted { entry } else { known.1 };
                *known = (known.0.max(entry.level), first);
            }
        }
        let mut known = Vec::new();
        let all = std::mem::take(findings);
        for finding in all {
            let parts = finding.parts();
            let entries: Option<Vec<&Entry>> = parts
                .iter()
                .map(|part| {
                    let (level, entry) = *accepted.get(part.as_str())?;
                    (finding.level <= level).then_some(entry)
                })
                .collect();
            let first = entries.and_then(|all| all.into_iter().min_by_key(|entry| entry.accepted));
            match first.filter(|_| is_acceptable(&finding)) {
                Some(entry) => known.push(Known {
                    accepted: entry.accepted,
                    days: usize::try_from((run.today - entry.accepted).get_days()).unwrap_or(0),
                    owner: entry.owner.clone(),
                    reason: entry.reason.clone(),
                    finding,
                }),
                None => findings.push(finding),
            }
        }
        let stale = self.entries.iter().filter(|entry| run.whole && is_gone(entry, &present, run));
        Applied { known, stale: stale.cloned().collect() }
    }
}

/// The parts of all findings that a baseline may know.
pub(super) fn present(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().filter(|finding| is_acceptable(finding)).flat_map(Finding::parts).collect()
}

/// Whether nothing of what an entry accepts is found any more, and could have been.
pub(super) fn is_gone(entry: &Entry, present: &BTreeSet<String>, run: Run<'_>) -> bool {
    let ran = run.policy.is_enabled(&entry.rule) || rules::find(&entry.rule).is_none();
    let seen = entry.unit.as_ref().is_none_or(|unit| !run.failed.contains(unit));
    ran && seen && !entry.names().iter().any(|&name| present.contains(name))
}
