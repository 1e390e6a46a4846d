//! What a difference in a secret tells: only the keys must agree, never the values.

use crate::compare::diff::{Change, RawDifference};
use crate::compare::difference::Difference;
use crate::compare::lines::value_of;
use crate::kube::{PathStep, Value};

/// Lines that name an entry of the objects of a `SecretProviderClass`; the others describe it.
const NAMES: &[&str] = &["objectName", "resourceName"];

/// Whether the difference is one of keys.
pub(crate) fn tells(difference: &RawDifference) -> bool {
    if difference.change == Change::Changed {
        return false;
    }
    let path = difference.path.steps();
    !is_line_of_objects(path)
        || matches!(path.last(), Some(PathStep::Key(line)) if NAMES.contains(&&**line))
}

/// Whether a path leads to a line of the objects of a `SecretProviderClass`.
fn is_line_of_objects(path: &[PathStep]) -> bool {
    matches!(path, [objects @ .., PathStep::Key(_)] if are_objects(objects))
}

/// Whether a path leads to the objects of a `SecretProviderClass`: their lines name the keys.
pub(crate) fn are_objects(path: &[PathStep]) -> bool {
    matches!(path, [.., PathStep::Key(parent), PathStep::Key(list)]
        if &**parent == "parameters" && &**list == "objects")
}

/// The name of the key that one side lacks; of an entry of a `SecretProviderClass`, of the object.
pub fn key_of(difference: &Difference) -> &str {
    let path = &difference.path;
    let key = path.last_name().or_else(|| path.last_key()).unwrap_or("?");
    let value = difference.here.value.as_ref().or(difference.there.value.as_ref());
    match value.and_then(Value::text) {
        Some(line) if is_line_of_objects(path.steps()) => value_of(line).1,
        _ => key,
    }
}
