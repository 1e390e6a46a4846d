//! Charts of the repository that a `HelmRelease` of Flux installs, and the values that result.

use rayon::prelude::*;

use crate::kube::{Form, Map, Resource, Value};
use crate::layout::OverlayKind;
use crate::render::Evaluated;
use crate::render::helm::Helm;
use crate::render::helm::document::{Stage, laid_out};
use crate::render::helm::find::{Named, items, objects, text};
use crate::render::helm::merge::stack;
use crate::render::helm::unread::{Unread, unread};
use crate::text::{FileId, RepoPath};

/// The group of releases.
const GROUP: &str = "helm.toolkit.fluxcd.io";
/// The kind of a source that lies in git.
const GIT: &str = "GitRepository";

/// Every chart of this repository that a release of an overlay installs.
pub(super) fn flux(helm: Helm<'_>, evaluated: &Evaluated<'_>) -> Vec<Named> {
    let releases = objects(evaluated, GROUP, "HelmRelease");
    releases.filter_map(|release| installed(helm, evaluated, release)).collect()
}

/// A chart as a release asks for it.
struct Asked<'a> {
    /// What names the chart, its source and its values files.
    spec: &'a Value,
    /// The namespace of a source that names none.
    namespace: &'a str,
}

/// What a release says of its chart: itself, or in a `HelmChart` that it refers to.
fn asked<'a>(evaluated: &'a Evaluated<'_>, release: &'a Resource) -> Option<Asked<'a>> {
    let spec = release.body.get("spec")?;
    if let Some(chart) = spec.at(&["chart", "spec"]) {
        return Some(Asked { spec: chart, namespace: &release.id.namespace });
    }
    let from = spec.get("chartRef").filter(|from| text(from, &["kind"]) == Some("HelmChart"))?;
    let (name, home) = (text(from, &["name"])?, text(from, &["namespace"]));
    let home = home.unwrap_or(&release.id.namespace);
    let mut charts = objects(evaluated, "source.toolkit.fluxcd.io", "HelmChart");
    let chart = charts.find(|it| *it.id.name == *name && *it.id.namespace == *home)?;
    Some(Asked { spec: chart.body.get("spec")?, namespace: &chart.id.namespace })
}

fn installed(helm: Helm<'_>, evaluated: &Evaluated<'_>, release: &Resource) -> Option<Named> {
    let Asked { spec: chart, namespace } = asked(evaluated, release)?;
    let source = chart.get("sourceRef")?;
    let namespace = text(source, &["namespace"]).unwrap_or(namespace);
    let name = text(source, &["name"]).unwrap_or("");
    let here = &helm.layout.flux.repositories;
    if text(source, &["kind"]) != Some(GIT) || !here.is_current(GIT, namespace, name) {
        return None;
    }
    let mut named = Named::new(RepoPath::new(text(chart, &["chart"])?).ok()?);
    // Flux makes these files the defaults of the chart.
    let ignores = chart.get("ignoreMissingValuesFiles").and_then(Value::as_bool) == Some(true);
    let files = items(chart, &["valuesFiles"]);
    named.defaults = files.is_empty();
    for file in files {
        let name = file.text().unwrap_or("");
        let is_there = || {
            let path = RepoPath::new(name).ok();
            path.is_some_and(|path| helm.store.snapshot().find(&path).is_some())
        };
        if !ignores || is_there() {
            named.file(helm.store, &RepoPath::root(), name, file.span());
        }
    }
    let unknown = evaluated.output().into_iter().flat_map(|it| &it.unknown_values);
    for unknown in unknown.filter(|unknown| unknown.release == release.origin) {
        named.unknown(unknown.span, "values", &unknown.source);
    }
    let values = release.body.at(&["spec", "values"]).filter(|values| values.as_map().is_some());
    named.layers.extend(values.cloned());
    Some(named)
}

/// The values that a release has in the end, as a document.
struct Addition {
    document: Resource,
    stage: Stage,
    unread: Vec<Unread>,
}

/// Adds the effective values of every release whose chart is in the repository to its overlay. Such a
/// document stands for the values of its release, and begins where that does.
pub fn add_releases(helm: Helm<'_>, evaluated: &mut [Evaluated<'_>]) {
    let found: Vec<Vec<Addition>> =
        evaluated.par_iter().map(|evaluated| additions(helm, evaluated)).collect();
    for (evaluated, additions) in evaluated.iter_mut().zip(found) {
        let Some(Ok(rendered)) = &mut evaluated.rendered else { continue };
        for Addition { document, stage, unread } in additions {
            rendered.resources.push(document);
            rendered.inputs.extend(stage.inputs);
            rendered.deleted.extend(stage.deleted);
            rendered.unread.extend(unread);
        }
    }
}

fn additions(helm: Helm<'_>, evaluated: &Evaluated<'_>) -> Vec<Addition> {
    let objects_only =
        matches!(evaluated.overlay.kind, OverlayKind::Kustomize | OverlayKind::Manifests);
    if !objects_only {
        return Vec::new();
    }
    let releases = objects(evaluated, GROUP, "HelmRelease");
    releases.filter_map(|release| addition(helm, evaluated, release)).collect()
}

fn addition(helm: Helm<'_>, evaluated: &Evaluated<'_>, release: &Resource) -> Option<Addition> {
    let named = installed(helm, evaluated, release)?;
    let chart = helm.charts.get(helm.store, &named.chart)?;
    let whole;
    let base = if named.defaults {
        &**chart
    } else {
        whole = chart.without_defaults();
        &whole
    };
    let maps = named.layers.iter().filter_map(Value::as_map);
    let told = maps.fold(Map::default(), |below, above| stack(&below, above));
    // What the chart says itself is no mistake of whoever installs it.
    let defaults = chart.values.span().file;
    let own = named.layers.iter().filter(|layer| layer.span().file != defaults);
    let own = own.filter_map(Value::as_map);
    let own = own.fold(Map::default(), |below, above| stack(&below, above));
    let unread = unread(helm, chart, &own);
    let mut stage = Stage::default();
    let files = named.layers.iter().map(|layer| layer.span().file);
    stage.inputs.extend(files.filter(|file: &FileId| *file != release.origin.file));
    let (kind, _) = laid_out(evaluated.unit, Some(base), told, &mut stage);
    let values = release.body.at(&["spec", "values"]).unwrap_or(&release.body);
    let body = Value { kind, provenance: values.provenance.clone() };
    let document = Resource::document(Form::Values, &release.id.name, body, release.origin);
    Some(Addition { document, stage, unread })
}
