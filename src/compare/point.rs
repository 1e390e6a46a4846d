//! Narrower places for what one side lacks: what a reader has to look at.

use std::sync::Arc;

use crate::compare::diff::{Change, RawDifference, Side};
use crate::compare::switches;
use crate::kube::{Gvk, PathStep};
use crate::render::Rendered;

/// Of a value that one side lacks because it deletes the default of its chart, the null that does,
/// if the other side does not read it.
pub(super) fn point_at_null(
    difference: &mut RawDifference,
    (mine, theirs): (&Rendered, &Rendered),
) {
    let (side, own, other) = match difference.change {
        Change::OnlyThere => (&mut difference.here, mine, theirs),
        Change::OnlyHere => (&mut difference.there, theirs, mine),
        Change::Changed => return,
    };
    let steps = difference.path.steps();
    let leads = |path: &[Arc<str>]| {
        path.len() <= steps.len()
            && path
                .iter()
                .zip(steps)
                .all(|(key, step)| matches!(step, PathStep::Key(k) if k == key))
    };
    let mut nulls = own.deleted.iter().filter(|deleted| !other.inputs.contains(&deleted.span.file));
    if let Some(null) = nulls.rfind(|deleted| leads(&deleted.path)) {
        *side = Side { value: None, span: null.span, key: Some(null.span) };
    }
}

/// Of a map that only one side has and that holds nothing but a switch, the switch.
pub(super) fn point_at_switch(difference: &mut RawDifference, gvk: &Gvk) {
    let RawDifference { path, here, there, .. } = difference;
    let hit = switches::differing(gvk, path.steps(), here.value.as_ref(), there.value.as_ref());
    let side = if here.value.is_some() { here } else { there };
    let (Some(hit), Some(value)) = (hit, side.value.clone()) else { return };
    for key in hit.rest(&value) {
        let Some(entry) = side.value.as_ref().and_then(|v| v.as_map()?.entry(key)).cloned() else {
            return;
        };
        path.0.push(PathStep::Key(entry.key));
        *side =
            Side { span: entry.value.span(), key: Some(entry.key_span), value: Some(entry.value) };
    }
}
