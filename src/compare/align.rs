//! Which object of the reference answers which object of the environment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::compare::names::{Names, PairNames, tokens, without_names};
use crate::compare::scalar::without_hash;
use crate::kube::Resource;

/// Indices into the two lists of objects; one that nothing answers stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair {
    pub(crate) here: Option<usize>,
    pub(crate) there: Option<usize>,
}

/// What two objects must share, ever less of it from pass to pass.
type Key = (Arc<str>, Arc<str>, String, String);

/// Aligns by kind, namespace and name with the environments' names taken out; then without the
/// namespace; then with the names left out; last, what is alone of its kind on both sides.
pub(crate) fn align(here: &[Resource], there: &[Resource], names: &PairNames) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(here.len());
    let mut left: Vec<usize> = (0..here.len()).collect();
    let mut right: Vec<usize> = (0..there.len()).collect();
    let nobody = Names::default();
    let raw = std::iter::once((&PASSES[0], (&nobody, &nobody)));
    let plain = (&names.here, &names.there);
    let rounds = std::iter::once(plain).chain(names.substituted.as_ref().map(|(a, b)| (a, b)));
    let passes = rounds.flat_map(|names| PASSES.iter().map(move |pass| (pass, names)));
    for (at, (pass, (own, other))) in raw.chain(passes).enumerate() {
        let unique = at > 1;
        let keys = |list: &[Resource], open: &[usize], own: &Names| {
            let mut keys: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
            for &at in open {
                let resource = &list[at];
                let name = resource
                    .body
                    .at(&["metadata", "name"])
                    .map_or(resource.id.name.as_ref().into(), |value| {
                        without_hash(value, &resource.id.name)
                    });
                let (name, namespace) = (own.normal(&name), own.normal(&resource.id.namespace));
                keys.entry(pass(resource, &name, &namespace)).or_default().push(at);
            }
            keys
        };
        let mine = keys(here, &left, own);
        let mut theirs = keys(there, &right, other);
        for (key, mine) in mine {
            let Some(theirs) = theirs.remove(&key) else { continue };
            if unique && (mine.len() != 1 || theirs.len() != 1) {
                continue;
            }
            pairs.extend(
                mine.iter().zip(&theirs).map(|(&a, &b)| Pair { here: Some(a), there: Some(b) }),
            );
        }
        let taken: BTreeSet<_> = pairs.iter().filter_map(|pair| pair.here).collect();
        left.retain(|at| !taken.contains(at));
        let taken: BTreeSet<_> = pairs.iter().filter_map(|pair| pair.there).collect();
        right.retain(|at| !taken.contains(at));
        if left.is_empty() || right.is_empty() {
            break;
        }
    }
    pair_lonely(here, there, &mut left, &mut right, &mut pairs);
    pairs.extend(left.into_iter().map(|at| Pair { here: Some(at), there: None }));
    pairs.extend(right.into_iter().map(|at| Pair { here: None, there: Some(at) }));
    pairs.sort_unstable();
    pairs
}

type Pass = fn(&Resource, &str, &str) -> Key;

const PASSES: [Pass; 4] = [
    |resource, name, namespace| key(resource, namespace, name),
    |resource, name, _| key(resource, "", name),
    |resource, name, namespace| key(resource, &without_names(namespace), &without_names(name)),
    |resource, name, _| key(resource, "", &without_names(name)),
];

fn key(resource: &Resource, namespace: &str, name: &str) -> Key {
    let gvk = &resource.id.gvk;
    (Arc::clone(&gvk.group), Arc::clone(&gvk.kind), namespace.to_owned(), name.to_owned())
}

/// Pairs what is left alone of its kind on both sides, if it is the only one of its kind, or if one
/// name has all words of the other (a random suffix, a cluster's number).
fn pair_lonely(
    here: &[Resource],
    there: &[Resource],
    left: &mut Vec<usize>,
    right: &mut Vec<usize>,
    pairs: &mut Vec<Pair>,
) {
    let kind = |list: &[Resource], at: usize| list[at].id.gvk.kind.to_string();
    let count = |list: &[Resource], kind: &str| {
        list.iter().filter(|resource| &*resource.id.gvk.kind == kind).count()
    };
    let mut by_kind: BTreeMap<String, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for &at in left.iter() {
        by_kind.entry(kind(here, at)).or_default().0.push(at);
    }
    for &at in right.iter() {
        by_kind.entry(kind(there, at)).or_default().1.push(at);
    }
    for (kind, (mine, theirs)) in by_kind {
        let (&[a], &[b]) = (&mine[..], &theirs[..]) else { continue };
        let (mine, theirs) = (words(&here[a].id.name), words(&there[b].id.name));
        let only = count(here, &kind) == 1 && count(there, &kind) == 1;
        let shared = mine.intersection(&theirs).any(|word| word.len() > 2);
        if mine.is_subset(&theirs) || theirs.is_subset(&mine) || only && shared {
            pairs.push(Pair { here: Some(a), there: Some(b) });
            left.retain(|&at| at != a);
            right.retain(|&at| at != b);
        }
    }
}

fn words(name: &str) -> BTreeSet<&str> {
    tokens(name).collect()
}
