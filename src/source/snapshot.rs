//! The view itself: which files there are, and their text, read once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use git2::Oid;

use crate::source::git::Objects;
use crate::source::ignored::IgnoreRules;
use crate::source::limits::Limits;
use crate::source::worktree;
use crate::text::{FileId, LineIndex, RepoPath, Span};

/// Files without a usable name that a snapshot remembers; nobody reads more.
const UNNAMED: usize = 1_000;

/// Why a file that is listed has no usable content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Larger than [`Limits::file_bytes`].
    #[error("the file has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// Not text.
    #[error("the file is not UTF-8 text (byte {at})")]
    NotText {
        /// Offset of the first byte that is not UTF-8.
        at: usize,
    },
    /// The clone does not hold the object: a partial clone, or a damaged one.
    #[error("its content is not in this clone")]
    Absent,
    /// The operating system refused.
    #[error("the file cannot be read: {0}")]
    Io(String),
}

/// A text file of the snapshot.
#[derive(Debug)]
pub struct SourceFile {
    /// Its id.
    pub id: FileId,
    /// Its path.
    pub path: RepoPath,
    /// Its whole text, byte order mark included.
    pub text: Arc<str>,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// The line index, made on first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// The text of a span of this file; empty when it is out of bounds.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }
}

/// Where the bytes of one file come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// A file below the root of the arena.
    Disk,
    /// A file that lies elsewhere on disk.
    Elsewhere(PathBuf),
    /// An object of the git repository.
    Blob(Oid),
    /// Bytes in memory.
    Memory(Arc<[u8]>),
}

/// What a snapshot is made of: one list of all its files, links and submodules.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Every file and where its bytes are, sorted by path, each path once.
    pub(super) files: Vec<(RepoPath, Origin)>,
    /// Every symbolic link and its target; `None` for one that is refused.
    pub(super) links: BTreeMap<RepoPath, Option<RepoPath>>,
    /// Directories that belong to other repositories and whose files are not listed.
    pub(super) submodules: Vec<RepoPath>,
    /// The files of mounts and where their bytes are, sorted by path, each path once.
    pub(super) mounted: Vec<(RepoPath, Origin)>,
    /// Files whose names are not UTF-8, as near as text comes to them; the first of many.
    pub(super) unnamed: BTreeSet<RepoPath>,
}

impl Listing {
    /// Remembers a file whose name is not UTF-8, whatever the order in which they come.
    pub(super) fn add_unnamed(&mut self, path: RepoPath) {
        self.unnamed.insert(path);
        if self.unnamed.len() > UNNAMED {
            self.unnamed.pop_last();
        }
    }
}

/// Who reads the bytes of an arena.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The directory that files on disk lie below.
    pub(super) root: Option<PathBuf>,
    /// The objects of the git repository.
    pub(super) objects: Option<Objects>,
}

#[derive(Debug)]
struct Entry {
    path: RepoPath,
    origin: Origin,
    bytes: OnceLock<Result<Arc<[u8]>, Unreadable>>,
    file: OnceLock<Result<SourceFile, Unreadable>>,
}

/// The files of one snapshot, or of two that share what is the same in both.
#[derive(Debug)]
struct Arena {
    entries: Vec<Entry>,
    reader: Reader,
    limits: Limits,
}

/// One consistent view of the repository's files, sorted by path. Nothing else reads bytes.
///
/// Two snapshots may share an arena: then a file has the same id in both where its bytes are the
/// same, and each can show the places of the other.
#[derive(Debug)]
pub struct Snapshot {
    arena: Arc<Arena>,
    /// The files of this view, in the order of their paths.
    order: Vec<FileId>,
    /// The files of mounts, in the order of their paths.
    mounted: Vec<FileId>,
    directories: BTreeSet<RepoPath>,
    /// The directories of mounts and below them that hold files.
    mounted_directories: BTreeSet<RepoPath>,
    links: BTreeMap<RepoPath, Option<RepoPath>>,
    submodules: Vec<RepoPath>,
    unnamed: BTreeSet<RepoPath>,
    ignore_rules: OnceLock<IgnoreRules>,
}

impl Snapshot {
    /// The view of one listing.
    pub(super) fn new(mut listing: Listing, reader: Reader, limits: Limits) -> Self {
        let mut entries = Vec::with_capacity(listing.files.len());
        let order = add(&mut entries, std::mem::take(&mut listing.files), |_, _, _| None);
        let mounted = add(&mut entries, std::mem::take(&mut listing.mounted), |_, _, _| None);
        let arena = Arc::new(Arena { entries, reader, limits });
        let mounted_directories = directories(&arena, &mounted);
        Self { mounted, mounted_directories, ..Self::view(arena, order, listing) }
    }

