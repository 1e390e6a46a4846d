//! What the sources of values hold: keys of `ConfigMap`s and Secrets that the repository declares or generates.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kube::{Action, Entry, HIDDEN, Kind, Map, Provenance, Resource, Value, load};
use crate::render::Evaluated;
use crate::render::flux::substitute::with_history;
use crate::syntax::scalar::Dialect;
use crate::syntax::{Store, parse_embedded};
use crate::text::{FileId, Span};

/// The key that is read where none is named.
const VALUES: &str = "values.yaml";
/// The key beside values that SOPS has encrypted.
const SOPS: &str = "sops";
/// Kinds of sources.
const KINDS: [&str; 2] = ["ConfigMap", "Secret"];
/// Where the data of a Secret stand, plain ones first: they win.
const DATA: [&str; 2] = ["stringData", "data"];

/// A key that was read: the overlay that has the object, the object's place, the key, and the file of its value.
pub(super) type Place = (usize, Span, Arc<str>, FileId);

/// What a source gives.
pub(super) enum Given {
    /// A map of values.
    Values(Map),
    /// The text for one value.
    Single(Value),
    /// Nothing: what is optional and not there.
    Nothing,
    /// It is not known here.
    Unknown,
}

/// A source as it was found.
pub(super) struct Source {
    pub(super) given: Given,
    pub(super) place: Option<Place>,
}

/// The `ConfigMap`s and Secrets of all overlays.
pub(super) struct Shelf<'e> {
    evaluated: &'e [Evaluated<'e>],
    /// By kind and name, with the overlay.
    objects: BTreeMap<(&'e str, &'e str), Vec<(usize, &'e Resource)>>,
}

impl<'e> Shelf<'e> {
    pub(super) fn of(evaluated: &'e [Evaluated<'e>]) -> Self {
        let mut objects: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (at, one) in evaluated.iter().enumerate() {
            let resources = one.output().map(|output| &output.resources[..]).unwrap_or_default();
            let data = resources
                .iter()
                .filter(|it| KINDS.contains(&&*it.id.gvk.kind) && it.id.gvk.group.is_empty());
            for object in data {
                let (kind, name) = (&*object.id.gvk.kind, &*object.id.name);
                objects.entry((kind, name)).or_default().push((at, object));
                let before = &*object.original.name;
                if before != name {
                    objects.entry((kind, before)).or_default().push((at, object));
                }
            }
        }
        Self { evaluated, objects }
    }

    /// What an entry of `valuesFrom` of a release of the overlay `at` means.
    pub(super) fn source(
        &self,
        store: &Store<'_>,
        at: usize,
        release: &Resource,
        from: &Value,
    ) -> Source {
        let text = |field| from.get(field).and_then(Value::text);
        let unknown = Source { given: Given::Unknown, place: None };
        let (Some(kind), Some(name)) = (text("kind"), text("name")) else { return unknown };
        let Some((overlay, object)) = self.find(at, release, (kind, name)) else { return unknown };
        let key = text("valuesKey").unwrap_or(VALUES);
        if object.body.get(SOPS).is_some() {
            return unknown;
        }
        let secret = kind == "Secret";
        let fields = if secret { &DATA[..] } else { &DATA[1..] };
        let found = fields.iter().find_map(|field| Some((*field, object.body.at(&[field, key])?)));
        let Some((field, value)) = found else {
            let optional = from.get("optional").and_then(Value::as_bool) == Some(true);
            let given = if optional { Given::Nothing } else { Given::Unknown };
            return Source { given, place: None };
        };
        let encoded = secret && field == "data";
        let single = text("targetPath").is_some_and(|target| !target.is_empty());
        let given = given(store, value, encoded, single).map(|given| match given {
            Given::Values(map) if secret => Given::Values(hidden_in(&map)),
            Given::Single(value) if secret => Given::Single(hidden(&value)),
            given => given,
        });
        let place = given
            .is_some()
            .then(|| (overlay, object.origin, Arc::from(key), value.provenance.last().span.file));
        Source { given: given.unwrap_or(Given::Unknown), place }
    }

    /// The object that a release means: of its own overlay, else the only one that is deployed to
    /// its environment.
    fn find(
        &self,
        at: usize,
        release: &Resource,
        wanted: (&str, &str),
    ) -> Option<(usize, &'e Resource)> {
        let home = &release.id.namespace;
        let all = self.objects.get(&wanted)?;
        let own = all.iter().find(|(overlay, object)| {
            let namespace = &object.id.namespace;
            *overlay == at && (namespace == home || namespace.is_empty() || home.is_empty())
        });
        let here = self.evaluated.get(at)?.overlay;
        let beside = || {
            let mut found = all.iter().filter(|(overlay, object)| {
                let there = self.evaluated.get(*overlay).map(|it| it.overlay);
                object.id.namespace == *home
                    && !home.is_empty()
                    && there.is_some_and(|there| {
                        there.environment == here.environment && there.variant == here.variant
                    })
            });
            found.next().filter(|_| found.next().is_none())
        };
        own.or_else(beside).copied()
    }
}

