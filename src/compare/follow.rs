//! Differences that follow from another one: what stands below a switch, and the other member of a
//! choice.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::diff::{Change, Side};
use crate::compare::difference::{Difference, Topic};
use crate::compare::flags::switch;
use crate::compare::promotion::parent;
use crate::compare::values::is_of_document;
use crate::config::is_slip;
use crate::kube::{Path, PathStep, ResourceId, Value};
use crate::render::Evaluated;

/// More keys than this of one map are not held against each other.
const MOST_KEYS: usize = 200;
/// Keys that switch the map on that they stand in.
const SWITCHES: &[&str] = &["enabled", "enable"];
/// Maps that hold all settings of an object: what is in them belongs to nothing narrower.
const WHOLE: &[&str] = &["data", "metadata", "spec", "values", "valuesObject"];

/// A difference among those of one map that are told together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Follow {
    /// The map.
    pub(crate) map: Path,
    /// What the difference that leads is about.
    pub(crate) topic: Topic,
    /// Whether it follows, instead of leading.
    pub(crate) follows: bool,
    /// Whether it is one of two spellings of a key.
    pub(crate) slip: bool,
}

/// A map of an object, as two overlays have it.
type Place<'d> = (usize, usize, &'d ResourceId, &'d [PathStep]);

fn place<'d>(difference: &'d Difference, map: &'d [PathStep]) -> Place<'d> {
    (difference.here_overlay, difference.there_overlay, &difference.resource, map)
}

/// For each difference what it belongs to, if it belongs to any.
pub(crate) fn follow(
    differences: &[Difference],
    evaluated: &[Evaluated<'_>],
) -> Vec<Option<Follow>> {
    let mut switches: BTreeMap<Place<'_>, (Topic, Change)> = BTreeMap::new();
    let mut choices: BTreeMap<Place<'_>, Vec<&Difference>> = BTreeMap::new();
    for difference in differences {
        if let Some((map, on)) = switched(difference) {
            switches.insert(place(difference, map), (difference.topic, on));
        } else if let Some(map) = chosen(difference) {
            choices.entry(place(difference, map)).or_default().push(difference);
        }
    }
    let one = |difference: &Difference| {
        if let Some((map, _)) = switched(difference) {
            let map = Path(map.to_vec());
            return Some(Follow { map, topic: difference.topic, follows: false, slip: false });
        }
        let steps = difference.path.steps();
        let above = (1..steps.len()).rev().filter_map(|end| steps.get(..end));
        for map in above {
            if let Some(&(topic, on)) = switches.get(&place(difference, map))
                && on == difference.change
                && (is_of_document(&difference.resource.gvk, steps)
                    || [topic, Topic::Other, Topic::Capacity].contains(&difference.topic))
            {
                let map = Path(map.to_vec());
                return Some(Follow { map, topic, follows: true, slip: false });
            }
        }
        let map = chosen(difference)?;
        let members = choices.get(&place(difference, map))?;
        is_choice(members, evaluated).then(|| Follow {
            map: Path(map.to_vec()),
            topic: difference.topic,
            follows: difference.change == Change::OnlyThere,
            slip: false,
        })
    };
    let slips = slips(differences);
    let told = |(at, difference): (usize, &Difference)| {
        let slip = slips.get(&at).map(|&lead| &differences[lead]);
        let slip = slip.map(|lead| Follow {
            map: lead.path.clone(),
            topic: lead.topic,
            follows: true,
            slip: true,
        });
        slip.or_else(|| one(difference))
    };
    differences.iter().enumerate().map(told).collect()
}

/// Two keys of one map that are one letter apart, each on one side only, with values of one sort: for both
/// the one of the environment.
fn slips(differences: &[Difference]) -> BTreeMap<usize, usize> {
    let mut maps: BTreeMap<Place<'_>, Vec<usize>> = BTreeMap::new();
    for (at, difference) in differences.iter().enumerate() {
        let named = matches!(difference.path.steps().last(), Some(PathStep::Key(_)));
        let one_sided = difference.change != Change::Changed && !difference.is_of_list();
        if let (true, true, Some((_, map))) =
            (named, one_sided, difference.path.steps().split_last())
        {
            maps.entry(place(difference, map)).or_default().push(at);
        }
    }
    let mut found = BTreeMap::new();
    for places in maps.into_values().filter(|places| places.len() <= MOST_KEYS) {
        let side = |change: Change| {
            places.iter().copied().filter(move |&at| differences[at].change == change)
        };
        for own in side(Change::OnlyHere) {
            let alike = |other: &usize| are_spellings(&differences[own], &differences[*other]);
            let mut others = side(Change::OnlyThere).filter(alike);
            if let (Some(other), None) = (others.next(), others.next()) {
                found.extend([(own, own), (other, own)]);
            }
        }
    }
    found
}

/// Whether two keys may be one, and one of them misspelt.
fn are_spellings(own: &Difference, other: &Difference) -> bool {
    let sort = |side: &Side| {
        let value = side.value.as_ref()?;
        let number = value.text().is_some_and(|text| text.parse::<f64>().is_ok());
        let switch = value.text().and_then(switch).is_some();
        Some((value.as_map().is_some(), value.as_list().is_some(), number, switch))
    };
    let names = own.path.last_key().zip(other.path.last_key());
    names.is_some_and(|(own, other)| is_slip(own, other)) && sort(&own.here) == sort(&other.there)
}

/// The map that a switch stands in, and what a key has that only the side has where it is on.
fn switched(difference: &Difference) -> Option<(&[PathStep], Change)> {
    let (PathStep::Key(last), map) = difference.path.steps().split_last()? else { return None };
    if !SWITCHES.contains(&&**last) || !is_part(map) {
        return None;
    }
    let on = |side: &Side| switch(side.value.as_ref()?.text()?);
    match (on(&difference.here)?, on(&difference.there)?) {
        (true, false) => Some((map, Change::OnlyHere)),
        (false, true) => Some((map, Change::OnlyThere)),
        _ => None,
    }
}

/// The map of which only one side has a member that holds settings of its own, such as one of several
/// ways to sign in.
fn chosen(difference: &Difference) -> Option<&[PathStep]> {
    let side = match difference.change {
        Change::Changed => return None,
        Change::OnlyHere => &difference.here,
        Change::OnlyThere => &difference.there,
    };
    let (PathStep::Key(_), map) = difference.path.steps().split_last()? else { return None };
    let settings = side.value.as_ref().and_then(Value::as_map).is_some();
    (settings && difference.topic == Topic::Other && is_part(map)).then_some(map)
}

/// Whether each side has one member, and the environment no other that holds settings.
fn is_choice(members: &[&Difference], evaluated: &[Evaluated<'_>]) -> bool {
    let changes: BTreeSet<Change> = members.iter().map(|member| member.change).collect();
    if members.len() != 2 || changes.len() != 2 {
        return false;
    }
    let of_here = members.iter().find(|member| member.change == Change::OnlyHere);
    let settings = of_here.and_then(|member| {
        let rendered = evaluated.get(member.here_overlay)?.output()?;
        let mut objects = rendered.resources.iter();
        let object = objects.find(|object| object.id == member.resource)?;
        let map = parent(object, member.path.steps(), 1)?.as_map()?;
        Some(map.iter().filter(|entry| entry.value.as_map().is_some()).count())
    });
    settings == Some(1)
}

/// Whether a map is one part of the settings of an object, not all of them.
fn is_part(map: &[PathStep]) -> bool {
    matches!(map.last(), Some(PathStep::Key(key)) if !WHOLE.contains(&&**key))
}