    /// Two views over one arena: `after`, whose ids follow its paths, and `before`.
    pub(super) fn pair(
        mut before: Listing,
        mut after: Listing,
        reader: Reader,
        limits: Limits,
    ) -> (Self, Self) {
        let mut entries = Vec::with_capacity(after.files.len());
        let new = add(&mut entries, std::mem::take(&mut after.files), |_, _, _| None);
        // Both lists are sorted: one walk over them finds what they share.
        let mut waiting = new.iter().copied().peekable();
        let old = add(&mut entries, std::mem::take(&mut before.files), |entries, path, origin| {
            let entry = |file: FileId| &entries[file.index()];
            while waiting.next_if(|&file| entry(file).path < *path).is_some() {}
            let same = |file: &FileId| entry(*file).path == *path && entry(*file).origin == *origin;
            waiting.peek().copied().filter(same)
        });
        let arena = Arc::new(Arena { entries, reader, limits });
        let before = Self::view(Arc::clone(&arena), old, before);
        (before, Self::view(arena, new, after))
    }

    /// The view of the files in `order`, and of what else the listing has.
    fn view(arena: Arc<Arena>, order: Vec<FileId>, listing: Listing) -> Self {
        let mut directories = directories(&arena, &order);
        directories.insert(RepoPath::root());
        let Listing { links, submodules, unnamed, .. } = listing;
        let ignore_rules = OnceLock::new();
        let (mounted, mounted_directories) = (Vec::new(), BTreeSet::new());
        Self {
            arena,
            order,
            mounted,
            directories,
            mounted_directories,
            links,
            submodules,
            unnamed,
            ignore_rules,
        }
    }

    /// All files of the repository in the order of their paths; those of mounts are found by
    /// [`Snapshot::find`] and [`Snapshot::files_below`] only, so that nobody takes them for the
    /// repository's own.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (FileId, &RepoPath)> {
        self.order.iter().map(|&file| (file, self.path(file)))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// One more than the largest id that a file of this snapshot can have.
    pub fn ids(&self) -> usize {
        self.arena.entries.len()
    }

    /// Directories of other repositories (git submodules), whose files are not part of this one.
    pub fn submodules(&self) -> &[RepoPath] {
        &self.submodules
    }

    /// Files whose names are not UTF-8, which are not part of the view: at most 1,000 of them, with
    /// replacement characters in their names.
    pub fn unnamed(&self) -> impl Iterator<Item = &RepoPath> {
        self.unnamed.iter()
    }

    /// Whether the snapshot has no file at all.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The path of a file.
    pub fn path(&self, file: FileId) -> &RepoPath {
        &self.entry(file).path
    }

    fn entry(&self, file: FileId) -> &Entry {
        &self.arena.entries[file.index()]
    }

    /// The file at `path`, symbolic links resolved inside the root.
    pub fn find(&self, path: &RepoPath) -> Option<FileId> {
        let search = |list: &[FileId], path: &RepoPath| {
            let at = list.binary_search_by(|&file| self.path(file).cmp(path)).ok()?;
            list.get(at).copied()
        };
        let at =
            |path: &RepoPath| search(&self.order, path).or_else(|| search(&self.mounted, path));
        at(path).or_else(|| at(&self.resolve(path)?))
    }

    /// Whether `path` is a directory that holds files, symbolic links resolved.
    pub fn is_directory(&self, path: &RepoPath) -> bool {
        let is_one = |path: &RepoPath| {
            self.directories.contains(path) || self.mounted_directories.contains(path)
        };
        is_one(path) || self.resolve(path).is_some_and(|path| is_one(&path))
    }

    /// Whether a file belongs to a mount and not to the repository.
    pub fn is_mounted(&self, file: FileId) -> bool {
        let path = self.path(file);
        self.mounted.binary_search_by(|&file| self.path(file).cmp(path)).is_ok()
    }

    /// The files of mounts, in the order of their paths.
    pub fn mounted(&self) -> &[FileId] {
        &self.mounted
    }

    /// The files whose content was asked for and is not in the clone.
    pub fn absent(&self) -> impl Iterator<Item = &RepoPath> {
        let absent = |entry: &&Entry| matches!(entry.bytes.get(), Some(Err(Unreadable::Absent)));
        self.arena.entries.iter().filter(absent).map(|entry| &entry.path)
    }

