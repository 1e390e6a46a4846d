//! The value at a path, list elements found by their keys, lines by theirs, also inside texts.

use std::borrow::Cow;

use crate::compare::embedded::trees;
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
        let next = match step {
            PathStep::Key(key) => match value.as_map() {
                Some(map) => map.get(key),
                None => {
                    return inside(value, &path[at..], names).or_else(|| item(value, &path[at..]));
                }
            },
            _ if value.as_list().is_none() => return inside(value, &path[at..], names),
            PathStep::Element { key, value: name } => {
                let name = names.normal(name);
                value.as_list()?.iter().find(|element| {
                    name_by(element, key).is_some_and(|other| names.normal(other) == name)
                })
            }
            PathStep::Index(index) => value.as_list()?.get(*index),
        };
        value = next?;
    }
    Some(Cow::Borrowed(value))
}

/// The value inside a text that is a document. Its place is that of the text.
fn inside<'v>(value: &Value, path: &[PathStep], names: &Names) -> Option<Cow<'v, Value>> {
    let text = value.text().filter(|text| may_hold(text, path))?;
    let mut trees = trees(text, value);
    trees.find_map(|tree| Some(Cow::Owned(find(&tree, path, names)?.into_owned())))
}

/// Whether all keys of a path stand in a text.
fn may_hold(text: &str, path: &[PathStep]) -> bool {
    path.iter().all(|step| !matches!(step, PathStep::Key(key) if !text.contains(&**key)))
}

/// The item of a list of scalars, or the line of a text, that has this key.
fn item<'v>(value: &'v Value, path: &[PathStep]) -> Option<Cow<'v, Value>> {
    let [PathStep::Key(key)] = path else { return None };
    let named = |text: &str| text == &**key || split_key(text).0 == &**key;
    if let Some(items) = value.as_list() {
        items.iter().find(|item| item.text().is_some_and(named)).map(Cow::Borrowed)
    } else {
        let text = value.text()?;
        let line = text.lines().map(str::trim).find(|line| named(line));
        let line = line.or_else(|| first_line(text, key))?;
        Some(Cow::Owned(Value::string(line, value.provenance.clone())))
    }
}
