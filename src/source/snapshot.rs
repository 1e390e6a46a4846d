//! The view itself: which files there are, and their text, read once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::source::ignored::IgnoreRules;
use crate::source::limits::Limits;
use crate::source::worktree;
use crate::text::{FileId, LineIndex, RepoPath, Span};

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

/// Where the bytes of a snapshot come from.
#[derive(Debug)]
pub(super) enum Reader {
    /// Files below a directory of the file system.
    WorkTree(PathBuf),
    /// Bytes in memory.
    Memory(BTreeMap<RepoPath, Vec<u8>>),
}

#[derive(Debug)]
struct Entry {
    path: RepoPath,
    bytes: OnceLock<Result<Arc<[u8]>, Unreadable>>,
    file: OnceLock<Result<SourceFile, Unreadable>>,
}

/// One consistent view of the repository's files, sorted by path. Nothing else reads bytes.
#[derive(Debug)]
pub struct Snapshot {
    entries: Vec<Entry>,
    directories: BTreeSet<RepoPath>,
    links: BTreeMap<RepoPath, Option<RepoPath>>,
    reader: Reader,
    limits: Limits,
    ignore_rules: OnceLock<IgnoreRules>,
}

impl Snapshot {
    /// Builds the view from sorted `paths` and the symbolic `links` (target `None`: refused).
    pub(super) fn new(
        paths: Vec<RepoPath>,
        links: BTreeMap<RepoPath, Option<RepoPath>>,
        reader: Reader,
        limits: Limits,
    ) -> Self {
        let mut directories = BTreeSet::from([RepoPath::root()]);
        for path in &paths {
            let mut parent = path.parent();
            while let Some(directory) = parent {
                parent = directory.parent();
                if !directories.insert(directory) {
                    break;
                }
            }
        }
        let entries = paths
            .into_iter()
            .map(|path| Entry { path, bytes: OnceLock::new(), file: OnceLock::new() })
            .collect();
        Self { entries, directories, links, reader, limits, ignore_rules: OnceLock::new() }
    }

    /// All files in the order of their paths.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (FileId, &RepoPath)> {
        self.entries.iter().enumerate().map(|(at, entry)| (id(at), &entry.path))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the snapshot has no file at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The path of a file.
    pub fn path(&self, file: FileId) -> &RepoPath {
        &self.entries[file.index()].path
    }

    /// The file at `path`, symbolic links resolved inside the root.
    pub fn find(&self, path: &RepoPath) -> Option<FileId> {
        let at = |path: &RepoPath| self.entries.binary_search_by(|e| e.path.cmp(path)).ok();
        at(path).or_else(|| at(&self.resolve(path)?)).map(id)
    }

    /// Whether `path` is a directory that holds files, symbolic links resolved.
    pub fn is_directory(&self, path: &RepoPath) -> bool {
        self.directories.contains(path)
            || self.resolve(path).is_some_and(|path| self.directories.contains(&path))
    }

    /// The files directly or indirectly below `directory`, in order.
    pub fn files_below(&self, directory: &RepoPath) -> impl Iterator<Item = (FileId, &RepoPath)> {
        let start = self.entries.partition_point(|entry| entry.path < *directory);
        let below = directory.clone();
        self.entries[start..]
            .iter()
            .enumerate()
            .map(move |(at, entry)| (id(start + at), &entry.path))
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

    /// `path` with every symbolic link on the way replaced by its target.
    ///
    /// `None` when a link leads outside the root, to nothing, or round in a circle.
    pub fn resolve(&self, path: &RepoPath) -> Option<RepoPath> {
        let mut path = path.clone();
        for _ in 0..self.limits.links {
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
        let entry = &self.entries[file.index()];
        entry.bytes.get_or_init(|| self.load(&entry.path)).as_ref()
    }

    /// The text of a file, read and checked on first use.
    pub fn file(&self, file: FileId) -> Result<&SourceFile, &Unreadable> {
        let entry = &self.entries[file.index()];
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

    fn load(&self, path: &RepoPath) -> Result<Arc<[u8]>, Unreadable> {
        match &self.reader {
            Reader::WorkTree(root) => worktree::read(root, path, self.limits),
            Reader::Memory(files) => {
                let bytes = files.get(path).map_or(&[][..], Vec::as_slice);
                let size = bytes.len() as u64;
                if size > self.limits.file_bytes {
                    return Err(Unreadable::TooLarge { size, limit: self.limits.file_bytes });
                }
                Ok(Arc::from(bytes))
            }
        }
    }
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

fn id(at: usize) -> FileId {
    FileId(u32::try_from(at).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::Snapshot;
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
