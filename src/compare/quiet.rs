//! Differences that deserve a note at most, because somebody may have wanted them or because little
//! depends on them.

use std::collections::BTreeSet;

use crate::compare::diff::{Change, Side};
use crate::compare::difference::{Difference, Topic};
use crate::compare::terraform::is_terraform;
use crate::compare::values::is_of_document;
use crate::kube::{Form, ResourceId, Step};
use crate::layout::OverlayKind;
use crate::render::Evaluated;
use crate::text::FileId;

/// The share of blocks that two root modules must have in common to be meant alike.
const ALIKE: (usize, usize) = (7, 10);

/// Whether a difference deserves a note at most.
pub(super) fn is_quiet(difference: &Difference, evaluated: &[Evaluated<'_>]) -> bool {
    difference.weak
        || difference.siblings
        || is_chosen(difference, evaluated)
        || is_open(difference)
        || is_apart(difference, evaluated)
        || is_one_of_many(difference)
}

/// Whether a document lists one more of what it counts: `hosts.ppc-3`. How many there are, and which, is
/// each environment's own.
fn is_one_of_many(difference: &Difference) -> bool {
    let side = match difference.change {
        Change::Changed => return false,
        Change::OnlyHere => &difference.here,
        Change::OnlyThere => &difference.there,
    };
    let key = difference.path.last_key().unwrap_or_default();
    difference.topic == Topic::Other
        && is_of_document(&difference.resource.gvk, difference.path.steps())
        && key.ends_with(|last: char| last.is_ascii_digit())
        && side.value.as_ref().is_some_and(|value| value.as_map().is_some())
}

/// Whether somebody may have wanted what no rule knows the meaning of, because values files are there
/// to differ: each environment says it in a file of its own, or it is on its way from the reference.
fn is_chosen(difference: &Difference, evaluated: &[Evaluated<'_>]) -> bool {
    let reads = |overlay: usize, side: &Side| {
        let rendered = evaluated[overlay].output();
        rendered.is_some_and(|rendered| rendered.inputs.contains(&side.span.file))
    };
    let gvk = &difference.resource.gvk;
    if !is_of_document(gvk, difference.path.steps()) && difference.traced.is_none() {
        return false;
    }
    // What was rendered from values is what their file says.
    let own = difference.traced.map_or(difference.here_overlay, |traced| traced.overlays.0);
    if is_terraform(gvk) {
        // A variable has a default so that some environment may say something else.
        let variable = &*gvk.kind == Form::Variables.kind();
        let apart = || {
            !reads(difference.there_overlay, &difference.here)
                && !reads(difference.here_overlay, &difference.there)
        };
        let topic = difference.topic == Topic::Other
            || variable && matches!(difference.topic, Topic::Exposure | Topic::FeatureFlag);
        let changed = difference.change == Change::Changed && (variable || apart());
        return difference.violated.is_none() && topic && (changed || is_instance(difference));
    }
    difference.topic == Topic::Other
        && match difference.change {
            Change::Changed => {
                !reads(own, &difference.there)
                    || is_filled_in(difference)
                    || is_of_environments(difference, evaluated)
            }
            Change::OnlyThere => difference.here.key.is_none(),
            Change::OnlyHere => false,
        }
}

/// Whether a helmfile says it for each environment, in one file for all.
fn is_of_environments(difference: &Difference, evaluated: &[Evaluated<'_>]) -> bool {
    let (here, there) = (difference.here.span, difference.there.span);
    let overlay = evaluated[difference.here_overlay].overlay;
    overlay.kind == OverlayKind::Helmfile && here.file == there.file && here != there
}

/// Whether one template is filled in with a value for each environment.
fn is_filled_in(difference: &Difference) -> bool {
    let steps = |side: &Side| -> Vec<Step> {
        let value = side.value.as_ref();
        value.map(|value| value.provenance.steps().to_vec()).unwrap_or_default()
    };
    let (here, there) = (steps(&difference.here), steps(&difference.there));
    let both = here.iter().filter(|step| there.contains(step));
    let own = |mine: &[Step], theirs: &[Step], file: FileId| {
        mine.iter().any(|step| step.span.file == file && !theirs.contains(step))
    };
    both.into_iter()
        .any(|step| own(&here, &there, step.span.file) && own(&there, &here, step.span.file))
}

/// Whether one side is a variable of Terraform: what it is there, nobody has worked out.
fn is_open(difference: &Difference) -> bool {
    let sides = [&difference.here, &difference.there].into_iter();
    let mut texts = sides.filter_map(|side| side.value.as_ref()?.text());
    difference.resource.gvk.is_block() && texts.any(|text| text.starts_with("${"))
}

/// Whether a block stands in one of two root modules that have little in common.
fn is_apart(difference: &Difference, evaluated: &[Evaluated<'_>]) -> bool {
    if !difference.resource.gvk.is_block() || !difference.path.steps().is_empty() {
        return false;
    }
    let blocks = |overlay: usize| -> BTreeSet<&ResourceId> {
        let rendered = evaluated[overlay].output();
        let ids = rendered.into_iter().flat_map(|rendered| &rendered.resources).map(|it| &it.id);
        ids.filter(|id| id.gvk.is_block()).collect()
    };
    let (here, there) = (blocks(difference.here_overlay), blocks(difference.there_overlay));
    let shared = here.intersection(&there).count();
    shared * ALIKE.1 < here.union(&there).count() * ALIKE.0
}

/// Whether one side has one more of what a map of a document lists, such as a database, or switches off
/// what the other does not speak of.
fn is_instance(difference: &Difference) -> bool {
    if difference.change == Change::Changed || difference.path.steps().len() < 2 {
        return false;
    }
    let here = difference.change == Change::OnlyHere;
    let side = if here { &difference.here } else { &difference.there };
    let Some(value) = &side.value else { return false };
    value.as_map().is_some() || value.as_bool() == Some(false)
}
