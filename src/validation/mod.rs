//! What API servers would say to the objects of every overlay.
//!
//! Each object is held against the schema of its kind: of a `CustomResourceDefinition` of the
//! repository, of a directory that the user names, of the API of Kubernetes in the environment's
//! version, or of the built-in custom resources. What one cause breaks in many overlays is one
//! [`Refusal`]. A kind that nobody knows is told, never passed over.

mod catalog;
mod definitions;
mod directories;
mod harmless;
mod run;
mod semantics;

use std::collections::BTreeMap;

use crate::config::Config;
use crate::kube::{Gvk, Path, Resource, Version};
use crate::layout::Layout;
use crate::render::Evaluated;
use crate::schema::{Fault, Problem};
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{FileId, Span};

pub use catalog::Origin;

use catalog::{Catalog, Known};
use definitions::Definitions;

/// An object of an overlay.
#[derive(Debug, Clone, Copy)]
pub struct Use<'e> {
    /// The overlay, as an index of those that were evaluated.
    pub overlay: usize,
    /// The object.
    pub resource: &'e Resource,
}

/// Something that a schema refuses, and all objects in which the same bytes cause it.
#[derive(Debug)]
pub struct Refusal<'e> {
    /// What is wrong.
    pub problem: Problem<'e>,
    /// Where the schema comes from.
    pub origin: Origin,
    /// The objects, never empty.
    pub uses: Vec<Use<'e>>,
}

/// Why an API cannot be used, or not for long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The environment runs a version of Kubernetes that does not serve it.
    NotIn(Version),
    /// The repository's definition does not serve the version; the name of the version there.
    NotServed(Span),
    /// The repository's definition calls the version deprecated; the name of the version there.
    Deprecated(Span),
    /// The environment's version serves it, and a later one does not or warns of it.
    StillIn(Version),
    /// The environment's version is not known; the API has an end, or comes to one.
    Ends,
}

/// An API that is going or gone, with the objects that name it at the same place.
#[derive(Debug)]
pub struct OldApi<'e> {
    /// The kind.
    pub gvk: Gvk,
    /// The `apiVersion`, where it is set.
    pub span: Span,
    /// What is wrong with it.
    pub standing: Standing,
    /// The objects, never empty.
    pub uses: Vec<Use<'e>>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Validation<'e> {
    /// What schemas refuse, by place.
    pub refusals: Vec<Refusal<'e>>,
    /// APIs that are going or gone, by place.
    pub old: Vec<OldApi<'e>>,
    /// The kinds of which nobody has a schema, with their objects.
    pub unknown: BTreeMap<Gvk, Vec<Use<'e>>>,
    /// The kinds that the repository defines.
    pub defined: Vec<Gvk>,
}

/// Holds the objects of all overlays against the schemas of their kinds.
pub fn validate<'e>(
    snapshot: &Snapshot,
    store: &Store<'_>,
    files: &[FileId],
    config: &Config,
    layout: &Layout,
    evaluated: &'e [Evaluated<'e>],
) -> Validation<'e> {
    let definitions = Definitions::collect(store, files, evaluated);
    let catalog = Catalog::new(snapshot, config, layout, definitions);
    let mut refusals: BTreeMap<(Span, Path, Fault), Refusal<'e>> = BTreeMap::new();
    let mut old: BTreeMap<(Span, Gvk, Standing), Vec<Use<'e>>> = BTreeMap::new();
    let mut unknown: BTreeMap<Gvk, Vec<Use<'e>>> = BTreeMap::new();
    for judged in run::all(&catalog, evaluated) {
        let found = Use { overlay: judged.overlay, resource: judged.resource };
        let gvk = &found.resource.id.gvk;
        if let Some(standing) = standing(&catalog, &judged, evaluated) {
            let span = found.resource.body.get("apiVersion").map(crate::kube::Value::span);
            let key = (span.unwrap_or(found.resource.origin), gvk.clone(), standing);
            old.entry(key).or_default().push(found);
        }
        if judged.known == Known::Nobody {
            unknown.entry(gvk.clone()).or_default().push(found);
        }
        let Some(origin) = judged.origin else { continue };
        for problem in judged.problems {
            let key = (problem.span, problem.path.clone(), problem.fault.clone());
            let origin = origin.clone();
            let refusal = refusals.entry(key).or_insert_with(|| Refusal {
                problem,
                origin,
                uses: Vec::new(),
            });
            refusal.uses.push(found);
        }
    }
    let old = old.into_iter();
    Validation {
        refusals: refusals.into_values().collect(),
        old: old
            .map(|((span, gvk, standing), uses)| OldApi { gvk, span, standing, uses })
            .collect(),
        unknown,
        defined: catalog.definitions.kinds().cloned().collect(),
    }
}

/// Whether the API of an object is going or gone.
fn standing(
    catalog: &Catalog<'_>,
    judged: &run::Judged<'_>,
    evaluated: &[Evaluated<'_>],
) -> Option<Standing> {
    let environment = evaluated.get(judged.overlay)?.overlay.environment;
    let span = |at: usize| catalog.definitions.get(at).map(|found| found.span);
    match &judged.known {
        Known::NotServed(at) => Some(Standing::NotServed(span(*at)?)),
        Known::Gone(_) => {
            Some(catalog.version(environment).map_or(Standing::Ends, Standing::NotIn))
        }
        Known::As(origins) => match origins.first()? {
            Origin::Definition(at) => {
                let definition = catalog.definitions.get(*at)?;
                definition.deprecated.then_some(Standing::Deprecated(definition.span))
            }
            Origin::Kubernetes(_) => {
                let Gvk { group, version, kind } = &judged.resource.id.gvk;
                let end = crate::schema::pack::lifecycle(group, version, kind)?;
                let runs = catalog.version(environment);
                let begun = |since: Version| runs.is_none_or(|runs| since <= runs);
                let ends = end.deprecated.is_some_and(begun) || end.removed.is_some();
                ends.then_some(runs.map_or(Standing::Ends, Standing::StillIn))
            }
            Origin::File(_) => None,
        },
        Known::Nobody => None,
    }
}
