//! Files of two environments that declare the same objects: copies instead of a base.

use crate::kube::{Action, Kind, Resource, Value};
use crate::render::Rendered;
use crate::text::Span;

/// An object that each side declares in a file of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Copied {
    /// Index of the overlay among the evaluated ones.
    pub here_overlay: usize,
    /// Index of the overlay that it is compared with.
    pub there_overlay: usize,
    /// Where the environment declares it.
    pub here: Span,
    /// Where its reference declares it.
    pub there: Span,
    /// How many values the object has.
    pub leaves: usize,
    /// How many of them differ, the environments' own names aside.
    pub differing: usize,
}

/// Groups of objects that say what a cluster deploys: every cluster declares its own.
const DELIVERY: &[&str] =
    &["argoproj.io", "kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io"];

/// Where two aligned objects are declared, if each is in a file that the other side does not read.
pub(crate) fn places(
    here: (&Resource, &Rendered),
    there: (&Resource, &Rendered),
) -> Option<(Span, Span)> {
    let (mine, theirs) = (here.0.origin, there.0.origin);
    let delivery = DELIVERY.contains(&&*here.0.id.gvk.group);
    let generated = &*here.0.id.gvk.kind == "CustomResourceDefinition" || delivery;
    // Documents are written for their environment.
    let generated = generated || here.0.id.gvk.is_document();
    let declared =
        |resource: &Resource| resource.body.provenance.first().action == Action::Declared;
    let apart = !here.1.inputs.contains(&theirs.file) && !there.1.inputs.contains(&mine.file);
    (apart && !generated && declared(here.0) && declared(there.0)).then_some((mine, theirs))
}

/// How many scalars a value holds.
pub(crate) fn leaves(value: &Value) -> usize {
    match &value.kind {
        Kind::Scalar(_) => 1,
        Kind::List(items) => items.iter().map(leaves).sum(),
        Kind::Map(map) => map.iter().map(|entry| leaves(&entry.value)).sum(),
    }
}
