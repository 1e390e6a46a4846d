//! How each kind of overlay becomes what it runs.

use crate::layout::{Layout, Overlay, OverlayKind, Unit};
use crate::render::helm;
use crate::render::{RenderError, Rendered, Renderer};

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
            OverlayKind::HelmValues => helm::rendered(self.helm(layout), unit, overlay).map(Ok),
            OverlayKind::Terraform => None,
        }
    }
}
