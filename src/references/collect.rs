//! The references of an object: every name of another one, with what is asked of that.

use crate::kube::{Map, Path, PathStep, Resource, Value};
use crate::references::fields::{Field, fields_of};

/// Marks of a text that somebody fills in later.
const OPEN: [char; 3] = ['$', '{', '<'];
/// A port that means an annotation, by which load balancers are told what to do.
const BY_ANNOTATION: &str = "use-annotation";

/// A name of another object.
#[derive(Debug, Clone)]
pub(super) struct Reference<'a> {
    /// The object that refers.
    pub(super) referrer: &'a Resource,
    /// The group of the object that is meant, where that is known.
    pub(super) group: Option<&'a str>,
    /// Its kind.
    pub(super) kind: &'a str,
    /// The name.
    pub(super) name: &'a Value,
    /// The map that holds the name.
    holder: &'a Map,
    /// Where the name stands.
    pub(super) path: Path,
    /// The namespace of the object that is meant; empty where nothing says it.
    pub(super) namespace: &'a str,
}

/// Whether a text is not yet what it will be.
pub(super) fn is_open(text: &str) -> bool {
    text.contains(OPEN)
}

/// All references of an object that are names and no patterns.
pub(super) fn references<'a>(resource: &'a Resource, found: &mut Vec<Reference<'a>>) {
    for field in fields_of(&resource.id.gvk) {
        let mut walk = Walk { resource, field, path: Vec::new(), found };
        walk.visit(&resource.body, None, &field.path);
    }
}

struct Walk<'a, 'f> {
    resource: &'a Resource,
    field: &'static Field,
    path: Vec<PathStep>,
    found: &'f mut Vec<Reference<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn visit(&mut self, value: &'a Value, holder: Option<&'a Map>, steps: &[String]) {
        let Some((step, rest)) = steps.split_first() else {
            match (value.as_map(), holder) {
                // Kustomize names the map that holds the name of some.
                (Some(map), _) => {
                    if let Some(name) = map.get("name") {
                        self.path.push(PathStep::Key("name".into()));
                        self.take(name, map);
                        self.path.pop();
                    }
                }
                (None, Some(holder)) => self.take(value, holder),
                (None, None) => {}
            }
            return;
        };
        if let Some(items) = value.as_list() {
            for (at, item) in items.iter().enumerate() {
                let name = item.get("name").and_then(Value::text);
                self.path.push(match name {
                    Some(name) => PathStep::Element { key: "name".into(), value: name.into() },
                    None => PathStep::Index(at),
                });
                self.visit(item, holder, steps);
                self.path.pop();
            }
        } else if let Some(map) = value.as_map()
            && let Some(entry) = map.entry(step)
        {
            self.path.push(PathStep::Key(entry.key.clone()));
            self.visit(&entry.value, Some(map), rest);
            self.path.pop();
        }
    }

    fn take(&mut self, name: &'a Value, holder: &'a Map) {
        let said = |key: &str| holder.get(key).and_then(Value::text);
        let text = name.text().unwrap_or_default();
        let kind = said("kind").unwrap_or(&self.field.target_kind);
        let optional = holder.get("optional").and_then(Value::as_bool) == Some(true);
        if text.is_empty() || is_open(text) || kind.is_empty() || optional {
            return;
        }
        // A kind that the map says brings its own group, or leaves it open.
        let group = match (said("kind"), said("apiGroup").or_else(|| said("group"))) {
            (_, Some(group)) => Some(group),
            (Some(kind), None) if kind != self.field.target_kind => None,
            _ => self.field.target_group.as_deref(),
        };
        let namespace = said("namespace").unwrap_or(&self.resource.id.namespace);
        self.found.push(Reference {
            referrer: self.resource,
            group,
            kind,
            name,
            holder,
            path: Path(self.path.clone()),
            namespace: if is_open(namespace) { "" } else { namespace },
        });
    }
}

impl<'a> Reference<'a> {
    /// The name as a text.
    pub(super) fn text(&self) -> &'a str {
        self.name.text().unwrap_or_default()
    }

    /// The keys that are asked for.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a Value> {
        let items = self.holder.get("items").and_then(Value::as_list).unwrap_or_default();
        let own = ["key", "valuesKey"].iter().filter_map(|key| self.holder.get(key));
        own.chain(items.iter().filter_map(|item| item.get("key")))
            .filter(|key| key.text().is_some_and(|text| !text.is_empty() && !is_open(text)))
    }

    /// The port that is asked for, by name or number.
    pub(super) fn port(&self) -> Option<&'a Value> {
        let port = self.holder.get("port").or_else(|| self.holder.get("servicePort"))?;
        let port = match port.as_map() {
            Some(map) => map.get("number").or_else(|| map.get("name"))?,
            None => port,
        };
        port.text().filter(|text| !is_open(text)).map(|_| port)
    }

    /// Whether the name is one of an annotation that tells a load balancer what to do.
    pub(super) fn is_annotation(&self) -> bool {
        self.port().and_then(Value::text) == Some(BY_ANNOTATION)
    }
}
