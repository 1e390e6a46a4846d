//! Schemas of kinds that the user keeps in the repository, named as kubeconform names them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::kube::Gvk;
use crate::schema::SchemaError;
use crate::source::Snapshot;
use crate::text::{FileId, RepoPath};

/// The schema files of the configured directories, by their lower-case names: the file's own name
/// without extension, and the same after the name of its directory.
#[derive(Debug, Default)]
pub(super) struct Directories {
    files: BTreeMap<String, FileId>,
}

impl Directories {
    /// All JSON files of the directories; of two with one name the first directory's counts.
    pub(super) fn collect<'d>(
        snapshot: &Snapshot,
        directories: impl Iterator<Item = &'d RepoPath>,
    ) -> Self {
        let mut files = BTreeMap::new();
        for directory in directories {
            for (file, path) in snapshot.files_below(directory) {
                if path.extension() != "json" {
                    continue;
                }
                let stem = path.stem().to_lowercase();
                let parent = path.parent();
                let parent = parent.as_ref().map_or("", RepoPath::file_name).to_lowercase();
                files.entry(format!("{parent}/{stem}")).or_insert(file);
                files.entry(stem).or_insert(file);
            }
        }
        Self { files }
    }

    /// The file for a kind, under any of the names that are in use.
    pub(super) fn find(&self, gvk: &Gvk) -> Option<FileId> {
        let Gvk { group, version, kind } = gvk;
        let (kind, group) = (kind.to_lowercase(), group.to_lowercase());
        let first = group.split('.').next().unwrap_or("");
        let names = if group.is_empty() {
            vec![format!("{kind}-{version}")]
        } else {
            vec![
                format!("{group}/{kind}_{version}"),
                format!("{kind}-{group}-{version}"),
                format!("{kind}-{first}-{version}"),
            ]
        };
        names.iter().find_map(|name| self.files.get(name)).copied()
    }
}

/// The schema in a file.
pub(super) fn read(snapshot: &Snapshot, file: FileId) -> Result<Json, SchemaError> {
    let error = |message| SchemaError { message, pointer: String::new() };
    let bytes = snapshot.bytes(file).map_err(|unread| error(unread.to_string()))?;
    serde_json::from_slice(bytes).map_err(|bad| error(format!("this is not JSON: {bad}")))
}
