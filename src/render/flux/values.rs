//! `valuesFrom` of a `HelmRelease`: values in `ConfigMap`s and Secrets, laid under its own as the
//! helm controller does it.
//!
//! Sources are merged in their order, and `spec.values` over them. One with a `targetPath` gives a
//! single value, which wins over `spec.values` unless a source before it reaches into the same map. What cannot
//! be read here is remembered with what is laid over it, so that no more than it may hold stays unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kube::{Entry, Map, Provenance, Resource, Value};
use crate::render::Evaluated;
use crate::render::flux::values_from::{Given, Place, Shelf};
use crate::render::helm::{keys_of, set, stack};
use crate::syntax::Store;
use crate::text::Span;

/// Most sources of one release.
const SOURCES: usize = 50;

/// Values of a release that are not known: a source that is not in the repository, is encrypted or cannot be
/// read.
#[derive(Debug, Clone)]
pub struct UnknownValues {
    /// The document of the release.
    pub release: Span,
    /// The entry that names the source.
    pub span: Span,
    /// Kind and name of the source.
    pub source: String,
    /// The keys to the only value that it sets; none where it may hold any.
    pub target: Vec<Arc<str>>,
    /// What is laid over it, whatever it holds.
    above: Map,
}

impl UnknownValues {
    /// Whether the source may decide what stands at a path of the values.
    pub(crate) fn covers(&self, path: &[&str]) -> bool {
        let mut both = self.target.iter().zip(path);
        both.all(|(key, step)| **key == **step) && !states(&self.above, path)
    }
}

/// Whether a map says what stands at a path, or at one above it.
fn states(map: &Map, path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    match map.get(first) {
        None => false,
        Some(value) => match value.as_map() {
            Some(inner) if !rest.is_empty() => states(inner, rest),
            _ => true,
        },
    }
}

