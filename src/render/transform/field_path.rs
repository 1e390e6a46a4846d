//! Walks the path of a field spec: through maps by key, through lists element by element.

use crate::kube::field_specs::{FieldSpec, Step};
use crate::kube::{Action, Entry, Map, Value};
use crate::render::RenderError;
use crate::render::edit;
use crate::text::Span;

/// What comes into being at the end of a path that does not exist yet, and who wants it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Creation {
    /// Makes the value at the end of the path.
    pub(crate) leaf: fn(Action, Span) -> Value,
    /// What is being done.
    pub(crate) action: Action,
    /// The bytes that ask for it.
    pub(crate) span: Span,
}

/// Calls `set` for every value that the field spec reaches.
///
/// Without `creation`, or where the spec does not allow it, nothing is created.
pub(crate) fn visit(
    body: &mut Value,
    spec: &FieldSpec,
    creation: Option<Creation>,
    set: &mut dyn FnMut(&mut Value) -> Result<(), RenderError>,
) -> Result<(), RenderError> {
    let creation = creation.filter(|_| spec.create);
    if !reaches(body, &spec.steps, creation.is_some()) {
        return Ok(());
    }
    walk(body, spec, &spec.steps, creation, set)
}

/// Whether a walk would call its function; keeps shared values from being copied for nothing.
fn reaches(value: &Value, steps: &[Step], creates: bool) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    if let Some(items) = value.as_list() {
        return items.iter().any(|item| reaches(item, steps, creates));
    }
    let Some(map) = value.as_map() else { return !value.is_null() };
    match map.get(&step.key) {
        Some(next) if next.is_null() => creates || step.list || rest.is_empty(),
        Some(next) => reaches(next, rest, creates),
        None => creates && !step.list,
    }
}

/// Whether `test` holds for a value that the steps reach.
pub(crate) fn any(value: &Value, steps: &[Step], test: &mut dyn FnMut(&Value) -> bool) -> bool {
    let Some((step, rest)) = steps.split_first() else { return test(value) };
    match value.as_list() {
        Some(items) => items.iter().any(|item| any(item, steps, test)),
        None => match value.as_map() {
            Some(map) => map.get(&step.key).is_some_and(|next| any(next, rest, test)),
            // Let the walk itself complain.
            None => !value.is_null(),
        },
    }
}

/// Whether an entry is an empty map that the build has put there.
fn nobody_wrote(entry: &Entry) -> bool {
    entry.value.as_map().is_some_and(Map::is_empty) && entry.key_span == entry.value.span()
}

fn walk(
    value: &mut Value,
    spec: &FieldSpec,
    steps: &[Step],
    creation: Option<Creation>,
    set: &mut dyn FnMut(&mut Value) -> Result<(), RenderError>,
) -> Result<(), RenderError> {
    let Some((step, rest)) = steps.split_first() else { return set(value) };
    if let Some(items) = value.as_list_mut() {
        return items
            .iter_mut()
            .filter(|item| reaches(item, steps, creation.is_some()))
            .try_for_each(|item| walk(item, spec, steps, creation, set));
    }
    let span = value.span();
    let Some(map) = value.as_map_mut() else {
        let message = format!("`{}` is neither a map nor a list on the way to", step.key);
        return Err(RenderError::new(span, format!("{message} the field `{}`", spec.path))
            .help("correct the object or the path of the field"));
    };
    if step.key.is_empty() {
        let message = format!("the field path `{}` has an empty step", spec.path);
        return Err(RenderError::new(creation.map_or(span, |creation| creation.span), message)
            .help("drop the `/` that has nothing before or after it"));
    }
    let creation_here = creation.filter(|_| !step.list);
    if creation_here.is_some() && map.entry(&step.key).is_some_and(nobody_wrote) {
        // Whoever fills it first is who made it.
        map.remove(&step.key);
    }
    if map.get(&step.key).is_none_or(Value::is_null)
        && let Some(Creation { leaf, action, span }) = creation_here
    {
        let made = if rest.is_empty() { leaf(action, span) } else { edit::empty_map(action, span) };
        match map.get_mut(&step.key) {
            Some(null) => *null = made,
            None => drop(edit::entry_or(map, &step.key, span, || made)),
        }
    }
    match map.get_mut(&step.key) {
        Some(next) if next.is_null() && step.list => {
            // What the path takes for a list becomes one.
            *next = Value::list(Vec::new(), next.provenance.clone());
            Ok(())
        }
        Some(next) if next.is_null() && !rest.is_empty() => Ok(()),
        Some(next) => walk(next, spec, rest, creation, set),
        None => Ok(()),
    }
}
