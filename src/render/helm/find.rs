//! Which chart an overlay installs, with which values: one line of a table for each way to say it.

use crate::kube::{Resource, Value};
use crate::layout::{Application, Layout, OverlayKind, Source};
use crate::render::helm::Helm;
use crate::render::helm::argocd;
use crate::render::helm::chart::{VALUES, values};
use crate::render::helm::flux;
use crate::render::helm::home;
use crate::render::{Evaluated, Gap};
use crate::syntax::Store;
use crate::text::{FileId, RepoPath, Span};

/// A chart of the repository and what an overlay tells it.
#[derive(Debug, Clone)]
pub struct Named {
    /// The chart's directory.
    pub chart: RepoPath,
    /// The values, in the order in which helm lays them over each other.
    pub layers: Vec<Value>,
    /// What else it is told and is not known here.
    pub gaps: Vec<Gap>,
    /// Whether the chart's own `values.yaml` lies beneath them.
    pub defaults: bool,
    /// Whether nothing else can be told to it: no file beside these, as far as anybody can see.
    pub closed: bool,
}

/// A way in which overlays name a chart and its values.
type Way = fn(Helm<'_>, &Evaluated<'_>) -> Vec<Named>;

/// Every way that is understood.
const WAYS: [Way; 4] = [beside, kustomize, flux::flux, argo_cd];

/// The charts of the repository that an overlay installs.
pub(super) fn named(helm: Helm<'_>, evaluated: &Evaluated<'_>) -> Vec<Named> {
    let mut found: Vec<_> = WAYS.iter().flat_map(|way| way(helm, evaluated)).collect();
    found.retain(|named| helm.charts.has(&named.chart));
    // What an Application says of a chart is surer than where files lie, and comes last.
    if deploying(helm.layout, evaluated).is_some()
        && let Some(last) = found.pop()
    {
        found.retain(|named| named.chart != last.chart);
        found.push(last);
    }
    found
}

impl Named {
    /// Whether nothing but the chart's own defaults is known of it.
    pub(super) fn is_bare(&self) -> bool {
        self.layers.is_empty() && self.gaps.is_empty()
    }

    pub(super) fn new(chart: RepoPath) -> Self {
        Self { chart, layers: Vec::new(), gaps: Vec::new(), defaults: true, closed: true }
    }

    /// Adds a file; one that is not there or cannot be read is a gap.
    pub(super) fn file(
        &mut self,
        store: &Store<'_>,
        directory: &RepoPath,
        name: &str,
        entry: Span,
    ) {
        let file = directory.join(name).ok().and_then(|path| store.snapshot().find(&path));
        match file.map(|file| values(store, file)) {
            Some(Ok(value)) => self.layers.push(value),
            Some(Err(gap)) => self.gaps.push(gap),
            None => self.unknown(entry, "values file", name),
        }
    }

    pub(super) fn unknown(&mut self, span: Span, what: &'static str, detail: &str) {
        self.gaps.push(Gap { span, what, detail: detail.to_owned(), objects: true });
    }
}

/// A values file in a chart's directory or below it: `values-prod.yaml`, `values/prod.yaml`.
fn beside(helm: Helm<'_>, evaluated: &Evaluated<'_>) -> Vec<Named> {
    let Helm { store, charts, .. } = helm;
    let overlay = evaluated.overlay;
    if overlay.kind != OverlayKind::HelmValues || home::is_object(store, &overlay.root) {
        return Vec::new();
    }
    let Some(chart) = home::around(charts, &overlay.root) else { return Vec::new() };
    let Some(directory) = overlay.root.parent() else { return Vec::new() };
    if !home::is_meant(helm, overlay, &chart) {
        return Vec::new();
    }
    let mut named = Named::new(chart);
    let file = overlay.root.file_name();
    if directory == named.chart && file == VALUES {
        // The chart itself lies in the environment's directory; its defaults are known anyway.
        named.closed = false;
        return vec![named];
    }
    named.file(store, &directory, file, Span::file_start(FileId(0)));
    named.closed = is_alone(evaluated, &directory, store);
    vec![named]
}

/// Whether every file beside it belongs to another environment, so that none is laid under it.
fn is_alone(evaluated: &Evaluated<'_>, directory: &RepoPath, store: &Store<'_>) -> bool {
    let overlays = &evaluated.unit.overlays;
    let own = evaluated.overlay;
    let shared = overlays.iter().filter(|other| other.environment == own.environment);
    let beside = store.snapshot().files_below(directory).map(|(_, path)| path).filter(|path| {
        path.parent().as_ref() == Some(directory)
            && matches!(path.extension().as_str(), "yaml" | "yml" | "gotmpl")
            && home::holds_values(path)
            && path.stem() != "values"
    });
    shared.count() == 1
        && beside.into_iter().all(|path| {
            !is_shared(path.stem()) && overlays.iter().any(|overlay| overlay.root == *path)
        })
}

/// Whether a file is named after several environments: `values-nonprod.yaml`.
fn is_shared(stem: &str) -> bool {
    let stem = stem.to_ascii_lowercase();
    SHARED.iter().any(|word| stem.contains(word))
}

/// Words in the names of files that are laid under those of several environments.
const SHARED: [&str; 9] =
    ["all", "base", "common", "default", "global", "lower", "nonprod", "non-prod", "shared"];

/// A chart of the repository that a kustomization inflates.
fn kustomize(Helm { store, charts, .. }: Helm<'_>, evaluated: &Evaluated<'_>) -> Vec<Named> {
    let inflated = evaluated.output().into_iter().flat_map(|rendered| &rendered.charts);
    let told = inflated.map(|inflated| inflated.told(store, charts));
    told.filter_map(|told| {
        let named = Named::new(told.chart?);
        Some(Named { layers: told.layers, gaps: told.gaps, ..named })
    })
    .collect()
}

/// The objects of a kind that an overlay runs.
pub(super) fn objects<'e>(
    evaluated: &'e Evaluated<'_>,
    group: &'static str,
    kind: &'static str,
) -> impl Iterator<Item = &'e Resource> {
    let objects = evaluated.output().into_iter().flat_map(|rendered| &rendered.resources);
    objects.filter(move |object| *object.id.gvk.group == *group && *object.id.gvk.kind == *kind)
}

pub(super) fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    value.at(path).and_then(Value::text).filter(|text| !text.is_empty())
}

pub(super) fn items<'v>(value: &'v Value, path: &[&str]) -> &'v [Value] {
    value.at(path).and_then(Value::as_list).unwrap_or_default()
}

/// The Application that deploys an overlay and that no other overlay has as an object.
fn deploying<'l>(layout: &'l Layout, evaluated: &Evaluated<'_>) -> Option<&'l Application> {
    let application = layout.applications.get(evaluated.overlay.application?)?;
    (!application.compared).then_some(application)
}

/// An Argo CD Application whose source is a directory of this repository: one that the overlay
/// runs, or the one that deploys it.
fn argo_cd(Helm { store, layout, .. }: Helm<'_>, evaluated: &Evaluated<'_>) -> Vec<Named> {
    let own = deploying(layout, evaluated)
        .into_iter()
        .flat_map(|application| application.sources.iter().cloned());
    let objects = objects(evaluated, "argoproj.io", "Application");
    let run = objects.flat_map(|object| layout.repository.sources(&object.body));
    own.chain(run).filter_map(|source| installed(store, &source)).collect()
}

fn installed(store: &Store<'_>, source: &Source) -> Option<Named> {
    let mut named = Named::new(source.path.clone()?);
    let told = argocd::told(store, source);
    named.layers = told.layers;
    named.gaps = told.gaps;
    Some(named)
}
