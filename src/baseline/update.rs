//! Accepts findings, and lets go of what is gone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::baseline::apply::{Run, is_gone, present};
use crate::baseline::entry::{Baseline, Entry, is_acceptable};
use crate::finding::{Finding, Level};
use crate::source::Snapshot;

/// What an update did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Findings that were not known.
    pub added: usize,
    /// Known findings that say more than before, or matter more.
    pub grown: usize,
    /// Findings that were known, and entries that were not looked at.
    pub kept: usize,
    /// Entries whose finding is gone.
    pub removed: usize,
    /// Findings that cannot be accepted: those about exceptions.
    pub refused: usize,
}

impl Baseline {
    /// Accepts the findings. What is known keeps its day, owner and reason; nothing is taken out.
    pub fn accept(&mut self, findings: &[Finding], snapshot: &Snapshot, today: Date) -> Changes {
        let mut changes = Changes::default();
        let mut owners: BTreeMap<String, usize> = BTreeMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            for name in entry.names() {
                owners.entry(name.to_owned()).or_insert(at);
            }
        }
        let mut taken = vec![false; self.entries.len()];
        for finding in findings {
            if !is_acceptable(finding) {
                changes.refused += 1;
                continue;
            }
            let mut entry = Entry::new(finding, snapshot, today);
            let holders: Vec<usize> =
                entry.names().iter().filter_map(|&name| owners.get(name).copied()).collect();
            let Some(old) = holders.first().and_then(|&at| self.entries.get(at)) else {
                changes.added += 1;
                self.entries.push(entry);
                continue;
            };
            entry.accepted = old.accepted;
            entry.owner.clone_from(&old.owner);
            entry.reason.clone_from(&old.reason);
            let level = |at: &usize| self.entries.get(*at).map_or(Level::Off, |entry| entry.level);
            let known = holders.iter().map(level).max().unwrap_or(Level::Off);
            let grown = entry.level > known || holders.len() < entry.names().len();
            entry.level = entry.level.max(known);
            changes.grown += usize::from(grown);
            changes.kept += usize::from(!grown);
            for at in holders {
                if let Some(flag) = taken.get_mut(at) {
                    *flag = true;
                }
            }
            self.entries.push(entry);
        }
        // What a finding said before and says no more is left to `prune`.
        let said: BTreeSet<String> = self
            .entries
            .iter()
            .skip(taken.len())
            .flat_map(|entry| entry.names().into_iter().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let mut at = 0;
        self.entries.retain_mut(|entry| {
            let old = taken.get(at).copied();
            at += 1;
            if old != Some(true) {
                changes.kept += usize::from(old.is_some());
                return true;
            }
            entry.parts.retain(|part| !said.contains(part));
            !entry.parts.is_empty()
        });
        self.sort();
        changes
    }

    /// Takes out what is gone, and lowers the level of what matters less now. Nothing is added.
    pub fn prune(&mut self, findings: &[Finding], run: Run<'_>) -> Changes {
        let present = present(findings);
        let mut levels: BTreeMap<String, Level> = BTreeMap::new();
        for finding in findings {
            for part in finding.parts() {
                let level = levels.entry(part).or_insert(Level::Off);
                *level = finding.level.max(*level);
            }
        }
        let before = self.entries.len();
        self.entries.retain(|entry| !is_gone(entry, &present, run));
        for entry in &mut self.entries {
            let now = entry.names().iter().filter_map(|&name| levels.get(name)).max().copied();
            // What was not found could not be found: nothing is known of it.
            let Some(now) = now else { continue };
            entry.level = entry.level.min(now);
            entry.parts.retain(|part| present.contains(part));
        }
        let kept = self.entries.len();
        Changes { kept, removed: before - kept, ..Changes::default() }
    }
}
