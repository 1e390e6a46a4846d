//! Resource files to objects: every document checked, lists taken apart.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::kube::{Entry, Kind, Map, Value, load};
use crate::render::working::{Previous, Working};
use crate::render::{RenderError, hints, origin};
use crate::syntax::scalar::{self, Dialect, Tag};
use crate::syntax::{Parsed, ProblemKind};

/// The objects of a parsed file, in kustomize's order.
pub(crate) fn objects(parsed: &Parsed) -> Result<Vec<Working>, RenderError> {
    check(parsed)?;
    let mut queue = VecDeque::new();
    for document in &parsed.documents {
        let root = document.root();
        if root.is_null() {
            continue;
        }
        queue.push_back(load(root, Dialect::Resource)?);
    }
    let hints = hints::of(parsed);
    let mut objects = Vec::new();
    while let Some(body) = queue.pop_front() {
        if let Some(items) = list_items(&body)? {
            queue.extend(items);
            continue;
        }
        check_object(&body)?;
        check_numbers(&body)?;
        objects.push(Working { hints: Arc::clone(&hints), ..working(body)? });
    }
    Ok(objects)
}

/// Refuses what kustomize refuses: broken files and repeated keys.
pub(crate) fn check(parsed: &Parsed) -> Result<(), RenderError> {
    let Some(problem) = parsed.problems.first() else { return Ok(()) };
    let message = match &problem.kind {
        ProblemKind::Syntax(text) => format!("the YAML is not valid: {text}"),
        other => other.to_string(),
    };
    let error = RenderError::new(problem.span, message);
    Err(if parsed.template.is_some() {
        error.help("this looks like a template; kustomize does not fill in templates")
    } else {
        error.help(problem.kind.help())
    })
}

/// The objects in a list, if this is one.
pub(crate) fn list_items(body: &Value) -> Result<Option<Vec<Value>>, RenderError> {
    let is_list = body.get("kind").and_then(Value::text).is_some_and(|kind| kind.ends_with("List"));
    let Some(items) = body.get("items").filter(|_| is_list) else { return Ok(None) };
    if items.is_null() {
        return Ok(Some(Vec::new()));
    }
    match items.as_list() {
        Some(list) => Ok(Some(list.to_vec())),
        None => Err(RenderError::new(items.span(), "the `items` of a list must be a list")
            .help("write every object as an element of `items`")),
    }
}

/// Refuses what is no Kubernetes object.
pub(crate) fn check_object(body: &Value) -> Result<(), RenderError> {
    let help = "every object needs an `apiVersion`, a `kind` and a `metadata.name`";
    let fail = |message: &str| Err(RenderError::new(body.span(), message).help(help));
    if body.as_map().is_none() {
        return fail("a resource must be a map");
    }
    let kind = body.get("kind").and_then(Value::text).filter(|kind| !kind.is_empty());
    let Some(kind) = kind else { return fail("this resource has no `kind`") };
    if let Some(metadata) = body.get("metadata").filter(|value| !value.is_null()) {
        if metadata.as_map().is_none() {
            let message = "the `metadata` of a resource must be a map";
            return Err(RenderError::new(metadata.span(), message)
                .help("write `name` and the like below `metadata:`"));
        }
        for field in ["labels", "annotations"] {
            let value = metadata.get(field).filter(|value| !value.is_null());
            if let Some(value) = value.filter(|value| value.as_map().is_none()) {
                let message = format!("the `{field}` of a resource must be a map");
                return Err(RenderError::new(value.span(), message)
                    .help("write one key and one text in each line below it"));
            }
        }
    }
    let name = body.at(&["metadata", "name"]);
    if let Some(name) = name.filter(|name| name.as_scalar().is_none()) {
        return Err(RenderError::new(name.span(), "the name of a resource must be a string")
            .help("put it in quotes, or write one name"));
    }
    let named = name.and_then(Value::text).is_some_and(|name| !name.is_empty());
    if named || kind.ends_with("List") {
        return Ok(());
    }
    fail("this resource has no `metadata.name`")
}

/// Infinities have no place in JSON, and so in no object.
fn check_numbers(value: &Value) -> Result<(), RenderError> {
    match &value.kind {
        Kind::Scalar(scalar) if scalar.tag == Tag::Float => {
            let finite = scalar::float_value(&scalar.text).is_some_and(f64::is_finite);
            if finite {
                return Ok(());
            }
            let message = format!("`{}` is not a number that an object can have", scalar.text);
            Err(RenderError::new(value.span(), message).help("put it in quotes to make it a text"))
        }
        Kind::Scalar(_) => Ok(()),
        Kind::List(items) => items.iter().try_for_each(check_numbers),
        Kind::Map(map) => map.iter().try_for_each(|entry| check_numbers(&entry.value)),
    }
}

