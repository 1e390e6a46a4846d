//! What API servers would say to the objects of every overlay.
//!
//! Each object is held against the schema of its kind: of a `CustomResourceDefinition` of the
//! repository, of a directory that the user names, of the API of Kubernetes in the environment's
//! version, or of the built-in custom resources. What one cause breaks in many overlays is one
//! [`Refusal`]. A kind that nobody knows is told, never passed over.

mod catalog;
mod consequence;
mod definitions;
mod directories;
mod harmless;
mod loose;
mod run;
mod semantics;
pub mod values;

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::config::Config;
use crate::finding::NotAnalysed;
use crate::kube::{Gvk, Path, Resource, Version};
use crate::layout::Layout;
use crate::render::{Evaluated, Rendered};
use crate::schema::{Fault, Problem};
use crate::source::Snapshot;
use crate::syntax::Store;
use crate::text::{FileId, RepoPath, Span};

pub use catalog::Origin;
pub use loose::Loose;

use catalog::{Catalog, Known};
use definitions::Definitions;

/// An object of an overlay.
#[derive(Debug, Clone, Copy)]
pub struct Use<'e> {
    /// The overlay, as an index of those that were evaluated; none for what stands by itself.
    pub overlay: Option<usize>,
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
    /// The schemas of the repository that cannot be used, and why not.
    pub unusable: Vec<(Span, String)>,
}

impl Validation<'_> {
    /// The kinds that nobody could validate, each with its first object, and schemas that cannot be
    /// used.
    pub fn not_analysed(&self, snapshot: &Snapshot) -> impl Iterator<Item = NotAnalysed> {
        let unusable = self.unusable.iter().map(|(span, why)| NotAnalysed {
            path: snapshot.path(span.file).clone(),
            span: Some(*span),
            what: "schema",
            detail: why.clone(),
        });
        let unknown = self.unknown.iter().filter_map(|(gvk, uses)| {
            let first = uses.iter().map(|found| found.resource.origin).min()?;
            let objects = match uses.len() {
                1 => "1 object".to_owned(),
                count => format!("{count} objects"),
            };
            Some(NotAnalysed {
                path: snapshot.path(first.file).clone(),
                span: Some(first),
                what: "kind without a schema",
                detail: format!("{} ({}): {objects}", gvk.kind, gvk.api_version()),
            })
        });
        unknown.chain(unusable)
    }
}

/// What is to be validated.
#[derive(Debug, Clone, Copy)]
pub struct Job<'e> {
    /// The parsed files.
    pub store: &'e Store<'e>,
    /// The configuration.
    pub config: &'e Config,
    /// The units and environments.
    pub layout: &'e Layout,
    /// The YAML files that are looked at.
    pub files: &'e [FileId],
    /// Whether those are all files of the repository.
    pub whole: bool,
    /// The overlays.
    pub evaluated: &'e [Evaluated<'e>],
    /// What is part of no unit.
    pub loose: &'e Loose,
}

/// Holds the objects of all overlays against the schemas of their kinds.
pub fn validate(job: Job<'_>) -> Validation<'_> {
    let Job { store, config, layout, evaluated, loose, .. } = job;
    let definitions = Definitions::collect(store, &defining_files(job), evaluated);
    let catalog = Catalog::new(store.snapshot(), config, layout, definitions);
    let mut refusals: BTreeMap<(Span, Path, Fault), Refusal<'_>> = BTreeMap::new();
    let mut old: BTreeMap<(Span, Gvk, Standing), Vec<Use<'_>>> = BTreeMap::new();
    let mut unknown: BTreeMap<Gvk, Vec<Use<'_>>> = BTreeMap::new();
    for judged in run::all(&catalog, evaluated, loose) {
        let found = Use { overlay: judged.overlay, resource: judged.resource };
        let gvk = &found.resource.id.gvk;
        if let Some(standing) = standing(&catalog, &judged, evaluated) {
            let span = found.resource.body.get("apiVersion").map(crate::kube::Value::span);
            let key = (span.unwrap_or(found.resource.origin), gvk.clone(), standing);
            old.entry(key).or_default().push(found);
        }
        // What stands by itself need not be meant for a cluster.
        let strange = judged.known == Known::Nobody
            && !found.resource.id.name.is_empty()
            && (found.overlay.is_some() || Catalog::is_of_kubernetes(gvk));
        if strange {
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
        unusable: catalog.unusable(),
        defined: catalog.definitions.kinds().cloned().collect(),
    }
}

/// Whether a text may hold the definition of a kind.
pub fn may_define(text: &str) -> bool {
    text.contains(definitions::KIND)
}

/// The files in which definitions of kinds are searched. Where only a part of the repository is
/// looked at, its custom resources may be defined anywhere else.
fn defining_files(job: Job<'_>) -> Vec<FileId> {
    let overlays = job.evaluated.iter().filter_map(Evaluated::output).chain(job.loose.rendered());
    let mut resources = overlays.flat_map(Rendered::objects);
    if job.whole || resources.all(|found| Catalog::is_of_kubernetes(&found.id.gvk)) {
        return job.files.to_vec();
    }
    let snapshot = job.store.snapshot();
    let all: Vec<_> = snapshot.files().filter(|(_, path)| path.is_yaml()).collect();
    let defines = |&(file, _): &(FileId, &RepoPath)| {
        snapshot.file(file).is_ok_and(|source| may_define(&source.text))
    };
    all.into_par_iter().filter(defines).map(|(file, _)| file).collect()
}

/// Whether the API of an object is going or gone.
fn standing(
    catalog: &Catalog<'_>,
    judged: &run::Judged<'_>,
    evaluated: &[Evaluated<'_>],
) -> Option<Standing> {
    let overlay = judged.overlay.and_then(|at| evaluated.get(at));
    let environment = overlay.map(|found| found.overlay.environment);
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
            Origin::File(_) | Origin::Custom(_) => None,
        },
        Known::Nobody => None,
    }
}