    /// The paths at which the two views differ: files that only one has or whose bytes differ,
    /// symbolic links and files without a usable name, which come or go. Both must have been made
    /// together.
    pub fn changes(&self, other: &Self) -> BTreeSet<RepoPath> {
        let mut sides = vec![0_u8; self.ids()];
        for &file in self.order.iter().chain(&other.order) {
            sides[file.index()] += 1;
        }
        let alone = |file: &&FileId| sides[file.index()] == 1;
        let files = self.order.iter().chain(&other.order).filter(alone);
        let files = files.map(|&file| self.path(file).clone());
        let one_sided = |a: &Self, b: &Self| -> Vec<RepoPath> {
            let links = a.links.iter().filter(|&(path, target)| b.links.get(path) != Some(target));
            links.map(|(path, _)| path.clone()).collect()
        };
        let unnamed = self.unnamed.symmetric_difference(&other.unnamed).cloned();
        let links = one_sided(self, other).into_iter().chain(one_sided(other, self));
        files.chain(links).chain(unnamed).collect()
    }

    /// The files directly or indirectly below `directory`, in order.
    pub fn files_below(&self, directory: &RepoPath) -> impl Iterator<Item = (FileId, &RepoPath)> {
        let mounted = self.mounted_directories.contains(directory);
        let list = if mounted { &self.mounted } else { &self.order };
        let start = list.partition_point(|&file| self.path(file) < directory);
        let below = directory.clone();
        list[start..]
            .iter()
            .map(|&file| (file, self.path(file)))
            .take_while(move |(_, path)| path.as_str().starts_with(below.as_str()))
            .filter({
                let directory = directory.clone();
                move |(_, path)| path.is_in(&directory)
            })
    }

    /// The directories of the snapshot, in order, the root first.
    pub fn directories(&self) -> impl Iterator<Item = &RepoPath> {
        self.directories.iter()
    }

    /// The paths that are symbolic links, sorted.
    pub fn links(&self) -> impl Iterator<Item = &RepoPath> {
        self.links.keys()
    }

    /// `path` with every symbolic link on the way replaced by its target.
    ///
    /// `None` when a link leads outside the root, to nothing, or round in a circle.
    pub fn resolve(&self, path: &RepoPath) -> Option<RepoPath> {
        // No link of the repository lies on a way outside of it.
        if path.is_outside() {
            return Some(path.clone());
        }
        let mut path = path.clone();
        for _ in 0..self.arena.limits.links {
            match self.follow_first_link(&path) {
                Step::Follow(target) => path = target,
                Step::Refuse => return None,
                Step::Arrive => return Some(path),
            }
        }
        None
    }

    /// Replaces the first link on the way.
    fn follow_first_link(&self, path: &RepoPath) -> Step {
        let mut prefix = RepoPath::root();
        let mut rest = path.segments();
        while let (false, Some(segment)) = (self.links.is_empty(), rest.next()) {
            let Ok(next) = prefix.join(segment) else { return Step::Refuse };
            prefix = next;
            if let Some(target) = self.links.get(&prefix) {
                let tail = rest.collect::<Vec<_>>().join("/");
                let target = target.as_ref().and_then(|target| target.join(&tail).ok());
                return target.map_or(Step::Refuse, Step::Follow);
            }
        }
        Step::Arrive
    }

    /// Whether the repository's own `.gitignore` files would keep a new file at `path` out of it.
    pub fn ignores(&self, path: &RepoPath) -> bool {
        self.ignore_rules.get_or_init(|| IgnoreRules::of(self)).match_file(path)
    }

    /// The bytes of a file, read on first use.
    pub fn bytes(&self, file: FileId) -> Result<&Arc<[u8]>, &Unreadable> {
        let entry = self.entry(file);
        entry.bytes.get_or_init(|| self.arena.load(entry)).as_ref()
    }

    /// The text of a file, read and checked on first use.
    pub fn file(&self, file: FileId) -> Result<&SourceFile, &Unreadable> {
        let entry = self.entry(file);
        entry
            .file
            .get_or_init(|| {
                let bytes = self.bytes(file).map_err(Clone::clone)?;
                let text = std::str::from_utf8(bytes)
                    .map_err(|error| Unreadable::NotText { at: error.valid_up_to() })?;
                Ok(SourceFile {
                    id: file,
                    path: entry.path.clone(),
                    text: Arc::from(text),
                    lines: OnceLock::new(),
                })
            })
            .as_ref()
    }

    /// The source text of a span; empty when the file cannot be read.
    pub fn slice(&self, span: Span) -> &str {
        self.file(span.file).map_or("", |file| file.slice(span))
    }
}

