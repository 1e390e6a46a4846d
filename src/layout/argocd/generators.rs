//! What the generators of an `ApplicationSet` yield, as far as the repository alone tells.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use crate::kube::{Entry, Map, Provenance, Value};
use crate::layout::argocd::expression::normalized;
use crate::layout::argocd::fill::fill;
use crate::layout::argocd::git;
use crate::layout::argocd::params::{Params, flatten, merged, told};
use crate::layout::argocd::repository::Home;
use crate::syntax::Store;
use crate::text::RepoPath;

/// Most sets of parameters that one generator yields.
const MOST_SETS: usize = 2_000;
/// Generators in generators: Argo CD has three levels.
const DEPTH: usize = 4;
/// Steps that all `ApplicationSets` together may take.
pub(super) const WORK: usize = 20_000_000;

/// What all generators read.
pub(super) struct World<'a> {
    pub store: &'a Store<'a>,
    /// The Secrets of the clusters that the repository declares.
    pub clusters: Vec<&'a Value>,
    /// Which repository this one is.
    pub home: &'a Home,
    /// Steps that are left.
    pub work: Cell<usize>,
    /// The files that generators have read.
    pub read: RefCell<BTreeSet<RepoPath>>,
    /// The directories that generators find and leave out, because they are told to.
    pub excluded: RefCell<BTreeSet<RepoPath>>,
}

