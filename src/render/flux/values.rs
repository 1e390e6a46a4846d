//! `valuesFrom` of a `HelmRelease`: values in a `ConfigMap` of the same overlay, laid under its own.
//!
//! Flux merges the sources in their order and `spec.values` over them. A Secret, and a `ConfigMap` that
//! somebody else makes, are not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kube::{Action, Entry, Kind, Map, Provenance, Resource, Value, load};
use crate::render::helm::stack;
use crate::render::{Evaluated, Rendered};
use crate::source::Snapshot;
use crate::syntax::parse_embedded;
use crate::syntax::scalar::{self, Dialect};
use crate::text::Span;

/// The key that is read where none is named.
const VALUES: &str = "values.yaml";
/// Most sources of one release.
const SOURCES: usize = 50;
/// Deepest path that a single value is set at.
const DEPTH: usize = 32;

/// Lays the values of `ConfigMap`s under those of every `HelmRelease` that reads them, and notes which keys
/// of `ConfigMap`s are nothing but that, or variables that were filled in elsewhere.
pub fn lay_values(snapshot: &Snapshot, evaluated: &mut [Evaluated<'_>]) {
    let asked = asked(evaluated);
    for one in evaluated {
        if let Some(Ok(rendered)) = &mut one.rendered {
            lay(snapshot, rendered);
            let maps = rendered.resources.iter().filter(|it| &*it.id.gvk.kind == "ConfigMap");
            let names = maps.filter_map(|map| Some((map.origin, asked.get(&map.origin)?)));
            let keys =
                names.flat_map(|(origin, names)| names.iter().map(move |it| (origin, it.clone())));
            let keys: Vec<_> = keys.collect();
            rendered.read_keys.extend(keys);
        }
    }
}

/// The variables that are taken from each `ConfigMap`: those that it lacks too, where nothing else may
/// have them.
fn asked(evaluated: &[Evaluated<'_>]) -> BTreeMap<Span, BTreeSet<Arc<str>>> {
    let mut asked: BTreeMap<Span, BTreeSet<Arc<str>>> = BTreeMap::new();
    let outputs = evaluated.iter().filter_map(Evaluated::output);
    for variables in outputs.filter_map(|output| output.variables.as_deref()) {
        for (name, used) in &variables.used {
            let defined = variables.defined.get(name);
            // What has a default where it stands need not be there.
            let unknown = variables.open && !used.defaulted;
            if defined.map_or(unknown, |definition| definition.own) {
                continue;
            }
            for source in &variables.sources {
                asked.entry(*source).or_default().insert(Arc::clone(name));
            }
        }
    }
    asked
}

fn lay(snapshot: &Snapshot, rendered: &mut Rendered) {
    let mut changed: Vec<(usize, Value)> = Vec::new();
    for (at, release) in rendered.resources.iter().enumerate() {
        let sources = sources(release);
        if sources.is_empty() {
            continue;
        }
        let read = |from| source(&rendered.resources, release, from);
        let Some(read) = sources.iter().map(read).collect::<Option<Vec<Read<'_>>>>() else {
            continue;
        };
        let layers = read.iter().map(|read| layer(snapshot, read));
        let Some(layers) = layers.collect::<Option<Vec<Map>>>() else { continue };
        let keys = read.iter().map(|read| (read.origin, Arc::from(read.key)));
        rendered.read_keys.extend(keys);
        let own = release.body.at(&["spec", "values"]);
        let under = layers.iter().fold(Map::default(), |below, above| stack(&below, above));
        let map = own.and_then(Value::as_map).map_or(under.clone(), |own| stack(&under, own));
        let first = sources.first().map_or(release.origin, Value::span);
        let history = own.map_or(Provenance::declared(first), |own| own.provenance.clone());
        let mut body = release.body.clone();
        let spec = body.as_map_mut().and_then(|map| map.get_mut("spec")?.as_map_mut());
        let Some(spec) = spec else { continue };
        let key_span = spec.entry("values").map_or(first, |entry| entry.key_span);
        let value = Value::map(map, history);
        spec.insert(Entry { key: "values".into(), key_span, value });
        changed.push((at, body));
    }
    for (at, body) in changed {
        rendered.resources.get_mut(at).into_iter().for_each(|it| it.body = body.clone());
    }
}

/// The sources that a release names; none for any other object.
fn sources(release: &Resource) -> &[Value] {
    let gvk = &release.id.gvk;
    let is_release = &*gvk.group == "helm.toolkit.fluxcd.io" && &*gvk.kind == "HelmRelease";
    let list = release.body.at(&["spec", "valuesFrom"]).filter(|_| is_release);
    list.and_then(Value::as_list).filter(|list| list.len() <= SOURCES).unwrap_or_default()
}

/// A key of a `ConfigMap` with what it is read for.
struct Read<'r> {
    origin: Span,
    key: &'r str,
    value: &'r Value,
    /// The path that it is set at; the whole of the values without one.
    target: Option<&'r str>,
}

