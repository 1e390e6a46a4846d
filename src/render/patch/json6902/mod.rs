//! JSON patches (RFC 6902), with the habits of the library that kustomize uses.

mod pointer;

use crate::kube::Action;
use crate::kube::Entry;
use crate::kube::Kind;
use crate::kube::LoadError;
use crate::kube::Provenance;
use crate::kube::Scalar;
use crate::kube::Value;
use crate::kube::load;
use crate::render::growth::Growth;
use crate::render::json;
use crate::render::patch::json6902::pointer::{Place, Pointer};
use crate::render::patch::strategic::replace;
use crate::render::patch::{PatchError, patched};
use crate::syntax::NodeRef;
use crate::syntax::scalar::{self, Dialect, Tag};
use crate::text::Span;

/// One operation of a patch.
#[derive(Debug)]
pub(crate) struct Operation {
    span: Span,
    /// What is wrong with an operation shows only when it is applied to something.
    action: Result<Change, PatchError>,
}

#[derive(Debug)]
enum Change {
    Add(Pointer, Value),
    Remove(Pointer),
    Replace(Pointer, Value),
    Move { from: Pointer, path: Pointer },
    Copy { from: Pointer, path: Pointer },
    Test(Pointer, Value),
}

/// Reads a patch: a list of maps, whatever these hold.
pub(crate) fn parse(node: NodeRef<'_>) -> Result<Vec<Operation>, PatchError> {
    if !node.is_list() {
        return Err(PatchError::new(node.span(), "a JSON patch must be a list of operations")
            .help("begin every operation with `- op:`"));
    }
    node.items()
        .map(|item| {
            if !item.is_map() {
                let message = "an operation of a JSON patch must be a map";
                return Err(
                    PatchError::new(item.span(), message).help("write `op`, `path` and `value`")
                );
            }
            Ok(Operation { span: item.span(), action: change(item) })
        })
        .collect()
}

fn change(node: NodeRef<'_>) -> Result<Change, PatchError> {
    let pointer = |key: &str| {
        let value = node.get(key);
        let span = value.map_or(node.span(), NodeRef::span);
        match value.and_then(|value| value.string(Dialect::Config)) {
            Some(text) => Ok(Pointer::parse(text, span)),
            None => Err(PatchError::new(span, format!("the operation has no text under `{key}`"))
                .help("write it as `/spec/replicas`: one `/` before each step")),
        }
    };
    let value = || match node.get("value") {
        Some(value) => {
            let fail = |error: LoadError| {
                PatchError::new(error.span, error.to_string()).help(error.kind.help())
            };
            let mut value = load(value, Dialect::Config).map_err(fail)?;
            through_json(&mut value)?;
            Ok(value)
        }
        None => Ok(Value::scalar(Tag::Null, "null", Provenance::declared(node.span()))),
    };
    let op = node.get("op");
    match op.and_then(|op| op.string(Dialect::Config)).unwrap_or("") {
        "add" => Ok(Change::Add(pointer("path")?, value()?)),
        "remove" => Ok(Change::Remove(pointer("path")?)),
        "replace" => Ok(Change::Replace(pointer("path")?, value()?)),
        "move" => Ok(Change::Move { from: pointer("from")?, path: pointer("path")? }),
        "copy" => Ok(Change::Copy { from: pointer("from")?, path: pointer("path")? }),
        "test" if node.get("value").is_none() => {
            Err(PatchError::new(node.span(), "the operation `test` has no `value`")
                .help("add the value that must be there"))
        }
        "test" => Ok(Change::Test(pointer("path")?, value()?)),
        other => {
            let span = op.map_or(node.span(), NodeRef::span);
            Err(PatchError::new(span, format!("unknown operation `{other}`"))
                .help("write `add`, `remove`, `replace`, `move`, `copy` or `test`"))
        }
    }
}

/// Applies the operations in order.
///
/// After an error the target is half patched and must not be used.
pub(crate) fn apply(target: &mut Value, operations: &[Operation]) -> Result<(), PatchError> {
    through_json(target)?;
    let mut growth = Growth::default();
    for operation in operations {
        let change = operation.action.as_ref().map_err(Clone::clone)?;
        run(target, change, operation.span, &mut growth)?;
    }
    Ok(())
}

