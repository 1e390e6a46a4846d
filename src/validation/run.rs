//! Every object held against the schema of its kind, what objects share only once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::kube::{Entry, Gvk, Kind, Resource};
use crate::render::{Evaluated, Rendered};
use crate::schema::{Fault, KindSchema, Problem};
use crate::validation::catalog::{Catalog, Known, Origin, lock};
use crate::validation::consequence::drop_consequences;
use crate::validation::harmless::is_harmless;
use crate::validation::loose::Loose;
use crate::validation::semantics;

/// What became of one object.
#[derive(Debug)]
pub(super) struct Judged<'e> {
    /// Index of the overlay among those that were evaluated; none for what stands by itself.
    pub(super) overlay: Option<usize>,
    pub(super) resource: &'e Resource,
    pub(super) known: Known,
    /// Where the schema that speaks comes from.
    pub(super) origin: Option<Origin>,
    pub(super) problems: Vec<Problem<'e>>,
}

/// Who judges a field.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Judge {
    /// A schema.
    Schema(Origin),
    /// The API server, whatever the schema of the kind says.
    Server(Gvk),
    /// The API server, for any custom resource.
    Custom,
}

/// The map or list in memory that stands in a field, who judges it, and the field.
type Shared = (usize, Judge, Arc<str>);

/// What was found in values that several objects share: copies of a base share its maps and lists
/// in memory until somebody changes them.
#[derive(Default)]
struct Memo<'e>(Mutex<BTreeMap<Shared, Arc<[Problem<'e>]>>>);

impl<'e> Memo<'e> {
    fn field(
        &self,
        judge: Judge,
        entry: &'e Entry,
        check: impl FnOnce() -> Vec<Problem<'e>>,
    ) -> Arc<[Problem<'e>]> {
        let address = match &entry.value.kind {
            Kind::Scalar(_) => return check().into(),
            Kind::Map(map) => Arc::as_ptr(map) as usize,
            Kind::List(items) => Arc::as_ptr(items) as usize,
        };
        let shared = (address, judge, Arc::clone(&entry.key));
        if let Some(known) = lock(&self.0).get(&shared) {
            return Arc::clone(known);
        }
        let problems: Arc<[_]> = check().into();
        lock(&self.0).insert(shared, Arc::clone(&problems));
        problems
    }
}

/// Objects that are applied together.
struct Scene<'e> {
    overlay: Option<usize>,
    environment: Option<usize>,
    rendered: &'e Rendered,
}

/// Judges all objects of all overlays in the order of the overlays, then those that stand by
/// themselves.
pub(super) fn all<'e>(
    catalog: &Catalog<'_>,
    evaluated: &'e [Evaluated<'e>],
    loose: &'e Loose,
) -> Vec<Judged<'e>> {
    let overlays = evaluated.iter().enumerate().filter_map(|(overlay, found)| {
        let rendered = found.output()?;
        let environment = Some(found.overlay.environment);
        Some(Scene { overlay: Some(overlay), environment, rendered })
    });
    let alone =
        loose.rendered().map(|rendered| Scene { overlay: None, environment: None, rendered });
    let scenes: Vec<_> = overlays.chain(alone).collect();
    let memo = Memo::default();
    let judged: Vec<Vec<_>> = scenes
        .par_iter()
        .map(|scene| {
            let resources = scene.rendered.objects().chain(&scene.rendered.broken);
            resources.map(|resource| judge(catalog, &memo, scene, resource)).collect()
        })
        .collect();
    judged.into_iter().flatten().collect()
}

