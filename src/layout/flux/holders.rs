//! The units that hold the objects by which Flux deploys others.

use std::collections::BTreeSet;

use crate::layout::{Layout, Overlay};
use crate::text::RepoPath;

impl Layout {
    /// The units that the Flux Kustomizations of `units` are objects of, and those of their parents: what
    /// one defines and another one asks for is told where it is defined.
    pub fn holders(&self, units: &BTreeSet<String>) -> BTreeSet<String> {
        let concerned = self.units.iter().filter(|unit| units.contains(&unit.name));
        let overlays = concerned.flat_map(|unit| &unit.overlays);
        let mut files: BTreeSet<RepoPath> = BTreeSet::new();
        let mut above: BTreeSet<&RepoPath> = BTreeSet::new();
        for overlay in overlays {
            for build in self.flux.chain(overlay) {
                files.insert(build.file.clone());
                above.extend(build.parent.and_then(|at| Some(&self.flux.builds.get(at)?.path)));
            }
        }
        if files.is_empty() {
            return BTreeSet::new();
        }
        let users = self.users.of(&files);
        let holds = |overlay: &Overlay| {
            above.contains(&overlay.root)
                || users.contains(&overlay.root)
                || files.iter().any(|file| file.is_in(&overlay.root))
        };
        let units = self.units.iter().filter(|unit| unit.overlays.iter().any(holds));
        units.map(|unit| unit.name.clone()).collect()
    }

    /// The units that are deployed by a Flux Kustomization without a parent which is held, or stands
    /// beside, what one of the files says: variables may come from there.
    pub fn deployed_beside(&self, files: &BTreeSet<RepoPath>) -> BTreeSet<String> {
        if self.flux.builds.is_empty() {
            return BTreeSet::new();
        }
        let users = self.users.of(files);
        let directories: BTreeSet<RepoPath> = files.iter().filter_map(RepoPath::parent).collect();
        let concerned = |overlay: &Overlay| {
            let first = self.flux.chain(overlay).last();
            first.is_some_and(|build| {
                build.home.as_ref().is_some_and(|home| users.contains(home))
                    || build.file.parent().is_some_and(|parent| directories.contains(&parent))
            })
        };
        let units = self.units.iter().filter(|unit| unit.overlays.iter().any(concerned));
        units.map(|unit| unit.name.clone()).collect()
    }
}
