//! Manifests that are part of no unit: kustomizations without an environment, and files that no
//! overlay reads.

use std::collections::BTreeSet;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::layout::{Layout, aside};
use crate::render::{Evaluated, Rendered, Renderer};
use crate::source::Snapshot;
use crate::text::{FileId, RepoPath};

/// What stands by itself.
#[derive(Debug, Default)]
pub struct Loose {
    /// Each kustomization and each file with what it holds, sorted by path.
    rendered: Vec<Rendered>,
}

impl Loose {
    /// Each kustomization and each file with what it holds.
    pub(super) fn rendered(&self) -> std::slice::Iter<'_, Rendered> {
        self.rendered.iter()
    }

    /// Renders what is part of no unit, as far as it is made of `files`; those are all files if
    /// `whole` says so.
    pub fn collect(
        renderer: &Renderer<'_>,
        layout: &Layout,
        files: &[FileId],
        whole: bool,
        evaluated: &[Evaluated<'_>],
    ) -> Self {
        let snapshot = renderer.snapshot();
        let wanted = if whole {
            BTreeSet::new()
        } else {
            layout.users.of(&files.iter().map(|&file| snapshot.path(file).clone()).collect())
        };
        let alone: Vec<&RepoPath> = layout
            .unplaced
            .iter()
            .map(|unplaced| &unplaced.root)
            .filter(|root| renderer.kustomization_file(root).is_some())
            .filter(|root| whole || wanted.contains(*root))
            .collect();
        let mut found: Vec<Rendered> =
            alone.into_par_iter().filter_map(|root| renderer.render(root).ok()).collect();
        let units = evaluated.iter().filter_map(Evaluated::output);
        let read: BTreeSet<FileId> =
            units.chain(&found).flat_map(|output| output.inputs.iter().copied()).collect();
        let taken = layout.users.directories();
        let plain: Vec<FileId> = files
            .iter()
            .copied()
            .filter(|file| !read.contains(file) && stands_alone(renderer, &taken, snapshot, *file))
            .collect();
        let plain = plain.into_par_iter().filter_map(|file| {
            let output = renderer.manifests(snapshot.path(file)).ok()?;
            (!output.resources.is_empty() || !output.broken.is_empty()).then_some(output)
        });
        found.extend(plain.collect::<Vec<_>>());
        Self { rendered: found }
    }
}

/// Whether a file is applied as it stands, if it is applied at all: no kustomization names it or one
/// beside it, which `taken` tells, or lies above it, and it belongs to no chart, example or test.
fn stands_alone(
    renderer: &Renderer<'_>,
    taken: &BTreeSet<RepoPath>,
    snapshot: &Snapshot,
    file: FileId,
) -> bool {
    let path = snapshot.path(file);
    // What lies beside parts of kustomizations is a part too that is not used, as a patch is.
    !path.parent().is_some_and(|directory| taken.contains(&directory))
        && path.segments().all(|name| aside(name).is_none())
        && !renderer.is_built(path)
}
