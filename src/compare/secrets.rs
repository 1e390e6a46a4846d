//! What a difference in a secret tells: only the keys must agree, never the values.

use crate::compare::diff::{Change, RawDifference, Side};
use crate::compare::difference::Difference;
use crate::compare::lines::value_of;
use crate::kube::{PathStep, Value};

/// Lines that name an entry of the objects of a `SecretProviderClass`; the others describe it.
const NAMES: &[&str] = &["objectName", "resourceName"];

/// Whether the difference is one of keys.
pub(crate) fn tells(difference: &RawDifference) -> bool {
    let path = difference.path.steps();
    if difference.change == Change::Changed {
        return is_template(path)
            && [&difference.here, &difference.there].into_iter().all(is_plain);
    }
    !is_line_of_objects(path)
        || matches!(path.last(), Some(PathStep::Key(line)) if NAMES.contains(&&**line))
}

/// Whether a path leads into the template of an `ExternalSecret` or `SealedSecret`.
fn is_template(path: &[PathStep]) -> bool {
    matches!(path, [PathStep::Key(spec), .., PathStep::Key(template), PathStep::Key(data), PathStep::Key(_)]
        if &**spec == "spec" && &**template == "template" && matches!(&**data, "data" | "stringData"))
}

/// Whether a side has a value that nothing secret is filled into.
fn is_plain(side: &Side) -> bool {
    let text = side.value.as_ref().and_then(Value::text);
    text.is_some_and(|text| !text.contains("{{") && !text.contains('\n'))
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
