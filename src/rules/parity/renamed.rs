//! Keys that both environments have, under two names: one that was mistyped, or renamed in one place.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::{Change, Comparison, Difference, Grouping, Topic};
use crate::config::nearest;
use crate::kube::{PathStep, Value};

/// Most lone keys of one map that are tried.
const TRIES: usize = 100;

/// Where a key stands: both overlays, the object, and the path.
type Place = (usize, usize, String, String);

/// The keys of references that environments have under another name.
#[derive(Debug, Default)]
pub(super) struct Renamed {
    /// The name in the environment, by the place in the reference.
    names: BTreeMap<Place, String>,
    /// Those keys of the environments.
    others: BTreeSet<Place>,
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
                let name = difference.path.last_name().unwrap_or_default().to_owned();
                renamed.names.insert(place(lost), name);
                renamed.others.insert(place(difference));
            }
        }
        renamed
    }

    /// What the environment calls a key of its reference.
    pub(super) fn name(&self, difference: &Difference) -> Option<&str> {
        let lost = difference.change == Change::OnlyThere;
        self.names.get(&place(difference)).filter(|_| lost).map(String::as_str)
    }

    /// Whether the reference has a key of the environment under another name: it is told there.
    pub(super) fn is_told(&self, difference: &Difference) -> bool {
        difference.change == Change::OnlyHere && self.others.contains(&place(difference))
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
