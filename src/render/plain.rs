//! Configuration files of an environment: what one says, laid over what all environments share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kube::{Entry, Form, Kind, Map, Provenance, Resource, Value, load};
use crate::layout::{Layout, Overlay, Unit};
use crate::render::{Gap, Rendered};
use crate::syntax::scalar::Dialect;
use crate::syntax::{Document, KeyRule, Store};
use crate::text::{FileId, Span};

/// Larger files hold data, not configuration.
const LARGEST: usize = 512 * 1024;
/// Most levels that one key may nest.
const DEEPEST: usize = 32;
/// Most keys of one map that nest.
const MOST_NESTED: usize = 1000;

/// The configuration that an overlay's file gives, with the files that it is laid over.
///
/// A file that cannot be read is a gap: then nothing is said of what is missing.
pub(super) fn rendered(
    store: &Store<'_>,
    layout: &Layout,
    unit: &Unit,
    overlay: &Overlay,
) -> Option<Rendered> {
    let snapshot = store.snapshot();
    let own = snapshot.find(&overlay.root)?;
    let bases = layout.bases.get(&overlay.root).into_iter().flatten();
    let files = bases.filter_map(|path| snapshot.find(path)).chain([own]);
    let rule = KeyRule::of(snapshot.path(own).file_name());
    let (mut body, mut inputs, mut gaps) = (None, BTreeSet::new(), Vec::new());
    for file in files {
        inputs.insert(file);
        match read(store, file) {
            Ok(value) => {
                body = Some(match body {
                    Some(below) => over(rule, &below, &value),
                    None => value,
                });
            }
            Err(gap) => gaps.push(gap),
        }
    }
    // With a part of it unknown nobody can say what the whole is.
    let body = body.filter(|_| gaps.is_empty());
    let document =
        body.map(|body| Resource::document(Form::Config, &unit.name, body, Span::file_start(own)));
    Some(Rendered::of_documents(document.into_iter().collect(), inputs, gaps))
}

/// The map that a file holds.
fn read(store: &Store<'_>, file: FileId) -> Result<Value, Gap> {
    let snapshot = store.snapshot();
    let start = Span::file_start(file);
    let detail = || snapshot.path(file).to_string();
    let gap = |span, what, detail| Gap { span, what, detail, objects: true };
    if snapshot.bytes(file).is_ok_and(|bytes| bytes.len() > LARGEST) {
        return Err(gap(start, "large file", detail()));
    }
    let parsed = store.named(file);
    if let Some(template) = parsed.template {
        return Err(gap(template.span, "template", format!("{}: {template}", detail())));
    }
    if parsed.is_broken() {
        let span = parsed.problems.first().map_or(start, |problem| problem.span);
        return Err(gap(span, "broken file", detail()));
    }
    let empty = || Value::map(Map::default(), Provenance::declared(start));
    let Some(root) = parsed.documents.first().map(Document::root) else {
        return Ok(empty());
    };
    if let Some(second) = parsed.documents.get(1).map(Document::root) {
        // Each may be for a profile of its own.
        return Err(gap(second.span(), "several documents", detail()));
    }
    if root.is_null() {
        return Ok(empty());
    }
    if !(root.is_map() || root.is_list()) {
        return Err(gap(root.span(), "no keys", detail()));
    }
    let value = load(root, Dialect::Plain)
        .map_err(|error| gap(error.span, "broken file", error.kind.to_string()))?;
    let nests = KeyRule::of(snapshot.path(file).file_name()).and_then(|rule| rule.nests);
    let value = match nests {
        Some(separator) => nested(value, separator),
        None => value,
    };
    by_name(value).ok_or_else(|| gap(root.span(), "no keys", detail()))
}

/// How lists of parameters name them: those of AWS stacks, application settings of Azure, tags.
const PAIRS: &[(&str, &str)] =
    &[("ParameterKey", "ParameterValue"), ("Key", "Value"), ("name", "value"), ("key", "value")];

/// The map that the value is, or says as a list of names with their values.
fn by_name(value: Value) -> Option<Value> {
    let Some(items) = value.as_list() else { return Some(value) };
    let entries = |(name, given): &(&str, &str)| -> Option<Map> {
        let entry = |item: &Value| {
            let (key, value) = (item.get(name)?, item.get(given)?);
            Some(Entry { key: key.text()?.into(), key_span: key.span(), value: value.clone() })
        };
        items.iter().map(entry).collect()
    };
    let map = PAIRS.iter().find_map(entries).filter(|map| map.len() == items.len())?;
    Some(Value::map(map, value.provenance))
}

/// The value with what keys nest in themselves: `A:B` is `B` in `A`. Very many of them stay as they are.
fn nested(value: Value, separator: char) -> Value {
    let Kind::Map(map) = &value.kind else { return value };
    let steps = |key: &str| {
        let steps: Vec<Arc<str>> = key.split(separator).map(Arc::from).collect();
        let sound = steps.len() <= DEEPEST && steps.iter().all(|step| !step.is_empty());
        if sound { steps } else { vec![key.into()] }
    };
    let nesting = map.iter().filter(|entry| entry.key.contains(separator)).count();
    let mut told = Map::default();
    for entry in map.iter() {
        let value = nested(entry.value.clone(), separator);
        let key_span = entry.key_span;
        let steps =
            if nesting > MOST_NESTED { vec![Arc::clone(&entry.key)] } else { steps(&entry.key) };
        let Some((first, rest)) = steps.split_first() else { continue };
        let value = rest.iter().rev().fold(value, |value, key| {
            let provenance = value.provenance.clone();
            let entry = Entry { key: Arc::clone(key), key_span, value };
            Value::map(Map::from_iter([entry]), provenance)
        });
        let value = match told.get(first) {
            Some(known) => over(None, known, &value),
            None => value,
        };
        told.insert(Entry { key: Arc::clone(first), key_span, value });
    }
    Value { kind: Kind::Map(Arc::new(told)), provenance: value.provenance }
}

