//! Variables of Terraform that one side lacks, and why: under another name, or with the block that
//! alone asks for them.

use std::collections::BTreeSet;

use crate::compare::diff::{Change, RawDifference};
use crate::compare::names::PairNames;
use crate::config::nearest;
use crate::kube::{Form, Gvk, Kind, PathStep, Resource, Value, key_words};
use crate::render::{Rendered, StatementKind};
use crate::source::Snapshot;
use crate::text::Span;

/// What stands before the name of a variable.
const VARIABLE: &str = "var.";

/// Both sides of a comparison: the environment and its reference.
pub(super) struct Both<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) mine: &'a Rendered,
    pub(super) theirs: &'a Rendered,
    pub(super) names: &'a PairNames,
}

impl Both<'_> {
    /// Points at what a side sets in place of a variable that it lacks, and forgets the variables that
    /// only blocks ask for which are missing themselves.
    pub(super) fn explain(&self, gvk: &Gvk, differences: &mut Vec<RawDifference>) {
        if *gvk != Gvk::document(Form::Variables) {
            return;
        }
        for change in [Change::OnlyHere, Change::OnlyThere] {
            self.point(change, differences);
            let missing = |difference: &RawDifference| name(difference, change).is_some();
            if differences.iter().any(missing) {
                let needless = self.needless(change);
                differences
                    .retain(|it| name(it, change).is_none_or(|name| !needless.contains(name)));
            }
        }
    }

    /// The variables that only blocks use which the other side lacks.
    fn needless(&self, change: Change) -> BTreeSet<&str> {
        let (with, without) = match change {
            Change::OnlyThere => (self.theirs, self.mine),
            _ => (self.mine, self.theirs),
        };
        let (own, other) = match change {
            Change::OnlyThere => (&self.names.there, &self.names.here),
            _ => (&self.names.here, &self.names.there),
        };
        let known: BTreeSet<_> = without
            .resources
            .iter()
            .map(|block| (&block.id.gvk, other.normal(&block.id.name)))
            .collect();
        let alone = |block: &Resource| {
            block.id.gvk.is_block() && !known.contains(&(&block.id.gvk, own.normal(&block.id.name)))
        };
        let (mut lone, mut others) = (BTreeSet::new(), BTreeSet::new());
        for block in &with.resources {
            used(&block.body, if alone(block) { &mut lone } else { &mut others });
        }
        lone.retain(|name| !others.contains(name));
        lone
    }

    /// Points at variables that do nothing and are meant for those that the same side lacks: they are
    /// called nearly so, or both are the only ones and their names have a word in common.
    fn point(&self, change: Change, differences: &mut [RawDifference]) {
        let without = if change == Change::OnlyThere { self.mine } else { self.theirs };
        let idle = without.statements.iter().filter(|it| it.kind == StatementKind::Variable);
        let mut idle: Vec<(&str, Span)> =
            idle.map(|it| (self.snapshot.slice(it.span).trim_matches('"'), it.span)).collect();
        let missing: Vec<usize> =
            (0..differences.len()).filter(|&at| name(&differences[at], change).is_some()).collect();
        let only = missing.len() == 1 && idle.len() == 1;
        for at in missing {
            let difference = &mut differences[at];
            let Some(name) = name(difference, change) else { continue };
            let word = |other: &&str| {
                let own = key_words(name);
                only && key_words(other).iter().any(|word| own.contains(word))
            };
            let names = || idle.iter().map(|(name, _)| *name);
            let Some(meant) = nearest(name, names()).or(names().find(word)) else { continue };
            let Some(found) = idle.iter().position(|(name, _)| *name == meant) else { continue };
            let (_, span) = idle.remove(found);
            let side = match change {
                Change::OnlyThere => &mut difference.here,
                _ => &mut difference.there,
            };
            (side.span, side.key) = (span, Some(span));
        }
    }
}

/// The variable that one side lacks.
fn name(difference: &RawDifference, change: Change) -> Option<&str> {
    match difference.path.steps() {
        [PathStep::Key(name)] if difference.change == change => Some(name),
        _ => None,
    }
}

/// Adds the names of all variables that the texts of a value ask for.
fn used<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match &value.kind {
            Kind::Map(map) => open.extend(map.iter().map(|entry| &entry.value)),
            Kind::List(items) => open.extend(items.iter()),
            Kind::Scalar(scalar) => {
                let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
                let asked = scalar.text.match_indices(VARIABLE);
                found.extend(asked.filter_map(|(at, _)| {
                    let before = scalar.text.get(..at)?;
                    let rest = scalar.text.get(at + VARIABLE.len()..)?;
                    let end = rest.find(|c| !inside(c)).unwrap_or(rest.len());
                    rest.get(..end).filter(|_| !before.ends_with(|c| inside(c) || c == '.'))
                }));
            }
        }
    }
}
