//! Differences that have one thing to say, and are told as one.

use std::collections::BTreeSet;

use crate::compare::diff::{Change, RawDifference};
use crate::compare::difference::{Difference, Topic};
use crate::compare::find::find;
use crate::compare::names::PairNames;
use crate::kube::{Path, Resource, Value};

/// More differences of one text than this are told as one.
pub(super) const MOST_OF_A_TEXT: usize = 12;

/// A list of a document, and on which side it has the elements that are meant: on both, where they are
/// words that replace each other.
pub(super) type List = (Path, Option<Change>);

/// The list of a document that has an element on one side only.
pub(super) fn list_around(
    difference: &RawDifference,
    (resource, answer): (&Resource, &Resource),
    names: &PairNames,
) -> Option<List> {
    if !resource.id.gvk.is_document() {
        return None;
    }
    let (_, above) = difference.path.steps().split_last()?;
    let (body, names, side) = match difference.change {
        Change::Changed => return None,
        Change::OnlyHere => (&resource.body, &names.here, &difference.here),
        Change::OnlyThere => (&answer.body, &names.there, &difference.there),
    };
    find(body, above, names)?.as_list()?;
    // A flag is not replaced by another one.
    let text = side.value.as_ref().and_then(Value::text);
    let word = text.is_some_and(|text| !text.starts_with('-') && !text.contains(['=', '\n']));
    Some((Path(above.to_vec()), (!word).then_some(difference.change)))
}

/// Of elements of one list that only this side has and such that only the other has, the first ones
/// are told as one that changed; hands back the needless ones of all lists.
pub(super) fn tell_replaced(
    lists: &mut [Vec<usize>],
    differences: &mut [Difference],
) -> BTreeSet<usize> {
    let mut needless = BTreeSet::new();
    for places in lists {
        let first =
            |change: Change| places.iter().copied().find(|&at| differences[at].change == change);
        let (Some(here), Some(there)) = (first(Change::OnlyHere), first(Change::OnlyThere)) else {
            continue;
        };
        if differences[here].topic == Topic::Key {
            continue;
        }
        let other = differences[there].there.clone();
        let told = &mut differences[here];
        (told.change, told.there) = (Change::Changed, other);
        places.retain(|&at| at != there);
        needless.insert(there);
    }
    needless
}

/// Of places that have one thing to say, such as two texts that have little in common, one difference
/// stands for all; what is `needless` already goes too.
pub(super) fn tell_once(
    texts: impl Iterator<Item = Vec<usize>>,
    mut needless: BTreeSet<usize>,
    differences: &mut Vec<Difference>,
) {
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
