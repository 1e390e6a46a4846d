//! Which element of a list answers which on the other side.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::compare::equal::equal;
use crate::compare::identity::are_identifiers;
use crate::compare::lines::{SEARCH, split_key};
use crate::compare::names::{PairNames, tokens, without_names};
use crate::kube::{PathStep, Value};

/// Keys that name the elements of lists in the Kubernetes API and in common custom resources, in
/// the order in which they are tried: a key is used where every element of both lists has it once.
const KEYS: &[&str] = &[
    "name",
    "key",
    "id",
    "secretKey",
    "mountPath",
    "devicePath",
    "containerPort",
    "port",
    "alert",
    "record",
    "type",
    "topologyKey",
    "host",
    "path",
    "kind",
    "namespace",
    "uid",
    "ip",
    "username",
    "cidr",
];

/// Keys that say what an element is rather than what it is called: where one is left on both sides,
/// it is another one of the same thing.
const SORTS: &[&str] = &["port", "type"];

/// Two elements that answer each other, or one that nothing answers.
#[derive(Debug)]
pub(crate) struct Pair<'v> {
    /// The step of the path.
    pub(crate) step: PathStep,
    /// The element of the environment.
    pub(crate) here: Option<&'v Value>,
    /// The element of the reference.
    pub(crate) there: Option<&'v Value>,
}

/// Aligns the elements of two lists; pairs that are equal may be left out. In a `command` each element
/// has its place, and other texts are the members of a set.
pub(crate) fn align<'v>(
    here: &'v [Value],
    there: &'v [Value],
    names: &PairNames,
    command: bool,
) -> Vec<Pair<'v>> {
    if let Some((key, left, right)) = by_names(here, there) {
        return by_key(key, left, right, names);
    }
    let scalars = |list: &[Value]| list.iter().all(|item| item.as_scalar().is_some());
    if scalars(here) && scalars(there) {
        return by_text(here, there, names, command);
    }
    by_content(here, there, names)
}

/// Elements without a name that answer each other and are not the same: the environments' names or
/// the notation alone tell them apart. [`align`] leaves them out.
pub(crate) fn alike<'v>(here: &'v [Value], there: &'v [Value], names: &PairNames) -> Vec<Pair<'v>> {
    if by_names(here, there).is_some() {
        return Vec::new();
    }
    let Matched { equal, .. } = matched(here, there, names);
    let other = equal.into_iter().filter(|(_, mine, theirs)| !mine.same(theirs));
    other
        .map(|(at, mine, theirs)| Pair {
            step: PathStep::Index(at),
            here: Some(mine),
            there: Some(theirs),
        })
        .collect()
}

type Named<'v> = Vec<(&'v str, &'v Value)>;

/// The elements of both lists by the key that names them, if there is one.
fn by_names<'v>(
    here: &'v [Value],
    there: &'v [Value],
) -> Option<(&'static str, Named<'v>, Named<'v>)> {
    let maps = |list: &[Value]| list.iter().all(|item| item.as_map().is_some());
    if !(maps(here) && maps(there)) {
        return None;
    }
    KEYS.iter().find_map(|key| Some((*key, keyed(here, key)?, keyed(there, key)?)))
}

/// The elements by the value of `key`; `None` unless every element has it and no two share it.
fn keyed<'v>(list: &'v [Value], key: &str) -> Option<Named<'v>> {
    let pairs: Vec<_> =
        list.iter().map(|item| Some((name_by(item, key)?, item))).collect::<Option<_>>()?;
    let distinct: BTreeSet<&str> = pairs.iter().map(|(name, _)| *name).collect();
    (distinct.len() == pairs.len()).then_some(pairs)
}

/// What an element is called by a key. Rules of Prometheus stand in one list, and are called by what
/// they alert to or by what they record.
pub(crate) fn name_by<'v>(item: &'v Value, key: &str) -> Option<&'v str> {
    let other = || item.get("record").filter(|_| key == "alert");
    item.get(key).or_else(other)?.text()
}