fn run(
    target: &mut Value,
    change: &Change,
    span: Span,
    growth: &mut Growth,
) -> Result<(), PatchError> {
    match change {
        Change::Add(path, value) => add(target, path, patched(value), growth),
        Change::Remove(path) => take(target, path, span).map(drop),
        Change::Replace(path, value) if path.is_root() && value.as_map().is_some() => {
            replace(target, patched(value));
            Ok(())
        }
        Change::Replace(path, value) => {
            let mut place = path.find(target)?;
            if let Place::Element(items, index) = &mut place {
                let index = path.element(index, items.len())?;
                items[index] = continued(&items[index], patched(value));
                return Ok(());
            }
            add(target, path, patched(value), growth)
        }
        Change::Move { from, path } => {
            let value = take(target, from, span)?;
            let provenance = value.provenance.then(Action::Patched, span);
            add(target, path, Value { provenance, ..value }, growth)
        }
        Change::Copy { from, path } => {
            let provenance = Provenance::new(Action::Patched, span);
            let value = match from.get(target)? {
                Some(value) => {
                    let provenance = value.provenance.then(Action::Patched, span);
                    Value { kind: value.kind.clone(), provenance }
                }
                None => Value::scalar(Tag::Null, "null", provenance),
            };
            add(target, path, value, growth)
        }
        Change::Test(path, value) => {
            let found = if path.is_root() { Some(&*target) } else { path.get(target)? };
            // What is not there equals null.
            if found.map_or(value.is_null(), |found| found.same(value)) {
                return Ok(());
            }
            Err(PatchError::new(
                path.span,
                format!("the test of `{path}` fails: the value is not equal"),
            )
            .help("correct the value in the patch or in the object, or drop the operation"))
        }
    }
}

/// `new` with the history of `old` before its own.
fn continued(old: &Value, new: Value) -> Value {
    let provenance = old.provenance.then_all(&new.provenance);
    Value { kind: new.kind, provenance }
}

fn add(
    target: &mut Value,
    path: &Pointer,
    value: Value,
    growth: &mut Growth,
) -> Result<(), PatchError> {
    if !growth.allows(&value, path.depth()) {
        let message = "the patch makes the object too deep or too large";
        return Err(PatchError::new(path.span, message).help("patch with a smaller value"));
    }
    match path.find(target)? {
        Place::Key(map, key) => match map.get_mut(key) {
            Some(old) => *old = continued(old, value),
            None => {
                map.insert(Entry { key: key.into(), key_span: path.span, value });
            }
        },
        Place::Element(items, index) => {
            let index = path.insertion(index, items.len())?;
            items.insert(index, value);
        }
    }
    Ok(())
}

/// Takes a value out; what held it remembers who did.
fn take(target: &mut Value, path: &Pointer, span: Span) -> Result<Value, PatchError> {
    let taken = match path.find(target)? {
        Place::Key(map, key) => map.remove(key).ok_or_else(|| path.missing())?.value,
        Place::Element(items, index) => {
            let index = path.element(index, items.len())?;
            items.remove(index)
        }
    };
    let (holder, _) = path.holder(target)?;
    holder.provenance = holder.provenance.then(Action::Patched, span);
    Ok(taken)
}

/// Sends a value through JSON, where whole numbers become floats and lose what is past 2^53.
///
/// Touches only what changes.
fn through_json(value: &mut Value) -> Result<(), PatchError> {
    if !changes(value) {
        return Ok(());
    }
    match &mut value.kind {
        Kind::Scalar(text) => {
            let span = value.provenance.last().span;
            *text = scalar_through_json(text).map_err(|message| {
                PatchError::new(span, message)
                    .help("write the number so that a double can hold it, or put it in quotes")
            })?;
            Ok(())
        }
        Kind::List(_) => value.as_list_mut().into_iter().flatten().try_for_each(through_json),
        Kind::Map(_) => match value.as_map_mut() {
            Some(map) => map.values_mut().try_for_each(|(_, value)| through_json(value)),
            None => Ok(()),
        },
    }
}

fn changes(value: &Value) -> bool {
    match &value.kind {
        Kind::Scalar(text) if text.tag == Tag::Str => false,
        Kind::Scalar(text) => scalar_through_json(text).as_ref() != Ok(text),
        Kind::List(items) => items.iter().any(changes),
        Kind::Map(map) => map.iter().any(|entry| changes(&entry.value)),
    }
}

fn scalar_through_json(text: &Scalar) -> Result<Scalar, String> {
    let text = json::through(text)?.into_owned();
    if text.tag != Tag::Int && text.tag != Tag::Float {
        return Ok(text);
    }
    let exact = scalar::int_value(&text.text).is_some_and(|value| value.unsigned_abs() <= 1 << 53);
    match scalar::float_value(&text.text) {
        Some(value) if !exact => Ok(Scalar { text: json::float(value).into(), ..text }),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests;
