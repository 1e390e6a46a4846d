//! A snapshot held in memory: for tests, and for editors with unsaved text.

use std::collections::BTreeMap;

use crate::source::limits::Limits;
use crate::source::snapshot::{Reader, Snapshot};
use crate::text::RepoPath;

impl Snapshot {
    /// A snapshot of the given files.
    pub fn from_memory<P, B>(files: impl IntoIterator<Item = (P, B)>) -> Self
    where
        P: AsRef<str>,
        B: Into<Vec<u8>>,
    {
        let files: BTreeMap<RepoPath, Vec<u8>> = files
            .into_iter()
            .filter_map(|(path, bytes)| Some((RepoPath::new(path.as_ref()).ok()?, bytes.into())))
            .collect();
        let paths = files.keys().cloned().collect();
        Self::new(paths, BTreeMap::new(), Reader::Memory(files), Limits::default())
    }
}
