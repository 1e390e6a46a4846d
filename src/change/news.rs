//! What is news of a state, and what is not.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Level};
use crate::layout::Layout;

/// Most units that are tried as the former name of another.
const MOST_NAMES: usize = 50;

/// Everything that is said of one state, with the level at which it is said, see
/// [`Finding::parts`].
pub(super) struct Said(BTreeMap<String, Level>);

impl Said {
    pub(super) fn of(findings: &[Finding]) -> Self {
        let mut said = BTreeMap::new();
        for finding in findings {
            for part in finding.parts() {
                let level = said.entry(part).or_insert(finding.level);
                *level = finding.level.max(*level);
            }
        }
        Self(said)
    }

    /// Whether all that the finding says is said here, as loudly at least.
    pub(super) fn knows(&self, finding: &Finding) -> bool {
        self.lacks(finding).is_empty()
    }

    /// What the finding says and is not said here, or not as loudly.
    pub(super) fn lacks(&self, finding: &Finding) -> BTreeSet<String> {
        let known = |part: &String| self.0.get(part).is_some_and(|&level| level >= finding.level);
        finding.parts().into_iter().filter(|part| !known(part)).collect()
    }

    /// What is said here and not in `other`, or there not as loudly.
    pub(super) fn beyond(&self, other: &Self) -> BTreeSet<String> {
        let louder = |(part, level): &(&String, &Level)| {
            other.0.get(*part).is_none_or(|known| known < *level)
        };
        self.0.iter().filter(louder).map(|(part, _)| part.clone()).collect()
    }

    /// Whether nothing of what the finding says is said here.
    pub(super) fn is_silent_about(&self, finding: &Finding) -> bool {
        !finding.parts().iter().any(|part| self.0.contains_key(part))
    }
}

/// Drops from `new` what is only told of a unit under another name than before, and from `gone` its
/// former self.
pub(super) fn leave_renamed(
    new: &mut Vec<Finding>,
    gone: &mut Vec<Finding>,
    before: &Layout,
    after: &Layout,
) {
    let names = |layout: &Layout| -> BTreeSet<String> {
        layout.units.iter().map(|unit| unit.name.clone()).collect()
    };
    let (old, current) = (names(before), names(after));
    let former: Vec<&String> = old.difference(&current).take(MOST_NAMES).collect();
    new.retain(|finding| {
        if finding.subject.unit.as_ref().is_none_or(|unit| old.contains(unit)) {
            return true;
        }
        let was = former.iter().find_map(|&name| {
            let mut was = finding.clone();
            was.subject.unit = Some(name.clone());
            let parts = was.parts();
            gone.iter().position(|other| other.parts() == parts && other.level >= was.level)
        });
        was.map(|at| gone.remove(at)).is_none()
    });
}

/// Whether the environments that a finding compares are there still: what is gone is not mended.
pub(super) fn is_still_there(finding: &Finding, layout: &Layout) -> bool {
    let subject = &finding.subject;
    let Some(unit) = &subject.unit else { return true };
    let Some(unit) = layout.units.iter().find(|other| other.name == *unit) else { return false };
    [&subject.environment, &subject.reference].into_iter().flatten().all(|name| {
        unit.overlays.iter().any(|overlay| {
            layout.environment(overlay.environment).is_some_and(|found| found.name == *name)
        })
    })
}
