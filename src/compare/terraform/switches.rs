//! Switches of Terraform that protect.

use std::cmp::Ordering;

use crate::compare::classify::Class;
use crate::compare::diff::RawDifference;
use crate::compare::flags::switch;
use crate::compare::parameters::{Case, Judgement, allowed};
use crate::compare::protection::compared;
use crate::compare::terraform::{has, is_terraform, key, spaced, table, texts};
use crate::kube::{Gvk, Value};

/// A switch that protects may be on here and off in the reference, never the reverse.
pub(crate) fn protections(case: &Case<'_>) -> Judgement {
    let Some((_, _, last)) = texts(case) else { return Judgement::Free };
    let values = (case.difference.here.value.as_ref(), case.difference.there.value.as_ref());
    if let Some(judged) = switched(last, values) {
        return judged;
    }
    match compared(case.difference.path.steps(), values) {
        Some(Ordering::Less) => unprotected(),
        Some(_) => allowed(true),
        None => Judgement::Free,
    }
}

fn unprotected() -> Judgement {
    Judgement::Violated("must protect as well as in the reference".to_owned())
}

/// The class of a switch that protects and whose name tells nothing else.
pub(crate) fn of_switch(gvk: &Gvk, difference: &RawDifference) -> Option<Class> {
    let sides = [&difference.here.value, &difference.there.value];
    let switch = is_terraform(gvk) && sides.into_iter().flatten().all(is_switch);
    let (_, class) = switch.then(|| guard(key(difference.path.steps().last()?)?))??;
    (class != Class::Other).then_some(class)
}

/// The position in which a switch of this name protects, and its class.
fn guard(name: &str) -> Option<(bool, Class)> {
    let words = spaced(name);
    let mut rows = table::SWITCHES.iter();
    rows.find(|(pattern, ..)| has(&words, pattern)).map(|&(_, safe, class)| (safe, class))
}

/// Whether a value is a switch, perhaps one in quotes.
pub(super) fn is_switch(value: &Value) -> bool {
    value.as_bool().is_some() || value.text().is_some_and(|text| matches!(text, "true" | "false"))
}

/// The judgement of a switch that protects; nothing where it is none.
fn switched(name: &str, (here, there): (Option<&Value>, Option<&Value>)) -> Option<Judgement> {
    let on = |value: Option<&Value>| value.and_then(Value::text).and_then(switch);
    if ![here, there].into_iter().flatten().all(is_switch) {
        return None;
    }
    let (safe, _) = guard(name)?;
    match (on(here), on(there)) {
        (Some(here), _) if here == safe => Some(allowed(true)),
        (Some(_), Some(_)) => Some(unprotected()),
        _ => None,
    }
}
