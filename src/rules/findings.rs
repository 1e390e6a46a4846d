//! Where a rule puts what it finds.

use crate::finding::{Finding, Level};
use crate::rules::meta::RuleMeta;

/// The findings of one rule; fills in what they have in common.
#[derive(Debug)]
pub struct Findings {
    meta: &'static RuleMeta,
    level: Level,
    found: Vec<Finding>,
}

impl Findings {
    /// An empty list for a rule that runs at `level`.
    pub fn new(meta: &'static RuleMeta, level: Level) -> Self {
        Self { meta, level, found: Vec::new() }
    }

    /// The level at which the rule runs.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Adds a finding at the level of the rule.
    pub fn push(&mut self, finding: Finding) {
        self.push_at(self.level, finding);
    }

    /// Adds a finding at a level of its own.
    pub fn push_at(&mut self, level: Level, finding: Finding) {
        let (rule, family) = (self.meta.id, self.meta.family);
        self.found.push(Finding { rule, family, level, ..finding });
    }

    /// The findings in the order in which they were added.
    pub fn into_vec(self) -> Vec<Finding> {
        self.found
    }
}
