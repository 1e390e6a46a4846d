//! Objects that one side lacks, and where on that side this is to be seen.

use crate::compare::diff::{Change, RawDifference, Side};
use crate::compare::inflated::is_chart;
use crate::compare::names::PairNames;
use crate::compare::unit::{Judging, rendered};
use crate::kube::{Path, Resource};
use crate::text::{FileId, Span};

/// The lists of a kustomization that objects and charts are in.
const RESOURCES: &str = "resources";
const CHARTS: &str = "helmCharts";

impl Judging<'_> {
    /// The difference that an object makes which one side lacks.
    pub(super) fn absence(
        &self,
        resource: &Resource,
        change: Change,
        names: &PairNames,
    ) -> RawDifference {
        let chart = is_chart(&resource.id.gvk);
        let name = if chart { &["name"][..] } else { &["metadata", "name"] };
        let name = resource.body.at(name);
        let span = name.map_or(resource.origin, |value| value.provenance.first().span);
        let side = Side { value: Some(resource.body.clone()), span, key: Some(span) };
        let overlay = if change == Change::OnlyHere { self.there } else { self.here };
        let nowhere = if let Some(removal) = self.removal(overlay, resource, names) {
            Side { value: None, span: removal, key: Some(removal) }
        } else {
            let list = if chart { CHARTS } else { RESOURCES };
            Side { value: None, span: self.kustomization(overlay, list, span), key: None }
        };
        let (here, there) =
            if change == Change::OnlyHere { (side, nowhere) } else { (nowhere, side) };
        let path = Path::default();
        RawDifference { path, change, here, there, more: 0, text: None, noise: None }
    }

    /// The patch that deletes an object which the other side has.
    fn removal(&self, overlay: usize, resource: &Resource, names: &PairNames) -> Option<Span> {
        let (own, others) = if overlay == self.here {
            (&names.here, &names.there)
        } else {
            (&names.there, &names.here)
        };
        let wanted = others.normal(&resource.id.name);
        let removed = &rendered(self.world, overlay)?.removed;
        let meant = removed.iter().find(|removed| {
            removed.id.gvk.kind == resource.id.gvk.kind && own.normal(&removed.id.name) == wanted
        });
        meant.map(|removed| removed.span)
    }

    /// The file that an absent object would be listed in, as well as it is known.
    fn kustomization(&self, overlay: usize, list: &str, otherwise: Span) -> Span {
        let root = &self.world.evaluated[overlay].overlay.root;
        let inputs = rendered(self.world, overlay).map(|rendered| &rendered.inputs);
        inputs
            .into_iter()
            .flatten()
            .find(|&&file| {
                let path = self.world.snapshot.path(file);
                path.parent().as_ref() == Some(root)
                    && path.stem().eq_ignore_ascii_case("kustomization")
            })
            .and_then(|&file| self.list(list, file))
            .unwrap_or(otherwise)
    }

    /// The key of a list of a kustomization file, or the first word of the file.
    fn list(&self, list: &str, file: FileId) -> Option<Span> {
        let text = &self.world.snapshot.file(file).ok()?.text;
        let mut at = 0;
        let mut first = None;
        for line in text.split_inclusive('\n') {
            let word = line.find(|c: char| !c.is_alphanumeric()).unwrap_or(line.len());
            let span = Span::new(file, at, at + word);
            if line.strip_prefix(list).is_some_and(|rest| rest.starts_with(':')) {
                return Some(span);
            }
            first = first.or((word > 0).then_some(span));
            at += line.len();
        }
        first
    }
}
