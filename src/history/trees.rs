//! Trees of two commits held against each other, only as far as wanted paths lead.

use git2::{ObjectType, Oid, Repository, Tree};

/// A wanted path whose entries are not the same in two trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Differing {
    /// The path, as the caller counts it.
    pub(super) path: usize,
    /// The file in the first tree.
    pub(super) here: Option<Oid>,
    /// The file in the second tree.
    pub(super) there: Option<Oid>,
}

/// The paths that are not the same in both trees. `paths` is sorted; directories that are the same are
/// not opened.
pub(super) fn differing(
    repository: &Repository,
    here: Option<&Tree<'_>>,
    there: Option<&Tree<'_>>,
    paths: &[(&str, usize)],
) -> Result<Vec<Differing>, git2::Error> {
    let directory = |entry: Option<(Oid, Option<ObjectType>)>| {
        let directory = entry.filter(|(_, kind)| *kind == Some(ObjectType::Tree));
        directory.map(|(id, _)| repository.find_tree(id)).transpose()
    };
    let file = |entry: Option<(Oid, Option<ObjectType>)>| {
        entry.filter(|(_, kind)| *kind == Some(ObjectType::Blob)).map(|(id, _)| id)
    };
    let mut found = Vec::new();
    let mut open = vec![(here.cloned(), there.cloned(), paths, 0)];
    // Two directories, the paths that lead through them, and the bytes of the directories' own path.
    while let Some((here, there, mut rest, skip)) = open.pop() {
        while let Some(&(first, path)) = rest.first() {
            let name = segment(first, skip);
            let same = rest.iter().take_while(|(path, _)| segment(path, skip) == name).count();
            let (group, others) = rest.split_at(same);
            rest = others;
            let entry = |tree: &Option<Tree<'_>>| {
                let entry = tree.as_ref()?.get_name(name)?;
                Some((entry.id(), entry.kind()))
            };
            let (mine, theirs) = (entry(&here), entry(&there));
            if mine == theirs && mine.is_some() {
                continue;
            }
            let end = skip + name.len();
            if first.len() == end {
                found.push(Differing { path, here: file(mine), there: file(theirs) });
            } else {
                open.push((directory(mine)?, directory(theirs)?, group, end + 1));
            }
        }
    }
    Ok(found)
}

/// The segment of a path that begins after `skip` bytes.
fn segment(path: &str, skip: usize) -> &str {
    let rest = path.get(skip..).unwrap_or("");
    rest.split('/').next().unwrap_or("")
}
