//! The Application of Argo CD that deploys an overlay, as one of its documents.

use std::collections::BTreeSet;

use crate::kube::{Form, Resource, Value};
use crate::layout::{Application, Layout, Overlay, Unit};
use crate::render::Rendered;

/// An overlay that holds nothing but the Application.
pub(super) fn alone(layout: &Layout, unit: &Unit, overlay: &Overlay) -> Rendered {
    let application = overlay.application.and_then(|at| layout.applications.get(at));
    let documents = application.map(|it| document(unit, it)).into_iter().collect();
    let inputs = application.map(|it| it.file).into_iter().collect::<BTreeSet<_>>();
    Rendered::of_documents(documents, inputs, Vec::new())
}

/// The Application, called after the unit so that it answers those of other environments.
fn document(unit: &Unit, application: &Application) -> Resource {
    let mut body: Value = application.body.clone();
    // Its name says environment and cluster, and so does what owns it.
    if let Some(map) = body.as_map_mut() {
        map.remove("metadata");
    }
    Resource::document(Form::Application, &unit.name, body, application.declared)
}
