//! Objects wherever they stand: in rendered overlays, and in files that no overlay reads.

use std::collections::BTreeSet;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::kube::{Resource, ResourceId, load};
use crate::render::Evaluated;
use crate::rules::Context;
use crate::syntax::scalar::Dialect;
use crate::text::FileId;

/// The objects of the overlays that somebody promotes from, with the overlay's index.
pub(super) fn released<'a>(cx: &Context<'a>) -> impl Iterator<Item = (usize, &'a Resource)> {
    let (evaluated, layout) = (cx.evaluated, cx.layout);
    evaluated
        .iter()
        .enumerate()
        .filter(move |(_, found)| {
            layout.environment(found.overlay.environment).is_some_and(|e| !e.is_workshop())
        })
        .filter_map(|(at, found)| Some((at, found.output()?)))
        .flat_map(|(at, rendered)| rendered.resources.iter().map(move |resource| (at, resource)))
}

/// The files to look at that no overlay reads.
pub(super) fn unread(cx: &Context<'_>) -> BTreeSet<FileId> {
    let read: BTreeSet<FileId> = cx
        .evaluated
        .iter()
        .filter_map(Evaluated::output)
        .flat_map(|rendered| rendered.inputs.iter().copied())
        .collect();
    cx.files.iter().copied().filter(|file| !read.contains(file)).collect()
}

/// The objects of files that no overlay reads and whose text `concerns` the rule.
pub(super) fn unrendered(
    cx: &Context<'_>,
    concerns: impl Fn(&str) -> bool + Sync,
) -> Vec<Resource> {
    let found: Vec<Vec<Resource>> = unread(cx)
        .into_par_iter()
        .map(|file| {
            let concerned = cx.snapshot.file(file).is_ok_and(|source| concerns(&source.text));
            let documents = &cx.store.yaml(file).documents;
            documents
                .iter()
                .filter(|_| concerned)
                .filter_map(|document| load(document.root(), Dialect::Resource).ok())
                .filter_map(|body| {
                    let id = ResourceId::of(&body);
                    let whole = !id.gvk.kind.is_empty() && !id.gvk.version.is_empty();
                    let origin = body.span();
                    whole.then(|| Resource { original: id.clone(), id, body, origin })
                })
                .collect()
        })
        .collect();
    found.into_iter().flatten().collect()
}
