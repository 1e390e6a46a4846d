//! What a schema refuses and an API server never sees, or takes all the same.

use crate::kube::Value;
/// Whether something takes the place of a part of a text before it is applied.
pub(super) use crate::render::helm::may_be_filled_in as is_filled_in;
use crate::schema::{Fault, Problem};

/// Whether nobody has to change anything. A `sealed` object is encrypted with SOPS: what decrypts
/// it takes its own field away.
pub(super) fn is_harmless(problem: &Problem<'_>, sealed: bool) -> bool {
    let text = problem.value.text().unwrap_or("");
    match &problem.fault {
        Fault::Unknown { field, .. } => {
            is_filled_in(field) || sealed && field == "sops" && problem.path.steps().is_empty()
        }
        // A map whose keys are still to come.
        Fault::Missing { .. } => problem.value.as_map().is_some_and(|map| {
            map.iter().any(|entry| &*entry.key == "<<" || is_filled_in(&entry.key))
        }),
        // For the server a null is a field that is not there.
        Fault::Type { required: false, .. } if problem.value.is_null() => true,
        Fault::Type { .. }
        | Fault::Enum { .. }
        | Fault::Key { .. }
        | Fault::Dangling { .. }
        | Fault::Beside { .. }
        | Fault::Clash(_)
        | Fault::Other(_) => {
            is_filled_in(text)
                || sealed && text.starts_with("ENC[")
                || problem
                    .value
                    .as_list()
                    .is_some_and(|items| items.iter().filter_map(Value::text).any(is_filled_in))
        }
    }
}