/// The key of a `ConfigMap` of the overlay that a source means.
fn source<'r>(resources: &'r [Resource], release: &Resource, from: &'r Value) -> Option<Read<'r>> {
    let text = |field| from.get(field).and_then(Value::text);
    let name = text("name").filter(|_| text("kind") == Some("ConfigMap"))?;
    let home = &release.id.namespace;
    let map = resources.iter().find(|it| {
        &*it.id.gvk.kind == "ConfigMap"
            && it.id.gvk.group.is_empty()
            && (&*it.id.name == name || &*it.original.name == name)
            && (it.id.namespace == *home || it.id.namespace.is_empty() || home.is_empty())
    })?;
    let key = text("valuesKey").unwrap_or(VALUES);
    let value = map.body.at(&["data", key])?;
    Some(Read { origin: map.origin, key, value, target: text("targetPath") })
}

/// Whether the values that a source of a release means are known, and laid under its own.
pub(crate) fn is_read(evaluated: &Evaluated<'_>, release: &Resource, from: &Value) -> bool {
    let resources = evaluated.output().map(|rendered| &rendered.resources[..]).unwrap_or_default();
    source(resources, release, from)
        .is_some_and(|read| evaluated.output().is_some_and(|it| it.reads(read.origin, read.key)))
}

/// Whether the values of all sources of a release are laid under its own; `None` where it names none.
pub(crate) fn is_laid(rendered: &Rendered, release: &Resource) -> Option<bool> {
    let sources = sources(release);
    let laid = |from| {
        source(&rendered.resources, release, from)
            .is_some_and(|read| rendered.reads(read.origin, read.key))
    };
    (!sources.is_empty()).then(|| sources.iter().all(laid))
}

/// What a key says; nothing where variables were filled in, whose places only the text itself tells.
fn layer(snapshot: &Snapshot, read: &Read<'_>) -> Option<Map> {
    let text = read.value.text()?;
    if read.value.provenance.steps().iter().any(|step| step.action == Action::Substituted) {
        return None;
    }
    if let Some(target) = read.target {
        return set(target, read.value);
    }
    let span = read.value.span();
    let parsed = parse_embedded(text, snapshot.slice(span), span);
    if parsed.is_broken() || parsed.template.is_some() {
        return None;
    }
    match &parsed.documents[..] {
        [] => Some(Map::default()),
        [document] => match load(document.root(), Dialect::Config).ok()?.kind {
            Kind::Map(map) => Some(Arc::unwrap_or_clone(map)),
            _ => None,
        },
        _ => None,
    }
}

/// A single value at a path of keys, typed as helm's `--set` does it; lists are not followed.
fn set(target: &str, value: &Value) -> Option<Map> {
    let keys: Vec<&str> = target.split('.').collect();
    if keys.len() > DEPTH || target.contains(['[', '\\', ',', '=']) {
        return None;
    }
    let text = value.text()?.trim_end_matches('\n');
    let leaf =
        Value::scalar(scalar::resolve(text, Dialect::Config), text, value.provenance.clone());
    let whole = keys.iter().rev().fold(leaf, |value, key| {
        let (key_span, provenance) = (value.span(), value.provenance.clone());
        let entry = Entry { key: (*key).into(), key_span, value };
        Value::map(Map::from_iter([entry]), provenance)
    });
    match whole.kind {
        Kind::Map(map) => Some(Arc::unwrap_or_clone(map)),
        _ => None,
    }
}
