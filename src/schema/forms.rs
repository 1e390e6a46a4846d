//! Which of several forms of a value was meant.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::Location;
use serde_json::Value as Json;

use crate::kube::{Kind, Value};
use crate::schema::words::written;

/// Deepest nesting of alternatives in alternatives.
const NESTING: usize = 8;

/// Whether an error says that a form is for values of another type than the one at `here`.
pub(super) fn is_for_another_type(
    error: &ValidationError<'_>,
    here: &Location,
    value: &Value,
) -> bool {
    is_foreign(error, here, value, 0)
}

fn is_foreign(error: &ValidationError<'_>, here: &Location, value: &Value, depth: usize) -> bool {
    if error.instance_path() != here || depth > NESTING {
        return false;
    }
    match error.kind() {
        ValidationErrorKind::Type { .. } => true,
        ValidationErrorKind::Constant { expected_value } => !is_alike(expected_value, value),
        ValidationErrorKind::Enum { options } => {
            let mut options = options.as_array().into_iter().flatten();
            !options.any(|option| is_alike(option, value))
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            let mut forms = context.iter();
            forms.all(|form| form.iter().any(|error| is_foreign(error, here, value, depth + 1)))
        }
        _ => false,
    }
}

/// Whether both are lists, maps, or scalars.
fn is_alike(expected: &Json, value: &Value) -> bool {
    match &value.kind {
        Kind::Map(_) => expected.is_object(),
        Kind::List(_) => expected.is_array(),
        Kind::Scalar(_) => !expected.is_object() && !expected.is_array(),
    }
}

/// The values that the forms ask for, if each asks for nothing but certain values.
pub(super) fn merged_values(
    context: &[Vec<ValidationError<'static>>],
    here: &Location,
) -> Option<Vec<String>> {
    let mut allowed = Vec::new();
    for form in context {
        let [error] = form.as_slice() else { return None };
        match error.kind() {
            _ if error.instance_path() != here => return None,
            ValidationErrorKind::Constant { expected_value } => {
                allowed.push(written(expected_value));
            }
            ValidationErrorKind::Enum { options } => {
                allowed.extend(options.as_array().into_iter().flatten().map(written));
            }
            _ => return None,
        }
    }
    allowed.dedup();
    Some(allowed)
}