fn by_key<'v>(key: &str, here: Named<'v>, there: Named<'v>, names: &PairNames) -> Vec<Pair<'v>> {
    let key: Arc<str> = key.into();
    let step =
        |name: &str| PathStep::Element { key: Arc::clone(&key), value: name.to_owned().into() };
    let mut pairs = Vec::with_capacity(here.len());
    let mut open: Vec<Option<(&str, &Value)>> = there.into_iter().map(Some).collect();
    let mut alone = Vec::new();
    let exact: BTreeMap<&str, usize> =
        open.iter().enumerate().filter_map(|(at, pair)| pair.map(|(name, _)| (name, at))).collect();
    for (name, mine) in here {
        match exact.get(name).and_then(|&at| open[at].take()) {
            Some((_, theirs)) => {
                pairs.push(Pair { step: step(name), here: Some(mine), there: Some(theirs) });
            }
            None => alone.push((name, mine)),
        }
    }
    let mut by_short: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
    for (at, pair) in open.iter().enumerate() {
        if let Some((name, _)) = pair {
            by_short.entry(without_names(&names.there.normal(name))).or_default().push_back(at);
        }
    }
    for (name, mine) in alone {
        let short = without_names(&names.here.normal(name));
        let at = by_short.get_mut(&short).and_then(VecDeque::pop_front);
        let theirs = at.and_then(|at| open[at].take()).map(|(_, theirs)| theirs);
        pairs.push(Pair { step: step(name), here: Some(mine), there: theirs });
    }
    pair_values(&key, &mut pairs, &mut open);
    pairs.extend(open.into_iter().flatten().map(|(name, theirs)| Pair {
        step: step(name),
        here: None,
        there: Some(theirs),
    }));
    pairs
}

/// Pairs elements whose key is a value of its own, not a name: hosts and ids of one sort in their
/// order, and what stands alone on both sides where the key says its sort.
fn pair_values<'v>(key: &str, pairs: &mut [Pair<'v>], open: &mut [Option<(&'v str, &'v Value)>]) {
    let left = pairs.iter().filter(|pair| pair.there.is_none()).count();
    let right = open.iter().flatten().count();
    let one = SORTS.contains(&key) && left == 1 && right == 1;
    if left.saturating_mul(right) > SEARCH {
        return;
    }
    for pair in pairs.iter_mut().filter(|pair| pair.there.is_none()) {
        let PathStep::Element { value: name, .. } = &pair.step else { continue };
        let alike = |other: &str| one || are_identifiers(name, other);
        let found = open.iter_mut().find(|other| other.is_some_and(|(other, _)| alike(other)));
        pair.there = found.and_then(Option::take).map(|(_, theirs)| theirs);
    }
}

/// Scalars: equal texts answer each other wherever they stand; `--flag=value`, and the value after
/// a bare `--flag`, by the flag.
fn by_text<'v>(
    here: &'v [Value],
    there: &'v [Value],
    names: &PairNames,
    command: bool,
) -> Vec<Pair<'v>> {
    let (mine, theirs) = (flags(here), flags(there));
    let (left, right) = unequal(here, there, names);
    let mut right: Vec<Option<(usize, &Value)>> = right.into_iter().map(Some).collect();
    let mut pairs = Vec::new();
    let mut alone: Numbered<'v> = Vec::new();
    let mut by_flag: BTreeMap<&str, VecDeque<usize>> = BTreeMap::new();
    for (found, other) in right.iter().enumerate() {
        if let Some(flag) = other.and_then(|(at, _)| theirs[at]) {
            by_flag.entry(flag).or_default().push_back(found);
        }
    }
    for (at, value) in left {
        let partner = mine[at].and_then(|flag| by_flag.get_mut(flag)?.pop_front());
        match partner.and_then(|found| right[found].take()) {
            Some((_, other)) => pairs.push(Pair {
                step: PathStep::Key(mine[at].unwrap_or("").into()),
                here: Some(value),
                there: Some(other),
            }),
            None => alone.push((at, value)),
        }
    }
    let step = |flags: &[Option<&str>], at: usize, value: &Value| {
        let first = value.text().unwrap_or("").lines().next().unwrap_or("");
        PathStep::Key(flags[at].unwrap_or(first).into())
    };
    // Hosts and ids of one sort answer each other in their order.
    let few = alone.len().saturating_mul(right.len()) <= SEARCH;
    alone.retain(|&(at, value)| {
        if !few {
            return true;
        }
        let like = |other: &&Value| {
            value.text().zip(other.text()).is_some_and(|(a, b)| are_identifiers(a, b))
        };
        let found = right.iter_mut().find(|other| other.is_some_and(|(_, value)| like(&value)));
        let Some((_, other)) = found.and_then(Option::take) else { return true };
        pairs.push(Pair { step: step(&mine, at, value), here: Some(value), there: Some(other) });
        false
    });
    let right: Numbered<'v> = right.into_iter().flatten().collect();
    if alone.len() == right.len() {
        let ordered = command || here.len() == 1 && there.len() == 1;
        let one_by_one = alone.into_iter().zip(right).map(|((at, value), (to, other))| {
            let (here, there) = (step(&mine, at, value), step(&theirs, to, other));
            let flag = mine[at].is_some() || theirs[to].is_some();
            (here, there, value, other, ordered || flag || are_alike(value, other))
        });
        for (here, there, value, other, together) in one_by_one {
            if together {
                pairs.push(Pair { step: here, here: Some(value), there: Some(other) });
            } else {
                pairs.push(Pair { step: here, here: Some(value), there: None });
                pairs.push(Pair { step: there, here: None, there: Some(other) });
            }
        }
        return pairs;
    }
    pairs.extend(alone.into_iter().map(|(at, value)| Pair {
        step: step(&mine, at, value),
        here: Some(value),
        there: None,
    }));
    pairs.extend(right.into_iter().map(|(at, value)| Pair {
        step: step(&theirs, at, value),
        here: None,
        there: Some(value),
    }));
    pairs
}