/// Annotations of kustomize's own, which never come out of a build.
const OWN: [&str; 19] = [
    "config.kubernetes.io/index",
    "config.kubernetes.io/path",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/index",
    NEEDS_HASH,
    "internal.config.kubernetes.io/path",
    PREFIXES,
    PREVIOUS_KINDS,
    PREVIOUS_NAMES,
    PREVIOUS_NAMESPACES,
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/seqindent",
    SUFFIXES,
    origin::ORIGIN,
    origin::TRANSFORMATIONS,
];
const NEEDS_HASH: &str = "internal.config.kubernetes.io/needsHashSuffix";
const PREFIXES: &str = "internal.config.kubernetes.io/prefixes";
const PREVIOUS_KINDS: &str = "internal.config.kubernetes.io/previousKinds";
const PREVIOUS_NAMES: &str = "internal.config.kubernetes.io/previousNames";
const PREVIOUS_NAMESPACES: &str = "internal.config.kubernetes.io/previousNamespaces";
const SUFFIXES: &str = "internal.config.kubernetes.io/suffixes";

/// An object with the history that its annotations claim: kustomize believes them.
fn working(body: Value) -> Result<Working, RenderError> {
    let origin = body.span();
    let list = |key: &str| -> Vec<Arc<str>> {
        let text = origin::annotation(&body, key).filter(|text| !text.is_empty());
        text.into_iter().flat_map(|text| text.split(',')).map(Arc::from).collect()
    };
    let (kinds, names) = (list(PREVIOUS_KINDS), list(PREVIOUS_NAMES));
    let namespaces = list(PREVIOUS_NAMESPACES);
    if kinds.len() != names.len() || names.len() != namespaces.len() {
        let message = "the annotations about previous names do not have the same number of entries";
        return Err(RenderError::new(origin, message).help("remove them: they are kustomize's own"));
    }
    let previous = kinds.into_iter().zip(names).zip(namespaces);
    let previous =
        previous.map(|((kind, name), namespace)| Previous { namespace, name, kind }).collect();
    let (prefixes, suffixes) = (list(PREFIXES), list(SUFFIXES));
    let hashed = (origin::annotation(&body, NEEDS_HASH) == Some("enabled")).then_some(origin);
    Ok(Working { previous, prefixes, suffixes, hashed, ..Working::new(body, origin) })
}

/// Removes the annotations that are kustomize's own, but for those that are asked for.
pub(crate) fn drop_notes(body: &mut Value, wanted: impl Fn(&str) -> bool) {
    let is_own = |entry: &Entry| OWN.contains(&&*entry.key) && !wanted(&entry.key);
    let annotations = body.at(&["metadata", "annotations"]).and_then(Value::as_map);
    if !annotations.into_iter().flatten().any(is_own) {
        return;
    }
    let metadata = body.as_map_mut().and_then(|map| map.get_mut("metadata")?.as_map_mut());
    if let Some(map) = metadata.and_then(|map| map.get_mut("annotations")?.as_map_mut()) {
        map.retain(|entry| !is_own(entry));
    }
}

/// Annotations are strings, whatever the file says; an empty map of them is none.
pub(crate) fn clean_annotations(body: &mut Value) {
    let Some(annotations) = body.at(&["metadata", "annotations"]) else { return };
    let is_empty = annotations.is_null() || annotations.as_map().is_some_and(Map::is_empty);
    let strings = |value: &Value| value.as_str().is_some();
    let is_clean = annotations.as_map().into_iter().flatten().all(|entry| strings(&entry.value));
    if is_clean && !is_empty {
        return;
    }
    let metadata = body.as_map_mut().and_then(|map| map.get_mut("metadata")?.as_map_mut());
    let Some(metadata) = metadata else { return };
    if is_empty {
        metadata.remove("annotations");
        return;
    }
    let annotations = metadata.get_mut("annotations").and_then(Value::as_map_mut);
    for (_, value) in annotations.into_iter().flat_map(Map::values_mut) {
        if let Kind::Scalar(scalar) = &mut value.kind {
            scalar.tag = Tag::Str;
        }
    }
}
