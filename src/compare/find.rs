//! The value at a path, list elements found by their keys, lines by theirs.

use std::borrow::Cow;

use crate::compare::lines::split_key;
use crate::compare::list::name_by;
use crate::compare::names::Names;
use crate::compare::stages::first_line;
use crate::kube::{PathStep, Value};

/// The value at `path` of `body`, names of elements compared without the environment's own.
pub(crate) fn find<'v>(
    body: &'v Value,
    path: &[PathStep],
    names: &Names,
) -> Option<Cow<'v, Value>> {
    let mut value = body;
    for (at, step) in path.iter().enumerate() {
        let inside = match step {
            PathStep::Key(key) => match value.as_map() {
                Some(map) => map.get(key),
                None => return item(value, key, path.len() - at),
            },
            PathStep::Element { key, value: name } => {
                let name = names.normal(name);
                value.as_list()?.iter().find(|element| {
                    name_by(element, key).is_some_and(|other| names.normal(other) == name)
                })
            }
            PathStep::Index(index) => value.as_list()?.get(*index),
        };
        value = inside?;
    }
    Some(Cow::Borrowed(value))
}

/// The item of a list of scalars, or the line of a text, that has this key.
fn item<'v>(value: &'v Value, key: &str, steps: usize) -> Option<Cow<'v, Value>> {
    if steps != 1 {
        return None;
    }
    let named = |text: &str| text == key || split_key(text).0 == key;
    if let Some(items) = value.as_list() {
        items.iter().find(|item| item.text().is_some_and(named)).map(Cow::Borrowed)
    } else {
        let text = value.text()?;
        let line = text.lines().map(str::trim).find(|line| named(line));
        let line = line.or_else(|| first_line(text, key))?;
        Some(Cow::Owned(Value::string(line, value.provenance.clone())))
    }
}