/// Whether one text may be what the other has become: both are sentences or numbers, or they have a
/// word in common.
fn are_alike(here: &Value, there: &Value) -> bool {
    let (Some(here), Some(there)) = (here.text(), there.text()) else { return true };
    let sentence = |text: &str| text.contains(char::is_whitespace);
    let number = |text: &str| text.parse::<f64>().is_ok();
    if sentence(here) || sentence(there) || number(here) && number(there) {
        return true;
    }
    let words = |text: &str| -> BTreeSet<String> {
        let long = tokens(text).filter(|word| word.len() > 1 && !number(word));
        long.map(str::to_lowercase).collect()
    };
    !words(here).is_disjoint(&words(there))
}

/// The flag that each element belongs to: its own `--flag=value`, or the bare one before it.
pub(crate) fn flags(list: &[Value]) -> Vec<Option<&str>> {
    let mut before = None;
    list.iter()
        .map(|value| {
            let text = value.text().filter(|text| !text.contains('\n'))?;
            let (key, rest) = split_key(text);
            let bare = text.starts_with('-') && rest.is_none();
            let own = rest.map(|_| key).or(if bare { Some(text) } else { before });
            before = bare.then_some(text);
            own
        })
        .collect()
}

/// Elements without a name: equal ones answer each other, the rest by position where as many
/// are left on both sides.
fn by_content<'v>(here: &'v [Value], there: &'v [Value], names: &PairNames) -> Vec<Pair<'v>> {
    let (left, right) = unequal(here, there, names);
    if left.len() == right.len() {
        return left
            .into_iter()
            .zip(right)
            .map(|((at, mine), (_, theirs))| Pair {
                step: PathStep::Index(at),
                here: Some(mine),
                there: Some(theirs),
            })
            .collect();
    }
    let mine = left.into_iter().map(|(at, value)| Pair {
        step: PathStep::Index(at),
        here: Some(value),
        there: None,
    });
    let theirs = right.into_iter().map(|(at, value)| Pair {
        step: PathStep::Index(at),
        here: None,
        there: Some(value),
    });
    mine.chain(theirs).collect()
}

type Numbered<'v> = Vec<(usize, &'v Value)>;

/// Two lists, their elements matched by content.
struct Matched<'v> {
    /// Elements of the environment that have no equal on the other side, in order.
    left: Numbered<'v>,
    /// Those of the reference.
    right: Numbered<'v>,
    /// Equal ones that do not stand at both beginnings.
    equal: Vec<(usize, &'v Value, &'v Value)>,
}

