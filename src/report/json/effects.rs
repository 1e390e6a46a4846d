//! What a change does.

use crate::compare::{self, Effect, Move};
use crate::report::Change;
use crate::report::json::{finding, resource, v1};
use crate::source::Snapshot;

pub(super) fn change<'c>(snapshot: &Snapshot, change: &'c Change) -> v1::Change<'c> {
    let effects = change.effects.as_ref();
    v1::Change {
        base: &change.base,
        files: change.files,
        resolved: change.resolved.iter().map(|found| finding(snapshot, found)).collect(),
        known: change.known,
        effects: effects.map(|effects| effects.list.iter().map(effect).collect()),
        more_effects: effects.map_or(0, |effects| effects.more),
        unknown_effects: effects.map_or_else(Vec::new, |effects| reaches(&effects.unknown)),
        partial_effects: effects.map_or_else(Vec::new, |effects| reaches(&effects.partial)),
        together: effects.into_iter().flat_map(|effects| &effects.together).map(together).collect(),
    }
}

fn effect(effect: &Effect) -> v1::Effect<'_> {
    v1::Effect {
        routine: effect.routine,
        moves: effect.moves.iter().map(moved).collect(),
        overlays: reaches(&effect.reach),
    }
}

fn moved(moved: &Move) -> v1::Move<'_> {
    v1::Move {
        change: match moved.change {
            compare::Change::Changed => "changed",
            compare::Change::OnlyHere => "added",
            compare::Change::OnlyThere => "removed",
        },
        resources: moved.objects.iter().map(resource).collect(),
        more_resources: moved.more_objects,
        path: (!moved.path.steps().is_empty()).then(|| moved.path.to_string()),
        before: moved.before.as_deref(),
        after: moved.after.as_deref(),
        more: moved.more,
    }
}

fn reaches(reaches: &[compare::Reach]) -> Vec<v1::Reach<'_>> {
    reaches.iter().map(reach).collect()
}

fn reach(reach: &compare::Reach) -> v1::Reach<'_> {
    v1::Reach {
        unit: &reach.unit,
        environment: &reach.environment,
        variant: reach.variant.as_deref(),
    }
}

fn together(together: &compare::Together) -> v1::Together<'_> {
    v1::Together {
        environment: &together.environment,
        reference: &together.reference,
        units: &together.units,
    }
}
