//! The work tree beside a state that git knows: what is unchanged keeps its object.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use git2::{Delta, DiffOptions, Index, Oid, Repository, Tree};

use crate::source::Limits;
use crate::source::git::GitError;
use crate::source::git::listing::{below, clean, target};
use crate::source::snapshot::{Listing, Origin};
use crate::text::RepoPath;

/// Set in the extended flags of an entry that a sparse checkout leaves out.
const SKIP_WORKTREE: u16 = 1 << 14;

/// The files on disk: those of `known`, the listing of `tree`, with what has changed since.
///
/// Git decides what has changed, its filters and ignore rules included.
pub(super) fn listing(
    repository: &Repository,
    tree: Option<&Tree<'_>>,
    prefix: &RepoPath,
    known: &Listing,
    limits: Limits,
) -> Result<Listing, GitError> {
    let mut options = DiffOptions::new();
    options
        .include_untracked(true)
        .recurse_untracked_dirs(true)
        .include_typechange(true)
        .ignore_submodules(true)
        .skip_binary_check(true);
    if !prefix.is_root() {
        options.pathspec(prefix.as_str()).disable_pathspec_match(true);
    }
    let diff = repository.diff_tree_to_workdir_with_index(tree, Some(&mut options))?;
    let index = repository.index().ok();
    let root = repository.workdir().ok_or(GitError::NotARepository)?.canonicalize();
    let root = root.map_err(|error| GitError::Other(error.to_string()))?;
    let mut listing = Listing {
        submodules: known.submodules.clone(),
        unnamed: known.unnamed.clone(),
        ..Listing::default()
    };
    let mut files: BTreeMap<RepoPath, Origin> = known.files.iter().cloned().collect();
    let mut links = known.links.clone();
    for delta in diff.deltas() {
        for file in [delta.old_file(), delta.new_file()] {
            let text = file.path_bytes().map(String::from_utf8_lossy);
            let Some(whole) = text.as_deref().and_then(clean) else { continue };
            let Some(path) = below(&whole, prefix) else { continue };
            // What is not UTF-8 has become another text.
            if matches!(text, Some(Cow::Owned(_))) {
                if delta.status() == Delta::Deleted {
                    listing.unnamed.remove(&path);
                } else {
                    listing.add_unnamed(path);
                }
                continue;
            }
            files.remove(&path);
            links.remove(&path);
            if delta.status() == Delta::Deleted {
                files
                    .extend(outside(index.as_ref(), &whole).map(|blob| (path, Origin::Blob(blob))));
                continue;
            }
            let place = root.join(whole.as_str());
            let Ok(kind) = place.symlink_metadata() else { continue };
            if kind.is_symlink() {
                let text = place.read_link().ok();
                let text = text.as_ref().and_then(|text| text.to_str());
                let to = text.and_then(|text| target(&path, text.as_bytes()));
                links.insert(path, to);
            } else if kind.is_file() && place.canonicalize().is_ok_and(|real| real == place) {
                files.insert(path, Origin::Disk);
            }
        }
        if files.len() > limits.files {
            return Err(GitError::TooManyFiles(limits.files));
        }
    }
    listing.files = files.into_iter().collect();
    listing.links = links;
    Ok(listing)
}

/// What the index has of a file that a sparse checkout leaves out of the work tree on purpose.
fn outside(index: Option<&Index>, path: &RepoPath) -> Option<Oid> {
    let entry = index?.get_path(Path::new(path.as_str()), 0)?;
    (entry.flags_extended & SKIP_WORKTREE != 0).then_some(entry.id)
}