/// The elements that have no equal on the other side, in order.
fn unequal<'v>(
    here: &'v [Value],
    there: &'v [Value],
    names: &PairNames,
) -> (Numbered<'v>, Numbered<'v>) {
    let Matched { left, right, .. } = matched(here, there, names);
    (left, right)
}

fn matched<'v>(here: &'v [Value], there: &'v [Value], names: &PairNames) -> Matched<'v> {
    // What stands at both beginnings is cheap to find, and most lists differ in one place.
    let start = here.iter().zip(there).take_while(|(a, b)| a.same(b)).count();
    let mut left: Numbered<'v> = here.iter().enumerate().skip(start).collect();
    let mut right: Numbered<'v> = there.iter().enumerate().skip(start).collect();
    let mut equal_ones = Vec::new();
    if left.len().saturating_mul(right.len()) > SEARCH {
        return Matched { left, right, equal: equal_ones };
    }
    left.retain(|&(at, mine)| {
        match right.iter().position(|(_, theirs)| equal(mine, theirs, names)) {
            Some(found) => {
                let (_, theirs) = right.remove(found);
                equal_ones.push((at, mine, theirs));
                false
            }
            None => true,
        }
    });
    Matched { left, right, equal: equal_ones }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value as Json;

    use super::{KEYS, align};
    use crate::compare::names::PairNames;
    use crate::kube::{Entry, Provenance, Value};
    use crate::schema::pack::kubernetes;
    use crate::text::{FileId, Span};

    /// Keys of lists that nobody writes: of a status, of what a controller keeps, of rules on fields.
    const NOT_WRITTEN: &[&str] = &["apiServerID", "resourceClaimName", "resourceID", "rule"];

    fn keys(schema: &Json, found: &mut BTreeSet<String>) {
        match schema {
            Json::Object(map) => {
                let names = map.get("x-kubernetes-list-map-keys").and_then(Json::as_array);
                let merge = map.get("x-kubernetes-patch-merge-key").and_then(Json::as_str);
                match names.map(Vec::as_slice) {
                    Some([one]) => found.extend(one.as_str().map(str::to_owned)),
                    // Several keys together: the first of them tells most elements apart.
                    Some(_) => {}
                    None => found.extend(merge.map(str::to_owned)),
                }
                map.values().for_each(|value| keys(value, found));
            }
            Json::Array(items) => items.iter().for_each(|item| keys(item, found)),
            _ => {}
        }
    }

    /// A list of maps with one key, or of texts.
    fn list(key: Option<&str>, texts: impl Iterator<Item = String>) -> Vec<Value> {
        let span = Span::file_start(FileId(0));
        let text = |text: String| Value::string(text, Provenance::declared(span));
        let named = |value: Value| match key {
            Some(key) => {
                let entry = Entry { key: key.into(), key_span: span, value };
                Value::map([entry].into_iter().collect(), Provenance::declared(span))
            }
            None => value,
        };
        texts.map(text).map(named).collect()
    }

    #[test]
    fn long_lists_end() {
        for (key, form) in [(Some("host"), ".example.org"), (None, ".example.org"), (None, "=1")] {
            let here = list(key, (0..20_000).map(|at| format!("a{at}{form}")));
            let there = list(key, (0..19_999).map(|at| format!("b{at}{form}")));
            let pairs = align(&here, &there, &PairNames::default(), false);
            let both = |pair: &&super::Pair<'_>| pair.here.is_some() && pair.there.is_some();
            assert_eq!(pairs.iter().filter(both).count(), 0, "{key:?} {form}");
            assert_eq!(pairs.len(), 39_999, "{key:?} {form}");
        }
    }

    #[test]
    fn the_keys_of_the_api_are_known() {
        let api = kubernetes();
        let mut found = BTreeSet::new();
        for kind in api.kinds() {
            let newest = api.versions().last().copied().unwrap();
            let id = api.schema(newest, &kind.group, &kind.version, &kind.name);
            if let Some(document) = id.and_then(|id| api.document(id)) {
                keys(&document, &mut found);
            }
        }
        assert!(found.contains("name") && found.contains("mountPath"), "{found:?}");
        found.retain(|key| !KEYS.contains(&&**key) && !NOT_WRITTEN.contains(&&**key));
        assert!(found.is_empty(), "{found:?}");
    }
}
