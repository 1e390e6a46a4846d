//! What the repository's `.gitignore` files keep out of it.

use std::collections::BTreeMap;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::source::Snapshot;
use crate::text::RepoPath;

/// The name of the files.
const FILE_NAME: &str = ".gitignore";

/// The rules of all directories.
#[derive(Debug)]
pub(super) struct IgnoreRules {
    directories: BTreeMap<RepoPath, Gitignore>,
}

impl IgnoreRules {
    /// Reads the rules of a snapshot. Lines that are not patterns have no effect, as in git.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let files = snapshot.files().filter(|(_, path)| path.file_name() == FILE_NAME);
        let directories = files.filter_map(|(file, path)| {
            let mut builder = GitignoreBuilder::new("");
            for line in snapshot.file(file).ok()?.text.lines() {
                let _not_a_pattern = builder.add_line(None, line);
            }
            Some((path.parent()?, builder.build().ok()?))
        });
        Self { directories: directories.collect() }
    }

    /// Whether a file is ignored: the rules of the nearest directory decide.
    pub(super) fn match_file(&self, path: &RepoPath) -> bool {
        let mut directory = path.parent();
        while let Some(current) = directory {
            if let Some(rules) = self.directories.get(&current) {
                let relative = path.as_str().strip_prefix(current.as_str()).unwrap_or_default();
                let relative = relative.trim_start_matches('/');
                match rules.matched_path_or_any_parents(relative, false) {
                    Match::Ignore(_) => return true,
                    Match::Whitelist(_) => return false,
                    Match::None => {}
                }
            }
            directory = current.parent();
        }
        false
    }
}