/// One value laid over another: maps are merged, everything else is replaced. A key that is spelt in
/// another way above keeps its spelling below.
fn over(rule: Option<&KeyRule>, below: &Value, above: &Value) -> Value {
    let (Kind::Map(old), Kind::Map(new)) = (&below.kind, &above.kind) else {
        let provenance = below.provenance.then_all(&above.provenance);
        return Value { kind: above.kind.clone(), provenance };
    };
    let mut merged = Map::clone(old);
    let folded = rule.map(|rule| -> BTreeMap<String, &Entry> {
        old.iter().map(|entry| (rule.fold(&entry.key), entry)).collect()
    });
    for entry in new.iter() {
        let respelt = || folded.as_ref()?.get(&rule?.fold(&entry.key)).copied();
        let known = old.entry(&entry.key).or_else(respelt);
        let value = match known {
            Some(below) => over(rule, &below.value, &entry.value),
            None => entry.value.clone(),
        };
        let key = Arc::clone(known.map_or(&entry.key, |known| &known.key));
        merged.insert(Entry { key, key_span: entry.key_span, value });
    }
    let provenance = below.provenance.then_all(&above.provenance);
    Value { kind: Kind::Map(Arc::new(merged)), provenance }
}

#[cfg(test)]
mod tests {
    use crate::layout::{Choices, Layout};
    use crate::render::{Options, Rendered, Renderer};
    use crate::source::Snapshot;
    use crate::syntax::Store;

    fn render(files: &[(&str, &str)], root: &str, look: impl Fn(&Snapshot, &Rendered)) {
        let snapshot = Snapshot::from_memory(files.iter().copied());
        let store = Store::new(&snapshot);
        let layout = Layout::discover(&store, &Choices::default());
        let all = Renderer::new(&store, Options { restricted: false, partial: true });
        let overlays = layout.units.iter().flat_map(|u| u.overlays.iter().map(move |o| (u, o)));
        let found = overlays.into_iter().find(|(_, overlay)| overlay.root.as_str() == root);
        let (unit, overlay) = found.expect(root);
        let rendered = all.overlay(&layout, unit, overlay).expect("known").expect("renders");
        look(&snapshot, &rendered);
    }

    #[test]
    fn a_file_is_laid_over_what_is_shared() {
        let files = [
            (
                "app/appsettings.json",
                "{\"Log\": {\"Level\": \"info\", \"Json\": true}, \"A\": [1]}",
            ),
            (
                "app/appsettings.Production.json",
                "// c\n{\"Log\": {\"Level\": \"warn\",}, \"A\": []}",
            ),
            ("app/appsettings.Staging.json", "{}"),
        ];
        render(&files, "app/appsettings.Production.json", |snapshot, rendered| {
            let [document] = &rendered.resources[..] else { panic!("{rendered:#?}") };
            assert_eq!(document.id.to_string(), "the config of app/appsettings");
            let level = document.body.at(&["Log", "Level"]).unwrap();
            let steps: Vec<_> =
                level.provenance.steps().iter().map(|step| snapshot.slice(step.span)).collect();
            assert_eq!((level.text(), &steps[..]), (Some("warn"), &["\"info\"", "\"warn\""][..]));
            let json = document.body.at(&["Log", "Json"]).unwrap();
            assert_eq!(snapshot.slice(json.span()), "true");
            assert!(document.body.get("A").unwrap().as_list().unwrap().is_empty());
            assert_eq!(rendered.inputs.len(), 2);
        });
    }

    #[test]
    fn lists_of_parameters_are_maps() {
        let text = "[{\"ParameterKey\": \"Size\", \"ParameterValue\": \"2\"}]";
        let files = [("params/prod.json", text), ("params/staging.json", text)];
        render(&files, "params/prod.json", |snapshot, rendered| {
            let size = rendered.resources[0].body.as_map().unwrap().entry("Size").unwrap();
            assert_eq!(snapshot.slice(size.key_span), "\"Size\"");
            assert_eq!(snapshot.slice(size.value.span()), "\"2\"");
        });
    }

    #[test]
    fn what_cannot_be_read_is_a_gap() {
        for (text, what) in [
            ("{\"a\": ", "broken file"),
            ("[1]", "no keys"),
            ("[{\"name\": \"a\", \"value\": 1}, {\"name\": \"a\", \"value\": 2}]", "no keys"),
            ("1", "no keys"),
            ("{\"a\": 1, \"b\": {{ x }}}", "template"),
            ("{\"a\": ${A}}", "template"),
        ] {
            let files = [("config/prod.json", text), ("config/staging.json", "{\"a\": 1}")];
            render(&files, "config/prod.json", |_, rendered| {
                assert!(rendered.resources.is_empty() && rendered.lacks_objects());
                assert_eq!(rendered.gaps[0].what, what, "{text}");
            });
        }
    }
}
