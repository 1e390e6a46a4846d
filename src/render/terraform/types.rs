//! Types of variables: what they put in for attributes that a value leaves out.

use std::sync::Arc;

use crate::kube::{Entry, Kind, Value};
use crate::render::terraform::tree;
use crate::syntax::NodeRef;

/// The value with the defaults of `optional(type, default)` for attributes that it lacks or that are
/// null, at any depth.
pub(super) fn filled(value: Value, kind: NodeRef<'_>) -> Value {
    let Some((constructor, arguments)) = single(kind) else { return value };
    let Some(first) = arguments.items().next() else { return value };
    let Value { kind: content, provenance } = value;
    let content = match (constructor, content) {
        ("list" | "set", Kind::List(items)) => {
            let items = items.iter().map(|item| filled(item.clone(), first));
            Kind::List(Arc::new(items.collect()))
        }
        ("map", Kind::Map(map)) => {
            let of_type = |entry: &Entry| Entry {
                value: filled(entry.value.clone(), first),
                ..entry.clone()
            };
            Kind::Map(Arc::new(map.iter().map(of_type).collect()))
        }
        ("object", Kind::Map(mut map)) => {
            for (key, kind) in first.entries() {
                let Some(name) = key.text() else { continue };
                let given = map.get(name).filter(|value| !value.is_null());
                let optional = single(kind).filter(|(name, _)| *name == "optional");
                let mut arguments = optional.map(|(_, arguments)| arguments.items());
                let own = arguments.as_mut().map_or(Some(kind), Iterator::next);
                let default = arguments.as_mut().and_then(Iterator::next).map(tree::value);
                if let (Some(value), Some(own)) = (given.cloned().or(default), own) {
                    let key_span = map.entry(name).map_or(key.span(), |entry| entry.key_span);
                    let value = filled(value, own);
                    Arc::make_mut(&mut map).insert(Entry { key: name.into(), key_span, value });
                }
            }
            Kind::Map(map)
        }
        (_, content) => content,
    };
    Value { kind: content, provenance }
}

/// The name of what builds a type, and what it is given.
fn single(kind: NodeRef<'_>) -> Option<(&str, NodeRef<'_>)> {
    let mut entries = kind.entries();
    let (key, arguments) = entries.next()?;
    (entries.len() == 0 && arguments.is_list()).then_some((key.text()?, arguments))
}