fn judge<'e>(
    catalog: &Catalog<'_>,
    memo: &Memo<'e>,
    scene: &Scene<'_>,
    resource: &'e Resource,
) -> Judged<'e> {
    let overlay = scene.overlay;
    let known = catalog.known(&resource.id.gvk, scene.environment);
    let mut judged = Judged { overlay, resource, known, origin: None, problems: Vec::new() };
    let (Known::As(origins) | Known::Gone(origins)) = &judged.known else { return judged };
    // The first schema is the newest: it speaks, unless another one takes the object.
    for origin in origins {
        let refuses = |schema: &KindSchema| schema.refuses(&resource.body);
        if judged.origin.is_some() && catalog.with(origin, refuses) == Some(true) {
            continue;
        }
        let problems = catalog.with(origin, |schema| check(memo, origin, schema, resource));
        let problems = problems.unwrap_or_default();
        if problems.is_empty() {
            judged.problems.clear();
            judged.origin = Some(origin.clone());
            break;
        }
        if judged.origin.is_none() {
            judged.origin = Some(origin.clone());
            judged.problems = problems;
        }
    }
    if let Some(origin) = &judged.origin {
        let custom = !matches!(origin, Origin::Kubernetes(_));
        add_meaning(memo, &mut judged.problems, resource, custom);
    }
    drop_consequences(&mut judged.problems);
    if overlay.is_none() && looks_like_patch(&judged.problems) {
        judged.problems.retain(|problem| !problem.fault.is_about_the_rest());
    }
    judged
}

/// Whether an object that stands by itself may be a patch which something outside of the repository
/// uses: it lacks several fields, a name, or the selector that every workload must have.
fn looks_like_patch(problems: &[Problem<'_>]) -> bool {
    let missing = problems.iter().filter_map(|problem| match &problem.fault {
        Fault::Missing { fields } => Some((&problem.path, fields)),
        _ => None,
    });
    let (mut count, mut sure) = (0, false);
    for (path, fields) in missing {
        count += 1;
        let lacks = |field: &str| fields.iter().any(|it| it == field);
        let named = path.steps().len() > 1 || !lacks("metadata") && !lacks("name");
        sure |= lacks("selector") || !named;
    }
    count > 1 || sure
}

/// Adds what the server refuses although the schema takes it.
fn add_meaning<'e>(
    memo: &Memo<'e>,
    problems: &mut Vec<Problem<'e>>,
    resource: &'e Resource,
    custom: bool,
) {
    let sealed = resource.body.get("sops").is_some();
    let judge = if custom { Judge::Custom } else { Judge::Server(resource.id.gvk.clone()) };
    let mut more = semantics::whole(resource, custom);
    for entry in resource.body.as_map().into_iter().flat_map(|map| map.iter()) {
        let field = || semantics::field(resource, entry, custom);
        more.extend(memo.field(judge.clone(), entry, field).iter().cloned());
    }
    let schema = problems.len();
    for problem in more {
        let (by_schema, by_server) = problems.split_at(schema);
        if is_news(&problem, by_schema, by_server) && !is_harmless(&problem, sealed) {
            problems.push(problem);
        }
    }
}

/// Whether a problem says more than those that a schema and the server have told already. A map may
/// lack several fields, and have several wrong keys; a value is wrong once.
fn is_news(problem: &Problem<'_>, by_schema: &[Problem<'_>], by_server: &[Problem<'_>]) -> bool {
    let here = |known: &&Problem<'_>| known.path == problem.path;
    let (mut by_schema, mut by_server) =
        (by_schema.iter().filter(here), by_server.iter().filter(here));
    match &problem.fault {
        Fault::Missing { .. } | Fault::Key { .. } => {
            !by_schema.any(|known| known.fault == problem.fault)
        }
        _ => by_schema.next().is_none() && !by_server.any(|known| known.span == problem.span),
    }
}

fn check<'e>(
    memo: &Memo<'e>,
    origin: &Origin,
    schema: &KindSchema,
    resource: &'e Resource,
) -> Vec<Problem<'e>> {
    let mut problems = schema.check_shell(&resource.body);
    for entry in resource.body.as_map().into_iter().flat_map(|map| map.iter()) {
        let judge = Judge::Schema(origin.clone());
        problems.extend(memo.field(judge, entry, || schema.check_field(entry)).iter().cloned());
    }
    let sealed = resource.body.get("sops").is_some();
    problems.retain(|problem| !is_harmless(problem, sealed));
    problems
}