/// What a key says; `None` where it cannot be read.
fn given(store: &Store<'_>, value: &Value, encoded: bool, single: bool) -> Option<Given> {
    let text = value.text()?;
    let text = if encoded { Cow::Owned(decoded(text)?) } else { Cow::Borrowed(text) };
    if text.starts_with("ENC[") {
        return None;
    }
    if single {
        let provenance = value.provenance.clone();
        return Some(Given::Single(Value::string(text, provenance)));
    }
    let history = &value.provenance;
    let filled = history.steps().iter().any(|step| step.action == Action::Substituted);
    let span = history.steps().iter().rfind(|step| step.action != Action::Substituted)?.span;
    let map = parsed(&text, store.snapshot().slice(span), span)?;
    if !filled {
        return Some(Given::Values(map));
    }
    // The places are those of the text as it is written; what a variable became has its history as well.
    let written =
        written(store, span).and_then(|text| parsed(text, store.snapshot().slice(span), span));
    let placing = Placing { store, history };
    let places = written.and_then(|written| placing.map(&map, &written));
    let everywhere = || {
        let whole = with_history(Value::map(map.clone(), history.clone()), history);
        whole.as_map().cloned().unwrap_or_default()
    };
    Some(Given::Values(places.unwrap_or_else(everywhere)))
}

/// The text of the scalar at a place, or the whole file.
fn written<'s>(store: &'s Store<'_>, span: Span) -> Option<&'s str> {
    let file = store.snapshot().file(span.file).ok()?;
    if span.range() == (0..file.text.len()) {
        return Some(&file.text);
    }
    let documents = &store.yaml(span.file).documents;
    documents.iter().find_map(|document| document.text_at(span))
}

/// The map that a text is; its places lie in the source at `span`.
fn parsed(text: &str, source: &str, span: Span) -> Option<Map> {
    let parsed = parse_embedded(text, source, span);
    if parsed.is_broken() || parsed.template {
        return None;
    }
    match &parsed.documents[..] {
        [] => Some(Map::default()),
        [document] => match load(document.root(), Dialect::Config).ok()?.kind {
            Kind::Map(map) => {
                let sops = map.get(SOPS).is_some_and(|it| it.as_map().is_some());
                (!sops).then(|| Arc::unwrap_or_clone(map))
            }
            Kind::Scalar(_) if document.root().is_null() => Some(Map::default()),
            _ => None,
        },
        _ => None,
    }
}

/// Values that take their places from the text as it is written.
struct Placing<'a> {
    store: &'a Store<'a>,
    /// The history of the text.
    history: &'a Provenance,
}

impl Placing<'_> {
    /// The map with the places of another one that has the same keys.
    fn map(&self, map: &Map, written: &Map) -> Option<Map> {
        let placed = |(entry, other): (&Entry, &Entry)| {
            let value = self.value(&entry.value, &other.value)?;
            (entry.key == other.key).then(|| Entry { value, ..other.clone() })
        };
        let same = map.len() == written.len();
        same.then(|| map.iter().zip(written.iter()).map(placed).collect())?
    }

    fn value(&self, value: &Value, written: &Value) -> Option<Value> {
        let provenance = written.provenance.clone();
        match (&value.kind, &written.kind) {
            (Kind::Map(map), Kind::Map(other)) => {
                Some(Value::map(self.map(map, other)?, provenance))
            }
            (Kind::List(items), Kind::List(others)) if items.len() == others.len() => {
                let pairs = items.iter().zip(others.iter());
                let items = pairs.map(|(item, other)| self.value(item, other));
                Some(Value::list(items.collect::<Option<_>>()?, provenance))
            }
            (Kind::Scalar(scalar), Kind::Scalar(other)) if scalar.text == other.text => {
                Some(Value { provenance, ..value.clone() })
            }
            (_, Kind::Scalar(_)) => {
                let spans = self.filled(value.text().unwrap_or(""));
                Some(with_history(
                    value.clone(),
                    &provenance.then_each(Action::Substituted, &spans),
                ))
            }
            _ => None,
        }
    }

    /// The definitions of the variables that a text was made with.
    fn filled(&self, text: &str) -> Vec<Span> {
        let steps = self.history.steps().iter();
        let all: Vec<Span> =
            steps.filter(|it| it.action == Action::Substituted).map(|step| step.span).collect();
        let holds = |span: &&Span| {
            let written = self.store.snapshot().slice(**span).trim_matches(['"', '\'']);
            !written.is_empty() && text.contains(written)
        };
        let held: Vec<Span> = all.iter().filter(holds).copied().collect();
        if held.is_empty() { all } else { held }
    }
}

/// A map of which nobody may see the values.
fn hidden_in(map: &Map) -> Map {
    map.iter().map(|entry| Entry { value: hidden(&entry.value), ..entry.clone() }).collect()
}

fn hidden(value: &Value) -> Value {
    let provenance = value.provenance.clone();
    match &value.kind {
        Kind::Scalar(_) => Value::string(HIDDEN, provenance),
        Kind::List(items) => Value::list(items.iter().map(hidden).collect(), provenance),
        Kind::Map(map) => Value::map(hidden_in(map), provenance),
    }
}

fn decoded(text: &str) -> Option<String> {
    let compact: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    String::from_utf8(STANDARD.decode(compact).ok()?).ok()
}
