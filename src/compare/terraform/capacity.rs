//! Sizes of Terraform: which may grow towards production, and which are switches.

use std::cmp::Ordering;

use crate::compare::amounts::amounts;
use crate::compare::flags::switch;
use crate::compare::machines;
use crate::compare::parameters::{Case, Judgement, allowed};
use crate::compare::scalar::has_placeholder;
use crate::compare::terraform::{has, spaced, table};
use crate::kube::quantity::quantity;
use crate::kube::{PathStep, Value};

fn below() -> Judgement {
    Judgement::Violated("must not be below the reference".to_owned())
}

/// Whether a path is that of how many of a block there are.
pub(super) fn is_count(case: &Case<'_>) -> bool {
    let path = case.difference.path.steps();
    case.gvk.is_block() && matches!(path, [PathStep::Key(key)] if &**key == "count")
}

/// How many of a block there are: one, where nothing says it.
pub(super) fn counted(here: Option<&Value>, there: Option<&Value>) -> Judgement {
    let count = |value: Option<&Value>| match value {
        Some(value) => value.text().and_then(quantity),
        None => Some(1.0),
    };
    match (count(here), count(there)) {
        (Some(here), Some(there)) if here < there => below(),
        (Some(_), Some(_)) => allowed(true),
        _ => Judgement::Free,
    }
}

/// A size that the reference leaves to others: none of them means nothing at all.
pub(super) fn given(name: &str, here: Option<&Value>) -> Judgement {
    let none = here.and_then(Value::text).and_then(quantity) == Some(0.0);
    let words = spaced(name);
    let counts = none && table::COUNTS.iter().any(|pattern| has(&words, pattern));
    allowed(!counts && here.and_then(Value::as_bool) != Some(false))
}

/// Sizes may grow towards production, never shrink; a type of machine of another family is another
/// choice as long as it is not far smaller. What has no order does not grow.
pub(super) fn capacity(
    (here, there): (Option<&Value>, Option<&Value>),
    (mine, theirs): (&str, &str),
) -> Judgement {
    // What has to be worked out may be as much.
    if has_placeholder(mine) || has_placeholder(theirs) {
        return allowed(true);
    }
    let order = match amounts(here, there) {
        Some((here, there)) => here.partial_cmp(&there),
        None => machines::order(mine, theirs),
    };
    match (order, switch(mine).zip(switch(theirs))) {
        (Some(Ordering::Less), _) => below(),
        (Some(_), _) | (None, Some((true, false))) => allowed(true),
        (None, _) => Judgement::Free,
    }
}
