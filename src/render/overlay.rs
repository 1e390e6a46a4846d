//! How each kind of overlay becomes what it runs.

use std::collections::BTreeSet;

use crate::layout::{Layout, Overlay, OverlayKind, Unit};
use crate::render::{RenderError, Rendered, Renderer};
use crate::render::{argocd, helm, plain};

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
        let clusters = self.clusters();
        let mut rendered = match (clusters, overlay.build) {
            (Some(clusters), Some(build)) => Some(clusters.render(self, build, &overlay.root)),
            _ => self.undeployed(layout, unit, overlay),
        };
        if let Some(Ok(rendered)) = &mut rendered {
            helm::add_inflated(self.helm(layout), unit, rendered);
            if let Some(clusters) = clusters {
                clusters.note_told(self, rendered);
            }
            argocd::note_told(rendered, self.helm(layout));
        }
        rendered
    }

    /// An overlay that Flux does not deploy.
    fn undeployed(
        &self,
        layout: &Layout,
        unit: &Unit,
        overlay: &Overlay,
    ) -> Option<Result<Rendered, RenderError>> {
        let mut rendered = match overlay.kind {
            OverlayKind::Kustomize => Some(self.render(&overlay.root)),
            OverlayKind::Manifests => Some(self.manifests(&overlay.root)),
            OverlayKind::HelmValues => helm::rendered(self.helm(layout), unit, overlay).map(Ok),
            OverlayKind::Helmfile => helm::of_helmfile(self.helm(layout), unit, overlay).map(Ok),
            OverlayKind::Application => {
                Some(Ok(Rendered::of_documents(Vec::new(), BTreeSet::new(), Vec::new())))
            }
            OverlayKind::Configuration => {
                plain::rendered(self.store(), layout, unit, overlay).map(Ok)
            }
            OverlayKind::Terraform => Some(Ok(self.terraform(unit, overlay))),
        };
        if let Some(Ok(rendered)) = &mut rendered {
            let as_values = overlay.kind == OverlayKind::HelmValues
                && helm::source(self.helm(layout), unit, overlay).is_some();
            argocd::add(rendered, layout, unit, overlay, as_values);
        }
        rendered
    }
}
