//! How each kind of overlay becomes what it runs.

use std::collections::BTreeSet;

use crate::kube::{Form, Resource};
use crate::layout::{Layout, Overlay, OverlayKind, Unit};
use crate::render::{RenderError, Rendered, Renderer};
use crate::render::{helm, plain};
use crate::text::Span;

impl Renderer<'_> {
    /// What an overlay runs; `None` for kinds that cannot be worked out yet.
    ///
    /// # Errors
    /// What kustomize would refuse.
    pub fn overlay(
        &self,
        layout: &Layout,
        unit: &Unit,
        overlay: &Overlay,
    ) -> Option<Result<Rendered, RenderError>> {
        match overlay.kind {
            OverlayKind::Kustomize => Some(self.render(&overlay.root)),
            OverlayKind::Manifests => Some(self.manifests(&overlay.root)),
            OverlayKind::HelmValues => self.values(unit, overlay).map(Ok),
            OverlayKind::Configuration => {
                plain::rendered(self.store(), layout, unit, overlay).map(Ok)
            }
            OverlayKind::Terraform => None,
        }
    }

    /// The values that a file gives to a chart.
    fn values(&self, unit: &Unit, overlay: &Overlay) -> Option<Rendered> {
        let file = self.snapshot().find(&overlay.root)?;
        let inputs = BTreeSet::from([file]);
        Some(match helm::values(self.store(), file) {
            Ok(body) => {
                let origin = Span::file_start(file);
                let document = Resource::document(Form::Values, &unit.name, body, origin);
                Rendered::of_documents(vec![document], inputs, Vec::new())
            }
            Err(gap) => Rendered::of_documents(Vec::new(), inputs, vec![gap]),
        })
    }
}
