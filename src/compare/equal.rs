//! Whether two values mean the same, the environments' names aside.

use std::sync::Arc;

use crate::compare::names::PairNames;
use crate::compare::scalar::{self, Verdict};
use crate::kube::{Kind, Value};

/// Whether nothing in the two values differs in a way that matters. Lists compare in order.
pub(crate) fn equal(here: &Value, there: &Value, names: &PairNames) -> bool {
    match (&here.kind, &there.kind) {
        (Kind::Map(a), Kind::Map(b)) => {
            Arc::ptr_eq(a, b)
                || a.len() == b.len()
                    && a.iter()
                        .zip(b.iter())
                        .all(|(a, b)| a.key == b.key && equal(&a.value, &b.value, names))
        }
        (Kind::List(a), Kind::List(b)) => {
            Arc::ptr_eq(a, b)
                || a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b, names))
        }
        (Kind::Scalar(_), Kind::Scalar(_)) => {
            scalar::compare(here, there, names) != Verdict::Differs
        }
        _ => is_empty(here) && is_empty(there),
    }
}

/// Null, an empty text, list or map: the same as nothing.
pub(crate) fn is_empty(value: &Value) -> bool {
    match &value.kind {
        Kind::Scalar(scalar) => value.is_null() || scalar.text.is_empty(),
        Kind::List(items) => items.is_empty(),
        Kind::Map(map) => map.is_empty(),
    }
}
