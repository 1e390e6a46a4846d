//! What the commits of a change say at the end of their messages.

use git2::{Oid, Repository, Sort};

/// Most commits of a change that are read.
const COMMITS: usize = 2_000;
/// Longer messages are not read.
const LONGEST: usize = 1 << 20;

/// The trailers (`Key: value`) of the commits that `to` has and `from` does not have. What cannot be read
/// documents nothing.
pub(super) fn between(
    repository: &Repository,
    from: Option<Oid>,
    to: Oid,
) -> Result<Vec<(String, String)>, git2::Error> {
    let mut walk = repository.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL)?;
    walk.push(to)?;
    if let Some(from) = from {
        walk.hide(from)?;
    }
    let mut trailers = Vec::new();
    for id in walk.take(COMMITS) {
        let commit = repository.find_commit(id?)?;
        let message = String::from_utf8_lossy(commit.message_bytes());
        if message.len() > LONGEST {
            continue;
        }
        let found = git2::message_trailers_strs(&message)?;
        trailers.extend(found.iter().map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
    Ok(trailers)
}
