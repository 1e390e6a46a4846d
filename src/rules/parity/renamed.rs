//! Keys that both environments have, under two names: one that was mistyped, or renamed in one place.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::{Change, Comparison, Difference, Grouping, Topic};
use crate::config::nearest;
use crate::kube::{PathStep, Value};

/// Most lone keys of one map that are tried.
const TRIES: usize = 100;

/// Where a key stands: both overlays, the object, and the path.
type Place = (usize, usize, String, String);

/// The keys of environments that stand for keys of their references.
#[derive(Debug, Default)]
pub(super) struct Renamed {
    /// The name in the reference, by the place in the environment.
    names: BTreeMap<Place, String>,
    /// Keys of references that stand in the environment under another name.
    lost: BTreeSet<Place>,
}

impl Renamed {
    /// Pairs the lone keys of each map: the same value under a similar name.
    pub(super) fn of(comparison: &Comparison) -> Self {
        let causes = comparison.causes.iter();
        let alone = causes.filter(|it| it.topic == Topic::Key && it.grouping == Grouping::Span);
        let mut maps: BTreeMap<Place, [Vec<&Difference>; 2]> = BTreeMap::new();
        for difference in alone.flat_map(|cause| &cause.differences) {
            let Some((PathStep::Key(_), parent)) = difference.path.steps().split_last() else {
                continue;
            };
            let (here, there) = (difference.here_overlay, difference.there_overlay);
            let object = difference.resource.to_string();
            let sides = maps.entry((here, there, object, format!("{parent:?}"))).or_default();
            match difference.change {
                Change::OnlyHere => sides[0].push(difference),
                Change::OnlyThere => sides[1].push(difference),
                Change::Changed => {}
            }
        }
        let mut renamed = Self::default();
        for [new, mut old] in maps.into_values() {
            for difference in new.into_iter().take(TRIES) {
                let Some(at) = counterpart(difference, &old) else { continue };
                let lost = old.remove(at);
                let name = lost.path.last_name().unwrap_or_default().to_owned();
                renamed.names.insert(place(difference), name);
                renamed.lost.insert(place(lost));
            }
        }
        renamed
    }

    /// What the reference calls a key that only the environment has.
    pub(super) fn name(&self, difference: &Difference) -> Option<&str> {
        let own = difference.change == Change::OnlyHere;
        self.names.get(&place(difference)).filter(|_| own).map(String::as_str)
    }

    /// Whether the environment has a key of its reference under another name.
    pub(super) fn is_lost(&self, difference: &Difference) -> bool {
        difference.change == Change::OnlyThere && self.lost.contains(&place(difference))
    }
}

fn place(difference: &Difference) -> Place {
    let (resource, path) = (difference.resource.to_string(), difference.path.to_string());
    (difference.here_overlay, difference.there_overlay, resource, path)
}

/// The one of `old` that has the value of `new` under the name that is most like its own.
fn counterpart(new: &Difference, old: &[&Difference]) -> Option<usize> {
    let value = new.here.value.as_ref().filter(|value| tells(value))?;
    let alike = |old: &&&Difference| old.there.value.as_ref().is_some_and(|it| it.same(value));
    let names = old.iter().take(TRIES).filter(alike).filter_map(|old| old.path.last_name());
    let name = nearest(new.path.last_name()?, names)?;
    old.iter().position(|old| alike(&old) && old.path.last_name() == Some(name))
}

/// Whether a value is more than nothing, so that two that are the same are no accident.
fn tells(value: &Value) -> bool {
    match (value.text(), value.as_map(), value.as_list()) {
        (Some(text), _, _) => !text.is_empty() && !value.is_null(),
        (None, map, list) => {
            map.is_some_and(|map| !map.is_empty()) || list.is_some_and(|list| !list.is_empty())
        }
    }
}
