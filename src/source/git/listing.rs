//! What the index and the trees of commits list.

use std::borrow::Cow;

use git2::{Index, IndexEntry, ObjectType, Oid, Repository, Tree};

use crate::source::Limits;
use crate::source::git::GitError;
use crate::source::snapshot::{Listing, Origin};
use crate::text::RepoPath;

/// Longest target of a symbolic link, in bytes; that of Linux.
const LONGEST_LINK: usize = 4096;
/// Deepest directory that is read.
const DEEPEST: usize = 1_000;
/// Set in the extended flags of an entry that `git add --intent-to-add` made.
const INTENT_TO_ADD: u16 = 1 << 13;

/// What an entry is, from its mode.
enum Kind {
    File,
    Link,
    Submodule,
    Directory,
    Unknown,
}

impl Kind {
    fn of(mode: u32) -> Self {
        match mode & 0o170_000 {
            0o100_000 => Self::File,
            0o120_000 => Self::Link,
            0o160_000 => Self::Submodule,
            0o040_000 => Self::Directory,
            _ => Self::Unknown,
        }
    }
}

/// The files that would be committed now.
pub(super) fn of_index(
    repository: &Repository,
    prefix: &RepoPath,
    limits: Limits,
) -> Result<Listing, GitError> {
    let index = repository.index()?;
    if index.has_conflicts() {
        return Err(GitError::Unmerged(unmerged(&index)?));
    }
    let mut collector = Collector::new(repository, limits);
    for entry in index.iter() {
        if is_announced(&entry) {
            continue;
        }
        let text = String::from_utf8_lossy(&entry.path);
        let Some(path) = clean(&text).and_then(|path| below(&path, prefix)) else { continue };
        let kind = Kind::of(entry.mode);
        if matches!(kind, Kind::Directory) {
            return Err(GitError::SparseIndex);
        }
        match text {
            Cow::Borrowed(_) => collector.add(path, &kind, entry.id)?,
            // What is not UTF-8 has become another text.
            Cow::Owned(_) => collector.listing.add_unnamed(path),
        }
    }
    Ok(collector.finish())
}

/// Whether an entry is only announced: it is not part of the next commit.
pub(super) fn is_announced(entry: &IndexEntry) -> bool {
    entry.flags_extended & INTENT_TO_ADD != 0
}

fn unmerged(index: &Index) -> Result<Vec<String>, GitError> {
    let mut paths: Vec<String> = index
        .conflicts()?
        .filter_map(Result::ok)
        .filter_map(|conflict| conflict.our.or(conflict.their).or(conflict.ancestor))
        .map(|entry| String::from_utf8_lossy(&entry.path).into_owned())
        .collect();
    paths.sort();
    Ok(paths)
}

/// The files of a tree.
pub(super) fn of_tree(
    repository: &Repository,
    tree: &Tree<'_>,
    prefix: &RepoPath,
    limits: Limits,
) -> Result<Listing, GitError> {
    let mut collector = Collector::new(repository, limits);
    let mut waiting = Vec::new();
    if prefix.is_root() {
        waiting.push((RepoPath::root(), tree.id(), 0, true));
    } else if let Ok(entry) = tree.get_path(std::path::Path::new(prefix.as_str()))
        && entry.kind() == Some(ObjectType::Tree)
    {
        waiting.push((RepoPath::root(), entry.id(), 0, true));
    }
    let mut visited = 0;
    while let Some((directory, id, depth, named)) = waiting.pop() {
        visited += 1;
        // One tree can stand for many directories: a few objects make a forest.
        if visited > limits.files {
            return Err(GitError::TooManyFiles(limits.files));
        }
        let tree = repository.find_tree(id)?;
        for entry in &tree {
            let name = String::from_utf8_lossy(entry.name_bytes());
            let Some(path) = clean(&name).and_then(|_| directory.join(&name).ok()) else {
                continue;
            };
            let named = named && matches!(name, Cow::Borrowed(_));
            match Kind::of(u32::try_from(entry.filemode()).unwrap_or(0)) {
                Kind::Directory if depth < DEEPEST => {
                    waiting.push((path, entry.id(), depth + 1, named));
                }
                Kind::Directory => {}
                _ if !named => collector.listing.add_unnamed(path),
                kind => collector.add(path, &kind, entry.id())?,
            }
        }
    }
    Ok(collector.finish())
}

/// The path, if it is written without `.`, `..` and the like.
pub(super) fn clean(text: &str) -> Option<RepoPath> {
    RepoPath::new(text).ok().filter(|path| path.as_str() == text && !path.is_root())
}

/// The path from the directory `prefix`; `None` for one outside of it.
pub(super) fn below(path: &RepoPath, prefix: &RepoPath) -> Option<RepoPath> {
    if prefix.is_root() {
        return Some(path.clone());
    }
    let rest = path.as_str().strip_prefix(prefix.as_str())?.strip_prefix('/')?;
    RepoPath::new(rest).ok()
}

/// Where a symbolic link leads, by its letters; `None` for a place outside of the root.
pub(super) fn target(link: &RepoPath, text: &[u8]) -> Option<RepoPath> {
    let text = std::str::from_utf8(text).ok()?;
    link.parent()?.join(text).ok()
}

struct Collector<'r> {
    repository: &'r Repository,
    limits: Limits,
    listing: Listing,
}

impl<'r> Collector<'r> {
    fn new(repository: &'r Repository, limits: Limits) -> Self {
        Self { repository, limits, listing: Listing::default() }
    }

    fn finish(mut self) -> Listing {
        self.listing.files.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.listing.files.dedup_by(|(a, _), (b, _)| a == b);
        self.listing
    }

    fn add(&mut self, path: RepoPath, kind: &Kind, id: Oid) -> Result<(), GitError> {
        match kind {
            Kind::File => {
                self.listing.files.push((path, Origin::Blob(id)));
            }
            Kind::Link => {
                let target = self.link(&path, id);
                self.listing.links.insert(path, target);
            }
            Kind::Submodule => self.listing.submodules.push(path),
            Kind::Directory | Kind::Unknown => {}
        }
        let listing = &self.listing;
        if listing.files.len() + listing.links.len() > self.limits.files {
            return Err(GitError::TooManyFiles(self.limits.files));
        }
        Ok(())
    }

    fn link(&self, path: &RepoPath, id: Oid) -> Option<RepoPath> {
        let objects = self.repository.odb().ok()?;
        let (size, _) = objects.read_header(id).ok()?;
        let blob = (size <= LONGEST_LINK).then(|| objects.read(id).ok())??;
        target(path, blob.data())
    }
}