impl World<'_> {
    /// Takes steps; none are left when it says no.
    pub(super) fn may(&self, steps: usize) -> bool {
        let left = self.work.get().checked_sub(steps);
        self.work.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// What a generator yields.
#[derive(Debug, Default)]
pub(super) struct Expansion {
    /// The sets of parameters.
    pub sets: Vec<Params>,
    /// There may be more that the repository does not tell.
    pub open: bool,
}

impl Expansion {
    /// Nothing is known of it but that it yields something.
    fn unknown() -> Self {
        Self { sets: vec![Params { open: true, ..Params::default() }], open: true }
    }

    fn add(&mut self, other: Self) {
        self.open |= other.open;
        self.sets.extend(other.sets);
        self.cut();
    }

    fn cut(&mut self) {
        if self.sets.len() > MOST_SETS {
            self.sets.truncate(MOST_SETS);
            self.open = true;
        }
    }
}

/// The sets of parameters of one entry of `generators:`; `outer` fills its texts first.
pub(super) fn expand(
    world: &World<'_>,
    entry: &Value,
    outer: Option<&Params>,
    go: bool,
    depth: usize,
) -> Expansion {
    if depth > DEPTH || !world.may(1) {
        return Expansion::unknown();
    }
    let entry = match outer {
        Some(outer) => fill(entry, outer, go),
        None => entry.clone(),
    };
    let mut found = Expansion::default();
    for part in entry.as_map().into_iter().flatten() {
        let value = &part.value;
        found.add(match &*part.key {
            "list" => list(world, value, go),
            "clusters" => clusters(world, value, go),
            "git" => git::expand(world, value, go),
            "matrix" => matrix(world, value, go, depth),
            "merge" => merge(world, value, go, depth),
            "selector" | "template" => continue,
            _ => Expansion::unknown(),
        });
    }
    if let Some(selector) = entry.get("selector") {
        found.sets.retain(|set| {
            let known = |name: &str| set.flat(name).map(str::to_owned);
            selects(selector, &known, set.open)
        });
    }
    found
}

/// `list: {elements: [{…}]}`
fn list(world: &World<'_>, list: &Value, go: bool) -> Expansion {
    let mut found = Expansion { open: list.get("elementsYaml").is_some(), ..Expansion::default() };
    if found.open {
        found.sets.push(Params { open: true, ..Params::default() });
    }
    let elements = list.get("elements").and_then(Value::as_list).unwrap_or_default();
    for element in elements.iter().take(MOST_SETS) {
        if !world.may(1) {
            found.open = true;
            break;
        }
        found.sets.push(of_tree(element, go));
    }
    found
}

/// A map as parameters.
pub(super) fn of_tree(tree: &Value, go: bool) -> Params {
    let mut params = Params::default();
    for entry in tree.as_map().into_iter().flatten() {
        if go {
            params.values.insert(entry.key.clone(), entry.value.clone());
        } else {
            let mut texts = Vec::new();
            flatten(&entry.key, &entry.value, 0, &mut texts);
            params.values.extend(texts.into_iter().map(|(name, value)| (name.into(), value)));
        }
    }
    params
}

/// Adds `values:` of a generator, filled with what it knows already.
pub(super) fn add_values(params: &mut Params, generator: &Value, go: bool) {
    let Some(values) = generator.get("values").and_then(Value::as_map) else { return };
    let values: Map = values
        .iter()
        .map(|entry| Entry { value: fill(&entry.value, params, go), ..entry.clone() })
        .collect();
    if go {
        let tree = Value::map(values, generator.provenance.clone());
        params.values.insert("values".into(), tree);
    } else {
        for entry in &values {
            params.values.insert(format!("values.{}", entry.key).into(), entry.value.clone());
        }
    }
}

/// `clusters: {selector: …, values: …}`: Argo CD knows its clusters from Secrets. Those that the
/// repository declares are known, and nobody knows whether there are more.
fn clusters(world: &World<'_>, generator: &Value, go: bool) -> Expansion {
    let mut found = Expansion { open: true, ..Expansion::default() };
    let nothing = Value::map(Map::default(), generator.provenance.clone());
    let selector = generator.get("selector").unwrap_or(&nothing);
    for secret in &world.clusters {
        let label = |name: &str| {
            secret.at(&["metadata", "labels", name]).and_then(Value::text).map(str::to_owned)
        };
        if !selects(selector, &label, false) {
            continue;
        }
        let mut params = of_cluster(secret, go);
        add_values(&mut params, generator, go);
        found.sets.push(params);
    }
    let everything = selector.as_map().is_none_or(Map::is_empty);
    if everything {
        let mut local = Params::default();
        let span = generator.span();
        for (name, text) in [
            ("name", "in-cluster"),
            ("nameNormalized", "in-cluster"),
            ("server", "https://kubernetes.default.svc"),
        ] {
            local.set(name, text, span);
        }
        add_values(&mut local, generator, go);
        found.sets.push(local);
    }
    let mut unknown = Params { open: true, ..Params::default() };
    add_values(&mut unknown, generator, go);
    found.sets.push(unknown);
    found
}

/// The parameters of a cluster whose Secret is in the repository.
fn of_cluster(secret: &Value, go: bool) -> Params {
    let mut params = Params::default();
    let plain = |key: &str| secret.at(&["stringData", key]).filter(|value| value.text().is_some());
    let name = plain("name").or_else(|| secret.at(&["metadata", "name"]));
    if let Some(name) = name {
        params.values.insert("name".into(), name.clone());
        let text = normalized(name.text().unwrap_or(""));
        params.set("nameNormalized", &text, name.span());
    }
    match plain("server") {
        Some(server) => {
            params.values.insert("server".into(), server.clone());
        }
        // In base64, or not in the repository at all.
        None => params.open = true,
    }
    let mut metadata = Map::default();
    for part in ["labels", "annotations"] {
        let Some(texts) = secret.at(&["metadata", part]) else { continue };
        if go {
            let key_span = texts.span();
            metadata.insert(Entry { key: part.into(), key_span, value: texts.clone() });
        } else {
            for entry in texts.as_map().into_iter().flatten() {
                let name = format!("metadata.{part}.{}", entry.key);
                params.values.insert(name.into(), entry.value.clone());
            }
        }
    }
    if go {
        let tree = Value::map(metadata, secret.provenance.clone());
        params.values.insert("metadata".into(), tree);
    }
    params
}

fn children(generator: &Value) -> &[Value] {
    generator.get("generators").and_then(Value::as_list).unwrap_or_default()
}

/// `matrix:` every set of the first with every set of the next, whose texts it fills.
fn matrix(world: &World<'_>, generator: &Value, go: bool, depth: usize) -> Expansion {
    let Some((first, others)) = children(generator).split_first() else {
        return Expansion::default();
    };
    let mut found = expand(world, first, None, go, depth + 1);
    for other in others {
        let mut product = Expansion { open: found.open, ..Expansion::default() };
        for set in &found.sets {
            let inner = expand(world, other, Some(set), go, depth + 1);
            product.open |= inner.open;
            product.sets.extend(inner.sets.iter().map(|inner| set.with(inner, go)));
            product.cut();
            if product.sets.len() >= MOST_SETS {
                product.open = true;
                break;
            }
        }
        found = product;
    }
    found
}

/// `merge:` sets of the first with those of the others over them that agree in all `mergeKeys`.
///
/// What the others say of a cluster that the first knows nothing of is believed: somebody has
/// written it down because there is such a cluster.
fn merge(world: &World<'_>, generator: &Value, go: bool, depth: usize) -> Expansion {
    let Some((first, others)) = children(generator).split_first() else {
        return Expansion::default();
    };
    let keys: Vec<&str> = generator
        .get("mergeKeys")
        .and_then(Value::as_list)
        .unwrap_or_default()
        .iter()
        .filter_map(Value::text)
        .collect();
    let key = |set: &Params| -> Option<Vec<String>> {
        keys.iter().map(|key| set.flat(key).map(str::to_owned)).collect()
    };
    let base = expand(world, first, None, go, depth + 1);
    let mut found = Expansion { open: base.open, ..Expansion::default() };
    let mut unknown: Vec<Params> = Vec::new();
    let mut known: BTreeMap<Vec<String>, Vec<Params>> = BTreeMap::new();
    for set in base.sets {
        match key(&set) {
            Some(key) => known.entry(key).or_default().push(set),
            None => unknown.push(set),
        }
    }
    for other in others {
        let over = expand(world, other, None, go, depth + 1);
        found.open |= over.open;
        for set in over.sets {
            if !world.may(1 + unknown.len()) {
                found.open = true;
                break;
            }
            let Some(key) = key(&set) else { continue };
            if let Some(sets) = known.get_mut(&key) {
                for below in sets {
                    *below = below.with(&set, go);
                }
            } else {
                let sets = unknown.iter().map(|below| below.with(&set, go)).collect();
                known.insert(key, sets);
            }
        }
    }
    found.sets.extend(known.into_values().flatten());
    found.sets.extend(unknown);
    found.cut();
    found
}

/// Whether a label selector takes what `label` tells; what nobody knows may be taken.
fn selects(selector: &Value, label: &dyn Fn(&str) -> Option<String>, open: bool) -> bool {
    let labels = selector.get("matchLabels").and_then(Value::as_map);
    let equal = labels.into_iter().flatten().all(|entry| match label(&entry.key) {
        Some(text) => entry.value.text() == Some(&text),
        None => open,
    });
    let expressions = selector.get("matchExpressions").and_then(Value::as_list).unwrap_or_default();
    equal
        && expressions.iter().all(|expression| {
            let key = expression.get("key").and_then(Value::text).unwrap_or("");
            let text = label(key);
            if text.is_none() && open {
                return true;
            }
            let values = expression.get("values").and_then(Value::as_list).unwrap_or_default();
            let listed =
                text.as_deref().is_some_and(|text| values.iter().any(|v| v.text() == Some(text)));
            match expression.get("operator").and_then(Value::text) {
                Some("In") => listed,
                Some("NotIn") => !listed,
                Some("Exists") => text.is_some(),
                Some("DoesNotExist") => text.is_none(),
                _ => true,
            }
        })
}

/// The template of an `ApplicationSet` with the one of a generator over it.
pub(super) fn template(set: &Value, generator: &Value) -> Value {
    let own = generator.as_map().into_iter().flatten();
    let mut own = own.filter_map(|part| match &*part.key {
        "selector" => None,
        _ => part.value.get("template"),
    });
    match own.next() {
        Some(own) => merged(set, own, 0),
        None => set.clone(),
    }
}

/// An Application that a set of parameters makes of a template.
pub(super) fn instance(template: &Value, params: &Params, go: bool) -> Value {
    let span = template.span();
    let mut map: Map = fill(template, params, go).as_map().cloned().unwrap_or_default();
    for (key, text) in [("apiVersion", "argoproj.io/v1alpha1"), ("kind", "Application")] {
        map.insert(Entry { key: key.into(), key_span: span, value: told(text, span) });
    }
    Value::map(map, Provenance::declared(span))
}
