//! Whether two states of a repository have the same layout, without working both out.

use std::collections::BTreeSet;

use crate::layout::argocd;
use crate::layout::candidates::is_manifest;
use crate::layout::defaults;
use crate::layout::flux;
use crate::layout::helmfile;
use crate::layout::kustomizations::is_kustomization;
use crate::layout::plain;
use crate::syntax::Store;
use crate::text::{FileId, RepoPath};

/// Whether files that differ at these paths only cannot make a difference to the layout: each is
/// there on both sides, and what is read of it for the layout is the same.
pub fn are_alike(before: &Store<'_>, after: &Store<'_>, paths: &BTreeSet<RepoPath>) -> bool {
    let facts = |store: &Store<'_>, file: FileId| {
        let stated = defaults::stated(store, file);
        (is_manifest(store, file), flux::of_file(store, file), stated)
    };
    paths.iter().all(|path| {
        let at = |store: &Store<'_>| {
            let file = store.snapshot().find(path)?;
            // A link would make a difference by where it leads.
            (store.snapshot().path(file) == path).then_some(file)
        };
        let (Some(old), Some(new)) = (at(before), at(after)) else { return false };
        let read = path.is_yaml() && !is_kustomization(path.file_name());
        let unread =
            !path.is_yaml() && !is_kustomization(path.file_name()) && !helmfile::is_helmfile(path);
        // The places in Applications are part of the layout.
        let moves =
            |store, file| argocd::may_speak(store, file) || helmfile::may_speak(store, file);
        let object = |store, file| plain::declares_object(store, file);
        let same_sort = object(before, old) == object(after, new);
        unread && same_sort
            || read
                && same_sort
                && !(moves(before, old) || moves(after, new))
                && facts(before, old) == facts(after, new)
    })
}