impl Arena {
    fn load(&self, entry: &Entry) -> Result<Arc<[u8]>, Unreadable> {
        let Reader { root, objects } = &self.reader;
        match (&entry.origin, root, objects) {
            (Origin::Memory(bytes), ..) if bytes.len() as u64 > self.limits.file_bytes => {
                let (size, limit) = (bytes.len() as u64, self.limits.file_bytes);
                Err(Unreadable::TooLarge { size, limit })
            }
            (Origin::Memory(bytes), ..) => Ok(Arc::clone(bytes)),
            (Origin::Disk, Some(root), _) => worktree::read(root, &entry.path, self.limits),
            (Origin::Elsewhere(file), ..) => worktree::read_file(file, self.limits),
            (Origin::Blob(blob), _, Some(objects)) => objects.read(*blob, self.limits),
            (Origin::Disk, None, _) | (Origin::Blob(_), _, None) => Err(Unreadable::Absent),
        }
    }
}

/// The directories on the way to the files, without the root.
fn directories(arena: &Arena, files: &[FileId]) -> BTreeSet<RepoPath> {
    let mut directories = BTreeSet::new();
    let mut last = "";
    for file in files {
        let path = &arena.entries[file.index()].path;
        let directory = path.as_str().rsplit_once('/').map_or("", |(directory, _)| directory);
        // Files of one directory mostly stand together.
        if std::mem::replace(&mut last, directory) == directory {
            continue;
        }
        let mut parent = path.parent();
        while let Some(directory) = parent.filter(|directory| !directory.is_root()) {
            parent = directory.parent();
            if !directories.insert(directory) {
                break;
            }
        }
    }
    directories
}

/// Adds files in the order of their paths, except those that are `known`; the ids of all.
fn add(
    entries: &mut Vec<Entry>,
    files: Vec<(RepoPath, Origin)>,
    mut known: impl FnMut(&[Entry], &RepoPath, &Origin) -> Option<FileId>,
) -> Vec<FileId> {
    let mut order = Vec::with_capacity(files.len());
    for (path, origin) in files {
        order.push(known(entries, &path, &origin).unwrap_or_else(|| {
            let id = FileId(u32::try_from(entries.len()).unwrap_or(u32::MAX));
            entries.push(Entry { path, origin, bytes: OnceLock::new(), file: OnceLock::new() });
            id
        }));
    }
    order
}

/// What becomes of a path at its first symbolic link.
enum Step {
    /// There is none.
    Arrive,
    /// The path with the link replaced by its target.
    Follow(RepoPath),
    /// The link leads outside the root or to nothing.
    Refuse,
}

#[cfg(test)]
mod tests {
    use super::{Listing, Snapshot, UNNAMED};
    use crate::text::RepoPath;

    #[test]
    fn lists_what_is_below_a_directory() {
        let snapshot = Snapshot::from_memory([("a/x", "1"), ("a-b/y", "2"), ("a/b/z", "3")]);
        let below: Vec<_> = snapshot
            .files_below(&RepoPath::new("a").unwrap())
            .map(|(_, path)| path.as_str().to_owned())
            .collect();
        assert_eq!(below, ["a/b/z", "a/x"]);
        assert!(snapshot.is_directory(&RepoPath::new("a/b").unwrap()));
        assert!(!snapshot.is_directory(&RepoPath::new("a/x").unwrap()));
    }

    #[test]
    fn remembers_the_first_of_many_names_in_any_order() {
        let path = |number: usize| RepoPath::new(&format!("{number:05}")).unwrap();
        let mut listing = Listing::default();
        (0..2 * UNNAMED).rev().for_each(|number| listing.add_unnamed(path(number)));
        assert!(listing.unnamed.into_iter().eq((0..UNNAMED).map(path)));
    }

    #[test]
    fn knows_what_git_would_ignore() {
        let snapshot = Snapshot::from_memory([
            (".gitignore", "*.secret\n/local/\n!keep.secret\n"),
            ("app/.gitignore", "/.env\n!shown.secret\n"),
        ]);
        let ignores = |path: &str| snapshot.ignores(&RepoPath::new(path).unwrap());
        for path in ["db.secret", "app/db.secret", "local/a", "local/deep/a", "app/.env"] {
            assert!(ignores(path), "{path}");
        }
        for path in ["db", "keep.secret", "app/shown.secret", ".env", "app/local/a", "app/x/.env"] {
            assert!(!ignores(path), "{path}");
        }
    }
}
