//! Values that name another environment than those that are compared: what a reference shares with a third
//! one, its environment may share too.

use crate::compare::find::find;
use crate::compare::foreign::Foreign;
use crate::compare::names::PairNames;
use crate::kube::Resource;
use crate::source::Snapshot;

/// What the environment has as its reference has it, of what the reference shares with a third one.
///
/// `found` is what bears the name of another environment in overlay `there`; `objects` are those of both
/// sides.
pub(crate) fn inherited(
    snapshot: &Snapshot,
    (here, there): (usize, usize),
    (mine, theirs): (&[Resource], &[Resource]),
    names: &PairNames,
    found: &[Foreign],
) -> Vec<Foreign> {
    let of_reference = found.iter().filter(|foreign| foreign.overlay == there && foreign.own);
    let also = of_reference.filter_map(|foreign| {
        let (kind, name) = (&foreign.resource.gvk, names.there.normal(&foreign.resource.name));
        let answers = |object: &&Resource| {
            object.id.gvk == *kind && names.here.normal(&object.id.name) == name
        };
        let object = mine.iter().find(answers)?;
        let other = theirs.iter().find(|object| object.id == foreign.resource)?;
        let steps = foreign.path.steps();
        let (value, theirs) =
            (find(&object.body, steps, &names.here)?, find(&other.body, steps, &names.there)?);
        let text = value.text()?;
        let same = theirs.text() == Some(text) && !names.here.names_environment(text);
        let span = value.provenance.telling(snapshot, text).span;
        let own = span.file != foreign.owner.file && span.file != foreign.span.file;
        (same && own).then(|| Foreign {
            overlay: here,
            resource: object.id.clone(),
            span,
            peers: 0,
            ..foreign.clone()
        })
    });
    also.collect()
}
