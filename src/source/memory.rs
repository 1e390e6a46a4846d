//! A snapshot held in memory: for tests, and for editors with unsaved text.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::limits::Limits;
use crate::source::snapshot::{Listing, Origin, Reader, Snapshot};
use crate::text::RepoPath;

impl Snapshot {
    /// A snapshot of the given files.
    pub fn from_memory<P, B>(files: impl IntoIterator<Item = (P, B)>) -> Self
    where
        P: AsRef<str>,
        B: Into<Vec<u8>>,
    {
        Self::new(listing(files), Reader::default(), Limits::default())
    }

    /// Two snapshots, before and after a change, that share what is the same in both.
    pub fn pair_from_memory<P, B>(
        before: impl IntoIterator<Item = (P, B)>,
        after: impl IntoIterator<Item = (P, B)>,
    ) -> (Self, Self)
    where
        P: AsRef<str>,
        B: Into<Vec<u8>>,
    {
        Self::pair(listing(before), listing(after), Reader::default(), Limits::default())
    }
}

fn listing<P, B>(files: impl IntoIterator<Item = (P, B)>) -> Listing
where
    P: AsRef<str>,
    B: Into<Vec<u8>>,
{
    let files = files.into_iter().filter_map(|(path, bytes)| {
        let path = RepoPath::new(path.as_ref()).ok()?;
        Some((path, Origin::Memory(Arc::from(bytes.into()))))
    });
    // Of two files of one path the last counts.
    let files: BTreeMap<RepoPath, Origin> = files.collect();
    Listing { files: files.into_iter().collect(), ..Listing::default() }
}