/// Lays the values of `ConfigMap`s and Secrets under those of every `HelmRelease` that reads them, and
/// notes which keys are nothing but that, or variables that were filled in elsewhere.
pub fn lay_values(store: &Store<'_>, evaluated: &mut [Evaluated<'_>]) {
    let asked = asked(evaluated);
    let shelf = Shelf::of(evaluated);
    let mut laid: Vec<(usize, Vec<Laid>)> = Vec::new();
    for (at, one) in evaluated.iter().enumerate() {
        let resources = one.output().map(|output| &output.resources[..]).unwrap_or_default();
        let releases = resources.iter().enumerate();
        let releases = releases.filter(|(_, release)| !sources(release).is_empty());
        let found = releases.filter_map(|(index, release)| {
            lay(store, &shelf, at, release).map(|laid| Laid { index, ..laid })
        });
        laid.push((at, found.collect()));
    }
    let mut read: BTreeMap<usize, Vec<(Span, Arc<str>)>> = BTreeMap::new();
    for (at, releases) in laid {
        let Some(Ok(rendered)) = evaluated.get_mut(at).and_then(|one| one.rendered.as_mut()) else {
            continue;
        };
        for laid in releases {
            for (overlay, origin, key, file) in laid.read {
                read.entry(overlay).or_default().push((origin, key));
                rendered.inputs.insert(file);
            }
            rendered.unknown_values.extend(laid.unknown);
            if let Some(object) = rendered.resources.get_mut(laid.index) {
                object.body = laid.body;
            }
        }
    }
    for (at, one) in evaluated.iter_mut().enumerate() {
        let Some(Ok(rendered)) = &mut one.rendered else { continue };
        rendered.read_keys.extend(read.remove(&at).unwrap_or_default());
        let maps = rendered.resources.iter().filter(|it| &*it.id.gvk.kind == "ConfigMap");
        let names = maps.filter_map(|map| Some((map.origin, asked.get(&map.origin)?)));
        let keys =
            names.flat_map(|(origin, names)| names.iter().map(move |it| (origin, it.clone())));
        let keys: Vec<_> = keys.collect();
        rendered.read_keys.extend(keys);
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

/// The sources that a release names; none for any other object.
fn sources(release: &Resource) -> &[Value] {
    let gvk = &release.id.gvk;
    let is_release = &*gvk.group == "helm.toolkit.fluxcd.io" && &*gvk.kind == "HelmRelease";
    let list = release.body.at(&["spec", "valuesFrom"]).filter(|_| is_release);
    list.and_then(Value::as_list).filter(|list| list.len() <= SOURCES).unwrap_or_default()
}

/// A release with what its sources give.
struct Laid {
    /// Its index among the resources of the overlay.
    index: usize,
    body: Value,
    unknown: Vec<UnknownValues>,
    /// The keys that were read.
    read: Vec<Place>,
}

/// The values of a release as they grow, source by source.
struct Growing {
    /// What the sources give so far.
    result: Map,
    /// What the release says itself, with what single values change in it.
    own: Map,
    unknown: Vec<UnknownValues>,
}

fn lay(store: &Store<'_>, shelf: &Shelf<'_>, at: usize, release: &Resource) -> Option<Laid> {
    let own = release.body.at(&["spec", "values"]);
    let mut growing = Growing {
        result: Map::default(),
        own: own.and_then(Value::as_map).cloned().unwrap_or_default(),
        unknown: Vec::new(),
    };
    let mut read = Vec::new();
    let sources = sources(release);
    for from in sources {
        let source = shelf.source(store, at, release, from);
        read.extend(source.place);
        let target = from.get("targetPath").filter(|it| it.text().is_some_and(|it| !it.is_empty()));
        let done = match (source.given, target) {
            (Given::Nothing, _) => true,
            (Given::Values(map), _) => {
                growing.lay(&map);
                true
            }
            (Given::Single(value), Some(path)) => growing.set(path, &value).is_some(),
            (Given::Single(_) | Given::Unknown, _) => false,
        };
        if !done {
            growing.miss(release, from, target);
        }
    }
    let Growing { result, own: map, unknown } = growing;
    let first = sources.first().map_or(release.origin, Value::span);
    let history = own.map_or(Provenance::declared(first), |own| own.provenance.clone());
    let mut body = release.body.clone();
    let spec = body.as_map_mut().and_then(|map| map.get_mut("spec")?.as_map_mut())?;
    let key_span = spec.entry("values").map_or(first, |entry| entry.key_span);
    let map = stack(&result, &map);
    if own.is_some() || !map.is_empty() {
        let value = Value::map(map, history);
        spec.insert(Entry { key: "values".into(), key_span, value });
    }
    Some(Laid { index: 0, body, unknown, read })
}

impl Growing {
    /// Lays a whole source over what there is.
    fn lay(&mut self, map: &Map) {
        self.result = stack(&self.result, map);
        for unknown in &mut self.unknown {
            unknown.above = stack(&unknown.above, map);
        }
    }

    /// Sets a single value. The controller lays the release's own values over what there is before,
    /// and the maps that it takes over whole are still the release's when the value is put into them.
    fn set(&mut self, path: &Value, value: &Value) -> Option<()> {
        let name = path.text()?;
        let (text, quoted) = unquoted(value.text()?.trim_end_matches('\n'));
        let put = |map: &Map| {
            let map = Value::map(map.clone(), path.provenance.clone());
            let done = set::lay(&map, name, path.span(), text, value, quoted)?;
            done.as_map().cloned()
        };
        let keys = keys_of(name);
        let shared = is_shared(&self.result, &self.own, &keys);
        self.result = put(&stack(&self.result, &self.own))?;
        if shared {
            self.own = put(&self.own)?;
        }
        let alone = put(&Map::default()).unwrap_or_default();
        for unknown in &mut self.unknown {
            unknown.above = stack(&unknown.above, &alone);
        }
        Some(())
    }

    /// Notes a source that is not known.
    fn miss(&mut self, release: &Resource, from: &Value, target: Option<&Value>) {
        let text = |field| from.get(field).and_then(Value::text).unwrap_or("");
        let target = target.and_then(Value::text).map(keys_of).unwrap_or_default();
        let covered = target.is_empty() || !is_shared(&self.result, &self.own, &target);
        self.unknown.push(UnknownValues {
            release: release.origin,
            span: from.span(),
            source: format!("{} {}", text("kind"), text("name")),
            target,
            above: if covered { self.own.clone() } else { Map::default() },
        });
    }
}

/// Whether a map of the release's own on the way of `keys` is none of those that sources give.
fn is_shared(result: &Map, own: &Map, keys: &[Arc<str>]) -> bool {
    let (mut result, mut own) = (Some(result), own);
    for key in keys.iter().take(keys.len().saturating_sub(1)) {
        let Some(inner) = own.get(key).and_then(Value::as_map) else { return false };
        result = result.and_then(|result| result.get(key)?.as_map());
        if result.is_none() {
            return true;
        }
        own = inner;
    }
    false
}

/// A text without the quotes that make it a text whatever it looks like.
fn unquoted(text: &str) -> (&str, bool) {
    let marked = |quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    if marked('\'') || marked('"') { (text.trim_matches(['\'', '"']), true) } else { (text, false) }
}
