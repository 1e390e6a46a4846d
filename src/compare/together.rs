//! Differences that have one thing to say, and are told as one.

use std::collections::BTreeSet;

use crate::compare::diff::{Change, RawDifference};
use crate::compare::difference::Difference;
use crate::compare::find::find;
use crate::compare::names::PairNames;
use crate::compare::values::is_of_document;
use crate::kube::{Path, Resource};

/// More differences of one text than this are told as one.
pub(super) const MOST_OF_A_TEXT: usize = 12;

/// The list of a document that has an element on one side only, and on which.
pub(super) fn list_around(
    difference: &RawDifference,
    (resource, answer): (&Resource, &Resource),
    names: &PairNames,
) -> Option<(Path, Change)> {
    if !is_of_document(&resource.id.gvk, difference.path.steps()) {
        return None;
    }
    let (_, above) = difference.path.steps().split_last()?;
    let (body, names) = match difference.change {
        Change::Changed => return None,
        Change::OnlyHere => (&resource.body, &names.here),
        Change::OnlyThere => (&answer.body, &names.there),
    };
    let list = find(body, above, names)?.as_list().is_some();
    list.then(|| (Path(above.to_vec()), difference.change))
}

/// Of places that have one thing to say, such as two texts that have little in common, one difference
/// stands for all.
pub(super) fn tell_once(
    texts: impl Iterator<Item = Vec<usize>>,
    differences: &mut Vec<Difference>,
) {
    let mut needless = BTreeSet::new();
    for places in texts {
        let both = places.iter().find(|&&at| differences[at].change == Change::Changed);
        let Some(&told) = both.or(places.first()) else { continue };
        differences[told].more += places.len() - 1;
        needless.extend(places.into_iter().filter(|&at| at != told));
    }
    let mut at = 0;
    differences.retain(|_| {
        at += 1;
        !needless.contains(&(at - 1))
    });
}
