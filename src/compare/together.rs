//! Differences that have one thing to say, and are told as one.

use std::collections::BTreeSet;

use crate::compare::diff::Change;
use crate::compare::difference::Difference;

/// More differences of one text than this are told as one.
pub(super) const MOST_OF_A_TEXT: usize = 12;

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
