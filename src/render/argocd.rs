//! The Application of Argo CD that deploys an overlay, as one of its documents.

use crate::kube::{Form, Map, Resource, Value};
use crate::layout::{Application, Layout, Overlay, OverlayKind, Unit};
use crate::render::helm::{self, Helm};
use crate::render::{Rendered, Told};
use crate::text::Span;

/// What an Application says to its chart: compared as the chart's values.
const VALUES: &[&str] = &["fileParameters", "parameters", "values", "valuesObject"];

/// Adds the Application that deploys an overlay, unless it is compared as an object anyway.
/// `as_values` leaves out what it says to its chart.
pub(super) fn add(
    rendered: &mut Rendered,
    layout: &Layout,
    unit: &Unit,
    overlay: &Overlay,
    as_values: bool,
) {
    let application = overlay.application.and_then(|at| layout.applications.get(at));
    let Some(application) = application.filter(|it| !(it.compared || it.patched)) else { return };
    rendered.inputs.insert(application.file);
    rendered.resources.push(document(unit, application, as_values));
}

/// Notes the Applications among the objects whose chart's values are compared.
pub(super) fn note_told(rendered: &mut Rendered, helm: Helm<'_>) {
    let applications = rendered.objects().filter(|object| {
        &*object.id.gvk.group == "argoproj.io" && &*object.id.gvk.kind == "Application"
    });
    let shown: Vec<_> =
        applications.map(|object| object.origin).filter(|&span| is_shown(helm, span)).collect();
    let told = shown.into_iter().map(|origin| Told { origin, variables: None });
    rendered.told.extend(told);
}

/// Whether overlays of several environments show the values of the Application that is written at
/// `place`, all of them.
fn is_shown(helm: Helm<'_>, place: Span) -> bool {
    let own = |overlay: &&Overlay| {
        let application = overlay.application.and_then(|at| helm.layout.applications.get(at));
        overlay.kind == OverlayKind::HelmValues
            && application.is_some_and(|it| !it.rewritten && place.contains(it.declared))
    };
    helm.layout.units.iter().any(|unit| {
        let Some(overlay) = unit.overlays.iter().find(own) else { return false };
        let several = unit.overlays.iter().any(|it| it.environment != overlay.environment);
        several
            && helm::source(helm, unit, overlay)
                .is_some_and(|source| helm::told_by(helm.store, source).gaps.is_empty())
    })
}

/// The Application, called after the unit so that it answers those of other environments.
fn document(unit: &Unit, application: &Application, as_values: bool) -> Resource {
    let mut body = application.body.clone();
    if let Some(map) = body.as_map_mut() {
        // Its name says environment and cluster, and so does what owns it.
        map.remove("metadata");
        let spec = map.get_mut("spec").and_then(Value::as_map_mut);
        if let Some(spec) = spec.filter(|_| as_values) {
            without_values(spec);
        }
    }
    Resource::document(Form::Application, &unit.name, body, application.declared)
}

/// Takes out what is compared as the values of a chart.
fn without_values(spec: &mut Map) {
    let of_source = |source: &mut Value| {
        let helm = source.as_map_mut().and_then(|source| source.get_mut("helm")?.as_map_mut());
        if let Some(helm) = helm {
            helm.retain(|entry| !VALUES.contains(&&*entry.key));
        }
    };
    if let Some(source) = spec.get_mut("source") {
        of_source(source);
    }
    let several = spec.get_mut("sources").and_then(Value::as_list_mut);
    several.into_iter().flatten().for_each(of_source);
}
